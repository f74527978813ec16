package run

import (
	"context"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// SamplePath draws one batch of clips without conditions and calls each after every step
// with the noise level λ that the step started from and the network's estimate x̂ there, in
// the network's units, [sample, frame, height, width, channel]. Clips are those of
// [Run.Sample] with the same options and Count = Batch. An error of each ends the path.
func (m *Run) SamplePath(ctx context.Context, o SampleOptions, each func(logSNR float64, x []float32) error) error {
	o = o.WithDefaults()
	o.Count, o.Each, o.Progress = o.Batch, nil, nil
	n, err := m.bind(o)
	if err != nil {
		return err
	}
	defer n.denoiser.Release()
	draw := o.draw()
	if draw.Covariates, err = m.covariates(o.Covariates, false); err != nil {
		return err
	}
	s, err := vdm.NewSampler(n.denoiser, n.plan, m.Config.Clip.shape(), nil, draw)
	if err != nil {
		return err
	}
	defer s.Close()
	for _, state := range s.Steps(ctx, 0) {
		x, err := state.X()
		if err == nil {
			err = each(state.LogSNRT, x)
		}
		if err != nil {
			return err
		}
	}
	return s.Err()
}
