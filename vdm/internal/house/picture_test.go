package house

import (
	"bytes"
	"flag"
	"fmt"
	"html"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write notebooks/figures/house.svg anew")

// Measures of the picture, in pixels.
const (
	pictureWidth = 900.0
	margin       = 22.0 // left and right of the boxes
	nameSize     = 13.0
	wordSize     = 11.0
	wordLines    = 3 // at most
	lineHeight   = 13.5
	betweenRows  = 32.0
	floorTitle   = 20.0 // above a floor's first row
	boxWidth     = 136.0
)

// style is for light and for dark surroundings; the picture has a ground of its own,
// since a site's theme need not be the system's. The arrows to each floor have a
// colour: r for reports and runs, p for the paper, l for leaves, a for aside.
const style = `
.ground{fill:#fff}.floor{fill:#f2f5f8}.title{fill:#59636e;font-weight:600;letter-spacing:.4px;stroke:#f2f5f8;stroke-width:4px;paint-order:stroke}
.off{stroke:#fff}.box{fill:#fff;stroke:#aab4c0}.name{fill:#17202b;font-weight:600}.parent{fill:#6b7681}.words{fill:#444e59}
.line{fill:none;stroke-width:1.4}.r{stroke:#8458b3}.p{stroke:#2a6fc0}.l{stroke:#4f8a72}.a{stroke:#b5762a}
.head{stroke:none}.r.head{fill:#8458b3}.p.head{fill:#2a6fc0}.l.head{fill:#4f8a72}.a.head{fill:#b5762a}
.main{stroke:#2a6fc0;stroke-width:2}
@media (prefers-color-scheme:dark){
.ground{fill:#0d1117}.floor{fill:#171d26}.title{fill:#9aa5b1;stroke:#171d26}
.off{stroke:#0d1117}.box{fill:#0f141b;stroke:#4a5563}.name{fill:#e8edf3}.parent{fill:#93a0ad}.words{fill:#b9c3cd}
.r{stroke:#a884d6}.p{stroke:#5b9ee6}.l{stroke:#6fae94}.a{stroke:#d39a4c}
.r.head{fill:#a884d6}.p.head{fill:#5b9ee6}.l.head{fill:#6fae94}.a.head{fill:#d39a4c}
.main{stroke:#5b9ee6}
}
`

// colour returns the class of an arrow by the floor that it goes to.
func colour(to string) string {
	switch floors[floorOf(to)].name {
	case "the paper":
		return "p"
	case "leaves":
		return "l"
	case "aside":
		return "a"
	}
	return "r"
}

// label returns a package's name as it stands in its box: the folder it lies in, and
// its own; a folder that makes it too wide is left out.
func label(path string) (parent, name string) {
	parts := strings.Split(path, "/")
	name = parts[len(parts)-1]
	if len(parts) > 1 {
		parent = strings.TrimPrefix(strings.Join(parts[:len(parts)-1], "/")+"/", "vdm/")
	}
	for parent != "" && textWidth(parent, nameSize, false)+textWidth(name, nameSize, true) > boxWidth-12 {
		_, rest, _ := strings.Cut(strings.TrimPrefix(parent, "…/"), "/")
		if rest == "" {
			return "", name
		}
		parent = "…/" + rest
	}
	return parent, name
}

// planned returns the layout of the house and the arrows that are drawn.
func planned(found map[string]*listed) (*layout, map[string][]string) {
	imports := ourImports(found)
	for _, path := range unplaced {
		delete(imports, path)
	}
	arrows, widths := map[string][]string{}, map[string]float64{}
	kept := reduced(imports)
	for path := range imports {
		arrows[path] = kept[path]
		_, name := label(path)
		widths[path] = max(boxWidth, textWidth(name, nameSize, true)+14)
	}
	var l *layout
	for most := pictureWidth - 2*margin; l == nil || most > 2*boxWidth && !l.fits(pictureWidth-2*margin); most -= boxWidth / 4 {
		l = build(arrows, widths, most)
	}
	l.arrange(margin, pictureWidth-margin)
	return l, arrows
}

// draw returns the picture of the house as SVG.
func draw(found map[string]*listed, l *layout, arrows map[string][]string) []byte {
	words := map[string][]string{}
	for path, n := range l.boxes {
		words[path] = fewWords(found[path].Doc, wordLines, n.width-12, wordSize)
	}
	r := rowsAt(l, words)
	var out bytes.Buffer
	p := func(format string, a ...any) { fmt.Fprintf(&out, format+"\n", a...) }
	p(`<svg xmlns="http://www.w3.org/2000/svg" width="%g" height="%g" viewBox="0 0 %g %g" font-family="-apple-system,'Segoe UI','Noto Sans',Helvetica,Arial,sans-serif" role="img">`, pictureWidth, r.end, pictureWidth, r.end)
	p(`<title>The packages of this project and what they import</title>`)
	p(`<desc>%s</desc>`, html.EscapeString(described(arrows, words)))
	p(`<style>%s</style>`, style)
	p(`<rect class="ground" width="%g" height="%g" rx="8"/>`, pictureWidth, r.end)
	titles := drawFloors(l, r, p)
	drawLines(l, r, p)
	for _, title := range titles {
		p("%s", title)
	}
	for _, path := range slices.Sorted(maps.Keys(l.boxes)) {
		drawBox(l.boxes[path], r, words[path], p)
	}
	p(`</svg>`)
	return out.Bytes()
}

// described returns in words what the picture shows, a line for each package.
func described(arrows map[string][]string, words map[string][]string) string {
	var lines []string
	for _, path := range slices.Sorted(maps.Keys(arrows)) {
		line := path + ": " + strings.Join(words[path], " ")
		if len(arrows[path]) > 0 {
			line += "; imports " + strings.Join(arrows[path], ", ")
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// rowPlaces are where the rows are.
type rowPlaces struct {
	top, height []float64 // of each row's boxes
	end         float64   // the picture's height
}

// rowsAt returns where the rows are, each as high as its longest words ask for.
func rowsAt(l *layout, words map[string][]string) rowPlaces {
	var r rowPlaces
	y, last := 8.0, -1
	for _, row := range l.rows {
		if f := floorOfRow(row); f != last {
			y += floorTitle
			last = f
		}
		lines := 1
		for _, n := range row {
			if n.box {
				lines = max(lines, len(words[n.path]))
			}
		}
		r.top = append(r.top, y)
		r.height = append(r.height, 2*7+nameSize+2+float64(lines)*lineHeight)
		y += r.height[len(r.height)-1] + betweenRows
	}
	r.end = math.Round(y - betweenRows + 16)
	return r
}

// floorOfRow returns the floor that the boxes of a row belong to.
func floorOfRow(row []*node) int {
	for _, n := range row {
		if n.box && !aside(n) {
			return floorOf(n.path)
		}
	}
	return -1
}

// drawFloors draws the grounds of the floors and returns their names, which come
// to lie on the lines.
func drawFloors(l *layout, r rowPlaces, p func(string, ...any)) (titles []string) {
	title := func(name, class string, x, y float64) {
		titles = append(titles, fmt.Sprintf(`<text class="title%s" font-size="12" x="%.1f" y="%.1f">%s</text>`, class, x, y, name))
	}
	for first := 0; first < len(l.rows); {
		f, end := floorOfRow(l.rows[first]), first+1
		for end < len(l.rows) && floorOfRow(l.rows[end]) == f {
			end++
		}
		right := pictureWidth - 10
		for _, row := range l.rows[first:end] {
			for _, n := range row {
				if n.box && aside(n) {
					right = n.x - n.width/2 - 15
					title("aside", " off", n.x-n.width/2, r.top[n.row]-7)
				}
			}
		}
		y := r.top[first] - floorTitle
		p(`<rect class="floor" x="10" y="%.1f" width="%.1f" height="%.1f" rx="6"/>`, y, right-10, r.top[end-1]+r.height[end-1]+8-y)
		title(floors[f].name, "", 20, y+14)
		first = end
	}
	return titles
}

// drawLines draws the arrows: curves between rows, straight where they pass a row.
func drawLines(l *layout, r rowPlaces, p func(string, ...any)) {
	for i, row := range l.rows {
		for _, n := range row {
			ports := slices.Clone(n.out)
			slices.SortFunc(ports, func(a, b *node) int { return int(math.Copysign(1, a.x-b.x)) })
			for k, to := range ports {
				x := n.x
				if n.box {
					x += (float64(k) - float64(len(ports)-1)/2) * min(18, (n.width-30)/float64(len(ports)))
				}
				y, below := r.top[i]+r.height[i], r.top[i+1]
				if to.box {
					below -= 5
				}
				bend := (below - y) * 0.6
				p(`<path class="line %s" d="M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f"/>`, colour(to.path), x, y, x, y+bend, to.x, below-bend, to.x, below)
			}
			switch {
			case n.blank:
			case !n.box:
				p(`<path class="line %s" d="M%.1f %.1fV%.1f"/>`, colour(n.path), n.x, r.top[i], r.top[i]+r.height[i])
			case len(n.in) > 0:
				p(`<path class="head %s" d="M%.1f %.1fl-4 -7h8z"/>`, colour(n.path), n.x, r.top[i])
			}
		}
	}
}

func drawBox(n *node, r rowPlaces, words []string, p func(string, ...any)) {
	class := "box"
	if n.path == "vdm" {
		class = "box main"
	}
	x, top := n.x-n.width/2, r.top[n.row]
	p(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="5"/>`, class, x, top, n.width, r.height[n.row])
	parent, name := label(n.path)
	p(`<text font-size="%g" x="%.1f" y="%.1f"><tspan class="parent">%s</tspan><tspan class="name">%s</tspan></text>`, nameSize, x+7, top+7+nameSize-2, html.EscapeString(parent), html.EscapeString(name))
	for i, line := range words {
		p(`<text class="words" font-size="%g" x="%.1f" y="%.1f">%s</text>`, wordSize, x+7, top+7+nameSize+float64(i+1)*lineHeight, html.EscapeString(line))
	}
}

// TestPicture checks that the picture of the house shows the packages and arrows
// that there are.
func TestPicture(t *testing.T) {
	found := modulePackages(t)
	for path := range found {
		if floorOf(path) < 0 && !matchesAny(path, unplaced) {
			t.Fatalf("package %s has no place in the house: name it in the table of floors (floors_test.go)", path)
		}
	}
	l, arrows := planned(found)
	checkLayout(t, l, arrows)
	file := filepath.Join(root, "notebooks", "figures", "house.svg")
	now := draw(found, l, arrows)
	if *update {
		if err := os.WriteFile(file, now, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOARCH != "amd64" { // other processors round places otherwise
		kept, now = description(kept), description(now)
	}
	if !bytes.Equal(kept, now) {
		t.Errorf("%s is not the picture of the packages as they are; draw it again: go test ./vdm/internal/house -run Picture -update", file)
	}
}

// description returns what an SVG says in words.
func description(svg []byte) []byte {
	_, rest, _ := bytes.Cut(svg, []byte("<desc>"))
	text, _, _ := bytes.Cut(rest, []byte("</desc>"))
	return text
}

// checkLayout checks that boxes and passing arrows keep clear of each other and of
// the picture's edges, and that the lines join exactly the boxes that the arrows do.
func checkLayout(t *testing.T, l *layout, arrows map[string][]string) {
	t.Helper()
	for i, row := range l.rows {
		for j, n := range row {
			if n.x-n.width/2 < margin-0.5 || n.x+n.width/2 > pictureWidth-margin+0.5 {
				t.Errorf("row %d is too full: %s stands at x = %.0f of %g; let rowsOf put fewer packages in a row", i, n.path, n.x, pictureWidth)
			}
			if j > 0 && n.x-n.width/2 < row[j-1].x+row[j-1].width/2+5 {
				t.Errorf("row %d: %s and %s overlap", i, row[j-1].path, n.path)
			}
		}
	}
	for path, box := range l.boxes {
		reached := map[string]bool{}
		var follow func(n *node)
		follow = func(n *node) {
			for _, next := range n.out {
				if next.row != n.row+1 {
					t.Errorf("a line from %s leaps from row %d to row %d", path, n.row, next.row)
				}
				if next.box {
					reached[next.path] = true
				} else {
					follow(next)
				}
			}
		}
		follow(box)
		if got := slices.Sorted(maps.Keys(reached)); !slices.Equal(got, arrows[path]) {
			t.Errorf("lines lead from %s to %q, and it imports %q", path, got, arrows[path])
		}
	}
}

func TestReduced(t *testing.T) {
	got := reduced(map[string][]string{"a": {"b", "c", "d"}, "b": {"c"}, "c": nil, "d": {"c"}})
	if want := map[string][]string{"a": {"b", "d"}, "b": {"c"}, "d": {"c"}}; !maps.EqualFunc(got, want, slices.Equal[[]string]) {
		t.Errorf("%v is left of the arrows, want %v", got, want)
	}
}
