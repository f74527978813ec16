package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

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
	if !c.Flags().Changed("count") {
		s.o.Count = 4
	}
	s.asShipped(c)
	say(c, "the shipped model lies in %s; its card: %s", dir, filepath.Join(dir, pretrained.CardName))
	return m, nil
}

// asShipped takes the sampler of the shipped models' cards where neither a preset nor a flag
// says another.
func (s *sampleFlags) asShipped(c *cobra.Command) {
	if s.preset != "" {
		return
	}
	o := pretrained.SampleOptions()
	for flag, set := range map[string]func(){
		"evaluations": func() { s.o.Evaluations = o.Evaluations },
		"sampler":     func() { s.o.Sampler = o.Sampler },
		"grid":        func() { s.o.Grid = o.Grid },
	} {
		if !c.Flags().Changed(flag) {
			set()
		}
	}
}
