package forecast

import (
	"context"
	"math"
)

// Advection moves known rain along: extrapolation in the frame of the moving pattern,
// with nothing else changed (Germann and Zawadzki 2002, Mon. Weather Rev. 130). All
// members are equal.
//
// The motion is estimated from the known frames nearest to a gap, by correlation and
// optical flow, and steady over the gap. Values are looked up at the end of backward
// trajectories from every cell (semi-Lagrangian, midpoint rule in sub-steps of two cells
// at most), in one interpolation from the known frame whatever the lead, limited so as
// to make no new extremes. The scheme conserves values along trajectories and not mass:
// where motion converges, mass is lost. A trajectory that leaves the domain, or meets
// cells that are known in no frame, ends at its last point inside (within a sub-step of
// the edge), so that inflow is the constant value at the edge.
//
// Between two known frames the left one is moved forwards and the right one backwards,
// and they are averaged with weights linear in time; where one trajectory ended and the
// other did not, the other alone counts. Before the first known frame time is reversed.
// With one known frame there is no motion to estimate and this is persistence.
type Advection struct{}

// Name returns a short name for tables.
func (Advection) Name() string { return "advection" }

// Forecast fills in the unknown frames of a case; see [Forecaster]. At least one frame
// must be known, and known values must not be negative.
func (a Advection) Forecast(ctx context.Context, c Case, members int, _ uint64) ([][]float32, error) {
	if err := c.validFor(ctx, a.Name(), members, 1); err != nil {
		return nil, err
	}
	if err := c.validRain(a.Name()); err != nil {
		return nil, err
	}
	clip := c.start()
	s := newScene(c)
	for _, g := range c.gaps() {
		v := motion(s, g)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		forwards, backwards := newTrack(s, v), newTrack(s, v)
		fromLeft, fromRight := make([][]float64, g.right), make([][]float64, g.right)
		endedLeft, endedRight := make([][]bool, g.right), make([][]bool, g.right)
		for f := g.left + 1; g.left >= 0 && f < g.right; f++ {
			backwards.advance(-1)
			fromLeft[f], endedLeft[f] = backwards.look(s.frames[g.left]), append([]bool(nil), backwards.ended...)
		}
		for f := g.right - 1; g.right < c.Frames && f > g.left; f-- {
			forwards.advance(1)
			fromRight[f], endedRight[f] = forwards.look(s.frames[g.right]), append([]bool(nil), forwards.ended...)
		}
		for f := g.left + 1; f < g.right; f++ {
			weight := float64(f-g.left) / float64(g.right-g.left)
			out := c.frame(clip, f)
			for i := range out {
				if !s.inside[i] {
					out[i] = float32(math.NaN())
					continue
				}
				switch {
				case fromRight[f] == nil || fromLeft[f] != nil && endedRight[f][i] && !endedLeft[f][i]:
					out[i] = float32(fromLeft[f][i])
				case fromLeft[f] == nil || endedLeft[f][i] && !endedRight[f][i]:
					out[i] = float32(fromRight[f][i])
				default:
					out[i] = float32((1-weight)*fromLeft[f][i] + weight*fromRight[f][i])
				}
			}
		}
	}
	return same(clip, members), nil
}
