package plotting

import (
	"image/color"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

func init() { goldenCases = append(goldenCases, graphCases...) }

var graphCases = []goldenCase{
	{"graph_hierarchy", func(s Style) (*Picture, error) {
		nodes := []GraphNode{
			{Name: "z_{3}", X: 0}, {Name: "z_{2}", X: 1}, {Name: "z_{1}", X: 2}, {Name: "x", X: 3, Observed: true},
		}
		var edges []GraphEdge
		for i := range 3 {
			edges = append(edges,
				GraphEdge{From: nodes[i].Name, To: nodes[i+1].Name},
				GraphEdge{From: nodes[i+1].Name, To: nodes[i].Name, Dashed: true})
		}
		return GraphicalModel(nodes, edges, GraphOptions{Style: s, Solid: "generative model", Dashed: "inference model"})
	}},
	{"graph_conditional", func(s Style) (*Picture, error) {
		s.Title = "A conditional VAE"
		return GraphicalModel(
			[]GraphNode{{Name: "z", Y: 1}, {Name: "x", Observed: true}, {Name: "c", Label: "c_{long}", X: 1.3, Y: 0.5, Observed: true}},
			[]GraphEdge{
				{From: "z", To: "x", Label: "p_{θ}(x|z)"},
				{From: "x", To: "z", Dashed: true, Label: "q_{φ}(z|x)"},
				{From: "c", To: "x", Bend: 0.2},
				{From: "c", To: "z"},
			}, GraphOptions{Style: s})
	}},
}

// Observed circles are shaded and latent ones open, and a dashed arrow has gaps
// where a solid one has none.
func TestGraphicalModelMeaning(t *testing.T) {
	draw := func(dashed bool) *Picture {
		p, err := GraphicalModel(
			[]GraphNode{{Name: "a", Label: " "}, {Name: "b", Label: " ", X: 2, Observed: true}},
			[]GraphEdge{{From: "a", To: "b", Dashed: dashed}},
			GraphOptions{Style: Style{Width: 14, Height: 4}})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	solid, dashed := draw(false).Image(), draw(true).Image()
	b := solid.Bounds()
	colour := func(share float64) color.RGBA {
		return color.RGBAModel.Convert(solid.At(int(share*float64(b.Dx())), b.Dy()/2)).(color.RGBA)
	}
	unit := 1 / (2 + 2*(graphRadius+graphMargin)) // distance between neighbours, of the width
	first, last := 0.5-unit, 0.5+unit
	if got := colour(first); got != (color.RGBA{255, 255, 255, 255}) {
		t.Errorf("a latent variable is filled with %v", got)
	}
	if got := colour(last); got != observedGrey {
		t.Errorf("an observed variable is filled with %v", got)
	}
	dark := func(img interface{ At(x, y int) color.Color }) (n int) {
		for x := int((first + 0.3*unit) * float64(b.Dx())); x < int((last-0.4*unit)*float64(b.Dx())); x++ {
			column := false
			for y := b.Dy()/2 - 3; y <= b.Dy()/2+3; y++ {
				column = column || color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y < 128
			}
			if column {
				n++
			}
		}
		return n
	}
	all, some := dark(solid), dark(dashed)
	if share := float64(some) / float64(all); share < 0.5 || share > 0.8 {
		t.Errorf("the dashed arrow covers %d columns and the solid one %d, want about five of eight", some, all)
	}
}

// An edge bows to the left of its direction, by the fraction asked for.
func TestBowed(t *testing.T) {
	from, to := vg.Point{X: 1, Y: 2}, vg.Point{X: 1, Y: 12}
	if got := bowed(from, to, 0.2).at(0.5); math.Abs(float64(got.X+1)) > 1e-9 || math.Abs(float64(got.Y-7)) > 1e-9 {
		t.Errorf("the middle of an edge upwards lies at %v, want (−1, 7)", got)
	}
	curve := bowed(from, to, 0.2)
	out := curve.at(curve.leaves(from, 3)).Sub(from)
	if d := math.Hypot(float64(out.X), float64(out.Y)); math.Abs(d-3) > 1e-6 {
		t.Errorf("the edge leaves the circle at distance %g, want 3", d)
	}
}

func TestGraphicalModelErrors(t *testing.T) {
	two := []GraphNode{{Name: "a"}, {Name: "b", X: 1}}
	for name, c := range map[string]struct {
		nodes []GraphNode
		edges []GraphEdge
		opt   GraphOptions
		want  string
	}{
		"nothing":      {nil, nil, GraphOptions{}, "no node"},
		"no name":      {[]GraphNode{{}}, nil, GraphOptions{}, "node 0"},
		"twice":        {[]GraphNode{{Name: "a"}, {Name: "a", X: 3}}, nil, GraphOptions{}, `"a"`},
		"coordinate":   {[]GraphNode{{Name: "a", X: math.NaN()}}, nil, GraphOptions{}, "NaN"},
		"overlap":      {[]GraphNode{{Name: "a"}, {Name: "b", X: 0.1}}, nil, GraphOptions{}, "0.1 apart"},
		"unknown node": {two, []GraphEdge{{From: "a", To: "c"}}, GraphOptions{}, `"c"`},
		"loop":         {two, []GraphEdge{{From: "a", To: "a"}}, GraphOptions{}, "itself"},
		"bend":         {two, []GraphEdge{{From: "a", To: "b", Bend: math.NaN()}}, GraphOptions{}, "bend NaN"},
		"style":        {two, nil, GraphOptions{Style: Style{DPI: 1}}, "DPI"},
	} {
		if _, err := GraphicalModel(c.nodes, c.edges, c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one that says %q", name, err, c.want)
		}
	}
}
