package run

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// The held-out problem is fixed: whole batches, clips at even distances, one
// time in each of n intervals but not in the clips' order, and for each sample
// its own noise.
func TestHeldOutProblem(t *testing.T) {
	c := tinyConfig(t)
	c.Training.HeldOutClips, c.Training.Batch = 19, 4
	m := create(t, c, tinyClips)
	batches, err := m.HeldOutBatches(tinyClips)
	if err != nil {
		t.Fatal(err)
	}
	again, err := m.HeldOutBatches(tinyClips)
	if err != nil || !reflect.DeepEqual(batches, again) {
		t.Errorf("made twice, the problem differs (%v)", err)
	}
	const n = 20
	var clips []int
	var times, eps []float64
	for _, b := range batches {
		if len(b.Clips) != 4 || b.Mask != nil {
			t.Fatalf("a batch of %d clips, mask %v", len(b.Clips), b.Mask)
		}
		clips = append(clips, b.Clips...)
		for s, l := range b.LogSNR {
			times = append(times, m.schedule.Time(float64(l)))
			enginetest.CloseTo(t, "factor", float64(b.Factors[s]), vdm.LossFactor(m.schedule, m.weighting, float64(l)), 1e-6)
			x := clipOf(t, tinyClips, b.Clips[s])
			m.Forward(x)
			alpha, sigma := vdm.Alpha(float64(l)), vdm.Sigma(float64(l))
			want := make([]float32, 32)
			noise.Key{Seed: 3, Stream: noise.HeldOut, Sample: uint32(len(times) - 1), Step: 1}.Normal(want)
			for i := range x {
				z, v := float64(b.Z[s*32+i]), float64(b.V[s*32+i])
				enginetest.Near(t, "x of z and v", alpha*z-sigma*v, float64(x[i]), 1e-5)
				enginetest.Near(t, "ε of z and v", sigma*z+alpha*v, float64(want[i]), 1e-5)
				eps = append(eps, sigma*z+alpha*v)
			}
		}
	}
	if len(clips) != n || clips[0] != 0 || clips[1] != 2 || clips[n-1] != 38 {
		t.Errorf("clips %v of 40: want 20 at even distances", clips)
	}
	// Times that are even from some offset on, round and round, fall once in a circle;
	// shuffled ones about n/2 times.
	falls := 0
	for i, x := range times {
		if x < times[(i+n-1)%n] {
			falls++
		}
	}
	if falls < n/4 || falls > n-n/4 {
		t.Errorf("the times fall %d times in %d: they go with the clips' order", falls, n)
	}
	slices.Sort(times)
	for i, x := range times {
		if int(x*n) != i && !(math.Abs(x*n-math.Round(x*n)) <= 1e-3) {
			t.Errorf("time %d of %d is %v", i, n, x)
		}
	}
	if mean, se := enginetest.Moments(eps); !(math.Abs(mean) <= 4*se) || !(math.Abs(se*math.Sqrt(float64(len(eps)))-1) <= 0.1) {
		t.Errorf("noise has the mean %v ± %v", mean, se)
	}
}

// What training records is the mean over the problem with the averaged weights,
// which anyone can ask for afterwards.
func TestHeldOutLossIsTheRecordedOne(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	mustTrain(t, m, TrainOptions{Data: tinyClips, HeldOut: tinyClips, Steps: 5})
	records, err := ReadMetrics(m.Dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Open(m.Dir)
	if err != nil {
		t.Fatal(err)
	}
	losses, err := again.HeldOutLosses(tinyClips)
	if err != nil {
		t.Fatal(err)
	}
	mean, _ := enginetest.Moments(losses)
	for _, r := range records {
		if r.HeldOut != nil {
			enginetest.CloseTo(t, "held-out loss", *r.HeldOut, mean, 1e-9)
			return
		}
	}
	t.Error("no held-out loss is recorded")
}
