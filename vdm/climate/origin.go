package climate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/goccy/go-yaml"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
)

// OriginName is the file of a run folder that says on which data the run was trained;
// the configuration says how.
const OriginName = "data.yaml"

// Origin describes the data on which a run was trained and the names of their variables.
type Origin struct {
	Variables    []OriginVariable `yaml:"variables"`
	Sources      []Source         `yaml:"sources"`
	Training     string           `yaml:"training"` // first and last time
	HeldOut      string           `yaml:"held_out"` // "" where nothing is held out
	HeldOutHours float64          `yaml:"held_out_hours"`
	Flips        bool             `yaml:"flips"`
	Reading      Reading          `yaml:"reading,omitempty"`
}

// Reading is how data were read where their files do not say it themselves, so that
// nobody has to say it again.
type Reading struct {
	Settings map[string][]string `yaml:"settings,omitempty"`   // by the name of the flag of vdm
	Units    map[string]string   `yaml:"file_units,omitempty"` // that files name and a setting replaces, by variable; "" for none
}

// OriginVariable is the variable of the data that is a channel of the run.
type OriginVariable struct {
	Name         string `yaml:"name"`
	LongName     string `yaml:"long_name"`
	StandardName string `yaml:"standard_name"`
	Units        string `yaml:"units"`
	CellMethods  string `yaml:"cell_methods,omitempty"`
}

// Field returns a field without values, with the names that a variable of a run had in the
// data on which the run was trained. Without an origin, which nil stands for, and of a
// variable that the origin lacks, the name is all there is.
func (o *Origin) Field(name, units string) *Field {
	f := &Field{Name: name, Units: units}
	if o != nil {
		for _, v := range o.Variables {
			if v.Name == name {
				f.LongName, f.StandardName, f.CellMethods = v.LongName, v.StandardName, v.CellMethods
			}
		}
	}
	return f
}

// originVariables returns the descriptions of the variables of fields, in order.
func originVariables(fields []*Field) (all []OriginVariable) {
	for _, f := range fields {
		all = append(all, OriginVariable{f.Name, f.LongName, f.StandardName, f.Units, f.CellMethods})
	}
	return all
}

// ReadOrigin returns the origin of a run from its folder, nil where there is none:
// another program made the run, or it was stopped before the file was written.
func ReadOrigin(dir string) (*Origin, error) {
	path := filepath.Join(dir, OriginName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	o := new(Origin)
	if err := yaml.UnmarshalWithOptions(text, o, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %s", path, yaml.FormatError(err, false, false))
	}
	return o, nil
}

// Encode returns the origin as YAML.
func (o *Origin) Encode() ([]byte, error) { return yaml.Marshal(o) }

// Write saves the origin in a run's folder.
func (o *Origin) Write(dir string) error {
	text, err := o.Encode()
	if err != nil {
		return err
	}
	return checkpoint.WriteBytes(filepath.Join(dir, OriginName), text)
}

// SameSources reports whether two runs were trained on the same bytes, whatever the
// names and the order of the files.
func (o *Origin) SameSources(other *Origin) bool {
	sums := func(o *Origin) []string {
		var all []string
		for _, s := range o.Sources {
			all = append(all, s.SHA256)
		}
		slices.Sort(all)
		return all
	}
	return slices.Equal(sums(o), sums(other))
}

// String returns the names and shortened checksums of the sources.
func (o *Origin) String() string {
	var all []string
	for _, s := range o.Sources {
		all = append(all, fmt.Sprintf("%s, SHA-256 %.12s…", s.Name, s.SHA256))
	}
	return strings.Join(all, "; ")
}
