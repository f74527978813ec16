package climate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
)

const (
	manifestName    = "manifest.json"
	manifestFormat  = "climate-vdm prepared data"
	manifestVersion = 3 // of data with intervals; version 1 has no recipe, split or training statistics, and is read too
	plainVersion    = 2 // of data without intervals
	manifestLayout  = "channel, time, y, x; float32 little-endian; NaN is missing"
)

// Source is a file from which prepared data were made.
type Source struct {
	Name   string `json:"name"` // without its folder
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`

	// Modified is the time of its last change in nanoseconds since 1970, 0 if unknown: a
	// file of the same size and time is taken as unchanged.
	Modified int64 `json:"modified_ns,omitempty" yaml:"modified_ns,omitempty"`
}

// HashSource returns the description of a file for the manifest, with its SHA-256.
func HashSource(path string) (Source, error) {
	file, err := os.Open(path)
	if err != nil {
		return Source{}, err
	}
	defer file.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, file)
	if err != nil {
		return Source{}, fmt.Errorf("reading %s: %w", path, err)
	}
	return Source{Name: filepath.Base(path), Bytes: n, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}

// manifest is the readable half of prepared data: everything but the values.
type manifest struct {
	Format   string            `json:"format"`
	Version  int               `json:"version"`
	Layout   string            `json:"layout"`
	Data     string            `json:"data"` // name of the file beside the manifest
	Bytes    int64             `json:"bytes"`
	SHA256   string            `json:"sha256"`
	Frames   int               `json:"frames"`
	Channels []manifestChannel `json:"channels"`
	Sources  []Source          `json:"sources"`
	Calendar string            `json:"calendar"`
	Epoch    string            `json:"epoch"`
	Times    []float64         `json:"times"`
	From     []float64         `json:"from,omitempty"` // ends of the interval of each frame
	To       []float64         `json:"to,omitempty"`
	Grid     Grid              `json:"grid"`
	Split    *Split            `json:"split,omitempty"`
	Recipe   []string          `json:"recipe,omitempty"`

	parts int // number of parts in which the values are written
}

type manifestChannel struct {
	Name         string   `json:"name"`
	LongName     string   `json:"long_name,omitempty"`
	StandardName string   `json:"standard_name,omitempty"`
	Units        string   `json:"units"`
	Kind         string   `json:"kind"`
	Min          float64  `json:"min"`
	Max          float64  `json:"max"`
	Mean         float64  `json:"mean"`
	Missing      int      `json:"missing"`
	ByFrame      []int    `json:"missing_by_frame,omitempty"` // nil where no cell is missing
	Notes        []string `json:"notes,omitempty"`
	CellMethods  string   `json:"cell_methods,omitempty"`

	Training *manifestStats `json:"training,omitempty"` // statistics of the training part of a split
}

// manifestStats are the statistics of some frames; Dry is the share below DryBelow.
type manifestStats struct {
	Min     float64 `json:"min"`
	Max     float64 `json:"max"`
	Mean    float64 `json:"mean"`
	Missing int     `json:"missing"`
	Dry     float64 `json:"dry"`
}

// dataName returns the name of the data file with a checksum.
func dataName(sum string) string { return "data-" + sum[:min(16, len(sum))] + ".f32" }

// digest returns an identity of data before their values are known: it covers everything
// in a PreparedHeader but the notes.
func (m *manifest) digest() string {
	d := manifest{Bytes: m.Bytes, Frames: m.Frames, Calendar: m.Calendar, Epoch: m.Epoch, Times: m.Times, Grid: m.Grid, Split: m.Split, Recipe: m.Recipe}
	for _, c := range m.Channels {
		d.Channels = append(d.Channels, manifestChannel{Name: c.Name, LongName: c.LongName, StandardName: c.StandardName, Units: c.Units, Kind: c.Kind})
	}
	text, err := json.Marshal(d)
	if err != nil {
		panic(fmt.Sprintf("climate: a manifest that cannot be written: %v", err)) // Validate has checked the numbers
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// readManifest returns the checked manifest of a folder. Unknown settings are refused,
// because they come from a later version.
func readManifest(dir string) (*manifest, error) {
	path := filepath.Join(dir, manifestName)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("no prepared data in %s: %w", dir, err)
	}
	m, err := parseManifest(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func parseManifest(text []byte) (*manifest, error) {
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("not a manifest: %w", err)
	}
	if head.Format != manifestFormat {
		return nil, fmt.Errorf("format is %q, expected %q", head.Format, manifestFormat)
	}
	if head.Version < 1 || head.Version > manifestVersion {
		return nil, fmt.Errorf("version %d of the format is not known; this program reads versions 1 to %d", head.Version, manifestVersion)
	}
	m := new(manifest)
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(m); err != nil {
		return nil, fmt.Errorf("not a manifest: %w", err)
	}
	if m.Data == "" || m.Data != filepath.Base(m.Data) || strings.HasPrefix(m.Data, ".") {
		return nil, fmt.Errorf("data file %q is not the plain name of a file beside the manifest", m.Data)
	}
	if len(m.Channels) == 0 || m.Frames < 1 || len(m.Times) != m.Frames {
		return nil, fmt.Errorf("%d channels, %d frames and %d times do not describe a record", len(m.Channels), m.Frames, len(m.Times))
	}
	if len(m.From) != len(m.To) || m.From != nil && len(m.From) != m.Frames {
		return nil, fmt.Errorf("intervals of %d and %d ends for %d frames", len(m.From), len(m.To), m.Frames)
	}
	const most = 1 << 20 // cells along a side at most; keeps the products below from overflowing
	if m.Grid.Height > most || m.Grid.Width > most {
		return nil, fmt.Errorf("grid of %d×%d cells is beyond %d a side", m.Grid.Height, m.Grid.Width, most)
	}
	if err := m.Grid.Validate(); err != nil {
		return nil, err
	}
	cells := int64(m.Grid.Height) * int64(m.Grid.Width) // at most 2⁴⁰
	values := int64(m.Frames) * int64(len(m.Channels))
	if values > 1<<20 && cells > (1<<62)/values/4 || values*cells*4 != m.Bytes {
		return nil, fmt.Errorf("%d channels × %d frames × %d × %d float32 values do not take %d bytes",
			len(m.Channels), m.Frames, m.Grid.Height, m.Grid.Width, m.Bytes)
	}
	for _, c := range m.Channels {
		if c.Kind != KindRain.String() && c.Kind != KindOther.String() {
			return nil, fmt.Errorf("channel %q: kind is %q, expected %q or %q", c.Name, c.Kind, KindRain, KindOther)
		}
		if c.ByFrame != nil && len(c.ByFrame) != m.Frames {
			return nil, fmt.Errorf("channel %q: missing_by_frame has %d values, expected %d", c.Name, len(c.ByFrame), m.Frames)
		}
	}
	if m.Split != nil {
		if err := m.Split.check(m.Frames); err != nil {
			return nil, err
		}
	}
	// JSON has one kind of list: lists of numbers in the mapping were []float64.
	for key, value := range m.Grid.Mapping {
		list, ok := value.([]any)
		if !ok {
			continue
		}
		numbers := make([]float64, len(list))
		for i, v := range list {
			if numbers[i], ok = v.(float64); !ok {
				return nil, fmt.Errorf("grid mapping attribute %q holds %v, expected numbers", key, v)
			}
		}
		m.Grid.Mapping[key] = numbers
	}
	return m, nil
}

func replaceManifest(dir string, m *manifest) error {
	return checkpoint.WriteFile(filepath.Join(dir, manifestName), func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", " ")
		return encoder.Encode(m)
	})
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
