package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// progress starts a progress line on the standard error and returns the function that
// updates it. end ends the line, so that a message may follow.
func progress(c *cobra.Command, task string) (update func(vdm.Progress), end func()) {
	bar := report.Terminal{Out: c.ErrOrStderr()}.Bar(task)
	unfinished := false
	update = func(p vdm.Progress) {
		bar(p)
		unfinished = p.Step < p.Steps
	}
	return update, func() {
		if unfinished && onTerminal(c) {
			say(c, "")
		}
	}
}

// onTerminal reports whether the standard error is a terminal, so that a progress line
// can be overwritten.
func onTerminal(c *cobra.Command) bool {
	f, ok := c.ErrOrStderr().(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
