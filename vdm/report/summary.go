package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// ResultsName is the file of a run that contains its summary.
const ResultsName = "results.json"

// resultsFormat is the version of results.json.
const resultsFormat = 2

// Summary contains all results of a run, saved as results.json in its folder.
type Summary struct {
	Format int `json:"format"`

	// What the results depend on: the data, how the clips were made, and the version of
	// what was computed from both.
	Origin  string       `json:"origin,omitempty"` // as in [climate.OriginName], YAML
	Recipes []run.Recipe `json:"recipes,omitempty"`
	Version int          `json:"version,omitempty"`

	Title string `json:"title"`
	// Verdict says in a sentence what was made and whether it is any good.
	Verdict string `json:"verdict,omitempty"`

	Likeness     *Likeness     `json:"likeness,omitempty"`
	Losses       *Losses       `json:"losses,omitempty"`
	Verification *Verification `json:"verification,omitempty"`
	Comparisons  []*Compared   `json:"comparisons,omitempty"`
	Speed        Speed         `json:"speed"`

	Figures    []Figure `json:"figures"`
	Provenance []Fact   `json:"provenance"`
	Config     string   `json:"config"` // YAML
	Limits     []string `json:"limits"` // what the results do not prove
	Stages     Stages   `json:"stages"`
	PeakBytes  int64    `json:"peak_bytes"` // peak memory in bytes, 0 where unknown
}

// Speed is the speed at which the run trained and sampled. Zero means not measured.
type Speed struct {
	Engine        string  `json:"engine"`
	TrainingBatch int     `json:"training_batch"`
	Training      float64 `json:"training_steps_per_second"`
	SamplerBatch  int     `json:"sampler_batch"`
	Sampler       float64 `json:"sampler_steps_per_second"`
	Nowcast       float64 `json:"nowcast_steps_per_second"` // steps of the sampler, with known frames
}

// Fact is one line of provenance.
type Fact struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Stage is a part of the work and how long it took.
type Stage struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// Stages are the parts of the work, in order.
type Stages []Stage

// Took adds a stage that ends now.
func (s *Stages) Took(name string, began time.Time) {
	*s = append(*s, Stage{Name: name, Seconds: time.Since(began).Seconds()})
}

// Tables returns the short tables, the most informative one first.
func (s *Summary) Tables() []Table {
	var tables []Table
	if s.Likeness != nil {
		tables = append(tables, s.Likeness.Table())
	}
	if s.Losses != nil {
		tables = append(tables, s.Losses.Table())
	}
	for _, c := range s.Comparisons {
		tables = append(tables, c.Table())
	}
	if speed := s.Speed.Table(); len(speed.Rows) > 0 {
		tables = append(tables, speed)
	}
	return tables
}

// Table returns the speed as a table.
func (s Speed) Table() Table {
	t := Table{Title: "Speed on " + s.Engine, Columns: []string{"task", "steps a second", "clips a step"}}
	for _, row := range []struct {
		name  string
		rate  float64
		batch int
	}{{"training", s.Training, s.TrainingBatch}, {"sampler", s.Sampler, s.SamplerBatch}, {"sampler, known frames", s.Nowcast, s.SamplerBatch}} {
		if row.rate > 0 {
			t.Rows = append(t.Rows, []string{row.name, Format(row.rate), fmt.Sprint(row.batch)})
		}
	}
	return t
}

// String returns the short tables as text.
func (s *Summary) String() string {
	var parts []string
	if s.Verdict != "" {
		parts = append(parts, s.Verdict+"\n")
	}
	for _, t := range s.Tables() {
		parts = append(parts, t.Text())
	}
	return strings.Join(parts, "\n")
}

// Fact adds a line of provenance.
func (s *Summary) Fact(name, format string, args ...any) {
	s.Provenance = append(s.Provenance, Fact{Name: name, Text: fmt.Sprintf(format, args...)})
}

// AddModel adds the configuration and the engine of the results.
func (s *Summary) AddModel(m *run.Run) error {
	text, err := m.Config.Encode()
	if err != nil {
		return err
	}
	_, choice, err := m.Engine()
	if err != nil {
		return err
	}
	s.Config, s.Speed.Engine = string(text), choice.Label
	s.Fact("Engine", "%s", choice)
	return nil
}

// SameOrigin reports whether two summaries are of the same data and the same clips, and
// of the same version.
func (s *Summary) SameOrigin(other *Summary) bool {
	return s.Version == other.Version && s.Origin == other.Origin && slices.EqualFunc(s.Recipes, other.Recipes, run.Recipe.Same)
}

// Write saves the summary in a run's folder.
func (s *Summary) Write(dir string) error {
	s.Format = resultsFormat
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return fmt.Errorf("results: %w", err)
	}
	return checkpoint.WriteBytes(filepath.Join(dir, ResultsName), append(text, '\n'))
}

// ReadSummary reads the summary of a run. It is nil, without an error, where the run has
// none yet.
func ReadSummary(dir string) (*Summary, error) {
	path := filepath.Join(dir, ResultsName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s := &Summary{}
	if err := json.Unmarshal(text, s); err != nil {
		return nil, fmt.Errorf("%s: %w; remove it to have it made again", path, err)
	}
	if s.Format > resultsFormat {
		return nil, fmt.Errorf("%s has format %d: this program reads up to %d", path, s.Format, resultsFormat)
	}
	return s, nil
}
