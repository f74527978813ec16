package plotting

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// GraphNode is a random variable of a graphical model.
type GraphNode struct {
	Name  string // name by which edges refer to it
	Label string // text in the circle; empty means the name

	// X and Y are the centre, rightwards and upwards, in units of the distance between
	// neighbours.
	X, Y float64

	// Observed shades the circle; the circle of a latent variable is open.
	Observed bool
}

// GraphEdge is an arrow from one variable to another.
type GraphEdge struct {
	From, To string
	Label    string // beside the middle of the arrow; empty means none
	Dashed   bool

	// Bend is how far the middle of the arrow bows to the left of its own direction, as
	// a fraction of its length. Zero means straight, or 0.16 where another edge joins
	// the same two nodes.
	Bend float64
}

// GraphOptions are the options of [GraphicalModel]. By default neighbours are 3 cm
// apart.
type GraphOptions struct {
	Style

	// Solid and Dashed say below the graph what the arrows mean; empty means no
	// explanation.
	Solid, Dashed string
}

// Validate reports the first option that is out of range.
func (o GraphOptions) Validate() error { return o.Style.Validate() }

const (
	graphUnit   = 3.0  // centimetres between neighbours
	graphRadius = 0.2  // of a node, in units of the distance between neighbours
	graphMargin = 0.06 // around the whole drawing, in the same units
	parallel    = 0.16 // bend of edges that join the same nodes
)

// GraphicalModel draws a directed graphical model (a Bayesian network): circles for
// variables, shaded where they are observed, and arrows for the conditionals, solid or
// dashed, such as those of a generative model and of its inference model. Labels take
// scripts, as all text does: "z_{1}".
func GraphicalModel(nodes []GraphNode, edges []GraphEdge, opt GraphOptions) (*Picture, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	fig := graphFigure{nodes: nodes, style: opt.Style, key: graphKey(opt)}
	byName, err := placed(nodes)
	if err != nil {
		return nil, err
	}
	joined := map[[2]int]int{}
	for i, e := range edges {
		from, okFrom := byName[e.From]
		to, okTo := byName[e.To]
		switch {
		case !okFrom || !okTo:
			return nil, fmt.Errorf("plotting: edge %d goes from %q to %q, want names of nodes", i, e.From, e.To)
		case from == to:
			return nil, fmt.Errorf("plotting: edge %d goes from %q to itself, want two nodes", i, e.From)
		case !(math.Abs(e.Bend) <= 1):
			return nil, fmt.Errorf("plotting: edge %d (%q to %q) has the bend %g, want −1 to 1", i, e.From, e.To, e.Bend)
		}
		fig.edges = append(fig.edges, graphEdge{GraphEdge: e, from: from, to: to})
		joined[pair(from, to)]++
	}
	for i, e := range fig.edges {
		if e.Bend == 0 && joined[pair(e.from, e.to)] > 1 {
			fig.edges[i].Bend = parallel
		}
	}
	fig.bound()
	width := (fig.right - fig.left) * graphUnit
	height := (fig.top-fig.bottom)*graphUnit + float64(fig.above()+fig.below())/float64(vg.Centimeter)
	w, h := opt.size(max(width, minCentimetres), max(height, minCentimetres))
	return newPicture(fig, w, h, opt.dpi())
}

// placed checks the nodes and returns their indices by name.
func placed(nodes []GraphNode) (map[string]int, error) {
	if len(nodes) == 0 {
		return nil, fmt.Errorf("plotting: no node given, want at least one")
	}
	byName := map[string]int{}
	for i, n := range nodes {
		if _, twice := byName[n.Name]; twice || n.Name == "" {
			return nil, fmt.Errorf("plotting: node %d has the name %q, want one that no other has", i, n.Name)
		}
		if !visible(n.X, n.Y, false, false) || math.Hypot(n.X, n.Y) > 100 {
			return nil, fmt.Errorf("plotting: node %q stands at (%g, %g), want coordinates within 100", n.Name, n.X, n.Y)
		}
		for _, m := range nodes[:i] {
			if math.Hypot(n.X-m.X, n.Y-m.Y) < 2.5*graphRadius {
				return nil, fmt.Errorf("plotting: nodes %q and %q are %.2g apart, want at least %g", m.Name, n.Name, math.Hypot(n.X-m.X, n.Y-m.Y), 2.5*graphRadius)
			}
		}
		byName[n.Name] = i
	}
	return byName, nil
}

