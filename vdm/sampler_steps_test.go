package vdm

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// standardNormal is the exact denoiser of standard normal data: v̂ = 0, so that x̂ = α·z.
func standardNormal(z *g.Node, at Level, _ Batch) Prediction {
	return Prediction{Z: z, At: at, V: g.ZerosLike(z)}
}

// A loop over the steps sees the x̂ that each used, for plans with and without a memory,
// and ends where a batch ends, whichever of the two a sampler does first.
func TestStepsShowTheEstimate(t *testing.T) {
	be := enginetest.Small(t)
	for _, name := range []string{"ancestral", "ddim", "dpm++2m", "dpm++3m"} {
		plan, err := NewPlan(name, "time", LinearLogSNR{Min: -4, Max: 4}, 6)
		if err != nil {
			t.Fatal(err)
		}
		o := DrawOptions{Count: 2, Batch: 2, Seed: 3}.WithDefaults()
		s, err := NewSampler(OnEngine(be, standardNormal), plan, [4]int{1, 2, 3, 1}, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Compile(); err != nil {
			t.Fatal(err)
		}
		var ends [][]float32
		for range 2 {
			alone, err := s.Batch(t.Context(), 0, nil)
			if err != nil {
				t.Fatal(err)
			}
			ends = append(ends, alone)
			z, count := s.noise(noise.Latent, 0, 0), 0
			for i, state := range s.Steps(t.Context(), 0) {
				x, err := state.X()
				if err != nil {
					t.Fatal(err)
				}
				for j := range z {
					if want := Alpha(state.LogSNRT) * float64(z[j]); !(math.Abs(float64(x[j])-want) <= 1e-6) {
						t.Fatalf("%s, step %d, value %d: x̂ is %v, want α·z = %v", name, i, j, x[j], want)
					}
				}
				if z, err = state.Z(); err != nil {
					t.Fatal(err)
				}
				count++
			}
			if s.Err() != nil || count != len(plan.Steps) {
				t.Fatalf("%s: %d of %d steps (%v)", name, count, len(plan.Steps), s.Err())
			}
			ends = append(ends, z)
		}
		for i, z := range ends {
			if !(enginetest.Farthest(z, ends[0]) <= 1e-6) {
				t.Errorf("%s: draw %d ends at %v, the first at %v", name, i, z, ends[0])
			}
		}
	}
}

// A plan remembers what its steps use, and no more.
func TestPlansRememberWhatTheyUse(t *testing.T) {
	for want, steps := range map[int][]PlanStep{
		0: {{Z: 1, X: 2, Noise: 3}},
		2: {{Z: 1}, {PreviousX: 0.5}, {X: 1}},
		3: {{PreviousX: 0.5}, {EarlierX: 0.5}, {Z: 1}},
	} {
		if got := (Plan{Steps: steps}).memory(); got != want {
			t.Errorf("%+v: a memory of %d, want %d", steps, got, want)
		}
	}
	if got := (Plan{Steps: []PlanStep{{PreviousZ: 1}}}).memory(); got != 2 {
		t.Errorf("a plan that uses z of the step before has a memory of %d", got)
	}
}

// Each draw of the diffusion term is α⁴·n times half the width of the bounds, for standard
// normal data at x = 0, whatever noise is drawn; the levels are those of the noise's keys,
// one in each stratum, and the batches do not show.
func TestDiffusionTermByHand(t *testing.T) {
	const n, levels, low, high = 6, 3, -1.0, 1.5
	be := enginetest.Small(t)
	o := LikelihoodOptions{Levels: levels, Batch: 4, Seed: 9}
	b, err := ELBO(t.Context(), be, standardNormal, LinearLogSNR{Min: low, Max: high}, NewSamples(3, 1, 2, 3, 1), o)
	if err != nil {
		t.Fatal(err)
	}
	rest := b.Reconstruction.Mean + b.Prior.Mean // the same for each clip
	for clip, total := range b.Clips {
		want := 0.0
		for level := range levels {
			key := noise.Key{Seed: 9, Stream: noise.Likelihood, Sample: uint32(clip), Step: 2 * uint64(level)}
			logSNR := low + (high-low)*(float64(level)+key.Rand().Float64())/levels
			want += (high - low) / 2 * math.Pow(Alpha(logSNR), 4) * n / levels
		}
		enginetest.Near(t, "diffusion term of a clip", total-rest, want, 1e-5)
	}
}

// Mean and standard error by hand, and one volume for each clip.
func TestVolumesAreAddedClipByClip(t *testing.T) {
	clips, volumes := []float64{1, 2, 6}, []float64{10, 20, 60}
	for name, got := range map[string]struct {
		clips         []float64
		total, volume Nats
	}{
		"bound": {Bound{Clips: clips}.WithVolume(volumes).Clips, Bound{Clips: clips}.WithVolume(volumes).Total, Bound{Clips: clips}.WithVolume(volumes).Volume},
		"flow":  {Flow{Clips: clips}.WithVolume(volumes).Clips, Flow{Clips: clips}.WithVolume(volumes).Total, Flow{Clips: clips}.WithVolume(volumes).Volume},
	} {
		if !slices.Equal(got.clips, []float64{11, 22, 66}) {
			t.Errorf("%s: clips %v, want [11 22 66]", name, got.clips)
		}
		// Sums of squares about the means: 14 and 1400 of three clips.
		enginetest.Near(t, name+", total", got.total.Mean, 33, 1e-12)
		enginetest.Near(t, name+", its error", got.total.StdErr, 11*math.Sqrt(14.0/6), 1e-12)
		enginetest.Near(t, name+", volume", got.volume.Mean, 30, 1e-12)
		enginetest.Near(t, name+", its error", got.volume.StdErr, 10*math.Sqrt(14.0/6), 1e-12)
	}
}

// The ends of what settings may be: what is allowed is, and what is not is refused.
func TestEndsOfSettings(t *testing.T) {
	levels := UniformTime(Cosine{}, 4)
	_, none := levels.PredictorCorrector(1, 0)
	_, some := levels.PredictorCorrector(1, 1e-3)
	_, one := levels.PredictorCorrector(1, 1)
	clips := NewSamples(2, 1, 1, 3, 1)
	copy(clips.Data, []float32{1, 2, 3, 4, 5, 6})
	clip := make([]float32, 3)
	whole := clips.Clip(1, clip)
	if !slices.Equal(clip, []float32{4, 5, 6}) {
		t.Errorf("the second clip is %v", clip)
	}
	for name, c := range map[string]struct {
		err error
		ok  bool
	}{
		"no Langevin step": {none, false}, "a small one": {some, true}, "a whole one": {one, false},
		"top 60": {NoiseLevelMap{Top: 60}.Validate(), true}, "top −60": {NoiseLevelMap{Top: -60}.Validate(), true},
		"top 61": {NoiseLevelMap{Top: 61}.Validate(), false}, "top −61": {NoiseLevelMap{Top: -61}.Validate(), false},
		"ζ 0": {PosteriorSampling{}.Validate(), true}, "ζ below 0": {PosteriorSampling{Scale: -1}.Validate(), false},
		"a clip": {whole, true}, "a clip too many": {clips.Clip(2, clip), false}, "a clip before": {clips.Clip(-1, clip), false},
		"a short clip": {clips.Clip(0, clip[:2]), false},
	} {
		if (c.err == nil) != c.ok {
			t.Errorf("%s: the error is %v, and whether it should be allowed is %v", name, c.err, c.ok)
		}
	}
	if !strings.Contains(none.Error(), "a ratio between 0 and 1") {
		t.Errorf("a ratio of 0 is refused by %q", none)
	}
}

// Means by hand: of pairs of frames, and of blocks of 2×2 cells in each channel.
func TestMeansByHand(t *testing.T) {
	times, err := TimeMeans(4, 2)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := BlockMeans(2, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float64, 16)
	for i := range x {
		x[i] = float64(i * i)
	}
	for name, c := range map[string]struct {
		of   Operator
		clip [4]int
		want []float64
	}{
		"times":  {times, [4]int{4, 1, 2, 2}, []float64{8, 13, 20, 29, 104, 125, 148, 173}},
		"blocks": {blocks, [4]int{1, 2, 4, 2}, []float64{42, 53, 98, 117}},
	} {
		got, err := c.of.Apply(x, c.clip)
		if err != nil || len(got) != len(c.want) {
			t.Fatalf("%s: %v (%v)", name, got, err)
		}
		for i, want := range c.want {
			if !(math.Abs(got[i]-want) <= 1e-12) {
				t.Errorf("%s: mean %d is %v, want %v", name, i, got[i], want)
			}
		}
	}
}

// A sample that is not finite is named, the first one too, and the last step of a task is
// the one that its clock expects.
func TestSamplesThatAreNotFinite(t *testing.T) {
	be := enginetest.Small(t)
	plan := ancestral(t, Cosine{}, 3, LowerBound)
	for bad := range 3 {
		d := func(z *g.Node, at Level, in Batch) Prediction {
			p := standardNormal(z, at, in)
			factor := []float32{1, 1, 1}
			factor[bad] = float32(math.Inf(1))
			p.V = g.Add(p.V, g.Mul(g.Const(z.Graph(), [][][][][]float32{{{{{factor[0]}}}}, {{{{factor[1]}}}}, {{{{factor[2]}}}}}), g.OnesLike(z)))
			return p
		}
		_, err := SampleFrom(t.Context(), be, d, plan, [4]int{1, 1, 2, 1}, nil, DrawOptions{Count: 3, Batch: 3, First: 10})
		enginetest.WantError(t, "an infinite v̂", err, fmt.Sprintf("sample %d is not finite at step 1 of 3", 10+bad))
	}
	for _, count := range []int{1, 2, 3, 4, 5} {
		var last Progress
		o := LikelihoodOptions{Levels: 1, Steps: 3, Probes: 1, Batch: 2, Progress: func(p Progress) { last = p }}
		clips := NewSamples(count, 1, 1, 2, 1)
		if _, err := FlowLikelihood(t.Context(), be, standardNormal, Cosine{}, clips, o); err != nil {
			t.Fatal(err)
		}
		if want := int64(3 * ((count + 1) / 2)); last.Step != want || last.Steps != want {
			t.Errorf("the flow of %d clips ends at step %d of %d, want %d", count, last.Step, last.Steps, want)
		}
		if _, err := ELBO(t.Context(), be, standardNormal, Cosine{}, clips, o); err != nil {
			t.Fatal(err)
		}
		if want := int64((count + 1) / 2); last.Step != want || last.Steps != want {
			t.Errorf("the bound of %d clips ends at step %d of %d, want %d", count, last.Step, last.Steps, want)
		}
	}
}

// What a Sampler would never call is refused where it is given.
func TestNewSamplerRefusesWhatItDoesNotCall(t *testing.T) {
	plan, err := NewPlan("ddim", "time", Cosine{}, 2)
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]DrawOptions{
		"Each":     {Each: func(int, []float32) error { return nil }},
		"Progress": {Progress: func(Progress) {}},
	} {
		if _, err := NewSampler(EngineDenoiser{}, plan, [4]int{1, 1, 1, 1}, nil, o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
