package house

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// node is a box in a row, or a place where an arrow passes between the boxes of a
// row. Arrows that go to the same box share such places.
type node struct {
	path  string // the package, or where the passing arrows go
	box   bool
	blank bool // nothing passes
	width float64
	x     float64 // of the centre
	row   int
	place int     // in the row, as crossings last saw it
	in    []*node // nodes one row above with a line to this one
	out   []*node // nodes one row below that a line goes to
}

// Widths, in pixels: of a place where an arrow passes, and of what lies between it
// and its neighbours, between boxes, and beside what stands aside.
const (
	passing    = 6.0
	passingGap = 8.0
	boxGap     = 14.0
	asideGap   = 30.0
)

// layout is the boxes and lines of the house, row by row from the top.
type layout struct {
	rows  [][]*node
	boxes map[string]*node
}

// reduced returns the arrows that are not implied by others: that from a to c is
// left out where a leads to c by way of others.
func reduced(imports map[string][]string) map[string][]string {
	var leads func(from, to string) bool
	leads = func(from, to string) bool {
		return slices.ContainsFunc(imports[from], func(next string) bool { return next == to || leads(next, to) })
	}
	out := map[string][]string{}
	for from, all := range imports {
		for _, to := range all {
			if !slices.ContainsFunc(all, func(by string) bool { return by != to && leads(by, to) }) {
				out[from] = append(out[from], to)
			}
		}
		slices.Sort(out[from])
	}
	return out
}

// rowsOf returns the row of each package: floors below each other, and on a floor
// each package below those that import it, with at most so much width to a row.
func rowsOf(arrows map[string][]string, width map[string]float64, most float64) map[string]int {
	rows, top := map[string]int{}, 0
	for number, f := range floors {
		if f.name == "aside" {
			continue
		}
		var here []string
		for path := range arrows {
			if floorOf(path) == number {
				here = append(here, path)
			}
		}
		if len(here) == 0 {
			continue
		}
		// From below, a package stands on the longest chain of imports of its floor.
		var height func(path string) int
		height = func(path string) int {
			h := 0
			for _, to := range arrows[path] {
				if floorOf(to) == number {
					h = max(h, height(to)+1)
				}
			}
			return h
		}
		imported := map[string]int{} // by packages of this floor
		sum := 0.0
		for _, path := range here {
			sum += width[path]
			for _, to := range arrows[path] {
				imported[to]++
			}
		}
		slices.SortFunc(here, func(a, b string) int {
			return cmp.Or(height(a)-height(b), imported[b]-imported[a], len(arrows[b])-len(arrows[a]), cmp.Compare(a, b))
		})
		count := int(math.Ceil(sum / most))
		for _, path := range here {
			count = max(count, height(path)+1)
		}
		share := (len(here) + count - 1) / count // of each row
		level, filled, highest := map[string]int{}, make([]float64, len(here)), 0
		members := make([]int, len(here))
		for _, path := range here {
			l := 0
			for _, to := range arrows[path] {
				if floorOf(to) == number {
					l = max(l, level[to]+1)
				}
			}
			for members[l] == share || filled[l] > 0 && filled[l]+width[path] > most {
				l++
			}
			level[path] = l
			filled[l] += width[path]
			members[l]++
			highest = max(highest, l)
		}
		for _, path := range here {
			rows[path] = top + highest - level[path]
		}
		top += highest + 1
	}
	for path := range arrows { // what stands aside is in the row of package vdm
		if _, ok := rows[path]; !ok {
			rows[path] = rows["vdm"]
		}
	}
	return rows
}

// build makes the nodes and lines: an arrow that passes rows goes through a place in
// each.
func build(arrows map[string][]string, width map[string]float64, most float64) *layout {
	l := &layout{boxes: map[string]*node{}}
	rows := rowsOf(arrows, width, most)
	places := map[string]map[int]*node{}
	add := func(n *node) *node {
		for len(l.rows) <= n.row {
			l.rows = append(l.rows, nil)
		}
		l.rows[n.row] = append(l.rows[n.row], n)
		return n
	}
	paths := slices.Sorted(maps.Keys(arrows))
	for _, path := range paths {
		l.boxes[path] = add(&node{path: path, box: true, width: width[path], row: rows[path]})
		places[path] = map[int]*node{rows[path]: l.boxes[path]}
	}
	for _, path := range paths {
		for _, to := range arrows[path] {
			at := l.boxes[path]
			for row := at.row + 1; row <= rows[to]; row++ {
				next := places[to][row]
				if next == nil {
					next = add(&node{path: to, width: passing, row: row})
					places[to][row] = next
				}
				if !slices.Contains(at.out, next) {
					at.out = append(at.out, next)
					next.in = append(next.in, at)
				}
				at = next
			}
		}
	}
	l.standAside()
	return l
}

// standAside keeps the place above and below a box that stands aside free of others,
// on its whole floor.
func (l *layout) standAside() {
	for _, box := range l.boxes {
		if !aside(box) {
			continue
		}
		for i, row := range l.rows {
			if floorOfRow(row) != floorOfRow(l.rows[box.row]) || i == box.row {
				continue
			}
			j := slices.IndexFunc(row, func(n *node) bool { return n.path == box.path })
			if j < 0 {
				j = len(row)
				l.rows[i] = append(row, &node{path: box.path, row: i, blank: true})
			}
			l.rows[i][j].width = box.width
		}
	}
}

// fits reports whether each row has room for its boxes and passing arrows, in
// whatever order.
func (l *layout) fits(room float64) bool {
	return !slices.ContainsFunc(l.rows, func(row []*node) bool {
		sum, boxes := 0.0, 0
		for _, n := range row {
			sum += n.width
			if n.box {
				boxes++
			}
		}
		return sum+float64(boxes)*boxGap+float64(len(row)-boxes)*passingGap > room
	})
}

// aside reports whether a node has to stand at the right end of its row.
func aside(n *node) bool { return floors[floorOf(n.path)].name == "aside" }
