package unet

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
)

// These limits on relative L2 errors are those of [ParityReport.Pass]. Float32 rounding
// leaves about 1e-6 in both; a tanh GELU in the place of the exact one differs by 2e-5
// in the output, a misplaced epsilon by 4e-6.
const (
	OutputLimit   = 5e-6
	GradientLimit = 1e-4
)

// ParityReport compares a network on one engine with a file of another
// program's results.
type ParityReport struct {
	File   string
	Engine string // GoMLX's name of the engine
	Config Config
	Errors []ParityError // output.v, grad.z, then grad.param.* by name, as far as the file has them
}

// ParityError is the difference between one result and the file's.
type ParityError struct {
	Name  string  // name of the tensor in the file
	Error float64 // relative L2 error: ‖got − want‖ / ‖want‖
	Limit float64
}

// Pass reports whether every error is within its limit.
func (r *ParityReport) Pass() bool {
	for _, e := range r.Errors {
		if !(e.Error <= e.Limit) { // NaN fails too
			return false
		}
	}
	return len(r.Errors) > 0
}

// String returns the report as a table.
func (r *ParityReport) String() string {
	var s strings.Builder
	c := r.Config.WithDefaults()
	fmt.Fprintf(&s, "%s on %s: dim %d, multiples %v, %d heads of %d, channels %d to %d, %d parameters\n",
		r.File, r.Engine, c.Dim, c.Multiples, c.Heads, c.HeadDim, c.Channels, c.OutChannels, c.Count())
	fmt.Fprintf(&s, "%9s  %9s\n", "error", "limit")
	for _, e := range r.Errors {
		verdict := ""
		if !(e.Error <= e.Limit) {
			verdict = "  FAILED"
		}
		fmt.Fprintf(&s, "%9.2e  %9.0e  %s%s\n", e.Error, e.Limit, e.Name, verdict)
	}
	return s.String()
}

