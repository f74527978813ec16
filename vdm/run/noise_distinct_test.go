package run

import (
	"fmt"
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// correlation of two vectors of mean 0.
func correlation(a, b []float64) float64 {
	ab, aa, bb := 0.0, 0.0, 0.0
	for i, x := range a {
		ab, aa, bb = ab+x*b[i], aa+x*x, bb+b[i]*b[i]
	}
	return ab / math.Sqrt(aa*bb)
}

// distinct fails where any two of the vectors are correlated: 0.7 is five standard
// deviations of the correlation of 48 independent values, seven of 96.
func allDistinct(t *testing.T, what string, names []string, vectors [][]float64) {
	t.Helper()
	for i := range vectors {
		for j := range i {
			if r := correlation(vectors[i], vectors[j]); !(math.Abs(r) < 0.7) {
				t.Errorf("%s of %s and of %s have a correlation of %.3f", what, names[j], names[i], r)
			}
		}
	}
}

// No two samples of training share their noise, in one pass, in two passes of a
// step, or in different steps, and steps differ in their clips and times.
func TestTrainingNoiseIsNeverRepeated(t *testing.T) {
	c := handConfig(t)
	c.Training.Batch = 4
	m := create(t, c, handClips)
	r, err := newReader(m.Config, handClips)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	var eps [][]float64
	seenClips, seenTimes := map[string]int64{}, map[float32]int64{}
	for k := range int64(6) {
		var clips []int
		for a := range c.Training.Accumulate {
			b, err := r.trainingBatch(m.Config, m.schedule, m.weighting, nil, k, a)
			if err != nil {
				t.Fatal(err)
			}
			clips = append(clips, b.clips...)
			for i, l := range b.logSNR {
				if before, ok := seenTimes[l]; ok {
					t.Errorf("λ = %v in step %d and in step %d", l, before, k)
				}
				seenTimes[l] = k
				alpha, sigma := vdm.Alpha(float64(l)), vdm.Sigma(float64(l))
				var e []float64
				for j := i * r.size; j < (i+1)*r.size; j++ {
					e = append(e, sigma*float64(b.z[j])+alpha*float64(b.v[j]))
				}
				names = append(names, fmt.Sprintf("step %d, pass %d, sample %d", k, a, i))
				eps = append(eps, e)
			}
		}
		if before, ok := seenClips[fmt.Sprintf("%v", clips)]; ok {
			t.Errorf("steps %d and %d have the same clips %v", before, k, clips)
		}
		seenClips[fmt.Sprintf("%v", clips)] = k
	}
	allDistinct(t, "the noise", names, eps)
}

// Each clip of a sequence has noise of its own, which is a function of the seed,
// the member and the clip's number. It shows where x̂ is 0 whatever z is: then a
// generated frame is a sum of noise, by the plan's coefficients.
func TestRolloutDrawsNewNoiseForEachClip(t *testing.T) {
	const frames, overlap, side, members, steps, clips = 8, 2, 4, 3, 4, 4
	c := Config{
		Clip: ClipConfig{Frames: frames, Height: side, Width: side, Channels: []ChannelConfig{
			{Name: "t", Units: "K", Transform: parse(t, "identity")},
		}},
		Network:          unet.Config{Dim: 8, Multiples: []int{1}, Heads: 1, HeadDim: 4},
		Parameterisation: vdm.PredictX,
		Schedule:         ScheduleConfig{Name: "linear", Min: -4, Max: 2},
		Training:         TrainingConfig{Steps: 1},
	}
	m := create(t, c, nil)
	zeros := m.Weights(false)
	for _, v := range zeros {
		clear(v)
	}
	if err := m.ImportWeights(zeros); err != nil {
		t.Fatal(err)
	}
	start := make([]float32, overlap*side*side)
	noise.Key{Seed: 4, Stream: noise.Synthetic}.Normal(start)
	const added = frames - overlap
	e := rolledOut(t, m, t.TempDir(), start, RolloutOptions{
		SampleOptions: SampleOptions{Count: members, Batch: 2, Evaluations: steps, Seed: 8, First: 5},
		Frames:        overlap + clips*added, Overlap: overlap,
	})
	plan, err := vdm.NewPlan("ancestral", "time", m.Schedule(), steps)
	if err != nil {
		t.Fatal(err)
	}
	const size, frame = frames * side * side, side * side
	var names []string
	var all [][]float64
	for member := 5; member < 5+members; member++ {
		got := e.sequence(t, member)
		for k := range clips {
			draw := func(s noise.Stream, step int) []float64 {
				x := make([]float32, size)
				noise.Key{Seed: 8, Stream: s, Sample: uint32(member), Step: uint64(k)<<32 | uint64(step)}.Normal(x)
				wide := make([]float64, size)
				for j, v := range x {
					wide[j] = float64(v)
				}
				return wide
			}
			nothing := func([]float64, float64) []float64 { return make([]float64, size) }
			var z []float64
			for _, now := range plan.Follow(draw(noise.Latent, 0), nothing, func(step int) []float64 { return draw(noise.Step, step) }) {
				z = now.Z
			}
			var generated []float64
			worst := 0.0
			for j, want := range z[overlap*frame:] {
				x := float64(got[(overlap+k*added)*frame+j])
				generated = append(generated, x)
				worst = max(worst, math.Abs(x-want))
			}
			if !(worst < 1e-4) {
				t.Errorf("clip %d of member %d differs by %.1e from the noise by hand", k, member, worst)
			}
			names = append(names, fmt.Sprintf("clip %d of member %d", k, member))
			all = append(all, generated)
		}
	}
	allDistinct(t, "generated frames", names, all)
}
