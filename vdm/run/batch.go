package run

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// reader reads clips and converts them to the network's units.
type reader struct {
	clips      vdm.Clips
	clip       ClipConfig
	conditions ConditionsConfig
	transforms []transform.Transform // those of the clip's channels, of the covariates, and of their alternate forms
	size       int                   // number of values of a clip
	mask       bool
	top        float64 // λ of a value that is known exactly
	weighted   WeightedClips
}

func newReader(c Config, clips vdm.Clips) (*reader, error) {
	if err := checkClips(c, clips); err != nil {
		return nil, err
	}
	size := c.Clip.Frames * c.Clip.Height * c.Clip.Width * len(c.Clip.Channels)
	transforms, err := c.transforms()
	if err != nil {
		return nil, err
	}
	weighted, _ := clips.(WeightedClips)
	return &reader{
		weighted: weighted, clips: clips, clip: c.Clip, conditions: c.Conditions, transforms: transforms, size: size,
		mask: c.Training.MissingCells == "mask", top: c.top(),
	}, nil
}

// transforms returns the transforms of the clip's channels, then of the covariates, then of
// the alternate forms of these.
func (c Config) transforms() (out []transform.Transform, err error) {
	build := func(name string, spec transform.Spec) error {
		t, err := spec.Build()
		if err != nil {
			return fmt.Errorf("transform of %s: %w", name, err)
		}
		out = append(out, t)
		return nil
	}
	for _, channel := range c.Clip.Channels {
		if err := build(channel.Name, channel.Transform); err != nil {
			return nil, err
		}
	}
	for _, v := range c.Conditions.Covariates {
		if err := build(v.Name, v.Transform); err != nil {
			return nil, err
		}
	}
	for i, v := range c.Conditions.Covariates {
		if v.AlternateFrames {
			out = append(out, out[len(c.Clip.Channels)+i])
		}
	}
	return out, nil
}

// WeightedClips is a source of clips that chooses which of them are drawn in training
// and with which weight in the loss, as climate.WetWindows does.
type WeightedClips interface {
	vdm.Clips
	Draw(r *rand.Rand) (clip int, weight float64, err error)
}

// inputChannels returns how many channels training clips must have: the clip's own and,
// after them, the covariates.
func (c Config) inputChannels() int {
	n := len(c.Conditions.Covariates)
	return len(c.Clip.Channels) + n + c.Conditions.alternates(n)
}

// checkClips refuses a source that is empty or whose clips have a shape other than the
// run's.
func checkClips(c Config, clips vdm.Clips) error {
	f, h, w, ch := clips.Shape()
	if f != c.Clip.Frames || h != c.Clip.Height || w != c.Clip.Width || ch != c.inputChannels() {
		covariates := ""
		if n := len(c.Conditions.Covariates); n > 0 {
			covariates = fmt.Sprintf(", of which the last %d are covariates", n)
		}
		return fmt.Errorf("clips are %d frames × %d × %d × %d channels, the run's are %d × %d × %d × %d%s",
			f, h, w, ch, c.Clip.Frames, c.Clip.Height, c.Clip.Width, c.inputChannels(), covariates)
	}
	if clips.Len() == 0 {
		return fmt.Errorf("no clips: the record is shorter than %d frames, or every window has missing cells", f)
	}
	return nil
}

