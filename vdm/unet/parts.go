package unet

import (
	"fmt"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// Part is a piece of the network that [ApplyWatched] shows, with its size and cost.
type Part struct {
	Name       string // the prefix of its weights' names
	Shape      []int  // shape of its output, [batch, frame, height, width, channel]
	Parameters int
	FLOPs      float64 // forward operations for one clip; see Cost
}

// positionTable is the name of the table that all temporal attentions share.
const positionTable = "time_rel_pos_bias"

// Place returns where the part is in the network: "level 1, down", counted from the
// input.
func (p Part) Place(levels int) string {
	var i int
	switch {
	case strings.HasPrefix(p.Name, "downs."):
		fmt.Sscanf(p.Name, "downs.%d", &i)
		return fmt.Sprintf("level %d, down", i+1)
	case strings.HasPrefix(p.Name, "ups."):
		fmt.Sscanf(p.Name, "ups.%d", &i)
		return fmt.Sprintf("level %d, up", levels-i)
	case strings.HasPrefix(p.Name, "mid_"):
		return "middle"
	case strings.HasPrefix(p.Name, "init_"):
		return "input"
	case strings.HasPrefix(p.Name, "final_"):
		return "output"
	}
	return "λ and positions"
}

// Kind returns what the part does.
func (p Part) Kind() string {
	level := strings.HasPrefix(p.Name, "downs.") || strings.HasPrefix(p.Name, "ups.")
	last := p.Name[strings.LastIndex(p.Name, ".")+1:]
	switch {
	case strings.Contains(p.Name, "temporal") || level && last == "3":
		return "temporal attention"
	case strings.Contains(p.Name, "spatial") || level && last == "2":
		return "spatial attention"
	case level && last == "4":
		return "down- and upsampling"
	case strings.Contains(p.Name, "block") || level || p.Name == "final_conv.0":
		return "residual blocks"
	case strings.HasSuffix(p.Name, "_conv") || p.Name == "final_conv.1":
		return "first and last convolution"
	}
	return "λ and positions"
}

// Parts lists the parts of the network in the order they are used, for one clip
// of the given size. It builds the graph for the backend and runs nothing.
func (c Config) Parts(be compute.Backend, frames, height, width int) (parts []Part, err error) {
	c = c.WithDefaults()
	defer recovered(&err)
	g := graph.NewGraph(be, "parts")
	w, parameters := Weights{}, map[string]int{}
	for _, v := range c.Variables() {
		w[v.Name] = graph.Parameter(g, v.Name, shapes.Make(dtypes.Float32, v.Shape...))
		parameters[v.Name] = v.Size()
	}
	table := Part{Name: positionTable, Shape: []int{c.Heads, frames, frames}}
	var nodes []*graph.Node
	var before float64
	watch := func(name string, x *graph.Node) {
		nodes = append(nodes, x)
		all := engine.CostOf(g, nodes...).FLOPs
		parts = append(parts, Part{Name: name, Shape: x.Shape().Dimensions, FLOPs: all - before})
		before = all
	}
	z := graph.Parameter(g, "z", shapes.Make(dtypes.Float32, 1, frames, height, width, c.Channels))
	v := ApplyWatched(c, w, z, graph.Parameter(g, "logSNR", shapes.Make(dtypes.Float32, 1)), watch)
	watch("final_conv.1", v)
	parts = append(parts, table)
	for i := range parts {
		for name, size := range parameters {
			if strings.HasPrefix(name, parts[i].Name+".") {
				parts[i].Parameters += size
			}
		}
	}
	return parts, nil
}

// Activation is the output of a part of the network.
type Activation struct {
	Name   string
	Shape  []int
	Values []float32
}

// Activations runs the network once and returns the output of each part, in order; the
// last, "v", is the network's output. z is [len(logSNR), frames, height, width,
// channel].
func (c Config) Activations(be compute.Backend, weights map[string][]float32, z []float32, frames, height, width int, logSNR []float32) (acts []Activation, err error) {
	c = c.WithDefaults()
	defer recovered(&err)
	dims := []int{len(logSNR), frames, height, width, c.Channels}
	if want := len(logSNR) * frames * height * width * c.Channels; len(z) != want {
		return nil, fmt.Errorf("unet: z has %d values, want %d for %v", len(z), want, dims)
	}
	args := []any{tensors.FromFlatDataAndDimensions(z, dims...), logSNR}
	for _, v := range c.Variables() {
		if len(weights[v.Name]) != v.Size() {
			return nil, fmt.Errorf("unet: %q has %d values, want %d", v.Name, len(weights[v.Name]), v.Size())
		}
		args = append(args, tensors.FromFlatDataAndDimensions(weights[v.Name], v.Shape...))
	}
	var names []string
	exec, err := graph.NewExec(be, func(in []*graph.Node) (out []*graph.Node) {
		w := Weights{}
		for i, v := range c.Variables() {
			w[v.Name] = in[2+i]
		}
		names = nil
		v := ApplyWatched(c, w, in[0], in[1], func(name string, x *graph.Node) {
			names, out = append(names, name), append(out, graph.ConvertDType(x, dtypes.Float32))
		})
		names = append(names, "v")
		return append(out, v)
	})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	out, err := exec.Call(args...)
	if err != nil {
		return nil, err
	}
	for i, t := range out {
		values, err := tensors.CopyFlatData[float32](t)
		if err != nil {
			return nil, err
		}
		acts = append(acts, Activation{Name: names[i], Shape: t.Shape().Dimensions, Values: values})
	}
	return acts, nil
}

// recovered converts a panic of graph building into an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("unet: %v", r)
	}
}
