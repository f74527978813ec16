package run

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/spectral"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// initialWeights returns the network's initial weights, by name: random ones, and those
// of the linear denoiser, which are fitted on the training data.
func (c Config) initialWeights(train vdm.Clips) (map[string][]float32, error) {
	weights := weights.Initial(c.FullNetwork().Variables(), c.Training.Seed)
	if c.Preconditioning != PreconditionSpectrum {
		return weights, nil
	}
	if train == nil {
		return nil, fmt.Errorf("preconditioning is %q, and there are no training clips to fit it on", c.Preconditioning)
	}
	r, err := newReader(c, train)
	if err != nil {
		return nil, err
	}
	guess := c.Conditions.firstGuess()
	weights[spectral.VariableName], err = spectral.Fit(c.Clip.shape(), train.Len(), guess >= 0, r.wholeClip(-1, -1))
	if err == nil && guess >= 0 {
		likely := c.Conditions.guessError()
		weights[spectral.GivenName], err = spectral.Fit(c.Clip.shape(), train.Len(), true, r.wholeClip(guess, likely))
		if err == nil && c.Conditions.Covariates[guess].AlternateFrames {
			if likely >= 0 {
				likely = c.Conditions.inAlternate(likely)
			}
			weights[spectral.AlternateName], err = spectral.Fit(c.Clip.shape(), train.Len(), true, r.wholeClip(c.Conditions.inAlternate(guess), likely))
		}
	}
	return weights, err
}

// wholeClip returns the function that writes clip i in the network's units, with NaN for
// missing cells. If less is not negative, the channel with that index from the first
// covariate on is subtracted; if over is not negative, the clip is then divided by the root
// of the mean square of the channel with that index.
func (r *reader) wholeClip(less, over int) func(i int, x []float32) error {
	return func(i int, x []float32) error {
		channels, own := len(r.transforms), len(r.clip.Channels)
		whole := make([]float32, len(x)/own*channels)
		there := make([]float32, len(whole))
		if err := r.read(i, whole, there); err != nil {
			return err
		}
		for j, t := range there {
			if t == 0 {
				whole[j] = float32(math.NaN())
			}
		}
		copy(x, take(whole, channels, 0, own))
		if less >= 0 {
			for j, guess := range take(whole, channels, own+less, own+less+1) {
				x[j] -= guess
			}
		}
		if over >= 0 {
			rms := rootMeanSquare(take(whole, channels, own+over, own+over+1))
			for j := range x {
				x[j] /= rms
			}
		}
		return nil
	}
}

// rootMeanSquare is NaN where a value is missing or all are 0, so that the clip counts as
// one with missing cells.
func rootMeanSquare(x []float32) float32 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	if sum == 0 {
		return float32(math.NaN())
	}
	return float32(math.Sqrt(sum / float64(len(x))))
}
