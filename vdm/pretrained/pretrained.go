// Package pretrained ships small trained models, so that a newcomer draws clips and
// nowcasts in a minute without training one. The card of a model says on which data and
// for how long it was trained, and what it is good for.
package pretrained

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// These are the shipped models.
const (
	Synthetic = "synthetic" // clips of synthetic rain, for `vdm sample`
	Radar     = "radar"     // nowcasts of radar rain, for `vdm nowcast`
)

// Names returns the names of the shipped models.
func Names() []string { return []string{Synthetic, Radar} }

// Each model is a card NAME.md, a configuration NAME.yaml and weights NAME.safetensors.
//
//go:embed *.md *.yaml *.safetensors
var files embed.FS

// SampleOptions returns the sampler and the evaluations by which the shipped models are drawn
// from where nothing else is asked for: those of their cards.
func SampleOptions() run.SampleOptions {
	return run.SampleOptions{Sampler: vdm.DefaultSampler, Grid: vdm.DefaultGrid, Evaluations: 12}
}

// CardName is the card's file in the folder of an installed run.
const CardName = "CARD.md"

// Card returns a model's card, in Markdown: data, training, figures, limits.
func Card(name string) (string, error) {
	if !slices.Contains(Names(), name) {
		return "", fmt.Errorf("there is no pretrained model %q: want one of %s", name, strings.Join(Names(), ", "))
	}
	text, err := files.ReadFile(name + ".md")
	return string(text), err
}

// Install returns a shipped model as a run in the folder dir, which it makes if it does
// not exist; it can do everything that a run can. A folder with another run is an error.
// Interrupted, it leaves no run.
func Install(name, dir string) (*run.Run, error) {
	m, err := install(name, dir)
	if err != nil {
		return nil, fmt.Errorf("pretrained model: %w", err)
	}
	return m, nil
}

func install(name, dir string) (*run.Run, error) {
	card, err := Card(name)
	if err != nil {
		return nil, err
	}
	c, values, err := read(files, name)
	if err != nil {
		return nil, err
	}
	m, err := run.Open(dir)
	switch {
	case err == nil:
		if !reflect.DeepEqual(m.Config.WithScheduleBounds(), c.WithScheduleBounds()) {
			if _, err := os.Stat(filepath.Join(dir, CardName)); err == nil {
				return nil, fmt.Errorf("%s contains this model as another version of the program shipped it: remove the folder, or name another", dir)
			}
			return nil, fmt.Errorf("%s holds another run; name another folder", dir)
		}
		return m, nil
	case !errors.Is(err, run.ErrNoRun):
		return nil, err
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return nil, fmt.Errorf("%s is not empty and holds no run; name another folder", dir)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := checkpoint.MakeFolder(parent); err != nil {
		return nil, err
	}
	prefix := ".pretrained-" + filepath.Base(filepath.Clean(dir)) + "-"
	if err := climate.RemoveLeft(parent, regexp.MustCompile("^"+regexp.QuoteMeta(prefix)+"[0-9]+$"), true); err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp(parent, prefix)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	release, err := climate.LockFolder(work)
	if err != nil {
		return nil, err
	}
	defer release()
	runDir := filepath.Join(work, "run")
	if _, err = run.CreateWith(runDir, c, values); err != nil {
		return nil, err
	}
	if err := checkpoint.WriteBytes(filepath.Join(runDir, CardName), []byte(card)); err != nil {
		return nil, err
	}
	if err := checkpoint.PublishFolder(runDir, dir); err != nil {
		return nil, err
	}
	return run.Open(dir)
}

// Start returns weights with which a training can begin: those of a shipped model, of the
// folder of a run, of a file that [Write] made, with its configuration NAME.yaml beside
// NAME.safetensors, or of a file that unet.WriteWeights made, which contains the weights
// of a U-Net alone.
func Start(model string) (run.Start, error) {
	s := run.Start{Name: model}
	var err error
	switch {
	case slices.Contains(Names(), model):
		s.Config, s.Weights, err = read(files, model)
	case strings.HasSuffix(model, ".safetensors"):
		s.Config, s.Weights, err = read(os.DirFS(filepath.Dir(model)), strings.TrimSuffix(filepath.Base(model), ".safetensors"))
		if errors.Is(err, fs.ErrNotExist) {
			s.Config.Network, s.Weights, err = readUNet(model)
		}
	default:
		var m *run.Run
		if m, err = run.Open(model); err == nil {
			return m.Start(), nil
		}
		err = fmt.Errorf("%w; the shipped models are %s", err, strings.Join(Names(), ", "))
	}
	if err != nil {
		return s, fmt.Errorf("weights to begin with: %w", err)
	}
	return s, nil
}

func readUNet(path string) (vdm.Network, map[string][]float32, error) {
	network, values, err := unet.ReadWeights(path)
	return network, values, err
}

// read returns the files of a shipped model: the configuration, and the weights by the
// names of the network's variables, as TestShip writes them or as the dissertation's
// program does, which puts "param." before each.
func read(files fs.FS, name string) (c run.Config, values map[string][]float32, err error) {
	data, err := fs.ReadFile(files, name+".safetensors")
	if err != nil {
		return c, nil, err
	}
	tensors, metadata, err := checkpoint.ParseSafetensors(data)
	if err != nil {
		return c, nil, fmt.Errorf("%s.safetensors: %w", name, err)
	}
	text := []byte(metadata[configKey])
	if len(text) == 0 {
		if text, err = fs.ReadFile(files, name+".yaml"); err != nil {
			return c, nil, err
		}
	}
	if c, err = run.ParseConfig(text); err != nil {
		return c, nil, fmt.Errorf("%s.yaml: %w", name, err)
	}
	values = map[string][]float32{}
	for _, t := range tensors {
		x, err := checkpoint.Float32s(t)
		if err != nil {
			return c, nil, fmt.Errorf("%s.safetensors: %w", name, err)
		}
		values[strings.TrimPrefix(t.Name, "param.")] = x
	}
	return c, values, nil
}

// configKey is the name of the configuration in the metadata of a safetensors file.
const configKey = "climate_vdm_configuration"

// Write writes a run's averaged weights and its configuration as a model to ship or to
// begin another training with, NAME.safetensors and NAME.yaml in a folder: the weights
// rounded to bfloat16, and in full what was fitted on data. The configuration is in the
// first file, too, so that no interruption leaves weights beside the configuration of
// others; the second is for people, and for files without it.
func Write(m *run.Run, folder, name string) error {
	c := m.Config
	c.Training.Steps = int(m.Step())
	text, err := c.Encode()
	if err != nil {
		return err
	}
	trained := map[string]bool{}
	for _, v := range c.Network.Variables() {
		trained[v.Name] = true
	}
	weights := m.Weights(true)
	var tensors []checkpoint.Tensor
	for _, v := range c.FullNetwork().Variables() {
		one := checkpoint.FromFloat32s
		if trained[v.Name] {
			one = checkpoint.BFloat16s
		}
		tensors = append(tensors, one(v.Name, v.Shape, weights[v.Name]))
	}
	file := filepath.Join(folder, name+".safetensors")
	if err := checkpoint.WriteSafetensorsFile(file, tensors, map[string]string{configKey: string(text)}); err != nil {
		return err
	}
	return checkpoint.WriteBytes(filepath.Join(folder, name+".yaml"), text)
}
