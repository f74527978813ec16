package report

import (
	"context"
	"fmt"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// Path contains the spatial power of the estimate x̂ along sampling: at which noise levels
// a model decides about large scales and about small ones.
type Path struct {
	LogSNR Values   `json:"log_snr"` // λ at the start of each step
	Bands  [][2]int `json:"bands"`   // first and last wavenumber, waves across the clip
	Ratios []Values `json:"ratios"`  // [band][step]: power of x̂ over the one of data, in the network's units
}

// pathClips is how many clips of the data the power is compared with.
const pathClips = 64

// MeasurePath draws one batch of clips and returns the power of x̂ at each step, over the
// power of the run's data. Clips need at least 2×2 cells; the first channel counts.
func MeasurePath(ctx context.Context, m *run.Run, data vdm.Clips, o run.SampleOptions) (*Path, error) {
	frames, height, width, channels := data.Shape()
	size := frames * height * width * channels
	power := func(clips []float32) ([]float64, error) {
		s, err := verify.NewSpatialPower(height, width)
		if err != nil {
			return nil, err
		}
		for ; len(clips) > 0; clips = clips[size:] {
			if err := s.Add(channelOf(clips[:size], 0, channels)); err != nil {
				return nil, err
			}
		}
		_, power := s.Value()
		return power, nil
	}
	count := min(pathClips, data.Len())
	reference := make([]float32, count*size)
	for i := range count {
		if err := data.Clip(spread(i, count, data.Len()), reference[i*size:(i+1)*size]); err != nil {
			return nil, err
		}
	}
	m.Forward(reference)
	want, err := power(reference)
	if err != nil {
		return nil, fmt.Errorf("sampling path: %w", err)
	}
	p := &Path{Bands: octaves(min(height, width))}
	p.Ratios = make([]Values, len(p.Bands))
	return p, m.SamplePath(ctx, o, func(logSNR float64, x []float32) error {
		got, err := power(x)
		if err != nil {
			return err
		}
		p.LogSNR = append(p.LogSNR, logSNR)
		for i, b := range p.Bands {
			var a, r float64
			for k := b[0]; k <= min(b[1], len(got)); k++ {
				a, r = a+got[k-1], r+want[k-1]
			}
			p.Ratios[i] = append(p.Ratios[i], a/r)
		}
		return nil
	})
}

// Draw returns the picture of the path.
func (p *Path) Draw() (Drawing, error) {
	var series []plotting.Series
	for i, b := range p.Bands {
		series = append(series, plotting.Series{Name: bandName(b), X: p.LogSNR, Y: p.Ratios[i]})
	}
	picture, err := plotting.Curves(series, plotting.CurveOptions{
		X: plotting.Axis{Label: "Log signal-to-noise ratio λ (noise on the left)"}, Y: plotting.Axis{Label: "Power of x̂ over the data's"},
		Guides: []plotting.Guide{{At: 1}}, Legend: plotting.LegendBelow, Style: plotting.Style{Height: 10.5},
	})
	return Drawing{File: "sampling-path.png", Title: "The spectrum along sampling", Picture: picture,
		Caption: "Spatial power of the estimate x̂ at each step of sampling, over the power of the data, by wavenumber: large scales are decided first. A curve that ends below 1 is a scale at which clips are too smooth."}, err
}
