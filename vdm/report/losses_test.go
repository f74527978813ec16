package report

import (
	"math"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// The references see what the network sees, and come in the order that what
// they know implies.
func TestMeasure(t *testing.T) {
	m := tinyModel(t)
	l, err := MeasureLosses(m, tinyClips, tinyClips)
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Entries) != 4 || len(l.LogSNR) != 16 || l.Fitted != 60 {
		t.Fatalf("%d entries, %d noisy clips, %d fitted; want 4, 16, 60", len(l.Entries), len(l.LogSNR), l.Fitted)
	}
	wiener, pixel, mean := l.Entries[1].Mean, l.Entries[2].Mean, l.Entries[3].Mean
	if !(wiener < 0.5*pixel && pixel < 0.95*mean && mean < 1.1) {
		t.Errorf("Wiener %.3f, pixelwise %.3f, mean %.3f: want each well below the next", wiener, pixel, mean)
	}
	// The mean of v by hand, from the batches themselves.
	batches, err := m.HeldOutBatches(tinyClips)
	if err != nil {
		t.Fatal(err)
	}
	average, count := 0.0, 0
	clip := make([]float32, 3*8*8)
	for i := range tinyClips.Len() {
		if err := tinyClips.Clip(i, clip); err != nil {
			t.Fatal(err)
		}
		m.Forward(clip)
		for _, v := range clip {
			average += float64(v)
			count++
		}
	}
	average /= float64(count)
	want := 0.0
	for _, b := range batches {
		size := len(b.V) / len(b.LogSNR)
		for i, logSNR := range b.LogSNR {
			for _, v := range b.V[i*size : (i+1)*size] {
				d := float64(v) + vdm.Sigma(float64(logSNR))*average
				want += d * d / float64(size*len(l.LogSNR))
			}
		}
	}
	near(t, "loss of the mean of v", mean, want, 1e-5)
	// And the network's is vdm's own.
	each, err := m.HeldOutLosses(tinyClips)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range each {
		near(t, "loss of the network", l.Entries[0].Each[i], e, 1e-6)
	}
	// The clip's mean is a part of the loss, in λ's bins too, and every entry has it.
	for _, e := range l.Entries {
		for i, part := range e.ClipMean {
			if !(part >= 0 && part <= e.Each[i]*(1+1e-5)) {
				t.Errorf("%s: clip %d has a loss of %v and a part of %v", e.Name, i, e.Each[i], part)
			}
		}
	}
	for i, e := range l.Entries {
		total, share := 0.0, 0.0
		for _, p := range l.Parts(i) {
			total += p.Share * (p.ClipMean + p.Rest)
			share += p.Share
		}
		near(t, "shares of the bands", share, 1, 1e-9)
		near(t, "loss of the bands", total, e.Mean, 1e-6)
	}
	if s := l.ClipMeanShare(3); !(s > 0 && s < 1) {
		t.Errorf("%v of the loss of the mean of v is due to clips' means", s)
	}
	if drawn, err := l.drawParts("held-out"); err != nil || len(drawn) != 1 || !strings.Contains(drawn[0].Caption, "% of the loss of the network, ") {
		t.Errorf("drawings %+v: %v", drawn, err)
	}
	older := Losses{LogSNR: l.LogSNR, Entries: []LossOf{{Name: "network", Each: l.Entries[0].Each}}}
	if drawn, err := older.drawParts("held-out"); err != nil || len(drawn) != 0 {
		t.Errorf("results of an older program: %d drawings, %v", len(drawn), err)
	}
	if _, err := LossParts(&older); err == nil {
		t.Error("parts of an older program are drawn")
	}
}

// Masked cells count neither in one channel nor in the other.
func TestReferenceLossesHonourTheMask(t *testing.T) {
	n := float32(math.NaN())
	one := run.HeldOutBatch{Z: []float32{1, -1, 0.5}, V: []float32{0.3, 0.1, -2}, LogSNR: []float32{0.7}, Factors: []float32{2}}
	two := run.HeldOutBatch{
		Z: []float32{1, 9, -1, 9, 0.5, 9}, V: []float32{0.3, n, 0.1, n, -2, n}, Mask: []float32{1, 0, 1, 0, 1, 0},
		LogSNR: one.LogSNR, Factors: one.Factors,
	}
	p := verify.Pixelwise{Mean: []float64{0.2}, Variance: []float64{0.5}}
	a, aMean := referenceLosses([]verify.Reference{p}, one)
	b, bMean := referenceLosses([]verify.Reference{p, p}, two)
	if !(a[0] > 0) {
		t.Fatalf("loss %v", a[0])
	}
	near(t, "loss of two channels, one of them masked", b[0], a[0], 1e-12)
	near(t, "part of the clip's mean of the same", bMean[0], aMean[0], 1e-12)
	// By hand: the errors of v̂ of a Gaussian with mean 0.2 and variance 0.5 at λ = 0.7.
	mean, square := 0.0, 0.0
	for j, z := range one.Z {
		v := make([]float32, 1)
		p.VHat(v, []float32{z}, float64(one.LogSNR[0]))
		d := float64(one.V[j]) - float64(v[0])
		mean, square = mean+d/3, square+d*d/3
	}
	near(t, "loss", a[0], 2*square, 1e-6)
	near(t, "part of the clip's mean", aMean[0], 2*mean*mean, 1e-6)
}
