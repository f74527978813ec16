package main

import (
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// sampleFlags are the settings of all commands that generate.
type sampleFlags struct {
	o           run.SampleOptions
	out, preset string
	tell        tellFlags
	inputs      []string // files that the clips are made from, whose history the output keeps
}
