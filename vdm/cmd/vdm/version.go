package main

import (
	"cmp"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/run"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version of the program",
		GroupID: groupCheck,
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			return emit(c, fmt.Sprintf("vdm %s, %s, %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH))
		},
	}
}

// commit is set by the linker (-X main.commit=…) where the go command finds no checkout
// to take it from, as in an image, or must not look.
var commit string

// version returns the commit that the linker set, the module's version, or the commit
// that the go command found.
func version() string {
	if commit != "" {
		return commit
	}
	return cmp.Or(run.Version(), "(commit unknown)")
}
