package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
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

// commit is set by the linker (-X main.commit=…) where the go command finds no
// checkout to take it from, as in an image, or is told not to look.
var commit string

// version is the commit that the linker was told, the module's version, or the
// commit that the go command found.
func version() string {
	if commit != "" {
		return commit
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	found, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			found = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = " with changes"
		}
	}
	if found == "" {
		return "(commit unknown)"
	}
	return found + changed
}
