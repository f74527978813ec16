// Package pretrained ships a small trained model, so that a newcomer draws clips
// in a minute without training one. What it was trained on, for how long, and what
// it is good for stands in its card.
package pretrained

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

var (
	//go:embed CARD.md
	card string
	//go:embed config.yaml
	config []byte
	//go:embed weights.safetensors
	weights []byte
)

// CardName is the card's file in the folder of an installed run.
const CardName = "CARD.md"

// Card is the model's card, in Markdown: data, training, figures, limits.
func Card() string { return card }

// Install opens the shipped model as a run in the folder dir, which it makes if it
// is not there: all that a run can do, it can. A folder with another run is an
// error. Interrupted, it leaves no run.
func Install(dir string) (*run.Run, error) {
	m, err := install(dir)
	if err != nil {
		return nil, fmt.Errorf("pretrained model: %w", err)
	}
	return m, nil
}

func install(dir string) (*run.Run, error) {
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp(parent, ".pretrained-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	c, values, err := unpack(work)
	if err != nil {
		return nil, err
	}
	m, err := run.Open(dir)
	switch {
	case err == nil:
		if !reflect.DeepEqual(m.Config, c) {
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
	runDir := filepath.Join(work, "run")
	if m, err = run.Create(runDir, c, nil); err != nil {
		return nil, err
	}
	if err := m.ImportWeights(values); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(runDir, CardName), []byte(card), 0o644); err != nil {
		return nil, err
	}
	if err := os.Rename(runDir, dir); err != nil {
		return nil, err
	}
	return run.Open(dir)
}

// unpack reads what is shipped, by way of files in the folder.
func unpack(folder string) (c run.Config, values map[string][]float32, err error) {
	files := map[string][]byte{"config.yaml": config, "weights.safetensors": weights}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
			return c, nil, err
		}
	}
	if c, err = run.ReadConfig(filepath.Join(folder, "config.yaml")); err != nil {
		return c, nil, err
	}
	_, values, err = unet.ReadWeights(filepath.Join(folder, "weights.safetensors"))
	return c, values, err
}