// Parity builds the network that a safetensors file describes ([ReadWeights]),
// runs it on the file's input.z and input.log_snr, and compares v̂ with
// output.v; and the gradient of Σ(cotangent.v·v̂) with grad.z and with each
// grad.param.*, where they are present. Clips in the file are [batch, channel,
// frame, height, width], and the errors are relative L2.
func Parity(be compute.Backend, path string) (*ParityReport, error) {
	f, err := readFile(path)
	if err != nil {
		return nil, err
	}
	r := &ParityReport{File: path, Engine: be.Name(), Config: f.config}
	if r.Errors, err = f.compare(be); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

const (
	keyZ, keyLogSNR, keyV  = "input.z", "input.log_snr", "output.v"
	keyCotangent, keyGradZ = "cotangent.v", "grad.z"
	gradParamPrefix        = "grad.param."
)

func (f *weightsFile) compare(be compute.Backend) ([]ParityError, error) {
	if err := f.config.Check(be); err != nil {
		return nil, err
	}
	z, err := f.clip(keyZ, f.config.Channels, nil)
	if err != nil {
		return nil, err
	}
	v, err := f.clip(keyV, f.config.OutChannels, z)
	if err != nil {
		return nil, err
	}
	logSNR, err := f.tensor(keyLogSNR, []int{z.batch})
	if err != nil {
		return nil, err
	}
	expected := []result{{keyV, v.values, OutputLimit}}
	with, derivatives, err := f.gradients(z)
	if err != nil {
		return nil, err
	}
	expected = append(expected, derivatives...)

	var args []any
	variables := f.config.Variables()
	index := map[string]int{keyGradZ: len(variables)}
	for i, p := range variables {
		index[gradParamPrefix+p.Name] = i
		args = append(args, tensors.FromFlatDataAndDimensions(f.weights[p.Name], p.Shape...))
	}
	args = append(args, z.tensor(), tensors.FromFlatDataAndDimensions(logSNR, z.batch))
	if len(derivatives) > 0 {
		cotangent, err := f.clip(keyCotangent, f.config.OutChannels, z)
		if err != nil {
			return nil, err
		}
		args = append(args, cotangent.tensor())
	}
	exec, err := graph.NewExec(be, func(in []*graph.Node) []*graph.Node {
		w := Weights{}
		for i, p := range variables {
			w[p.Name] = in[i]
		}
		z, rest := in[len(variables)], in[len(variables)+1:]
		outputs := []*graph.Node{Apply(f.config, w, z, rest[0])}
		if len(with) == 0 {
			return outputs
		}
		var wrt []*graph.Node
		for _, name := range with {
			wrt = append(wrt, in[index[name]])
		}
		return append(outputs, graph.Gradient(graph.ReduceAllSum(graph.Mul(outputs[0], rest[1])), wrt...)...)
	})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	outputs, err := exec.Call(args...)
	if err != nil {
		return nil, err
	}
	var errs []ParityError
	for i, want := range expected {
		got, err := tensors.CopyFlatData[float32](outputs[i])
		if err != nil {
			return nil, err
		}
		errs = append(errs, ParityError{want.name, relativeError(got, want.values), want.limit})
	}
	return errs, nil
}

// result is an expected result from the file.
type result struct {
	name   string
	values []float32
	limit  float64
}

// gradients returns the names and values of the gradients in the file.
func (f *weightsFile) gradients(z *clip) (names []string, expected []result, err error) {
	if _, ok := f.others[keyGradZ]; ok {
		gz, err := f.clip(keyGradZ, f.config.Channels, z)
		if err != nil {
			return nil, nil, err
		}
		names, expected = append(names, keyGradZ), append(expected, result{keyGradZ, gz.values, GradientLimit})
	}
	shapes := map[string][]int{}
	for _, p := range f.config.Variables() {
		shapes[p.Name] = p.Shape
	}
	for _, key := range slices.Sorted(maps.Keys(f.others)) {
		name, ok := strings.CutPrefix(key, gradParamPrefix)
		if !ok {
			continue
		}
		if shapes[name] == nil {
			return nil, nil, fmt.Errorf("tensor %q: no variable of this name in the network", key)
		}
		values, err := f.tensor(key, shapes[name])
		if err != nil {
			return nil, nil, err
		}
		names, expected = append(names, key), append(expected, result{key, values, GradientLimit})
	}
	return names, expected, nil
}

// tensor returns a tensor of the file, which must have the given shape.
func (f *weightsFile) tensor(name string, shape []int) ([]float32, error) {
	t, ok := f.others[name]
	if !ok {
		return nil, fmt.Errorf("tensor %q is missing", name)
	}
	if !slices.Equal(t.Shape, shape) {
		return nil, fmt.Errorf("tensor %q has shape %v, want %v", name, t.Shape, shape)
	}
	return checkpoint.Float32s(t)
}

// clip is a batch of clips, [batch, frame, height, width, channel].
type clip struct {
	batch, channels, frames, height, width int
	values                                 []float32
}

// clip returns a batch of clips of the file, channels last. If like is not nil, batch,
// frames, height and width must be the same as like's.
func (f *weightsFile) clip(name string, channels int, like *clip) (*clip, error) {
	t, ok := f.others[name]
	if !ok {
		return nil, fmt.Errorf("tensor %q is missing", name)
	}
	if len(t.Shape) != 5 || slices.Min(t.Shape) < 1 {
		return nil, fmt.Errorf("tensor %q has shape %v, want [batch, channel, frame, height, width]", name, t.Shape)
	}
	c := &clip{batch: t.Shape[0], channels: channels, frames: t.Shape[2], height: t.Shape[3], width: t.Shape[4]}
	if like == nil {
		like = c
	}
	x, err := f.tensor(name, []int{like.batch, channels, like.frames, like.height, like.width})
	if err != nil {
		return nil, err
	}
	c.values = ChannelsLast(x, c.batch, channels, c.frames, c.height, c.width)
	return c, nil
}

func (c *clip) tensor() *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(c.values, c.batch, c.frames, c.height, c.width, c.channels)
}

// relativeError returns ‖got − want‖ / ‖want‖ in float64; where want is zero it is zero
// or infinite.
func relativeError(got, want []float32) float64 {
	if len(got) != len(want) {
		panic("unet: results of different sizes")
	}
	var difference, norm float64
	for i, w := range want {
		d := float64(got[i]) - float64(w)
		difference += d * d
		norm += float64(w) * float64(w)
	}
	if difference == 0 {
		return 0
	}
	return math.Sqrt(difference / norm)
}
