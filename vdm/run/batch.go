package run

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// reader reads clips in the model's units.
type reader struct {
	clips      vdm.Clips
	transforms []transform.Transform
	size       int // values of a clip
	mask       bool
}

func newReader(c Config, clips vdm.Clips) (*reader, error) {
	if err := checkClips(c, clips); err != nil {
		return nil, err
	}
	size := c.Clip.Frames * c.Clip.Height * c.Clip.Width * len(c.Clip.Channels)
	r := &reader{clips: clips, size: size, mask: c.Training.MissingCells == "mask"}
	for _, channel := range c.Clip.Channels {
		t, err := channel.Transform.Build()
		if err != nil {
			return nil, fmt.Errorf("transform of %s: %w", channel.Name, err)
		}
		r.transforms = append(r.transforms, t)
	}
	return r, nil
}

// checkClips refuses clips of another shape than the run's, or none.
func checkClips(c Config, clips vdm.Clips) error {
	f, h, w, ch := clips.Shape()
	if f != c.Clip.Frames || h != c.Clip.Height || w != c.Clip.Width || ch != len(c.Clip.Channels) {
		return fmt.Errorf("clips are %d frames × %d × %d × %d channels, the run's are %d × %d × %d × %d",
			f, h, w, ch, c.Clip.Frames, c.Clip.Height, c.Clip.Width, len(c.Clip.Channels))
	}
	if clips.Len() == 0 {
		return fmt.Errorf("no clips: the record is shorter than %d frames, or every window has missing cells", f)
	}
	return nil
}

// read writes clip i to x in the model's units. Missing cells become 0 in x and
// in mask, where there is one. A value outside the domain of its transform is an
// error: it is there, and it is wrong.
func (r *reader) read(i int, x, mask []float32) error {
	if err := r.clips.Clip(i, x); err != nil {
		return fmt.Errorf("clip %d: %w", i, err)
	}
	missing := make([]bool, len(x))
	for j, v := range x {
		switch {
		case math.IsInf(float64(v), 0):
			return fmt.Errorf("clip %d is infinite at %s", i, r.cell(j))
		case !math.IsNaN(float64(v)):
		case mask == nil:
			return fmt.Errorf("clip %d holds a missing cell at %s: skip such windows, or set training.missing_cells to mask", i, r.cell(j))
		default:
			missing[j] = true
		}
	}
	forwardChannels(r.transforms, x)
	for j, v := range x {
		if missing[j] {
			x[j] = 0
		} else if !engine.Finite(float64(v)) {
			t := r.transforms[j%len(r.transforms)]
			return fmt.Errorf("clip %d holds a value outside the domain of %s at %s", i, t, r.cell(j))
		}
		if mask != nil {
			mask[j] = 1
			if missing[j] {
				mask[j] = 0
			}
		}
	}
	return nil
}

// cell names a value of a clip by where it is.
func (r *reader) cell(j int) string {
	_, h, w, ch := r.clips.Shape()
	return fmt.Sprintf("frame %d, row %d, column %d, channel %d", j/(h*w*ch), j/(w*ch)%h, j/ch%w, j%ch)
}

func forwardChannels(ts []transform.Transform, x []float32) {
	perChannel(ts, x, transform.Apply)
}

func inverseChannels(ts []transform.Transform, x []float32) {
	perChannel(ts, x, transform.Undo)
}

func perChannel(ts []transform.Transform, x []float32, apply func(t transform.Transform, dst, src []float32)) {
	if len(ts) == 1 {
		apply(ts[0], x, x)
		return
	}
	one := make([]float32, len(x)/len(ts))
	for c, t := range ts {
		for i := range one {
			one[i] = x[i*len(ts)+c]
		}
		apply(t, one, one)
		for i := range one {
			x[i*len(ts)+c] = one[i]
		}
	}
}

// batch is what one pass of the loss needs, on the host.
type batch struct {
	clips          []int     // indices, for messages
	z, v           []float32 // noisy clips and targets, [sample, clip]
	mask           []float32 // nil where no cell can be missing
	logSNR, factor []float32 // [sample]

	// Of clips that lie in a record on the device, where z is the noise and v nil.
	frames       []int64   // [sample, frame] in the record; else nil
	alpha, sigma []float32 // [sample]
}

