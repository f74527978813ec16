package main

import (
	"errors"
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
	const columns = "%-9s  %-24s  %-5s  %9s  %9s  %9s  %s\n"
	if err := emit(c, fmt.Sprintf(columns, "engine", "version", "", "compiling", "training", "sampling", "")); err != nil {
		return err
	}
	failed := 0
	for _, name := range names {
		proof, choice, err := backend.Prove(name)
		version := choice.Label
		if proof.Version != "" {
			version += ", " + proof.Version
		}
		seconds := func(s float64) string { return fmt.Sprintf("%.2f s", s) }
		line := fmt.Sprintf(columns, name, version, "right", seconds(proof.Compiling), seconds(proof.Train), seconds(proof.Sample), "")
		switch {
		case err != nil:
			line = fmt.Sprintf(columns, name, version, "—", "", "", "", oneLine(err.Error()))
		case proof.Wrong != "":
			failed++
			line = fmt.Sprintf(columns, name, version, "WRONG", "", "", "", proof.Wrong)
		}
		if err := emit(c, strings.TrimRight(line, " \n")+"\n"); err != nil {
			return err
		}
	}
	if err := emit(c, fmt.Sprintf(columns, "go", "pure Go", "", "", "", "", "not checked: other engines are compared with its values")); err != nil {
		return err
	}
	switch _, choice, err := backend.Open(); {
	case err != nil:
		return err
	case failed > 0:
		return errors.Join(emit(c, choice.String()+"\n"), fmt.Errorf("%d of the engines have wrong values on this machine", failed))
	default:
		return emit(c, choice.String()+"\n")
	}
}
