package main

import (
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// trainFlags are the flags of train. Those that are given take precedence over the
// configuration.
type trainFlags struct {
	read                  readFlags
	data                  []string
	out, config           string
	steps                 int
	frames, height, width int
	heldOut               float64
	flips                 bool
	missing, transform    string
	preset                string
	tasks                 []string // commands that the run is meant for
	from                  string
	start                 *run.Start // of from; nil without
	otherData             bool
	printConfig           bool
	onlyCreate            bool

	seed                        uint64
	batch, accumulate           int
	optimiser                   string
	rate                        float64
	dim, heads, headDim         int
	multiples                   []int
	bfloat16, rematerialise     bool
	heldOutEvery, snapshotEvery int
	fused                       string
	devices                     int
	residence                   run.DataPlacement
}