// recorded fills a batch of clips that lie in a record.
func (r *reader) recorded(c FrameSource, s vdm.Schedule, w vdm.Weighting, indices []int, times []float64, keys []noise.Key) *batch {
	n := len(indices)
	count, _, _, _ := c.Shape()
	b := &batch{
		clips: indices, z: make([]float32, n*r.size), frames: make([]int64, n*count),
		logSNR: make([]float32, n), factor: make([]float32, n), alpha: make([]float32, n), sigma: make([]float32, n),
	}
	_ = engine.InParallel(n, func(i int) error {
		keys[i].Normal(b.z[i*r.size : (i+1)*r.size])
		for f := range count {
			b.frames[i*count+f] = int64(c.Start(indices[i]) + f)
		}
		logSNR := s.LogSNR(times[i])
		b.logSNR[i], b.factor[i] = float32(logSNR), float32(vdm.LossFactor(s, w, logSNR))
		b.alpha[i], b.sigma[i] = float32(vdm.Alpha(logSNR)), float32(vdm.Sigma(logSNR))
		return nil
	})
	return b
}

// draw fills a batch with the clips at the given indices, noised at the given
// times with the noise of the given keys.
func (r *reader) draw(s vdm.Schedule, w vdm.Weighting, indices []int, times []float64, keys []noise.Key) (*batch, error) {
	n := len(indices)
	b := &batch{
		clips: indices,
		z:     make([]float32, n*r.size), v: make([]float32, n*r.size),
		logSNR: make([]float32, n), factor: make([]float32, n),
	}
	if r.mask {
		b.mask = make([]float32, n*r.size)
	}
	err := engine.InParallel(n, func(i int) error {
		span := func(x []float32) []float32 {
			if x == nil {
				return nil
			}
			return x[i*r.size : (i+1)*r.size]
		}
		x, eps := make([]float32, r.size), make([]float32, r.size)
		if err := r.read(indices[i], x, span(b.mask)); err != nil {
			return err
		}
		keys[i].Normal(eps)
		logSNR := s.LogSNR(times[i])
		b.logSNR[i], b.factor[i] = float32(logSNR), float32(vdm.LossFactor(s, w, logSNR))
		noised(span(b.z), span(b.v), x, eps, logSNR)
		return nil
	})
	return b, err
}

// noised writes z = α·x + σ·ε (A.25) and v = α·ε − σ·x (2.60).
func noised(z, v, x, eps []float32, logSNR float64) {
	alpha, sigma := float32(vdm.Alpha(logSNR)), float32(vdm.Sigma(logSNR))
	for j := range x {
		z[j] = alpha*x[j] + sigma*eps[j]
		v[j] = alpha*eps[j] - sigma*x[j]
	}
}

// trainingBatch is pass a of optimiser step k: a function of (seed, k, a) and
// the data only. Clips are drawn with replacement; the times are one
// low-discrepancy set over all passes of the step. The clips lie in a record on
// the device where one is given.
func (r *reader) trainingBatch(c Config, s vdm.Schedule, w vdm.Weighting, record *resident, k int64, a int) (*batch, error) {
	t := c.Training
	n := t.Batch * t.Accumulate
	key := noise.Key{Seed: t.Seed, Step: uint64(k)}
	key.Stream = noise.Order
	order := key.Rand()
	key.Stream = noise.Time
	times := key.LowDiscrepancy(n)
	key.Stream = noise.Training
	indices, keys := make([]int, n), make([]noise.Key, n)
	for i := range n {
		indices[i] = order.IntN(r.clips.Len())
		key.Sample = uint32(i)
		keys[i] = key
	}
	from, to := a*t.Batch, (a+1)*t.Batch
	if record != nil {
		return r.recorded(record.clips, s, w, indices[from:to], times[from:to], keys[from:to]), nil
	}
	return r.draw(s, w, indices[from:to], times[from:to], keys[from:to])
}