// read writes clip i, with its covariates after its channels, to x in the network's
// units. Missing cells become 0 in x and in mask, if the run has one. A value outside
// the domain of its transform is an error: such a value is present and wrong.
func (r *reader) read(i int, x, mask []float32) error {
	if err := r.clips.Clip(i, x); err != nil {
		return fmt.Errorf("clip %d: %w", i, err)
	}
	channels := len(r.transforms)
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
			t := r.transforms[j%channels]
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

// cell returns the position of value j of a clip, for messages.
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

// batch contains the values that one pass of the loss needs, on the host.
type batch struct {
	clips          []int     // indices of the clips, for messages
	z, v           []float32 // noisy clips and targets, [sample, clip]
	mask           []float32 // nil where no cell can be missing
	logSNR, factor []float32 // [sample]

	levels     []float32            // the map of noise levels; nil where the network takes none
	covariates map[string][]float32 // each [sample, frame, height, width, 2]: the value, and its mark where it is present

	// These describe clips that lie in a record on the device; z is then the noise and v
	// nil.
	frames       []int64   // [sample, frame] in the record; else nil
	alpha, sigma []float32 // [sample]
}

// recorded returns a batch of clips that lie in a record on the device.
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

// draw returns a batch of the clips at the given indices, noised at the given times with
// the noise of the given keys. tasks contains the key of each sample's task; where it is
// nil, nothing of the clips is known.
func (r *reader) draw(s vdm.Schedule, w vdm.Weighting, indices []int, times []float64, keys, tasks []noise.Key) (*batch, error) {
	n := len(indices)
	b := &batch{
		clips: indices,
		z:     make([]float32, n*r.size), v: make([]float32, n*r.size),
		logSNR: make([]float32, n), factor: make([]float32, n),
	}
	if r.mask || r.conditions.TakesMap() {
		b.mask = make([]float32, n*r.size)
	}
	if r.conditions.TakesMap() {
		b.levels = make([]float32, n*r.size)
	}
	cells := r.size / len(r.clip.Channels)
	if len(r.conditions.Covariates) > 0 {
		b.covariates = map[string][]float32{}
		for _, c := range r.conditions.Covariates {
			b.covariates[c.Name] = make([]float32, n*cells*covariateChannels)
		}
	}
	err := engine.InParallel(n, func(i int) error {
		span := func(x []float32) []float32 {
			if x == nil {
				return nil
			}
			return x[i*r.size : (i+1)*r.size]
		}
		channels := len(r.transforms)
		x, eps := make([]float32, cells*channels), make([]float32, r.size)
		var there []float32
		if r.mask {
			there = make([]float32, len(x))
		}
		if err := r.read(indices[i], x, there); err != nil {
			return err
		}
		keys[i].Normal(eps)
		logSNR := s.LogSNR(times[i])
		b.logSNR[i], b.factor[i] = float32(logSNR), float32(vdm.LossFactor(s, w, logSNR))
		own := take(x, channels, 0, len(r.clip.Channels))
		mask := take(there, channels, 0, len(r.clip.Channels))
		if !r.conditions.TakesMap() {
			noised(span(b.z), span(b.v), own, eps, logSNR)
			copy(span(b.mask), mask)
			r.tell(b, i, x, there, shownFrames{}, nil)
			return nil
		}
		k, random := r.task(tasks, i)
		shown := k.shownFrames(r.clip) // before missing cells: a frame of which some are missing is shown
		for j, m := range mask {
			if m == 0 {
				k[j] = math.NaN()
			}
		}
		weight := span(b.mask)
		noisedKnown(span(b.z), span(b.v), span(b.levels), weight, own, eps, k, logSNR, r.top)
		for j, m := range mask {
			weight[j] *= m
		}
		r.tell(b, i, x, there, shown, random)
		return nil
	})
	return b, err
}

// task returns the known part of sample i and the generator that continues from there.
// Without tasks nothing is known.
func (r *reader) task(tasks []noise.Key, i int) (known, *rand.Rand) {
	if tasks == nil {
		return nothingKnown(r.size), nil
	}
	random := tasks[i].Rand()
	return drawTask(r.conditions.Tasks, r.conditions.KnownFrames(), random, r.clip, r.size), random
}

// tell writes the covariates of sample i, the last channels of x, to the batch. Some are
// left out: all of them in the share of clips that conditions.dropout gives, and a
// covariate that was made from other frames than are shown. there is 0 at missing
// values, which are not marked as given; nil means that no value is missing.
func (r *reader) tell(b *batch, i int, x, there []float32, shown shownFrames, random *rand.Rand) {
	if random != nil && random.Float64() < r.conditions.Dropout {
		return
	}
	first, channels := len(r.clip.Channels), len(r.transforms)
	for c, config := range r.conditions.Covariates {
		at, mark := first+c, float32(markFirst)
		if !config.givenBy(shown) {
			continue
		} else if config.KnownFrames > shown.first {
			at, mark = first+r.conditions.inAlternate(c), markAlternate
		}
		cells := len(x) / channels
		into := b.covariates[config.Name][i*cells*covariateChannels:][:cells*covariateChannels]
		for j := range cells {
			from := j*channels + at
			if there == nil || there[from] != 0 {
				into[covariateChannels*j], into[covariateChannels*j+1] = x[from], mark
			}
		}
	}
}

// take returns the channels from … to − 1 of interleaved values; x itself where these
// are all.
func take(x []float32, channels, from, to int) []float32 {
	if x == nil || to-from == channels {
		return x
	}
	out := make([]float32, 0, len(x)/channels*(to-from))
	for at := 0; at < len(x); at += channels {
		out = append(out, x[at+from:at+to]...)
	}
	return out
}

// noised writes z = α·x + σ·ε (A.25) and v = α·ε − σ·x (2.60).
func noised(z, v, x, eps []float32, logSNR float64) {
	alpha, sigma := float32(vdm.Alpha(logSNR)), float32(vdm.Sigma(logSNR))
	for j := range x {
		z[j] = alpha*x[j] + sigma*eps[j]
		v[j] = alpha*eps[j] - sigma*x[j]
	}
}

// trainingBatch returns the batch of pass a of optimiser step k: a function of (seed, k,
// a) and the data only. Clips are drawn with replacement; the times are one
// low-discrepancy set over all passes of the step. If record is not nil, the clips lie
// in this record on the device.
func (r *reader) trainingBatch(c Config, s vdm.Schedule, w vdm.Weighting, record *resident, k int64, a int) (*batch, error) {
	t := c.Training
	n := t.Batch * t.Accumulate
	key := noise.Key{Seed: t.Seed, Step: uint64(k)}
	key.Stream = noise.Order
	order := key.Rand()
	key.Stream = noise.Time
	times := key.LowDiscrepancy(n)
	key.Stream = noise.Training
	indices, keys, tasks := make([]int, n), make([]noise.Key, n), make([]noise.Key, n)
	weights := make([]float32, n)
	from, to := a*t.Batch, (a+1)*t.Batch
	for i := range to {
		key.Sample = uint32(i)
		keys[i], tasks[i] = key, key
		tasks[i].Stream = noise.Task
		if weights[i] = 1; r.weighted == nil {
			indices[i] = order.IntN(r.clips.Len())
			continue
		}
		clip, weight, err := r.weighted.Draw(order)
		if err != nil {
			return nil, err
		}
		indices[i], weights[i] = clip, float32(weight)
	}
	if record != nil {
		return r.recorded(record.clips, s, w, indices[from:to], times[from:to], keys[from:to]), nil
	}
	b, err := r.draw(s, w, indices[from:to], times[from:to], keys[from:to], tasks[from:to])
	if err == nil {
		for i := range b.factor {
			b.factor[i] *= weights[from+i]
		}
	}
	return b, err
}
