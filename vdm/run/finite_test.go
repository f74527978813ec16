package run

import (
	"fmt"
	"math"
	"testing"

	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// nanAbove is a denoiser whose estimate for one sample of a batch of two is NaN
// at levels above a bound.
func nanAbove(bound float64, sample int) vdm.Denoiser {
	return func(z *g.Node, at vdm.Level, in vdm.Batch) vdm.Prediction {
		only := []float32{0, 0}
		only[sample] = float32(math.NaN())
		bad := g.Reshape(g.Const(z.Graph(), only), 2, 1, 1, 1, 1)
		bad = g.BroadcastToDims(bad, z.Shape().Dimensions...)
		level := g.BroadcastToDims(g.Reshape(at.LogSNR, 2, 1, 1, 1, 1), z.Shape().Dimensions...)
		zeros := g.ZerosLike(z)
		return vdm.Prediction{Z: z, At: at, V: g.Where(g.GreaterThan(level, g.AddScalar(zeros, bound)), g.Add(zeros, bad), zeros)}
	}
}

// Samples that are not finite are an error which names the step, the level and
// the sample: NaN in a file would read as missing cells.
func TestSamplingStopsWhereItIsNotFinite(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	be, _, err := m.Engine()
	if err != nil {
		t.Fatal(err)
	}
	s := vdm.LinearLogSNR{Min: -6, Max: 4}
	for _, sampler := range vdm.SamplerNames() {
		plan, err := vdm.NewPlan(sampler, "logsnr", s, 5)
		if err != nil {
			t.Fatal(err)
		}
		shape := [4]int{1, 2, 2, 1}
		o := vdm.DrawOptions{Count: 4, Batch: 2, First: 7}
		from := func(d vdm.Denoiser) error {
			_, err := vdm.SampleFrom(t.Context(), be, d, plan, shape, nil, o)
			return err
		}
		if err := from(nanAbove(5, 1)); err != nil {
			t.Errorf("%s: %v", sampler, err)
		}
		at := 0 // the first step above a level
		for plan.Steps[at].LogSNRT <= -1 {
			at++
		}
		enginetest.WantError(t, sampler, from(nanAbove(-1, 1)), fmt.Sprintf("sample 8 is not finite at step %d of %d", at+1, len(plan.Steps)),
			fmt.Sprintf("λ from %.4g to", plan.Steps[at].LogSNRT))
		end := len(plan.Steps) - 1
		last := plan.Steps[end].LogSNRT
		if end > 0 && plan.Steps[end-1].LogSNRT < last {
			enginetest.WantError(t, sampler, from(nanAbove(last-1e-3, 0)), fmt.Sprintf("sample 7 is not finite at step %d of %d", end+1, end+1))
		}
	}
	// The same through a run, with weights that are not finite.
	broken := m.Weights(false)
	for _, v := range broken {
		v[0] = float32(math.NaN())
	}
	if err := m.ImportWeights(broken); err != nil {
		t.Fatal(err)
	}
	_, err = m.Sample(t.Context(), SampleOptions{Evaluations: 3})
	enginetest.WantError(t, "a network of NaN", err, "sample 0 is not finite at step 1 of 3")
	_, err = m.Nowcast(t.Context(), clipOf(t, tinyClips, 0), 1, SampleOptions{Evaluations: 3})
	enginetest.WantError(t, "a nowcast with a network of NaN", err, "is not finite at step 1 of 3")
}

// Bounds of λ at which float32 loses α and σ are refused in a configuration, and
// those just within are taken.
func TestConfigRefusesBoundsBeyondFloat32(t *testing.T) {
	for _, c := range []struct {
		s  ScheduleConfig
		ok bool
	}{
		{ScheduleConfig{Name: "cosine", Min: -60, Max: 60}, true},
		{ScheduleConfig{Name: "linear", Min: -60, Max: 60}, true},
		{ScheduleConfig{Name: "cosine", Min: -60.5, Max: 30}, false},
		{ScheduleConfig{Name: "linear", Min: -30, Max: 60.5}, false},
		{ScheduleConfig{Name: "cosine", Min: -90, Max: 90}, false},
		{ScheduleConfig{Name: "cosine", Min: 61, Max: 70}, false},
		{ScheduleConfig{Name: "cosine-float32", Min: -30, Max: 80}, false},
		{ScheduleConfig{Name: "cosine", Shift: -40}, true}, // truncated at ±30
	} {
		config := tinyConfig(t)
		config.Schedule = c.s
		err := config.WithDefaults().Validate()
		if c.ok && err != nil {
			t.Errorf("%+v: %v", c.s, err)
		}
		if !c.ok {
			enginetest.WantError(t, fmt.Sprintf("%+v", c.s), err, "schedule.min, schedule.max", "within ±60", "float32")
		}
	}
}

// A transform whose inverse overflows where the network generates is an error that names
// it; and what a bounded one clamps is finite.
func TestAnInfiniteInverseIsRefused(t *testing.T) {
	c := tinyConfig(t)
	c.Clip.Channels[0].Transform = parse(t, "log:0.1")
	m := create(t, c, tinyClips)
	x := make([]float32, 2*4*4)
	x[20] = 95 // e⁹⁵ tenths of a millimetre an hour are beyond float32
	enginetest.WantError(t, "an inverse that overflows", m.toPhysical(7, x, false), "sample 7: rain is infinite at frame 1", "log:0.1", "up to 95")
	if x[20] = 80; m.toPhysical(7, x, false) != nil || x[20] < 1e30 {
		t.Errorf("e⁸⁰ is %v", x[20])
	}
	bounded := create(t, tinyConfig(t), tinyClips)
	y := make([]float32, 2*4*4)
	y[3] = 1e30
	if err := bounded.toPhysical(0, y, false); err != nil {
		t.Errorf("clamped to the range of training: %v", err)
	}
	y[3] = 1e30
	enginetest.WantError(t, "the same without the clamp", bounded.toPhysical(0, y, true), "rain is infinite at frame 0")
}
