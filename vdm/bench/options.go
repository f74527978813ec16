package main

import (
	"fmt"
	"slices"

	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
)

// options are the sizes of the benchmark; the defaults are those of the
// project's target.
type options struct {
	dim, heads, headDim         int
	multiples                   []int
	batch, frames, height, wide int
	repeats                     int
	threads                     []int
	modes, attention            []string
	device, precision, row      string
	pythons                     []string
	script                      string
	stepsOnly                   bool
}

func (o options) check() error {
	if !slices.Contains([]string{"float32", "tf32", "bfloat16"}, o.precision) {
		return fmt.Errorf("-precision is %q: want float32, tf32 or bfloat16", o.precision)
	}
	for _, m := range o.modes {
		if m != "eager" && m != "compile" {
			return fmt.Errorf("-modes holds %q: want eager or compile", m)
		}
	}
	return nil
}

// variants returns the ways of running PyTorch to try: the fastest is the peer.
func (o options) variants() (all []variant) {
	for _, python := range o.pythons {
		for _, n := range o.threads {
			for _, mode := range o.modes {
				v := variant{python: python, threads: n}
				if mode == "compile" {
					v.flags = []string{"--compile"}
				}
				all = append(all, v)
			}
		}
	}
	return all
}

// variant is one way to run PyTorch.
type variant struct {
	python  string
	threads int
	flags   []string
}
