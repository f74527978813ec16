package run

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// Between these bounds the standard deviation of errors is drawn log-uniformly in
// training, in the network's units.
const (
	smallestError = 0.03
	largestError  = 1
)

// known says what a task shows of a clip: for each value the standard deviation of its
// error, 0 where it is exact and NaN where it is not known.
type known []float64

// task is a way of conditioning that a network is trained for.
type task struct {
	name string
	// show marks the known values of a clip, all of which are unknown before. needed is
	// the number of first frames from which the covariates are made, 0 if they need
	// none.
	show func(r *rand.Rand, clip ClipConfig, needed int, k known)
}

// tasks lists the tasks that conditions.tasks of a configuration may name.
var tasks = []task{
	{"nothing", func(*rand.Rand, ClipConfig, int, known) {}},
	{"forecast", func(r *rand.Rand, c ClipConfig, needed int, k known) {
		n := needed
		if n == 0 {
			n = 1 + r.IntN(max(1, c.Frames-1))
		}
		k.frames(c, func(f int) bool { return f < n })
	}},
	{"first-frames", func(r *rand.Rand, c ClipConfig, _ int, k known) {
		n := 1 + r.IntN(max(1, c.Frames-1))
		k.frames(c, func(f int) bool { return f < n })
	}},
	{"alternate-frames", func(_ *rand.Rand, c ClipConfig, _ int, k known) {
		k.frames(c, func(f int) bool { return f%2 == 0 })
	}},
	{"random-frames", func(r *rand.Rand, c ClipConfig, _ int, k known) {
		shown := r.Perm(c.Frames)[:1+r.IntN(max(1, c.Frames-1))]
		k.frames(c, func(f int) bool { return slices.Contains(shown, f) })
	}},
	{"regions", func(r *rand.Rand, c ClipConfig, _ int, k known) {
		// A rectangle with a quarter to three quarters of each side is unknown, the rest
		// known.
		side := func(n int) (from, to int) {
			long := max(1, n/4+r.IntN(n/2+1))
			from = r.IntN(n - long + 1)
			return from, from + long
		}
		top, bottom := side(c.Height)
		left, right := side(c.Width)
		k.cells(c, func(_, y, x int) float64 {
			if y >= top && y < bottom && x >= left && x < right {
				return math.NaN()
			}
			return 0
		})
	}},
	{"scattered-cells", func(r *rand.Rand, c ClipConfig, _ int, k known) {
		share := math.Exp(math.Log(0.005) + r.Float64()*math.Log(0.2/0.005))
		k.cells(c, func(int, int, int) float64 {
			if r.Float64() >= share {
				return math.NaN()
			}
			return smallestError * math.Pow(largestError/smallestError, r.Float64())
		})
	}},
}

// frames marks whole frames as known exactly.
func (k known) frames(c ClipConfig, shows func(frame int) bool) {
	k.cells(c, func(f, _, _ int) float64 {
		if shows(f) {
			return 0
		}
		return math.NaN()
	})
}

// cells sets the error of every cell, the same for all channels.
func (k known) cells(c ClipConfig, deviation func(frame, row, column int) float64) {
	channels := len(c.Channels)
	for i := 0; i < len(k); i += channels {
		cell := i / channels
		d := deviation(cell/(c.Height*c.Width), cell/c.Width%c.Height, cell%c.Width)
		for ch := range channels {
			k[i+ch] = d
		}
	}
}

// shownFrames says which whole frames are shown.
type shownFrames struct {
	first     int  // number of first frames
	alternate bool // exactly every second frame, from the first on
}

// shownFrames returns which frames are known without errors.
func (k known) shownFrames(c ClipConfig) shownFrames {
	return c.shownFrames(func(i int) bool { return k[i] == 0 })
}

// shownFrames returns which frames are shown where shown says it of each value.
func (c ClipConfig) shownFrames(shown func(i int) bool) shownFrames {
	s := shownFrames{alternate: c.Frames > 2}
	frame := c.size() / c.Frames
	leading := true
	for f := range c.Frames {
		all, none := true, true
		for i := f * frame; i < (f+1)*frame; i++ {
			all, none = all && shown(i), none && !shown(i)
		}
		if leading = leading && all; leading {
			s.first++
		}
		s.alternate = s.alternate && (f%2 == 0 && all || f%2 == 1 && none)
	}
	return s
}

func nothingKnown(size int) known {
	k := make(known, size)
	for i := range k {
		k[i] = math.NaN()
	}
	return k
}

// TaskNames returns the ways of conditioning for which a network can be trained.
func TaskNames() []string {
	var names []string
	for _, t := range tasks {
		names = append(names, t.name)
	}
	return names
}

// drawTask returns what is known of a clip in training, by a task that is drawn in
// proportion to its weight; see task for needed.
func drawTask(weights map[string]float64, needed int, r *rand.Rand, clip ClipConfig, size int) known {
	k := nothingKnown(size)
	total := 0.0
	for _, t := range tasks {
		total += weights[t.name]
	}
	u := r.Float64() * total
	for _, t := range tasks {
		if u -= weights[t.name]; u < 0 {
			t.show(r, clip, needed, k)
			break
		}
	}
	return k
}

// noisedKnown writes the input and the target of a network for a clip x at λ, part of
// which is known: z* = α(Λ)·x + σ(Λ)·ε and v = α(Λ)·ε − σ(Λ)·x at the level Λ = log(e^λ
// + 1/r²) of each value, at most top, and the weight of the squared error of each:
// σ²(Λ)/σ²(λ), which is 1 where nothing is known. For a value that is known exactly z*
// is x, Λ is top and the weight is 0.
func noisedKnown(z, v, levels, weight, x, eps []float32, k known, logSNR, top float64) {
	unknown := vdm.Sigma(logSNR)
	for j, r := range k {
		level := logSNR
		switch {
		case r == 0:
			z[j], v[j], levels[j], weight[j] = x[j], 0, float32(top), 0
			continue
		case !math.IsNaN(r):
			level = min(top, math.Log(math.Exp(logSNR)+1/(r*r)))
		}
		alpha, sigma := vdm.Alpha(level), vdm.Sigma(level)
		z[j] = float32(alpha)*x[j] + float32(sigma)*eps[j]
		v[j] = float32(alpha)*eps[j] - float32(sigma)*x[j]
		levels[j] = float32(level)
		weight[j] = float32(sigma * sigma / (unknown * unknown))
	}
}

// checkTasks returns an error that names an unknown task or a weight out of its range.
func checkTasks(weights map[string]float64) error {
	total := 0.0
	for name, weight := range weights {
		if !slices.Contains(TaskNames(), name) {
			return fmt.Errorf("conditions.tasks names %q: want some of %s", name, strings.Join(TaskNames(), ", "))
		}
		if !(weight >= 0) || math.IsInf(weight, 1) {
			return fmt.Errorf("conditions.tasks.%s is %v, want a weight of at least 0", name, weight)
		}
		total += weight
	}
	if len(weights) > 0 && total == 0 {
		return fmt.Errorf("conditions.tasks: all weights are 0")
	}
	return nil
}
