package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/gomlx/compute"
	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
)

// proveEngines checks the engines again and prints a table: engine, version, right or
// wrong, and the seconds of compiling, of a training step and of a sampling step.
func proveEngines(c *cobra.Command) error {
	names := []string{"xla:cuda", "onnx", "xla:cpu"}
	if request := os.Getenv(compute.ConfigEnvVar); strings.Contains(request, "/") { // a plugin by its path
		names = append(names, request)
	}
	row := func(cells ...any) string {
		return strings.TrimRight(fmt.Sprintf("%-9s  %-24s  %-5s  %9s  %9s  %9s  %s", cells...), " ") + "\n"
	}
	if err := emit(c, row("engine", "version", "", "compiling", "training", "sampling", "")); err != nil {
		return err
	}
	var failed []string
	for _, name := range names {
		proof, choice, err := backend.Prove(name)
		version := choice.Label
		if proof.Version != "" {
			version += ", " + proof.Version
		}
		seconds := func(s float64) string { return fmt.Sprintf("%.2f s", s) }
		line := row(name, version, "right", seconds(proof.Compiling), seconds(proof.Train), seconds(proof.Sample), "")
		switch {
		case err != nil:
			line = row(name, version, "—", "", "", "", oneLine(err.Error()))
		case proof.Wrong != "":
			failed = append(failed, name)
			line = row(name, version, "WRONG", "", "", "", proof.Wrong)
		}
		if err := emit(c, line); err != nil {
			return err
		}
	}
	if err := emit(c, row("go", "pure Go", "", "", "", "", "not checked: other engines are compared with its values")); err != nil {
		return err
	}
	switch _, choice, err := backend.Open(); {
	case err != nil:
		return err
	default:
		if err := emit(c, choice.String()+"\n"); err != nil || len(failed) == 0 {
			return err
		}
		return fmt.Errorf("wrong on this machine: %s", strings.Join(failed, ", "))
	}
}
