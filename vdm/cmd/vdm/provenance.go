package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/goccy/go-yaml"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// provenanceName is the file of a run folder that says what the run was trained
// on; the configuration says how.
const provenanceName = "data.yaml"

// provenance is what a run was trained on, and what its variables are called.
type provenance struct {
	Variables    []variableRecord `yaml:"variables"`
	Sources      []climate.Source `yaml:"sources"`
	Training     string           `yaml:"training"` // first and last time
	HeldOut      string           `yaml:"held_out"` // "" for none
	HeldOutHours float64          `yaml:"held_out_hours"`
	Flips        bool             `yaml:"flips"`
}

type variableRecord struct {
	Name         string `yaml:"name"`
	LongName     string `yaml:"long_name"`
	StandardName string `yaml:"standard_name"`
	Units        string `yaml:"units"`
}

// readProvenance returns nil where the folder has none: another program made the
// run, or it was stopped before it was written.
func readProvenance(dir string) (*provenance, error) {
	path := filepath.Join(dir, provenanceName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNotFolder) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := new(provenance)
	if err := yaml.UnmarshalWithOptions(text, p, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %s", path, yaml.FormatError(err, false, false))
	}
	return p, nil
}

func (p *provenance) write(dir string) (err error) {
	text, err := yaml.Marshal(p)
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, ".tmp-data-*")
	if err != nil {
		return fmt.Errorf("run folder: %w", err)
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(text)
	return errors.Join(err, temp.Chmod(0o644), temp.Sync(), temp.Close(), os.Rename(temp.Name(), filepath.Join(dir, provenanceName)))
}

// sameSources says whether two runs were trained on the same bytes, whatever the
// files are called and in whatever order they were given.
func (p *provenance) sameSources(o *provenance) bool {
	sums := func(p *provenance) []string {
		var all []string
		for _, s := range p.Sources {
			all = append(all, s.SHA256)
		}
		slices.Sort(all)
		return all
	}
	return slices.Equal(sums(p), sums(o))
}

func describeVariables(fields []*climate.Field) (all []variableRecord) {
	for _, f := range fields {
		all = append(all, variableRecord{f.Name, f.LongName, f.StandardName, f.Units})
	}
	return all
}
