package cf

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// growth checks whether amounts or rates only grow from frame to frame until they begin again, as
// running totals do. Rain that is summed over each frame falls in some cells wherever it
// rises in others.
type growth struct {
	last       []float32
	calendar   string
	grow, fall int       // number of frames in which values only grow, and in which some fall
	falls      []float64 // times of the frames with falling values
	rates      bool      // whether values are in units of a rate, whose running sums are rarer
}

// fewestGrowing is how many cells must grow with none falling to count as a sign.
const fewestGrowing = 8

func (g *growth) add(f *climate.Field, t0 int, data []float32) {
	cells := f.Height() * f.Width()
	g.calendar = f.Calendar
	for t := range len(data) / cells {
		now := data[t*cells : (t+1)*cells]
		if len(g.last) == cells {
			rising, falling := uint32(0), uint32(0)
			last := g.last[:len(now)]
			for i, x := range now {
				y := last[i]
				if x-y != x-y { // one of them is missing
					continue
				}
				slack := 1e-5 * math.Float32frombits(math.Float32bits(y)&^(1<<31))
				above, below := y+slack-x, x-(y-slack)
				// Signs in place of branches, which rain would make unpredictable.
				rising += math.Float32bits(above) >> 31
				falling += math.Float32bits(below) >> 31
			}
			up, down := int(rising), int(falling)
			switch {
			case down > (up+down)/200: // rounding of packed data lets a few fall
				g.fall++
				g.falls = append(g.falls, f.Times[t0+t])
			case up >= fewestGrowing:
				g.grow++
			}
		}
		g.last = append(g.last[:0], now...)
	}
}

// problem returns an error where the values look like running totals.
func (g *growth) problem(name string, opt *ReadOptions) error {
	// Where rain sets in, a field grows everywhere in one frame or two.
	if g == nil || g.grow < 3 || 10*g.grow < 4*(g.grow+g.fall) {
		return nil
	}
	if g.rates && (g.grow < 5 || g.grow < 5*g.fall) {
		return nil
	}
	resets := ""
	if n := len(g.falls); n > 0 {
		resets = fmt.Sprintf(" and fall in %d", n)
	}
	if g.rates {
		return fmt.Errorf("variable %q: values only grow in %d of %d frames%s: they look like running sums of rates, which are amounts (%s with %s); "+
			"%s takes them as rates", name, g.grow, g.grow+g.fall, resets, opt.set("Units", "mm"), opt.set("Totals", "start"), opt.set("Totals", "none"))
	}
	return fmt.Errorf("variable %q: values only grow in %d of %d frames%s: they look like running totals, accumulated since a start, of which each frame less the "+
		"one before is the rain; set %s to %s, or to none if they are amounts of each frame", name, g.grow, g.grow+g.fall, resets, opt.called("Totals"), g.guess())
}

// guess returns the value that Totals may need.
func (g *growth) guess() string {
	switch len(g.falls) {
	case 0:
		return "start"
	case 1:
		return fmt.Sprintf("the hours after which they begin anew, such as 24 or 6 (they have at %s)", climate.FormatTime(g.falls[0], g.calendar))
	}
	for _, every := range []float64{24, 12, 6, 3} { // the first frame after a reset is late by one step
		same := true
		for _, t := range g.falls[1:] {
			d := math.Mod(t-g.falls[0], every)
			same = same && (d < 1e-3 || every-d < 1e-3)
		}
		if same {
			return fmt.Sprintf("%g (they seem to begin anew each %g h)", every, every)
		}
	}
	return "start, or to the hours after which they begin anew"
}