func pair(a, b int) [2]int { return [2]int{min(a, b), max(a, b)} }

type graphEdge struct {
	GraphEdge
	from, to int
}

type graphFigure struct {
	nodes                    []GraphNode
	edges                    []graphEdge
	style                    Style
	key                      []trace
	left, right, bottom, top float64 // bounds of the whole drawing, in units
}

// bound computes the room that circles and bowed edges take.
func (f *graphFigure) bound() {
	f.left, f.right, f.bottom, f.top = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	add := func(x, y, margin float64) {
		f.left, f.right = min(f.left, x-margin), max(f.right, x+margin)
		f.bottom, f.top = min(f.bottom, y-margin), max(f.top, y+margin)
	}
	for _, n := range f.nodes {
		add(n.X, n.Y, graphRadius+graphMargin)
	}
	for _, e := range f.edges {
		a, b := f.nodes[e.from], f.nodes[e.to]
		x := (a.X+b.X)/2 - e.Bend*(b.Y-a.Y)
		y := (a.Y+b.Y)/2 + e.Bend*(b.X-a.X)
		add(x, y, graphMargin)
		if e.Label == "" {
			continue
		}
		// This is the label's box at the default size.
		const unit = graphUnit * vg.Centimeter
		from, to := vg.Point{X: vg.Length(a.X) * unit, Y: vg.Length(a.Y) * unit}, vg.Point{X: vg.Length(b.X) * unit, Y: vg.Length(b.Y) * unit}
		centre, w := f.labelCentre(from, to, vg.Point{X: vg.Length(x) * unit, Y: vg.Length(y) * unit}, e.GraphEdge)
		size := f.style.labelSize()
		add(float64((centre.X-w/2)/unit), float64((centre.Y-size/2)/unit), graphMargin)
		add(float64((centre.X+w/2)/unit), float64((centre.Y+size/2)/unit), graphMargin)
	}
}

// graphKey returns the entries of the legend.
func graphKey(o GraphOptions) []trace {
	var key []trace
	for _, k := range []struct {
		name   string
		dashes []vg.Length
	}{{o.Solid, nil}, {o.Dashed, dashes}} {
		if k.name != "" {
			key = append(key, trace{name: k.name, line: draw.LineStyle{Color: okabeIto[6], Width: guideWidth, Dashes: k.dashes}})
		}
	}
	return key
}

func (f graphFigure) above() vg.Length {
	if f.style.Title == "" {
		return 0
	}
	return 1.8 * f.style.titleSize()
}

func (f graphFigure) below() vg.Length {
	return vg.Length(len(f.key)) * 1.35 * f.style.labelSize()
}

func (f graphFigure) insets(draw.Canvas) (insets, bool) { return insets{}, false }

func (f graphFigure) draw(c draw.Canvas) {
	area := c.Rectangle
	if f.style.Title != "" {
		t := label{text: f.style.Title, size: f.style.titleSize()}.shrunk(area.Size().X * 0.96)
		t.draw(c, vg.Point{X: (area.Min.X + area.Max.X) / 2, Y: area.Max.Y - 0.6*t.size}, centerTop, 0)
	}
	area.Max.Y -= f.above()
	area.Min.Y += f.below()
	unit := min(area.Size().X/vg.Length(f.right-f.left), area.Size().Y/vg.Length(f.top-f.bottom))
	middle := vg.Point{X: (area.Min.X + area.Max.X) / 2, Y: (area.Min.Y + area.Max.Y) / 2}
	at := func(n GraphNode) vg.Point {
		return vg.Point{
			X: middle.X + unit*vg.Length(n.X-(f.left+f.right)/2),
			Y: middle.Y + unit*vg.Length(n.Y-(f.bottom+f.top)/2),
		}
	}
	radius := unit * graphRadius
	for _, e := range f.edges {
		f.arrow(c, at(f.nodes[e.from]), at(f.nodes[e.to]), radius, e.GraphEdge)
	}
	for _, n := range f.nodes {
		f.node(c, at(n), radius, n)
	}
	f.drawKey(c, area.Min.Y)
}

