package main

import (
	"fmt"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/pretrained"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

func newWeights() *cobra.Command {
	c := &cobra.Command{
		Use:     "weights",
		Short:   "Choose, export and import a model's weights",
		GroupID: groupWork,
		Long: `weights choose finds the best of a training, by the rain that they make.

weights export and import move the network's weights between a run and a
safetensors file. The file has the names of the dissertation's own program, which
can read and write such files.`,
	}
	c.AddCommand(newExport(), newImport(), newChoose())
	return asGroup(c)
}

func newExport() *cobra.Command {
	var last, half, model bool
	c := &cobra.Command{
		Use:   "export RUN FILE.safetensors",
		Short: "Write a run's weights to a file",
		Example: `  vdm weights export runs/rain rain.safetensors
  vdm weights export --bfloat16 runs/rain small.safetensors`,
		Args: takes("RUN", "FILE.safetensors"),
		RunE: func(c *cobra.Command, args []string) error {
			m, err := openRun(c, args[0])
			if err != nil {
				return err
			}
			if model {
				if last {
					return misuse(c, "--model writes the averaged weights, and --last asks for others")
				}
				folder, name := filepath.Split(args[1])
				if err := pretrained.Write(m, folder, strings.TrimSuffix(name, ".safetensors")); err != nil {
					return err
				}
				return emit(c, args[1]+"\n")
			}
			network, err := unetOf(m)
			if err != nil {
				return err
			}
			if err := unet.WriteWeights(args[1], network, m.Weights(!last), half); err != nil {
				return err
			}
			return emit(c, args[1]+"\n")
		},
	}
	c.Flags().BoolVar(&half, "bfloat16", false, "round the weights to bfloat16, which halves the file")
	c.Flags().BoolVar(&model, "model", false, "write a model like the shipped ones: all weights in bfloat16, what was fitted on data, and the configuration in a file FILE.yaml beside them (train --from begins with it)")
	c.Flags().BoolVar(&last, "last", false, "export the last weights instead of their moving average")
	return c
}

func newImport() *cobra.Command {
	return &cobra.Command{
		Use:   "import RUN FILE.safetensors",
		Short: "Put a file's weights into a run that is not trained yet",
		Long: `import replaces the initial weights of a run and their moving average by those of
a file. The run must have the file's network, and must not have been trained:
train --only-create makes such a run.`,
		Example: `  vdm train --data rain.nc --out runs/tuned --only-create
  vdm weights import runs/tuned rain.safetensors`,
		Args: takes("RUN", "FILE.safetensors"),
		RunE: func(c *cobra.Command, args []string) error {
			network, values, err := unet.ReadWeights(args[1])
			if err != nil {
				return err
			}
			m, err := openRun(c, args[0])
			if err != nil {
				return err
			}
			own, err := unetOf(m)
			if err != nil {
				return err
			}
			if a, b := describeNetwork(own), describeNetwork(network); a != b {
				return fmt.Errorf("%s contains a network of %s, the run has one of %s", args[1], b, a)
			}
			if err := m.ImportWeights(values); err != nil {
				return err
			}
			return checkImported(c, args[0], values)
		},
	}
}

// checkImported reads the run again and compares its weights with the file's.
func checkImported(c *cobra.Command, dir string, values map[string][]float32) error {
	m, err := run.Open(dir)
	if err != nil {
		return err
	}
	for name, v := range m.Weights(true) {
		if !reflect.DeepEqual(v, values[name]) {
			return fmt.Errorf("run %s, read back: %s differs from the file", dir, name)
		}
	}
	say(c, "imported %d weights into %s", m.Config.Network.Count(), dir)
	return nil
}

// unetOf returns the U-Net of a run, the only network that such files can contain.
func unetOf(m *run.Run) (unet.Config, error) {
	n, ok := m.Config.Network.(unet.Config)
	if !ok {
		kind, err := run.NetworkKind(m.Config.Network)
		if err != nil {
			return n, err
		}
		return n, fmt.Errorf("%s: the network is of the kind %s, but weights files have the layout of the dissertation's program, the U-Net's: copy the folder of the run instead", m.Dir, kind)
	}
	return n, nil
}

// describeNetwork returns a network's shape in words; two networks with the same words
// can share weights.
func describeNetwork(c unet.Config) string {
	c = c.WithDefaults()
	return fmt.Sprintf("dim %d, multiples %v, %d heads of %d, channels %d to %d", c.Dim, c.Multiples, c.Heads, c.HeadDim, c.Channels, c.OutChannels)
}
