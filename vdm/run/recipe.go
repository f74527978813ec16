package run

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"strconv"
)

// Recipe says how clips were made: by which weights, trained on which data and for how
// many steps, with which settings and which seed, by which engine and program. Its JSON
// has the names of the entries in archives of clips; the files of sequences and of
// experiments have names of their own for the same entries.
type Recipe struct {
	Step        int64   `json:"step"`    // number of training steps
	Weights     string  `json:"weights"` // SHA-256 of the weights, which tells apart runs of equally many steps
	Count       int     `json:"count"`
	First       int     `json:"first"` // number of the first clip
	Seed        uint64  `json:"seed"`
	Evaluations int     `json:"sampler_steps"` // evaluations of the network for each clip
	Sampler     string  `json:"sampler"`
	Grid        string  `json:"grid"`
	Batch       int     `json:"batch"`
	Guidance    string  `json:"guidance,omitempty"`         // "" for none
	Weight      float64 `json:"covariate_weight,omitempty"` // of guidance without a classifier; 0 for none
	Clamped     bool    `json:"clamped"`
	LastWeights bool    `json:"last_weights"`    // the last weights instead of their average
	Known       string  `json:"known,omitempty"` // which frames or means are known, and the SHA-256 of their values
	Tiles       string  `json:"tiles,omitempty"` // into which a larger field is cut; "" for none

	// The clips do not depend on these, or by rounding only.
	Data    string `json:"training_data,omitempty"`
	From    string `json:"trained_from,omitempty"` // what training began with; "" is random weights
	Engine  string `json:"engine,omitempty"`
	Version string `json:"version,omitempty"` // of the program
}

// Recipe returns how clips are made with the options. Every default is written out,
// because another program's defaults may differ. known says what is known of the clips;
// "" means sampling without a condition.
func (m *Run) Recipe(o SampleOptions, known string) (Recipe, error) {
	_, choice, err := m.Engine()
	if err != nil {
		return Recipe{}, err
	}
	if known == "" {
		o = o.WithDefaults()
	} else {
		o = m.conditional(o)
	}
	return m.recipe(o, known, choice.Provenance()), nil
}

// recipe returns the Recipe of options in which no zero value stands for a default.
func (m *Run) recipe(o SampleOptions, known, engine string) Recipe {
	flat, guidance := m.state.EMA, ""
	if o.LastWeights {
		flat = m.state.Weights
	}
	if o.Guidance != nil {
		guidance = o.Guidance.String()
	}
	tiles := ""
	if m.Config.Tiles.Height > 0 {
		tiles = m.Config.Tiles.String()
	}
	weight := o.CovariateWeight
	if weight == 1 {
		weight = 0
	}
	return Recipe{
		Step: m.state.Step, Weights: sum256(flat), Count: o.Count, First: o.First, Seed: o.Seed, Evaluations: o.Evaluations,
		Sampler: o.Sampler, Grid: o.Grid, Batch: o.Batch, Guidance: guidance, Weight: weight, Clamped: !o.Unclamped, LastWeights: o.LastWeights, Known: known, Tiles: tiles,
		Data: m.Config.Data, From: m.Config.Training.From, Engine: engine, Version: Version(),
	}
}

func sum256(x []float32) string {
	sum := sha256.New()
	_ = binary.Write(sum, binary.LittleEndian, x)
	return hex.EncodeToString(sum.Sum(nil))
}

// Same reports whether two recipes make the same clips, but for rounding: whether they
// agree in everything but the data's name, the first weights of training, the engine and
// the program's version.
func (r Recipe) Same(other Recipe) bool {
	for _, x := range []*Recipe{&r, &other} {
		x.Data, x.From, x.Engine, x.Version = "", "", "", ""
	}
	return r == other
}

// FirstMemberAttribute is the global attribute of a file of clips that gives the number
// of its first clip. Parts of an ensemble differ in no other attribute.
const FirstMemberAttribute = "vdm_first_member"

// Attributes returns the global attributes of a file of clips that the run draws by a
// recipe: their origin, and everything needed to draw them again. kind is "sample"
// without a condition, otherwise the name of the task such as "nowcast"; the caller adds
// what else is known. The number of clips and the batches in which they were drawn are
// no attributes: parts of an ensemble may differ in them.
func (m *Run) Attributes(r Recipe, kind, title string) (map[string]string, error) {
	config, err := m.Config.Encode()
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(m.Dir)
	if err != nil {
		return nil, err
	}
	weights := "exponential moving average"
	if r.LastWeights {
		weights = "last"
	}
	a := map[string]string{
		"title":              title,
		"source":             "github.com/climate-vdm/climate-vdm",
		"vdm_command":        kind,
		"vdm_run":            dir,
		"vdm_training_step":  fmt.Sprint(r.Step),
		"vdm_training_data":  r.Data,
		"vdm_weights":        weights,
		"vdm_weights_sha256": r.Weights,
		"vdm_sampler":        fmt.Sprintf("%s, %d evaluations, grid %s", r.Sampler, r.Evaluations, r.Grid),
		"vdm_seed":           fmt.Sprint(r.Seed),
		FirstMemberAttribute: fmt.Sprint(r.First),
		"vdm_engine":         r.Engine,
		"vdm_configuration":  string(config),
	}
	if r.Weight != 0 {
		a["vdm_covariate_weight"] = strconv.FormatFloat(r.Weight, 'g', -1, 64)
	}
	for name, value := range map[string]string{"vdm_guidance": r.Guidance, "vdm_trained_from": r.From, "vdm_version": r.Version, "vdm_tiles": r.Tiles} {
		if value != "" {
			a[name] = value
		}
	}
	return a, nil
}

// Version returns the module's version, or the commit that the go command found; ""
// where the program contains neither.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	found, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			found = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = " with changes"
		}
	}
	if found == "" {
		return ""
	}
	return found + changed
}