func (f graphFigure) node(c draw.Canvas, centre vg.Point, r vg.Length, n GraphNode) {
	circle := circlePath(centre, r)
	if n.Observed {
		c.SetColor(observedGrey)
		c.Fill(circle)
	}
	c.SetLineStyle(draw.LineStyle{Color: okabeIto[6], Width: guideWidth})
	c.Stroke(circle)
	text := n.Label
	if text == "" {
		text = n.Name
	}
	size := f.style.titleSize() + 4
	h := newRichText()
	if _, w := h.set(text, variable(size), false); w > 1.7*r {
		size *= 1.7 * r / w
	}
	_, w := h.set(text, variable(size), false)
	// The label is centred on the height of a lower-case letter, because variables are
	// lower-case.
	h.fill(c, text, variable(size), okabeIto[6], vg.Point{X: centre.X - w/2, Y: centre.Y - serifXHeight/2*size}, 0)
}

func (f graphFigure) arrow(c draw.Canvas, from, to vg.Point, radius vg.Length, e GraphEdge) {
	curve := bowed(from, to, e.Bend)
	start := curve.leaves(from, radius)
	end := 1 - curve.reversed().leaves(to, radius)
	tip := curve.at(end)
	length, half := 2.6*arrowHalf, arrowHalf
	neck := 1 - curve.reversed().leaves(to, radius+0.9*length)
	base := curve.at(1 - curve.reversed().leaves(to, radius+length))

	c.SetLineStyle(draw.LineStyle{Color: okabeIto[6], Width: guideWidth})
	if e.Dashed {
		c.SetLineStyle(draw.LineStyle{Color: okabeIto[6], Width: guideWidth, Dashes: dashes})
	}
	c.Stroke(curve.between(start, max(neck, start)))

	along := tip.Sub(base)
	d := vg.Length(math.Hypot(float64(along.X), float64(along.Y)))
	side := vg.Point{X: -along.Y / d * half, Y: along.X / d * half}
	var head vg.Path
	head.Move(tip)
	head.Line(base.Add(side))
	head.Line(base.Sub(side))
	head.Close()
	c.SetColor(okabeIto[6])
	c.Fill(head)
	f.edgeLabel(c, from, to, curve.at(0.5), e)
}

func (f graphFigure) edgeLabel(c draw.Canvas, from, to, middle vg.Point, e GraphEdge) {
	if e.Label == "" {
		return
	}
	centre, w := f.labelCentre(from, to, middle, e)
	size := f.style.labelSize()
	newRichText().fill(c, e.Label, quantity(size), okabeIto[6], vg.Point{X: centre.X - w/2, Y: centre.Y - serifXHeight/2*size}, 0)
}

// labelCentre returns the middle of an edge's label and its width: on the side to which
// the edge bows, the left one if it is straight.
func (f graphFigure) labelCentre(from, to, middle vg.Point, e GraphEdge) (centre vg.Point, width vg.Length) {
	d := to.Sub(from)
	n := math.Hypot(float64(d.X), float64(d.Y))
	out := vg.Point{X: -d.Y / vg.Length(n), Y: d.X / vg.Length(n)}
	if e.Bend < 0 {
		out = out.Scale(-1)
	}
	size := f.style.labelSize()
	_, width = newRichText().set(e.Label, quantity(size), false)
	// The box of the text touches a line parallel to the edge, half an em away.
	away := 0.5*size + vg.Length(math.Abs(float64(out.X)))*width/2 + vg.Length(math.Abs(float64(out.Y)))*size*0.45
	return middle.Add(out.Scale(away)), width
}

func (f graphFigure) drawKey(c draw.Canvas, top vg.Length) {
	size := f.style.labelSize()
	var width vg.Length
	for _, k := range f.key {
		width = max(width, swatchWidth+swatchGap+label{text: k.name, size: size}.width())
	}
	left := (c.Min.X + c.Max.X - width) / 2
	for i, k := range f.key {
		y := top - vg.Length(1.35*(float64(i)+0.4))*size
		c.SetLineStyle(k.line)
		var line vg.Path
		line.Move(vg.Point{X: left, Y: y})
		line.Line(vg.Point{X: left + swatchWidth, Y: y})
		c.Stroke(line)
		label{text: k.name, size: size}.draw(c, vg.Point{X: left + swatchWidth + swatchGap, Y: y}, leftMiddle, 0)
	}
}
