package run

import (
	"encoding/json"
	"fmt"
	"strings"
)

// SequencesSettings contains everything that the frames of sequences depend on: their
// recipe, and how clips follow one another. The number of members is not among it,
// because it may grow.
type SequencesSettings struct {
	Start       int // number of frames of the start
	StartSHA256 string
	Overlap     int
	Stride      int
	Transforms  string
	Schedule    string
	Told        bool // whether each clip had covariates of its own
	Recipe
}

// sequencesSettings contains the settings by the names that they have in extension.json.
type sequencesSettings struct {
	Start       int    `json:"start_frames"`
	StartSHA256 string `json:"start_sha256"`
	Overlap     int    `json:"overlap"`
	Stride      int    `json:"stride"`
	First       int    `json:"first_member"`
	Seed        uint64 `json:"seed"`
	Sampler     string `json:"sampler"`
	Grid        string `json:"grid"`
	Evaluations int    `json:"evaluations"`
	Batch       int    `json:"batch"`
	Guidance    string `json:"guidance"`
	Unclamped   bool   `json:"unclamped"`
	Weights     string `json:"weights"` // average or last, followed by their SHA-256
	Step        int64  `json:"training_step"`
	Transforms  string `json:"transforms"`
	Schedule    string `json:"schedule"`
	Engine      string `json:"engine"`

	// Older files lack these entries.
	Told    bool   `json:"covariates,omitempty"`
	Tiles   string `json:"tiles,omitempty"`
	Data    string `json:"training_data,omitempty"`
	Version string `json:"version,omitempty"`
}

// MarshalJSON writes the settings by the names of extension.json.
func (s SequencesSettings) MarshalJSON() ([]byte, error) {
	weights := "average"
	if s.LastWeights {
		weights = "last"
	}
	return json.Marshal(sequencesSettings{
		Start: s.Start, StartSHA256: s.StartSHA256, Overlap: s.Overlap, Stride: s.Stride, First: s.First, Seed: s.Seed,
		Sampler: s.Sampler, Grid: s.Grid, Evaluations: s.Evaluations, Batch: s.Batch, Guidance: s.Guidance, Unclamped: !s.Clamped,
		Weights: weights + " " + s.Weights, Step: s.Step, Transforms: s.Transforms, Schedule: s.Schedule, Engine: s.Engine,
		Told: s.Told, Tiles: s.Tiles, Data: s.Data, Version: s.Version,
	})
}

// UnmarshalJSON reads the settings by the names of extension.json.
func (s *SequencesSettings) UnmarshalJSON(text []byte) error {
	var e sequencesSettings
	if err := json.Unmarshal(text, &e); err != nil {
		return err
	}
	which, sum, ok := strings.Cut(e.Weights, " ")
	if !ok || which != "average" && which != "last" {
		return fmt.Errorf("weights are %q: want average or last, and their SHA-256", e.Weights)
	}
	*s = SequencesSettings{
		Start: e.Start, StartSHA256: e.StartSHA256, Overlap: e.Overlap, Stride: e.Stride, Transforms: e.Transforms, Schedule: e.Schedule,
		Told: e.Told,
		Recipe: Recipe{
			Step: e.Step, Weights: sum, First: e.First, Seed: e.Seed, Evaluations: e.Evaluations, Sampler: e.Sampler, Grid: e.Grid,
			Batch: e.Batch, Guidance: e.Guidance, Clamped: !e.Unclamped, LastWeights: which == "last",
			Tiles: e.Tiles, Data: e.Data, Engine: e.Engine, Version: e.Version,
		},
	}
	return nil
}
