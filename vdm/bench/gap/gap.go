package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// options are the command line, and the sizes that only tests change.
type options struct {
	out                         string
	methods                     []string
	optimiser                   string
	rate                        float64
	steps, batch                int
	clips, members, evaluations int
	frames, side, known         int
}

var defaults = options{
	steps: 4000, batch: 4, rate: 3e-3, clips: 8, members: 16, evaluations: vdm.DefaultEvaluations,
	frames: 10, side: 16, known: 4,
}

// trainingClips is the number of different clips of training; those that are continued
// come after them.
const trainingClips = 1 << 30

// video is Gaussian video as training clips: clip i is draw i of the process.
type video struct{ *exact.GaussianProcess }

func (video) Len() int { return trainingClips }

func (v video) Shape() (frames, height, width, channels int) {
	s := v.GaussianProcess.Shape()
	return s[0], s[1], s[2], s[3]
}

func (v video) Clip(i int, dst []float32) error {
	copy(dst, v.Draw(1, i))
	return nil
}

// process returns the process of the clips: mean 0, variance 1, and a correlation that
// falls with the distance along each axis as exp(−d/3).
func process(o options) (*exact.GaussianProcess, error) {
	const length = 3
	side := exact.Exponential(o.side, length, 1)
	return exact.NewGaussianProcess(nil, exact.Exponential(o.frames, length, 1), side, side)
}

// trained returns the network after the asked steps, and the process of its clips.
func trained(ctx context.Context, o options, progress func(vdm.Progress)) (*run.Run, *exact.GaussianProcess, error) {
	p, err := process(o)
	if err != nil {
		return nil, nil, err
	}
	asIs, err := transform.Parse("identity")
	if err != nil {
		return nil, nil, err
	}
	m, err := run.Create(o.out, run.Config{
		Clip: run.ClipConfig{
			Frames: o.frames, Height: o.side, Width: o.side, Step: 1,
			Channels: []run.ChannelConfig{{Name: "value", Units: "1", Transform: asIs}},
		},
		Network:         unet.Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2, HeadDim: 32},
		Preconditioning: run.PreconditionSpectrum,
		Conditions:      run.ConditionsConfig{Tasks: map[string]float64{"first-frames": 3, "nothing": 1}},
		Schedule:        run.ScheduleConfig{Name: "cosine", Min: -12, Max: 12},
		Training: run.TrainingConfig{
			Optimiser: o.optimiser, Steps: o.steps, Batch: o.batch, Rate: o.rate, Warmup: max(1, o.steps/15), Decay: o.steps + 1, Clip: 1,
			EMA: 0.998, SnapshotEvery: 200,
		},
	}, video{p})
	if err != nil {
		return nil, nil, err
	}
	return m, p, m.Train(ctx, run.TrainOptions{Data: video{p}, Progress: progress})
}

// truth is a clip whose first frames are known, and the exact conditional distribution.
type truth struct {
	clip []float32
	mean []float64
	std  []float64
}

// truths returns the clips that are continued. The conditional covariance is the same for
// all.
func (o options) truths(p *exact.GaussianProcess) (out []truth, err error) {
	for i := range o.clips {
		clip := p.Draw(1, trainingClips+i)
		y := slices.Clone(clip)
		for j := len(y) / o.frames * o.known; j < len(y); j++ {
			y[j] = float32(math.NaN())
		}
		given, err := p.Given(vdm.Observation{{Y: y}})
		if err != nil {
			return nil, err
		}
		t := truth{clip: clip, mean: given.Mean}
		for j := range given.Mean {
			t.std = append(t.std, math.Sqrt(max(0, given.Cov.At(j, j))))
		}
		out = append(out, t)
	}
	return out, nil
}

// gap is how far members are from the exact distribution, for each unknown frame: the mean
// square of the error of their mean, without what the number of members explains, and
// their variance over the exact one.
type gap struct {
	square, ratio []float64
	seconds       float64
}

// measure draws members for every clip by a guidance.
func (o options) measure(ctx context.Context, m *run.Run, truths []truth, name string, progress func(vdm.Progress)) (gap, error) {
	method, err := vdm.NewGuidance(name)
	if err != nil {
		return gap{}, err
	}
	began := time.Now()
	out := gap{make([]float64, o.frames-o.known), make([]float64, o.frames-o.known), 0}
	variance, exactly := make([]float64, len(out.ratio)), make([]float64, len(out.ratio))
	cells := float64(o.side * o.side * len(truths))
	clock := vdm.NewProgressClock(int64(len(truths)), progress)
	for i, t := range truths {
		s, err := m.Nowcast(ctx, t.clip, o.known, run.SampleOptions{Count: o.members, First: i * o.members, Evaluations: o.evaluations, Guidance: method})
		if err != nil {
			return gap{}, err
		}
		for lead := range out.ratio {
			for c := range o.side * o.side {
				j := (o.known+lead)*o.side*o.side + c
				mean, square := 0.0, 0.0
				for k := range s.Len() {
					mean += float64(s.At(k)[j]) / float64(s.Len())
				}
				for k := range s.Len() {
					d := float64(s.At(k)[j]) - mean
					square += d * d / float64(s.Len()-1)
				}
				d := mean - t.mean[j]
				out.square[lead] += (d*d - square/float64(s.Len())) / cells
				variance[lead] += square
				exactly[lead] += t.std[j] * t.std[j]
			}
		}
		clock.Tick()
	}
	for lead := range out.ratio {
		out.ratio[lead] = variance[lead] / exactly[lead]
	}
	out.seconds = time.Since(began).Seconds()
	return out, nil
}

// error returns the root mean square error of the mean, in standard deviations of the
// clips, which are 1; noise of the estimate below 0 counts as 0.
func (g gap) error() float64 {
	sum := 0.0
	for _, v := range g.square {
		sum += v / float64(len(g.square))
	}
	return math.Sqrt(max(0, sum))
}

func (g gap) row(name string) string {
	ratio := 0.0
	var byLead []string
	for _, v := range g.ratio {
		ratio += v / float64(len(g.ratio))
		byLead = append(byLead, fmt.Sprintf("%.2f", v))
	}
	return fmt.Sprintf("| %s | %.3f | %.3f | %.3f | %s | %.0f |", name, g.error(), math.Sqrt(max(0, slices.Max(g.square))), ratio, strings.Join(byLead, ", "), g.seconds)
}
