package run

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// Rollout returns sequences of o.Frames frames in physical units that continue a start,
// several members at a time and clip by clip: each new clip is drawn given the last
// frames of the sequence so far. Call it for forecasts longer than a clip. start is in
// physical units, [frame, height, width, channel], of any number of frames, of which the
// last o.Overlap are used; without frames each member begins with a clip drawn freely. A
// NaN in start is unknown and stays NaN.
//
// The frames go to files in the folder dir (see [Sequences]) as they are made. A second
// call continues where the first one stopped: stopped or killed at any moment it has
// lost at most the clips in progress, and the result is the same as without the
// interruption, to the bit on the same engine. Asked for more frames or members than
// exist, Rollout adds those; any other difference of settings is refused. Memory is
// needed for one batch, whatever the number of members and frames.
//
// The noise of clip k of member i is a function of (seed, i, k): clip 0 is the one that
// Nowcast draws, or Sample by the same sampler. All clips of a sequence are drawn by one
// sampler, by default Nowcast's.
func (m *Run) Rollout(ctx context.Context, dir string, start []float32, o RolloutOptions) (*Sequences, error) {
	e, err := m.rollout(ctx, dir, start, o)
	if err != nil {
		return nil, fmt.Errorf("extend: %w", err)
	}
	return e, nil
}

func (m *Run) rollout(ctx context.Context, dir string, start []float32, o RolloutOptions) (_ *Sequences, err error) {
	clip := m.Config.Clip
	shape := clip.shape()
	frame := shape[1] * shape[2] * shape[3]
	if len(start)%frame != 0 {
		return nil, fmt.Errorf("the start has %d values, want a multiple of the %d of a frame (%d × %d × %d channels)", len(start), frame, shape[1], shape[2], shape[3])
	}
	if o.Batch == 0 { // as the folder was begun: the batch changes the numbers by rounding
		if begun, err := readSequences(dir); err == nil {
			o.Batch = begun.Settings.Batch
		}
	}
	o.SampleOptions = m.conditional(o.SampleOptions)
	o = o.withDefaults(clip.Frames)
	startFrames := len(start) / frame
	if err := o.validate(clip.Frames, startFrames); err != nil {
		return nil, err
	}
	if _, err := m.forward(start); err != nil {
		return nil, fmt.Errorf("the start: %w", err)
	}
	overlap := vdm.Measurement{Y: make([]float32, clip.size())}
	for i := o.Overlap * frame; i < len(overlap.Y); i++ {
		overlap.Y[i] = float32(math.NaN())
	}
	if len(o.Covariates) > 0 {
		return nil, errors.New("a sequence takes no covariates, of which each of its clips needs its own: see RolloutOptions.Tell")
	}
	shown, err := m.checkKnown(o.SampleOptions, overlap, nil)
	if err == nil && o.Tell == nil {
		err = m.Config.Conditions.checkTold(nil, shown)
	}
	if err != nil {
		return nil, err
	}
	if startFrames == 0 {
		if err := m.checkUnconditional(o.SampleOptions); err != nil {
			return nil, err
		}
	}
	n, err := m.bind(o.SampleOptions)
	if err != nil {
		return nil, err
	}
	defer n.denoiser.Release()
	w, err := createSequences(dir, m.sequencesHeader(start, o, n.choice.Provenance()))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	x := &rollout{m: m, o: o, bound: n, shape: shape, frame: frame, start: start, w: w,
		frames: rolloutPlan{start: startFrames, overlap: o.Overlap, stride: o.Stride}}
	defer x.close()
	groups := (o.Count + o.Batch - 1) / o.Batch
	total := 0
	for g := range groups {
		total += x.frames.clips(x.done(g), o.Frames) * len(n.plan.Steps)
	}
	x.clock = vdm.NewProgressClock(int64(total), o.Progress)
	for g := range groups {
		if err := x.members(ctx, g); err != nil {
			return nil, err
		}
	}
	return OpenSequences(dir)
}

// rolloutPlan says which frames each clip of a sequence knows and which it adds.
type rolloutPlan struct{ start, overlap, stride int }

// firstNewFrame returns the first frame that clip k adds. The first clip knows the frames of
// the start and adds up to the same place in it as the others.
func (c rolloutPlan) firstNewFrame(k int) int {
	if k == 0 {
		return c.start
	}
	return c.start + c.overlap + c.stride - c.known(0) + (k-1)*c.stride
}

// known returns how many frames clip k knows.
func (c rolloutPlan) known(k int) int {
	if k == 0 {
		return min(c.overlap, c.start)
	}
	return c.overlap
}

// next returns the number of the clip to draw when done frames exist: the one that adds
// frame done, from its beginning.
func (c rolloutPlan) next(done int) int {
	if first := c.firstNewFrame(1); done >= first {
		return 1 + (done-first)/c.stride
	}
	return 0
}

// clips returns how many clips must be drawn until all frames exist, when done of them
// do.
func (c rolloutPlan) clips(done, frames int) int {
	if done >= frames {
		return 0
	}
	return 1 + c.next(frames-1) - c.next(done)
}

// rollout is the state of one call of [Run.Rollout].
type rollout struct {
	m      *Run
	o      RolloutOptions
	bound  bound
	shape  [4]int
	frame  int // number of values of a frame
	start  []float32
	frames rolloutPlan
	w      *sequencesWriter
	clock  *vdm.ProgressClock
	steps  [2]*vdm.Sampler // the first without, the second with known frames
}

