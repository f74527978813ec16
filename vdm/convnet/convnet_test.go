package convnet

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// small has every size different, so that no two can be confused.
var small = Config{Channels: 2, OutChannels: 3, Width: 4, Depth: 2, Kernel: 3}

const batch, frames, height, width = 2, 3, 4, 5

func normals(key uint32, n int) []float32 {
	x := make([]float32, n)
	noise.Key{Seed: 31, Stream: noise.Probe, Sample: key}.Normal(x)
	return x
}

// values returns numbers for each variable of c, those that begin at 0 as well.
func values(c Config) map[string][]float32 {
	v := weights.Initial(c.Variables(), 3)
	for i, variable := range c.Variables() {
		if variable.Init == (weights.Init{}) {
			v[variable.Name] = normals(100+uint32(i), variable.Size())
			for j := range v[variable.Name] {
				v[variable.Name][j] *= 0.4
			}
		}
	}
	return v
}

// arguments are the values in the order of the variables, then z and λ.
func arguments(c Config, v map[string][]float32, z []float32, logSNR []float32) []any {
	var args []any
	for _, variable := range c.Variables() {
		args = append(args, enginetest.Tensor(v[variable.Name], variable.Shape...))
	}
	return append(args, enginetest.Tensor(z, batch, frames, height, width, c.Channels), enginetest.Tensor(logSNR, batch))
}

// applied is the network of such arguments.
func applied(c Config, in []*g.Node) *g.Node {
	w := vdm.Weights{}
	for i, variable := range c.Variables() {
		w[variable.Name] = in[i]
	}
	n := len(w)
	return c.Apply(w, in[n], vdm.Level{LogSNR: in[n+1]}, vdm.Batch{})
}

// The output is what plain loops in float64 give, on every engine.
func TestOutput(t *testing.T) {
	wide := small
	wide.Kernel, wide.Depth = 5, 1
	point := small
	point.Kernel = 1
	for _, c := range []Config{small, wide, point} {
		v, z, logSNR := values(c), normals(1, batch*frames*height*width*c.Channels), []float32{-4.5, 7.25}
		want := byLoops(c, v, z, logSNR)
		enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
			got := enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node { return []*g.Node{applied(c, in)} }, arguments(c, v, z, logSNR)...)[0]
			if len(got) != len(want) {
				t.Fatalf("%+v: %d values, want %d", c, len(got), len(want))
			}
			var off, size float64
			for i := range want {
				off += math.Pow(float64(got[i])-want[i], 2)
				size += want[i] * want[i]
			}
			if e := math.Sqrt(off / size); !(e < 2e-6) {
				t.Errorf("%+v: relative error %.1e, want at most 2e-6", c, e)
			}
		})
	}
}

// The gradient is the finite difference f′ = (8(f(h) − f(−h)) − (f(2h) − f(−2h)))/12h
// along a random direction of each variable and of z, on every engine, with f the sum
// of the output times random numbers. h = 1/64 of the variable's size leaves h⁴/30 of
// the fifth derivative, 2e-9 of it, and rounding 1.2·4·2⁻²⁴·‖y‖/h.
func TestGradient(t *testing.T) {
	c := small
	v, z, logSNR := values(c), normals(1, batch*frames*height*width*c.Channels), []float32{-4.5, 7.25}
	cotangent := normals(2, batch*frames*height*width*c.OutChannels)
	names := append(namesOf(c), "z")
	last := len(names) - 1
	size := func(i int) []int {
		if i == last {
			return []int{batch, frames, height, width, c.Channels}
		}
		return c.Variables()[i].Shape
	}
	at := func(i int) []float32 {
		if i == last {
			return z
		}
		return v[names[i]]
	}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		gradients := enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node {
			with := g.Reshape(g.Const(in[0].Graph(), cotangent), batch, frames, height, width, c.OutChannels)
			return g.Gradient(g.ReduceAllSum(g.Mul(applied(c, in), with)), in[:last+1]...)
		}, arguments(c, v, z, logSNR)...)
		for i, name := range names {
			x := at(i)
			scale := norm(x) / math.Sqrt(float64(len(x)))
			d := normals(200+uint32(i), len(x))
			const h = 1. / 64
			steps := []float64{h, -h, 2 * h, -2 * h}
			// One program: the four points are further inputs.
			args := arguments(c, v, z, logSNR)
			for _, s := range steps {
				moved := slices.Clone(x)
				for j := range moved {
					moved[j] += float32(s * scale * float64(d[j]))
				}
				args = append(args, enginetest.Tensor(moved, size(i)...))
			}
			y := enginetest.Evaluate(t, be, func(in []*g.Node) (out []*g.Node) {
				for k := range steps {
					own := slices.Clone(in[:last+2])
					own[i] = in[last+2+k]
					out = append(out, applied(c, own))
				}
				return out
			}, args...)
			f := func(k int) float64 { return dot(y[k], cotangent) }
			difference := (8*(f(0)-f(1)) - (f(2) - f(3))) / (12 * h)
			derived := scale * dot(gradients[i], d)
			whole := scale * norm(gradients[i])
			limit := 1e-3*whole + 1.2*4*math.Exp2(-24)*norm(y[0])/h
			if e := math.Abs(derived - difference); !(e <= limit) {
				t.Errorf("%s: the gradient is off by %.1e of %.1e, want at most %.1e", name, e, whole, limit)
			}
			if !(whole > 100*(limit-1e-3*whole)) {
				t.Errorf("%s: the gradient %.1e is within 100 times the rounding %.1e: a wrong one could pass", name, whole, limit-1e-3*whole)
			}
		}
	})
}

