package run

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// The parts of the held-out loss: an untrained network says 0, so that the errors are v
// itself, whose mean over a clip and mean square are known.
func TestHeldOutParts(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	zero := m.Weights(false)
	for _, w := range zero {
		clear(w)
	}
	if err := m.ImportWeights(zero); err != nil {
		t.Fatal(err)
	}
	losses, clipMean, err := m.HeldOutParts(tinyClips)
	if err != nil {
		t.Fatal(err)
	}
	batches, err := m.HeldOutBatches(tinyClips)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, b := range batches {
		size := len(b.V) / len(b.LogSNR)
		for i := range b.LogSNR {
			mean, square := 0.0, 0.0
			for _, v := range b.V[i*size : (i+1)*size] {
				mean, square = mean+float64(v)/float64(size), square+float64(v)*float64(v)/float64(size)
			}
			f := float64(b.Factors[i])
			enginetest.Near(t, "loss", losses[at], f*square, 1e-5*f*square)
			enginetest.Near(t, "part of the clip's mean", clipMean[at], f*mean*mean, 1e-5*f*square)
			at++
		}
	}
	if at != len(losses) || at != len(clipMean) || at == 0 {
		t.Errorf("%d losses and %d parts of %d clips", len(losses), len(clipMean), at)
	}
	whole, err := m.HeldOutLosses(tinyClips)
	if err != nil || math.Abs(whole[0]-losses[0]) > 1e-6 {
		t.Errorf("the loss is %v, with its parts %v (%v)", whole, losses, err)
	}
	if _, _, err := m.HeldOutParts(nil); err == nil {
		t.Error("no clips: no error")
	}
}
