package plotting

import (
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// GridOptions are the options of [Grid]. By default the picture has the size of the panels, side
// by side.
type GridOptions struct {
	Style

	// Letters puts a, b, … in bold type at the upper left of the panels, row by row.
	Letters bool
}

// Validate reports the first option that is out of range.
func (o GridOptions) Validate() error { return o.Style.Validate() }

// Grid sets pictures in rows and columns as panels of one picture. They are drawn again
// at their place, so that letters keep their size and PDF files their vectors; the axes
// of neighbours are aligned, and a row of axes with the same legend below them has it once.
// A nil panel leaves its place empty; rows may have different lengths.
func Grid(rows [][]*Picture, opt GridOptions) (*Picture, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	f := &gridFigure{opt: opt}
	panels, dpi := 0, 0
	for i, row := range rows {
		row, common := shared(row)
		f.rows, f.legends = append(f.rows, row), append(f.legends, common)
		f.heights = append(f.heights, 0)
		for j, p := range row {
			if j == len(f.widths) {
				f.widths = append(f.widths, 0)
			}
			if p == nil {
				continue
			}
			panels++
			dpi = max(dpi, p.dpi)
			f.widths[j] = max(f.widths[j], p.w)
			f.heights[i] = max(f.heights[i], p.h)
		}
	}
	if panels == 0 {
		return nil, fmt.Errorf("plotting: a grid of %d rows without a panel, want at least one", len(rows))
	}
	if opt.DPI != 0 {
		dpi = opt.DPI
	}
	w := sum(f.widths)
	if opt.Width != 0 {
		w = vg.Length(opt.Width) * vg.Centimeter
	}
	h := sum(f.heights)*w/sum(f.widths) + f.wordsRoom(w)
	if opt.Height != 0 {
		h = vg.Length(opt.Height) * vg.Centimeter
	}
	return newPicture(f, w, h, dpi)
}

func sum(ls []vg.Length) (s vg.Length) {
	for _, l := range ls {
		s += l
	}
	return s
}

type gridFigure struct {
	opt             GridOptions
	rows            [][]*Picture
	legends         []legend    // below each row, where its panels share one
	widths, heights []vg.Length // of columns and rows, by the natural sizes of the panels
}

// shared returns a row of panels without their legends and the legend that is the same
// below all of them, or the row as it is and no legend.
func shared(row []*Picture) ([]*Picture, legend) {
	var common legend
	out := make([]*Picture, len(row))
	panels := 0
	for i, p := range row {
		if p == nil {
			continue
		}
		axes, ok := p.fig.(*axesFigure)
		if !ok || axes.place != LegendBelow {
			return row, legend{}
		}
		own := newLegend(axes.traces, axes.style.tickSize())
		if panels++; panels == 1 {
			common = own
		} else if !own.alike(common) {
			return row, legend{}
		}
		plain, panel := *axes, *p
		plain.place = LegendNone
		_, h := own.block(own.columns(p.w - 2*outerPad))
		panel.fig, panel.h = &plain, p.h-h-legendPad
		out[i] = &panel
	}
	if panels < 2 || len(common.entries) == 0 {
		return row, legend{}
	}
	return out, common
}

// legendRoom returns the height of the legend below a row.
func (f *gridFigure) legendRoom(i int, width vg.Length) vg.Length {
	l := f.legends[i]
	if len(l.entries) == 0 {
		return 0
	}
	_, h := l.block(l.columns(width - 2*outerPad))
	return h + legendPad
}

// wordsRoom returns the height of the title, the letters and the legends of rows.
func (f *gridFigure) wordsRoom(width vg.Length) vg.Length {
	h := f.titleRoom(width)
	for i := range f.rows {
		h += f.letterRoom() + f.legendRoom(i, width)
	}
	return h
}

func (f *gridFigure) letterRoom() vg.Length {
	if !f.opt.Letters {
		return 0
	}
	return 1.5 * f.opt.labelSize()
}

func (f *gridFigure) title(width vg.Length) label {
	return label{text: f.opt.Title, size: f.opt.titleSize() + 1}.wrapped(width - 2*outerPad)
}

func (f *gridFigure) titleRoom(width vg.Length) vg.Length {
	if f.opt.Title == "" {
		return 0
	}
	return titleRoom(f.title(width)) + outerPad
}

// cells returns the rectangles of the panels.
func (f *gridFigure) cells(c draw.Canvas) [][]draw.Canvas {
	room := max(c.Size().Y-f.wordsRoom(c.Size().X), 1)
	y := c.Max.Y - f.titleRoom(c.Size().X)
	out := make([][]draw.Canvas, len(f.rows))
	for i, row := range f.rows {
		y -= f.letterRoom()
		h := room * f.heights[i] / sum(f.heights)
		x := c.Min.X
		for j := range row {
			w := c.Size().X * f.widths[j] / sum(f.widths)
			cell := c
			cell.Min, cell.Max = vg.Point{X: x, Y: y - h}, vg.Point{X: x + w, Y: y}
			out[i] = append(out[i], cell)
			x += w
		}
		y -= h + f.legendRoom(i, c.Size().X)
	}
	return out
}

func (f *gridFigure) draw(c draw.Canvas) {
	cells := f.cells(c)
	corners := f.cells(c)
	f.align(cells)
	n := 0
	for i, row := range f.rows {
		for j, p := range row {
			if p == nil {
				continue
			}
			p.fig.draw(cells[i][j])
			if f.opt.Letters {
				cell := corners[i][j]
				corner := vg.Point{X: cell.Min.X + outerPad, Y: cell.Max.Y + 0.2*f.opt.labelSize()}
				label{text: letter(n), size: f.opt.labelSize(), bold: true}.draw(c, corner, anchor{0, 0}, 0)
			}
			n++
		}
		if l := f.legends[i]; len(l.entries) > 0 {
			columns := l.columns(c.Size().X - 2*outerPad)
			w, _ := l.block(columns)
			w = min(w, c.Size().X-2*outerPad)
			l.draw(c, vg.Point{X: c.Center().X - w/2, Y: corners[i][0].Min.Y}, columns, w)
		}
	}
	drawTitle(c, f.title(c.Size().X), c.Center().X)
}

// letter returns a, b, … z, aa, ab, … for n = 0, 1, …
func letter(n int) string {
	if n < 26 {
		return string(rune('a' + n))
	}
	return letter(n/26-1) + string(rune('a'+n%26))
}

// align narrows the cells so that, in a column, the data of all panels start
// and end at the same place, and in a row likewise. A panel of fixed shape moves
// within a cell that is narrowed, so this takes a few rounds.
func (f *gridFigure) align(cells [][]draw.Canvas) {
	const rounds, close = 12, 0.1 // points
	whole := make([][]vg.Point, len(cells))
	for i, row := range cells {
		for _, c := range row {
			whole[i] = append(whole[i], c.Size())
		}
	}
	for range rounds {
		if f.alignOnce(cells, whole) < close {
			return
		}
	}
}

// alignOnce moves the edges of the cells once and returns the longest move.
func (f *gridFigure) alignOnce(cells [][]draw.Canvas, whole [][]vg.Point) (moved vg.Length) {
	data := make(map[[2]int]vg.Rectangle)
	columns, rows := make([]common, len(f.widths)), make([]common, len(f.rows))
	for i, row := range f.rows {
		for j, p := range row {
			if p == nil {
				continue
			}
			in, ok := p.fig.insets(cells[i][j])
			if !ok {
				continue
			}
			c := cells[i][j]
			r := vg.Rectangle{
				Min: vg.Point{X: c.Min.X + in.left, Y: c.Min.Y + in.bottom},
				Max: vg.Point{X: c.Max.X - in.right, Y: c.Max.Y - in.top},
			}
			data[[2]int{i, j}] = r
			columns[j].add(r.Min.X, r.Max.X)
			rows[i].add(r.Min.Y, r.Max.Y)
		}
	}
	for at, r := range data {
		i, j := at[0], at[1]
		c := &cells[i][j]
		moved = max(moved, columns[j].narrow(&c.Min.X, &c.Max.X, r.Min.X, r.Max.X, whole[i][j].X))
		moved = max(moved, rows[i].narrow(&c.Min.Y, &c.Max.Y, r.Min.Y, r.Max.Y, whole[i][j].Y))
	}
	return moved
}

// common is the range that the data of several panels share in one direction.
type common struct {
	lo, hi vg.Length
	set    bool
}

func (m *common) add(lo, hi vg.Length) {
	if !m.set {
		m.lo, m.hi, m.set = lo, hi, true
		return
	}
	m.lo, m.hi = max(m.lo, lo), min(m.hi, hi)
}

// narrow moves the ends of a cell by the distance of its data from the shared range. A
// panel of another kind, such as a map of fixed shape, may differ so much that aligning
// it would leave no room for its data: a cell keeps 60 % of its size.
func (m common) narrow(lo, hi *vg.Length, dataLo, dataHi, whole vg.Length) vg.Length {
	a, b := max(0, m.lo-dataLo), max(0, dataHi-m.hi)
	if *hi-*lo-a-b < 0.6*whole {
		return 0
	}
	*lo += a
	*hi -= b
	return max(a, b)
}

func (f *gridFigure) insets(draw.Canvas) (insets, bool) { return insets{}, false }