func (x *rollout) close() {
	for _, s := range x.steps {
		if s != nil {
			s.Close()
		}
	}
}

// memberCount returns how many members group g has.
func (x *rollout) memberCount(g int) int { return min(x.o.Batch, x.o.Count-g*x.o.Batch) }

// done returns how many frames all members of group g have.
func (x *rollout) done(g int) int {
	done := math.MaxInt
	for i := range x.memberCount(g) {
		done = min(done, x.w.frames[x.o.First+g*x.o.Batch+i])
	}
	return done
}

// members draws the missing frames of the members of group g.
func (x *rollout) members(ctx context.Context, g int) error {
	for {
		done := x.done(g)
		if done >= x.o.Frames {
			return nil
		}
		k := x.frames.next(done)
		known, err := x.known(g, k)
		if err != nil {
			return err
		}
		z, err := x.draw(ctx, g, k, known)
		if err != nil {
			return err
		}
		if err := x.write(g, k, z); err != nil {
			return err
		}
	}
}

// known returns what clip k of each member of group g knows: clips in physical units
// with NaN where nothing is known, or nil where nothing at all is.
func (x *rollout) known(g, k int) ([]float32, error) {
	frames, firstNew := x.frames.known(k), x.frames.firstNewFrame(k)
	if frames == 0 {
		return nil, nil
	}
	size := x.shape[0] * x.frame
	clips := make([]float32, x.o.Batch*size)
	any := false
	for i := range x.o.Batch {
		clip := clips[i*size : (i+1)*size]
		for j := range clip {
			clip[j] = float32(math.NaN())
		}
		into := clip[:frames*x.frame]
		if k == 0 {
			copy(into, x.start[(firstNew-frames)*x.frame:])
		} else if err := x.w.read(x.o.First+g*x.o.Batch+min(i, x.memberCount(g)-1), firstNew-frames, into); err != nil {
			return nil, err
		}
		for _, v := range into {
			any = any || v == v
		}
	}
	if !any {
		return nil, nil
	}
	return clips, nil
}

// told returns the covariates of clip k of each member of a batch, of which known contains
// what it knows, in physical units. There are none where nothing is known.
func (x *rollout) told(ctx context.Context, k int, known []float32) (map[string]vdm.Covariate, error) {
	if x.o.Tell == nil || known == nil {
		return nil, nil
	}
	size, cells := x.shape[0]*x.frame, x.shape[0]*x.shape[1]*x.shape[2]
	physical := map[string][]float32{}
	for i := range x.o.Batch {
		one, err := x.o.Tell(ctx, known[i*size:(i+1)*size])
		if err != nil {
			return nil, err
		}
		for name, values := range one {
			if len(values) != cells || len(physical[name]) != i*cells {
				return nil, fmt.Errorf("the covariate %s has %d values for member %d: want %d for each", name, len(values), i, cells)
			}
			physical[name] = append(physical[name], values...)
		}
	}
	if err := x.m.Config.Conditions.checkTold(physical, shownFrames{first: x.frames.known(k)}); err != nil {
		return nil, err
	}
	return x.m.covariates(physical, false)
}

// draw returns clip k of group g in the network's units. One compiled step serves all
// clips that know something, another those that know nothing.
func (x *rollout) draw(ctx context.Context, g, k int, known []float32) ([]float32, error) {
	var given vdm.Observation
	which := 0
	told, err := x.told(ctx, k, known)
	if err != nil {
		return nil, fmt.Errorf("clip %d: %w", k, err)
	}
	if known != nil {
		x.m.Forward(known)
		given, which = vdm.Observation{{Y: known}}, 1
	}
	o := x.o.draw()
	o.Count, o.Each, o.Progress = o.Batch, nil, nil // known contains a clip for each member of the batch
	o.Covariates = told
	if x.steps[which] == nil {
		if known == nil {
			o.Guidance = nil
		}
		s, err := vdm.NewSampler(x.bound.denoiser, x.bound.plan, x.shape, given, o)
		if err != nil {
			return nil, err
		}
		x.steps[which] = s
	} else if err := errors.Join(x.steps[which].Observe(given), x.steps[which].Tell(told)); err != nil {
		return nil, err
	}
	s := x.steps[which]
	s.Clip, s.First = uint64(k), x.o.First+g*x.o.Batch
	return s.Batch(ctx, 0, x.clock.Tick)
}

// write adds the frames of clip k to the files of group g.
func (x *rollout) write(g, k int, z []float32) error {
	size := x.shape[0] * x.frame
	from, to := x.frames.firstNewFrame(k), min(x.frames.firstNewFrame(k+1), x.o.Frames)
	known := x.frames.known(k)
	first := x.o.First + g*x.o.Batch
	for i := range x.memberCount(g) {
		if x.w.frames[first+i] >= to { // this member has the frames; the clip was drawn again for others of the group
			continue
		}
		clip := z[i*size : (i+1)*size]
		if err := x.m.toPhysical(first+i, clip, x.o.Unclamped); err != nil {
			return err
		}
		fresh := clip[known*x.frame : (known+to-from)*x.frame]
		at := from
		if k == 0 {
			fresh, at = append(x.start[:len(x.start):len(x.start)], fresh...), 0
		}
		if err := x.w.write(first+i, at, fresh); err != nil {
			return err
		}
	}
	return x.w.finish(first, x.memberCount(g), to)
}
