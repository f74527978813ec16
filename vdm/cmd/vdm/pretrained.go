package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/pretrained"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// pretrainedRun is the folder in which the shipped model of `vdm sample` becomes a run
// unless RUN names another, radarRun the one for `vdm nowcast`.
var (
	pretrainedRun = filepath.Join("runs", "pretrained")
	radarRun      = filepath.Join("runs", "pretrained-radar")
)

// shipped returns the run of the shipped model, and sets the flags that were not given
// so that it draws in seconds.
func (s *sampleFlags) shipped(c *cobra.Command, args []string) (*run.Run, error) {
	dir := pretrainedRun
	if len(args) > 0 {
		dir = args[0]
	}
	m, err := pretrained.Install(pretrained.Synthetic, dir)
	if err != nil {
		return nil, err
	}
	for flag, set := range map[string]func(){
		"count":       func() { s.o.Count = 4 },
		"evaluations": func() { s.o.Evaluations = vdm.DefaultEvaluations },
		"sampler":     func() { s.o.Sampler = vdm.DefaultSampler },
		"grid":        func() { s.o.Grid = vdm.DefaultGrid },
	} {
		if !c.Flags().Changed(flag) {
			set()
		}
	}
	say(c, "the shipped model lies in %s; its card: %s", dir, filepath.Join(dir, pretrained.CardName))
	return m, nil
}
