package unet_test

import (
	"fmt"
	"log"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// The dissertation's network, and a small one.
func ExampleConfig_Count() {
	fmt.Println(unet.Config{}.Count())
	fmt.Println(unet.Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2}.Count())
	// Output:
	// 35707905
	// 222209
}

// A setting that cannot be is refused by its name in the configuration file.
func ExampleConfig_Validate() {
	fmt.Println(unet.Config{Dim: 60, HeadDim: 15}.Validate())
	// Output:
	// U-Net configuration: dim is 60, want a positive multiple of 8 (the groups of the group norm)
	// head_dim is 15, want an even number of at least 2 (rotary embedding turns pairs)
}

// What a network will take can be counted before anything is compiled: here
// how much memory rematerialising saves in the backward pass.
func Example_memory() {
	be, _, err := backend.OpenNamed("go")
	if err != nil {
		log.Fatal(err)
	}
	cost := func(c unet.Config) engine.Cost {
		g := graph.NewGraph(be, "cost")
		parameter := func(name string, dims ...int) *graph.Node {
			return graph.Parameter(g, name, shapes.Make(dtypes.Float32, dims...))
		}
		weights, wrt := unet.Weights{}, []*graph.Node{}
		for _, v := range c.Variables() {
			weights[v.Name] = parameter(v.Name, v.Shape...)
			wrt = append(wrt, weights[v.Name])
		}
		v := unet.Apply(c, weights, parameter("z", 4, 10, 32, 32, 1), parameter("logSNR", 4))
		loss := graph.ReduceAllMean(graph.Mul(v, v))
		return engine.CostOf(g, append(graph.Gradient(loss, wrt...), loss)...)
	}
	c := unet.Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2}
	plain := cost(c)
	c.Rematerialise = true
	again := cost(c)
	fmt.Println("less than half the memory:", again.Peak < plain.Peak/2)
	fmt.Println("at most half as much work again:", again.FLOPs < 1.5*plain.FLOPs)
	// Output:
	// less than half the memory: true
	// at most half as much work again: true
}
