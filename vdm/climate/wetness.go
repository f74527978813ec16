package climate

import (
	"fmt"
	"math/rand/v2"
)

// ClipSource is a source of clips by number, such as [Windows]: clip i is [frame, row,
// column, channel].
type ClipSource interface {
	Len() int
	Shape() (frames, height, width, channels int)
	Clip(i int, dst []float32) error
}

// WetWindows draws clips with rain more often than dry ones, with weights that keep the
// mean of any quantity over the draws equal to the mean over all clips.
//
// A clip is drawn with a probability proportional to Floor + (1 − Floor)·s, where s is
// the share of its wet cells, and its weight is proportional to the inverse. The mean
// weight of n draws is 1 but for chance.
type WetWindows struct {
	ClipSource
	floor, threshold, mean float64
}

// wetSample is the number of clips from which the mean probability is estimated.
const wetSample = 2000

// NewWetWindows returns the weighted source after reading up to 2000 of the clips. Cells
// of the first channel of at least threshold, in the units of the data, are wet. floor
// is above 0, so that every dry clip can be drawn, and at most 1, which means equal
// probabilities.
func NewWetWindows(clips ClipSource, floor, threshold float64) (*WetWindows, error) {
	if !(floor > 0 && floor <= 1) {
		return nil, fmt.Errorf("windows by wetness: floor is %v, want it above 0 and at most 1", floor)
	}
	w := &WetWindows{ClipSource: clips, floor: floor, threshold: threshold}
	n := min(wetSample, clips.Len())
	if n == 0 {
		return nil, fmt.Errorf("windows by wetness: there are no clips")
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range n {
		p, err := w.chance(r.IntN(clips.Len()))
		if err != nil {
			return nil, err
		}
		w.mean += p / float64(n)
	}
	return w, nil
}

// chance returns Floor + (1 − Floor)·s of clip i.
func (w *WetWindows) chance(i int) (float64, error) {
	f, h, wd, ch := w.Shape()
	clip := make([]float32, f*h*wd*ch)
	if err := w.Clip(i, clip); err != nil {
		return 0, err
	}
	wet := 0
	for j := 0; j < len(clip); j += ch {
		if clip[j] >= float32(w.threshold) { // false for missing ones
			wet++
		}
	}
	return w.floor + (1-w.floor)*float64(wet*ch)/float64(len(clip)), nil
}

// Draw returns the number of a clip and its weight in the loss.
func (w *WetWindows) Draw(r *rand.Rand) (i int, weight float64, err error) {
	for {
		i = r.IntN(w.Len())
		p, err := w.chance(i)
		if err != nil {
			return 0, 0, err
		}
		if r.Float64() < p {
			return i, w.mean / p, nil
		}
	}
}
