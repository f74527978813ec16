package proof

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/train"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// The size is the benchmark's, at which faults of engines show that smaller programs do
// not have.
const (
	batch  = 4
	frames = 10
	side   = 32
	rate   = 1e-4
	steps  = 4 // training steps: two of them for the weights, two to be timed
)

// logSNRs are the noise levels at which the network's estimate is compared.
var logSNRs = []float32{-8, -3, 0, 4, 10}

// clips are standard normal clips, the same on every machine.
type clips struct{}

func (clips) Len() int { return 64 }

func (clips) Shape() (int, int, int, int) { return frames, side, side, 1 }

func (clips) Clip(i int, dst []float32) error {
	noise.Key{Seed: 15, Stream: noise.Synthetic, Sample: uint32(i)}.Normal(dst)
	return nil
}

// seconds are the times that a check measures.
type seconds struct{ train, sample, compiling float64 }

// measure takes the steps on the engine that [run.Run] opens.
func measure(ctx context.Context) (Values, seconds, error) {
	folder, err := os.MkdirTemp("", "vdm-proof-*")
	if err != nil {
		return Values{}, seconds{}, err
	}
	defer os.RemoveAll(folder)
	m, err := run.Create(filepath.Join(folder, "run"), run.Config{
		Clip:    run.ClipConfig{Frames: frames, Height: side, Width: side, Channels: []run.ChannelConfig{{Name: "x", Units: "1"}}},
		Network: unet.Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2, HeadDim: 32},
		Training: run.TrainingConfig{Batch: batch, Steps: steps, Rate: rate, SnapshotEvery: 2, Keep: steps, LogEvery: 1,
			Seed: 15},
	}, nil)
	if err != nil {
		return Values{}, seconds{}, err
	}
	estimate, err := m.Estimate()
	if err != nil {
		return Values{}, seconds{}, err
	}
	if err := estimate.Check(); err != nil {
		return Values{}, seconds{}, fmt.Errorf("%w: %w", errMemory, err)
	}
	begin := m.Weights(false)
	v, took, err := trained(ctx, m, begin)
	if err != nil {
		return v, took, err
	}
	var compiling float64
	v.Estimates, took.sample, compiling, err = estimated(m, begin)
	took.compiling += compiling
	return v, took, err
}

// trained takes training steps, and returns their values without estimates.
func trained(ctx context.Context, m *run.Run, begin map[string][]float32) (v Values, took seconds, err error) {
	var ends []time.Time
	began := time.Now()
	var notFinite *train.NotFinite
	err = m.Train(ctx, run.TrainOptions{Data: clips{}, Progress: func(vdm.Progress) { ends = append(ends, time.Now()) }})
	switch {
	case errors.As(err, &notFinite):
		return v, took, wrong{fmt.Sprintf("training step %d: %v", len(ends)+1, notFinite)}
	case err != nil:
		return v, took, err
	}
	took.train = math.Inf(1)
	for i := steps / 2; i < steps; i++ {
		took.train = min(took.train, ends[i].Sub(ends[i-1]).Seconds())
	}
	took.compiling = ends[0].Sub(began).Seconds() - took.train
	lines, err := run.ReadMetrics(m.Dir)
	if err != nil {
		return v, took, err
	}
	for _, line := range lines {
		if line.Loss != nil && line.GradNorm != nil {
			v.Losses, v.GradNorms = append(v.Losses, *line.Loss), append(v.GradNorms, *line.GradNorm)
		}
	}
	second, err := checkpoint.Load(checkpoint.Path(filepath.Join(m.Dir, "snapshots"), 2))
	if err != nil {
		return v, took, err
	}
	for _, t := range second.Tensors["weights"] {
		after, err := checkpoint.Float32s(t)
		if err != nil {
			return v, took, err
		}
		if len(v.Changes) < 24 && len(after) >= 512 { // matrices and kernels from all over the network
			i := len(after) / 3
			v.Changes = append(v.Changes, float64(after[i]-begin[t.Name][i])/rate)
		}
	}
	return v, took, nil
}

// estimated returns the network's estimates at the noise levels, with weights that are
// the initial ones and noise, so that no branch of the network is zero.
func estimated(m *run.Run, weights map[string][]float32) (out []Estimate, sample, compiling float64, err error) {
	be, _, err := m.Engine()
	if err != nil {
		return nil, 0, 0, err
	}
	exec, err := estimator(be, m, weights)
	if err != nil {
		return nil, 0, 0, err
	}
	defer exec.Finalize()
	const size = frames * side * side
	z := make([]float32, batch*size)
	noise.Key{Seed: 15, Stream: noise.Latent}.Normal(z)
	zt := tensors.FromFlatDataAndDimensions(z, batch, frames, side, side, 1)
	var took []float64
	for first := 0; first < len(logSNRs); first += batch {
		levels := make([]float32, batch)
		for i := range levels {
			levels[i] = logSNRs[min(first+i, len(logSNRs)-1)]
		}
		for range 2 {
			began := time.Now()
			got, err := engine.Execute(exec, zt, levels)
			if err != nil {
				return nil, 0, 0, err
			}
			x, err := tensors.CopyFlatData[float32](got[0])
			engine.Release(got...)
			if err != nil {
				return nil, 0, 0, err
			}
			took = append(took, time.Since(began).Seconds())
			if len(took)%2 == 1 {
				continue
			}
			for i := range min(batch, len(logSNRs)-first) {
				out = append(out, summary(float64(levels[i]), x[i*size:(i+1)*size]))
			}
		}
	}
	sample = min(took[1], took[2], took[3])
	return out, sample, took[0] - sample, nil
}

// summary returns a clip's norm and some of its cells.
func summary(logSNR float64, x []float32) Estimate {
	e := Estimate{LogSNR: logSNR}
	for _, v := range x {
		e.Norm += float64(v) * float64(v) / float64(len(x))
	}
	e.Norm = math.Sqrt(e.Norm)
	for i := range 12 {
		e.Cells = append(e.Cells, float64(x[(2*i+1)*len(x)/24+i]))
	}
	return e
}

// estimator compiles x̂ of a batch, [batch, frame, row, column, channel].
func estimator(be compute.Backend, m *run.Run, weights map[string][]float32) (*g.Exec, error) {
	network := m.Config.FullNetwork()
	denoiser := m.Config.Parameterisation.Denoiser(func(z *g.Node, at vdm.Level, in vdm.Batch) *g.Node {
		w := vdm.Weights{}
		for i, v := range network.Variables() {
			x := make([]float32, len(weights[v.Name]))
			noise.Key{Seed: 15, Stream: noise.Weights, Sample: uint32(i)}.Normal(x)
			for j := range x {
				x[j] = weights[v.Name][j] + 0.02*x[j]
			}
			w[v.Name] = g.Const(z.Graph(), tensors.FromFlatDataAndDimensions(x, v.Shape...))
		}
		return network.Apply(w, z, at, in)
	})
	return engine.Compile(be, "the sampling step of the check", func(z, logSNR *g.Node) *g.Node {
		return denoiser(z, vdm.Level{LogSNR: logSNR}, vdm.Batch{}).X()
	})
}

// errMemory is the error where the check's training step would not fit.
var errMemory = errors.New("too little memory for the check")

// wrong is the error of an engine whose values are wrong.
type wrong struct{ why string }

func (w wrong) Error() string { return w.why }
