package forecast

import (
	"context"
)

// Forecast fills in the unknown frames of a case; see [Forecaster]. At least two frames
// must be known, since motion and memory are estimated from them, and known values must
// not be negative.
func (st STEPS) Forecast(ctx context.Context, c Case, members int, seed uint64) ([][]float32, error) {
	if err := c.validFor(ctx, st.Name(), members, 2); err != nil {
		return nil, err
	}
	if err := c.validRain(st.Name()); err != nil {
		return nil, err
	}
	if err := st.Validate(); err != nil {
		return nil, err
	}
	return st.forCase(c).forecast(ctx, c, members, seed)
}

// forecast returns what remains of Forecast where case and settings are good.
func (st settings) forecast(ctx context.Context, c Case, members int, seed uint64) ([][]float32, error) {
	s := newScene(c)
	all := same(c.start(), members)
	if !s.any {
		return all, nil
	}
	for _, g := range c.gaps() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		sim := newSimulation(st, s, g)
		for m := range all {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			sim.draw(seed, uint32(m), func(f int) []float32 { return c.frame(all[m], f) })
		}
	}
	return all, nil
}
