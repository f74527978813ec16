//go:build nonetcdf

package main

import "github.com/spf13/cobra"

func netcdfCommands() []*cobra.Command { return nil }
