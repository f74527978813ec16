package dissertation

import (
	"math"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// Probe is an untrained network with clips of one channel on which it is tried at λ = 0,
// on the pure Go engine, which the program must link:
//
//	import _ "github.com/gomlx/compute/gobackend"
type Probe struct {
	Config       unet.Config
	Frames, Side int // clips are [Frames, Side, Side]
}

// Clip returns a clip of standard normal numbers.
func (p Probe) Clip(sample uint32) []float32 {
	z := make([]float32, p.Frames*p.Side*p.Side)
	noise.Key{Seed: 9, Stream: noise.Probe, Sample: sample}.Normal(z)
	return z
}

// Activations returns the output of each part of the network for one or more clips, in
// order; the last is the network's output.
func (p Probe) Activations(z []float32) ([]unet.Activation, error) {
	engine, _, err := backend.OpenNamed("go")
	if err != nil {
		return nil, err
	}
	logSNR := make([]float32, len(z)/(p.Frames*p.Side*p.Side))
	return p.Config.Activations(engine, p.Config.Initial(1), z, p.Frames, p.Side, p.Side, logSNR)
}

// Output returns v̂ of one or more clips.
func (p Probe) Output(z []float32) ([]float32, error) {
	parts, err := p.Activations(z)
	if err != nil {
		return nil, err
	}
	return parts[len(parts)-1].Values, nil
}

// Response is the change of the output of one part of a network.
type Response struct {
	Part  string
	Cells []float64 // [frame, height, width] of the part: the largest change over the channels
}

// Respond changes one cell of a clip by 1 and returns the resulting change in each part,
// in order; the values that enter the parts first (λ) are left out.
func (p Probe) Respond(z []float32, frame, row, column int) ([]Response, error) {
	before, err := p.Activations(z)
	if err != nil {
		return nil, err
	}
	moved := append([]float32(nil), z...)
	moved[(frame*p.Side+row)*p.Side+column]++
	after, err := p.Activations(moved)
	if err != nil {
		return nil, err
	}
	out := make([]Response, len(after)-1)
	for i := range out {
		a, b := after[i+1], before[i+1]
		channels := a.Shape[len(a.Shape)-1]
		out[i] = Response{Part: a.Name, Cells: make([]float64, len(a.Values)/channels)}
		for j, v := range a.Values {
			out[i].Cells[j/channels] = max(out[i].Cells[j/channels], math.Abs(float64(v-b.Values[j])))
		}
	}
	return out, nil
}

// Above returns the number of cells that change by more than a floor.
func (r Response) Above(floor float64) (n int) {
	for _, c := range r.Cells {
		if c > floor {
			n++
		}
	}
	return n
}

// Picture returns the decimal logarithm of the change, [frames, side, side]. Changes
// below the floor, which should be above the rounding of float32, are drawn as the
// floor.
func (r Response) Picture(frames, side int, floor float64) plotting.Clip {
	data := make([]float32, len(r.Cells))
	for i, c := range r.Cells {
		data[i] = float32(math.Log10(max(c, floor)))
	}
	return plotting.Clip{Name: r.Part, Data: data, Frames: frames, Height: side, Width: side}
}

// RelativeDistance returns the largest difference of two lists divided by the largest value of the
// second.
func RelativeDistance(a, b []float32) float64 {
	worst, scale := 0.0, 0.0
	for i := range b {
		worst, scale = max(worst, math.Abs(float64(a[i]-b[i]))), max(scale, math.Abs(float64(b[i])))
	}
	return worst / scale
}

// Budget returns the millions of parameters and the forward GFLOP of the parts of a
// network, summed by name, in the order in which names first occur; the bars of the work
// belong beside those of the parameters and have no names.
func Budget(parts []unet.Part, name func(unet.Part) string) (parameters, work []plotting.Bar) {
	at := map[string]int{}
	for _, p := range parts {
		i, ok := at[name(p)]
		if !ok {
			i = len(at)
			at[name(p)] = i
			parameters, work = append(parameters, plotting.Bar{Name: name(p)}), append(work, plotting.Bar{})
		}
		parameters[i].Value += float64(p.Parameters) / 1e6
		work[i].Value += p.FLOPs / 1e9
	}
	return parameters, work
}
