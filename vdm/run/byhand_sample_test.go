package run

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// moved is the largest difference of two sets of clips.
func moved(t testing.TB, a, b *vdm.Samples) (largest float64) {
	t.Helper()
	if a.Len() != b.Len() || a.Size() != b.Size() || a.Len() == 0 {
		t.Fatalf("%d clips of %d values and %d of %d", a.Len(), a.Size(), b.Len(), b.Size())
	}
	for i, x := range a.Data {
		d := math.Abs(float64(x) - float64(b.Data[i]))
		if !(d <= largest) {
			largest = d
		}
	}
	return largest
}

// A run samples by its own schedule, reads its network's output as its own
// parameterisation says, and takes the averaged weights unless it is told
// otherwise.
func TestSampleIsThatOfTheAveragedWeights(t *testing.T) {
	r := theHandRun(t)
	be, _, err := r.Engine()
	if err != nil {
		t.Fatal(err)
	}
	o := SampleOptions{Count: 3, Batch: 2, Sampler: "ancestral", Grid: "time", Evaluations: 5, Seed: 21, Unclamped: true}
	drawn := func(last bool) *vdm.Samples {
		o := o
		o.LastWeights = last
		s, err := r.Sample(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	by := func(weights []float64, s vdm.Schedule) *vdm.Samples {
		plan, err := vdm.NewPlan("ancestral", "time", s, o.Evaluations)
		if err != nil {
			t.Fatal(err)
		}
		x, err := vdm.SampleFrom(t.Context(), be, r.denoiser(weights), plan, r.Config.Clip.shape(), nil, o.draw())
		if err != nil {
			t.Fatal(err)
		}
		r.Inverse(x.Data)
		return x
	}
	own := vdm.LinearLogSNR{Min: handMin, Max: handMax}
	average, last := r.ema[handSteps], r.weights[handSteps]
	averaged, lasts := drawn(false), drawn(true)
	const tolerance = 1e-4 // mm/h
	if d := moved(t, averaged, by(average, own)); !(d < tolerance) {
		t.Errorf("samples differ by %.1e mm/h from those of the averaged weights", d)
	}
	if d := moved(t, lasts, by(last, own)); !(d < tolerance) {
		t.Errorf("samples of the last weights differ by %.1e mm/h from those by hand", d)
	}
	if d := moved(t, averaged, lasts); !(d > 100*tolerance) {
		t.Errorf("averaged and last weights give samples within %.1e mm/h: the test proves little", d)
	}
	if d := moved(t, averaged, by(average, vdm.Cosine{})); !(d > 100*tolerance) {
		t.Errorf("another schedule gives samples within %.1e mm/h: the test proves little", d)
	}
}

// The held-out loss, recorded or asked for, is the weighted one of the run's own
// settings, with the averaged weights.
func TestHeldOutLossIsThatOfTheAveragedWeights(t *testing.T) {
	r := theHandRun(t)
	network := r.network(t, false)
	defer network.close()
	batches, err := r.HeldOutBatches(handClips)
	if err != nil {
		t.Fatal(err)
	}
	by := func(weights []float64) (losses []float64) {
		for _, b := range batches {
			x := noisy{z: b.Z}
			size := len(b.Z) / len(b.LogSNR)
			for _, l := range b.LogSNR {
				x.logSNR = append(x.logSNR, float64(l))
			}
			for i, v := range b.V { // ε = σ·z + α·v
				l := x.logSNR[i/size]
				x.eps = append(x.eps, float32(float64(b.Z[i])/math.Sqrt(1+math.Exp(l))+float64(v)/math.Sqrt(1+math.Exp(-l))))
			}
			output, _ := network.apply(t, weights, x)
			losses = append(losses, x.losses(output)...)
		}
		return losses
	}
	got, err := r.HeldOutLosses(handClips)
	if err != nil {
		t.Fatal(err)
	}
	want := by(r.ema[handSteps])
	if len(got) != len(want) || len(got) != r.Config.Training.HeldOutClips {
		t.Fatalf("%d losses, by hand %d; want %d", len(got), len(want), r.Config.Training.HeldOutClips)
	}
	for i := range got {
		enginetest.CloseTo(t, "held-out loss", got[i], want[i], 2e-5)
	}
	var recorded []float64
	for _, x := range r.records {
		if x.HeldOut != nil {
			recorded = append(recorded, *x.HeldOut)
		}
	}
	if len(recorded) != 2 {
		t.Fatalf("held-out losses %v: want those of steps 3 and 6", recorded)
	}
	enginetest.CloseTo(t, "the one recorded at step 3", recorded[0], mean(by(r.ema[3])), 2e-5)
	enginetest.CloseTo(t, "the one recorded at step 6", recorded[1], mean(want), 2e-5)
	if last := mean(by(r.weights[handSteps])); math.Abs(last/mean(want)-1) < 1e-3 {
		t.Errorf("averaged and last weights have the losses %.6g and %.6g: the test proves little", mean(want), last)
	}
}

// Bound and flow likelihood of a run are those of its averaged weights, by its own
// schedule.
func TestLikelihoodIsThatOfTheAveragedWeights(t *testing.T) {
	r := theHandRun(t)
	be, _, err := r.Engine()
	if err != nil {
		t.Fatal(err)
	}
	clips := vdm.NewSamples(2, 3, 4, 4, 1)
	for i := range clips.Len() {
		copy(clips.At(i), clipOf(t, handClips, i))
	}
	inUnits := vdm.NewSamples(2, 3, 4, 4, 1)
	copy(inUnits.Data, clips.Data)
	r.Forward(inUnits.Data)
	o := vdm.LikelihoodOptions{Levels: 4, Steps: 2, Seed: 5}
	own := vdm.LinearLogSNR{Min: handMin, Max: handMax}
	bound := func(weights []float64, s vdm.Schedule) vdm.Bound {
		b, err := vdm.ELBO(t.Context(), be, r.denoiser(weights), s, inUnits, o)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	average, last := r.ema[handSteps], r.weights[handSteps]
	got, err := r.ELBO(t.Context(), clips, o)
	if err != nil {
		t.Fatal(err)
	}
	want := bound(average, own)
	enginetest.CloseTo(t, "diffusion term", got.Diffusion.Mean, want.Diffusion.Mean, 1e-5)
	enginetest.CloseTo(t, "bound in the model's units", got.Total.Mean-got.Volume.Mean, want.Total.Mean, 1e-5)
	if other := bound(last, own); math.Abs(other.Diffusion.Mean/want.Diffusion.Mean-1) < 1e-3 {
		t.Errorf("averaged and last weights have the bounds %.6g and %.6g: the test proves little", want.Diffusion.Mean, other.Diffusion.Mean)
	}
	flow, err := r.FlowLikelihood(t.Context(), clips, o)
	if err != nil {
		t.Fatal(err)
	}
	wantFlow, err := vdm.FlowLikelihood(t.Context(), be, r.denoiser(average), own, inUnits, o)
	if err != nil {
		t.Fatal(err)
	}
	enginetest.CloseTo(t, "flow in the model's units", flow.Total.Mean-flow.Volume.Mean, wantFlow.Total.Mean, 1e-5)
}