// A network that nothing has trained is 0 everywhere, and shows its parts in order.
func TestStartAndParts(t *testing.T) {
	c := small
	z := normals(1, batch*frames*height*width*c.Channels)
	var parts []string
	got := enginetest.Evaluate(t, enginetest.Small(t), func(in []*g.Node) []*g.Node {
		w := vdm.Weights{}
		for i, variable := range c.Variables() {
			w[variable.Name] = in[i]
		}
		parts = nil
		return []*g.Node{c.ApplyWatched(w, in[len(w)], vdm.Level{LogSNR: in[len(w)+1]}, vdm.Batch{}, func(name string, x *g.Node) {
			parts = append(parts, name)
		})}
	}, arguments(c, weights.Initial(c.Variables(), 3), z, []float32{0, 1})...)[0]
	if slices.ContainsFunc(got, func(x float32) bool { return x != 0 }) {
		t.Error("the output of an untrained network is not 0")
	}
	if want := []string{"embedding", "input", "blocks.0", "blocks.1", "output"}; !slices.Equal(parts, want) {
		t.Errorf("parts %q, want %q", parts, want)
	}
	for _, p := range parts {
		if !slices.ContainsFunc(namesOf(c), func(name string) bool { return strings.HasPrefix(name, p+".") }) {
			t.Errorf("no variable belongs to the part %s", p)
		}
	}
}

func TestSettings(t *testing.T) {
	for says, c := range map[string]Config{
		"width is 7, want an even":   {Width: 7},
		"width is -2, want 1":        {Width: -2},
		"kernel is 4, want an odd":   {Kernel: 4},
		"depth is -1, want 1":        {Depth: -1},
		"channels is -3, want 1":     {Channels: -3},
		"out_channels is -1, want 1": {OutChannels: -1},
		"width is 100000, want 1":    {Width: 100000},
	} {
		enginetest.WantError(t, says, c.Validate(), says, "convolutional network")
	}
	c := Config{}.ForClips(2, 0)
	if c != (Config{Channels: 2, OutChannels: 2, Width: 32, Depth: 4, Kernel: 3}) {
		t.Errorf("defaults for clips of two channels are %+v", c)
	}
	if err := (Config{}).Validate(); err != nil {
		t.Error(err)
	}
	// Embedding, input, blocks of scale, shift, space and time, output; each with a
	// bias.
	const w = 32
	want := w*w + w + 9*2*w + w + 4*(2*(w*w+w)+9*w*w+w+3*w*w+w) + w*2 + 2
	if c.Count() != want {
		t.Errorf("%d parameters, want %d", c.Count(), want)
	}
}

// A missing weight and a wrong shape are named.
func TestRefusals(t *testing.T) {
	be := enginetest.Small(t)
	for says, build := range map[string]func(z, logSNR *g.Node) *g.Node{
		`no weight is bound to "embedding.weight"`: func(z, logSNR *g.Node) *g.Node {
			return small.Apply(nil, z, vdm.Level{LogSNR: logSNR}, vdm.Batch{})
		},
		"want [batch, frame, height, width, 7]": func(z, logSNR *g.Node) *g.Node {
			return Config{Channels: 7}.Apply(nil, z, vdm.Level{LogSNR: logSNR}, vdm.Batch{})
		},
		"want [2] as z is": func(z, logSNR *g.Node) *g.Node {
			return small.Apply(nil, z, vdm.Level{LogSNR: z}, vdm.Batch{})
		},
	} {
		func() {
			defer func() {
				if r := fmt.Sprint(recover()); !strings.Contains(r, says) {
					t.Errorf("panic %q, want one that says %q", r, says)
				}
			}()
			graph := g.NewGraph(be, "refused")
			build(g.Zeros(graph, shape(batch, frames, height, width, 2)), g.Zeros(graph, shape(batch)))
		}()
	}
}
