package verification

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// Group contains the scores of some of the cases, or of a part of each.
type Group struct {
	By   string `json:"by"`   // one of Groupings, "" for all cases whole
	Name string `json:"name"` // such as DJF; "" for all cases whole
	*report.Compared
}

// part accumulates the cases of a group.
type part struct {
	by, name   string
	comparison *report.Comparison
	cut        func(clip []float32) []float32 // returns the part of a clip that belongs to the group; nil means all of it
}

// parts are the groups of one variable. Groups of seasons and intensities are made when
// a case first belongs to them.
type parts struct {
	o      *Options
	base   report.ComparisonOptions
	groups []*part
}

// newParts returns the groups to which every case belongs: the whole, leads and regions.
func newParts(o *Options, base report.ComparisonOptions) (*parts, error) {
	p := &parts{o: o, base: base}
	whole := base
	whole.Pairwise = true
	if err := p.begin("", "", whole, nil); err != nil {
		return nil, err
	}
	if slices.Contains(o.By, ByLead) {
		for _, f := range base.Known.Ahead() {
			one := base
			one.Known = slices.Repeat([]bool{true}, len(base.Known))
			one.Known[f] = false
			if err := p.begin(ByLead, base.FrameName(f), one, nil); err != nil {
				return nil, err
			}
		}
	}
	if slices.Contains(o.By, ByRegion) {
		return p, p.beginRegions()
	}
	return p, nil
}

func (p *parts) begin(by, name string, o report.ComparisonOptions, cut func([]float32) []float32) error {
	c, err := report.NewComparison(o)
	if err != nil {
		return err
	}
	p.groups = append(p.groups, &part{by, name, c, cut})
	return nil
}

// beginRegions begins a group for each block of the field.
func (p *parts) beginRegions() error {
	rows, cols := p.o.Regions[0], p.o.Regions[1]
	if rows == 0 {
		rows, cols = 2, 2
	}
	height, width, frames := p.base.Height, p.base.Width, len(p.base.Known)
	if rows > height || cols > width {
		return fmt.Errorf("%s: %d × %d regions of a field of %d × %d cells", p.o.called("Regions"), rows, cols, height, width)
	}
	for r := range rows {
		for c := range cols {
			y0, y1, x0, x1 := r*height/rows, (r+1)*height/rows, c*width/cols, (c+1)*width/cols
			name := fmt.Sprintf("rows %d to %d, columns %d to %d", y0, y1-1, x0, x1-1)
			if rows == 2 && cols == 2 {
				name = [2]string{"south-", "north-"}[r] + [2]string{"west", "east"}[c]
			}
			block := p.base
			block.Height, block.Width, block.Grid = y1-y0, x1-x0, nil
			cut := func(clip []float32) []float32 {
				out := make([]float32, 0, frames*(y1-y0)*(x1-x0))
				for f := range frames {
					for y := y0; y < y1; y++ {
						out = append(out, clip[(f*height+y)*width+x0:(f*height+y)*width+x1]...)
					}
				}
				return out
			}
			if err := p.begin(ByRegion, name, block, cut); err != nil {
				return err
			}
		}
	}
	return nil
}

// add adds a case, whose first frame ahead has a time.
func (p *parts) add(one report.Case, time float64, calendar string) error {
	belongs := map[string]string{}
	if slices.Contains(p.o.By, BySeason) {
		belongs[BySeason] = season(time, calendar)
	}
	if slices.Contains(p.o.By, ByIntensity) {
		name, err := p.intensity(one.Observed)
		if err != nil {
			return err
		}
		belongs[ByIntensity] = name
	}
	for by, name := range belongs {
		if name != "" && !slices.ContainsFunc(p.groups, func(g *part) bool { return g.by == by && g.name == name }) {
			if err := p.begin(by, name, p.base, nil); err != nil {
				return err
			}
		}
	}
	for _, g := range p.groups {
		if name, some := belongs[g.by]; some && name != g.name {
			continue
		}
		mine := one
		if g.cut != nil {
			mine = report.Case{Observed: g.cut(one.Observed)}
			for _, f := range one.Forecasts {
				var members [][]float32
				for _, m := range f.Members {
					members = append(members, g.cut(m))
				}
				f.Members = members
				mine.Forecasts = append(mine.Forecasts, f)
			}
		}
		if err := g.comparison.Add(mine); err != nil {
			return err
		}
	}
	return nil
}

// compare returns the finished groups, those of one grouping in their order.
func (p *parts) compare() (all []Group, err error) {
	order := append([]string{""}, Groupings()...)
	slices.SortStableFunc(p.groups, func(a, b *part) int {
		if a.by != b.by {
			return slices.Index(order, a.by) - slices.Index(order, b.by)
		}
		return p.rank(a) - p.rank(b)
	})
	for _, g := range p.groups {
		c, err := g.comparison.Compare()
		if err != nil {
			return nil, err
		}
		all = append(all, Group{g.by, g.name, c})
	}
	return all, nil
}

// rank returns the place of a group among those of seasons or intensities.
func (p *parts) rank(g *part) int {
	switch g.by {
	case BySeason:
		return slices.Index(seasons, g.name)
	case ByIntensity:
		return slices.Index(p.classes(), g.name)
	}
	return 0
}

var seasons = []string{"DJF", "MAM", "JJA", "SON"}

// season returns the three months in which a time lies, by their initials.
func season(time float64, calendar string) string {
	month, err := strconv.Atoi(climate.FormatTime(time, calendar)[5:7])
	if err != nil {
		return ""
	}
	return seasons[month%12/3]
}

// edges returns the limits between classes of intensity.
func (p *parts) edges() []float64 {
	if p.o.Edges == nil && p.base.Units == climate.RainUnits {
		return []float64{0.1, 0.5, 2}
	}
	return p.o.Edges
}

// classes returns the names of the classes of intensity.
func (p *parts) classes() (names []string) {
	edges := p.edges()
	for i := range len(edges) + 1 {
		switch {
		case i == 0:
			names = append(names, fmt.Sprintf("mean below %g %s", edges[0], p.base.Units))
		case i == len(edges):
			names = append(names, fmt.Sprintf("mean %g %s and more", edges[i-1], p.base.Units))
		default:
			names = append(names, fmt.Sprintf("mean %g to %g %s", edges[i-1], edges[i], p.base.Units))
		}
	}
	return names
}

// intensity returns the class of the mean of the truth over the frames ahead, "" where all
// is missing.
func (p *parts) intensity(observed []float32) (string, error) {
	edges := p.edges()
	if len(edges) == 0 {
		return "", fmt.Errorf("by intensity: give %s, which limits of the mean divide cases in %s", p.o.called("Edges"), p.base.Units)
	}
	sum, n := 0.0, 0
	for _, v := range p.base.Known.Unknown(observed) {
		if v == v {
			sum, n = sum+float64(v), n+1
		}
	}
	if n == 0 {
		return "", nil
	}
	class := 0
	for class < len(edges) && sum/float64(n) >= edges[class] {
		class++
	}
	return p.classes()[class], nil
}
