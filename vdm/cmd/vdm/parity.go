package main

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

func newParity() *cobra.Command {
	var engines []string
	c := &cobra.Command{
		Use:     "parity FILE.safetensors…",
		Short:   "Compare the network with the results of another program in a file",
		GroupID: groupCheck,
		Long: fmt.Sprintf(`parity builds the network that each file describes (its sizes in the metadata,
its weights as param.*), runs it on input.z and input.log_snr, and prints the
relative error (L2) of the output v, of the gradient with respect to the input,
and of each parameter gradient in the file (grad.z, grad.param.*).

It fails where the error of an output is more than %.0e or of a gradient more than %.0e.`, unet.OutputLimit, unet.GradientLimit),
		Example: `  vdm parity golden.safetensors
  vdm parity --engine onnx --engine go golden.safetensors`,
		Args: takes("FILE.safetensors…"),
		RunE: func(c *cobra.Command, files []string) error {
			if len(engines) == 1 && engines[0] == "all" {
				engines = backend.AtHand()
			}
			if len(engines) == 0 {
				engines = []string{""}
			}
			failed, total := 0, 0
			for _, engine := range engines {
				for _, file := range files {
					total++
					passed, err := parity(c, engine, file)
					if err != nil {
						complain(c, err)
					}
					if !passed {
						failed++
					}
					if c.Context().Err() != nil {
						return c.Context().Err()
					}
				}
			}
			if failed > 0 {
				complain(c, fmt.Errorf("%d of %d comparisons failed", failed, total))
				return errTold
			}
			return nil
		},
	}
	c.Flags().StringArrayVar(&engines, "engine", nil, "`engine` to run on: xla:cuda, xla:cpu, onnx, go, or all that can be opened; may be repeated (default: the one that doctor names)")
	return c
}

// parity compares one file on one engine, "" for the preferred one, and prints the
// errors.
func parity(c *cobra.Command, engine, file string) (passed bool, err error) {
	be, choice, err := openEngine(engine)
	if err != nil {
		return false, err
	}
	r, err := unet.Parity(be, file)
	if err != nil {
		return false, err
	}
	r.Engine = choice.Label
	return r.Pass(), emit(c, r.String())
}

// openEngine returns an engine by name, "" for the preferred one.
func openEngine(name string) (compute.Backend, backend.Choice, error) {
	if name == "" {
		return backend.Open()
	}
	return backend.OpenNamed(name)
}
