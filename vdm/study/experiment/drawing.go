package experiment

import (
	"encoding/json"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// drawing says how the clips of a file were drawn, whatever their number, by the names
// of the file beside it. Older files have no recipe.
type drawing struct {
	Step        int64  `json:"training_step"`
	Seed        uint64 `json:"seed"`
	Sampler     string `json:"sampler"`
	Grid        string `json:"grid"`
	Evaluations int    `json:"evaluations"`
	Shape       [4]int `json:"shape"`
	*given
	Recipe *run.Recipe `json:"recipe,omitempty"`
}

// given contains everything else on which the clips of a task and a method depend.
type given struct {
	Data     string              `json:"data"` // SHA-256 of the data
	Task     string              `json:"task"`
	Known    climate.KnownFrames `json:"known"`
	Guidance string              `json:"guidance"`
	Members  int                 `json:"members"`
	Batch    int                 `json:"batch,omitempty"` // where the method depends on it
}

// drawnBy returns the description of clips with the shape of the given windows that are
// drawn by a recipe.
func drawnBy(recipe run.Recipe, like *climate.Windows) drawing {
	frames, height, width, channels := like.Shape()
	recipe.Count, recipe.First, recipe.Batch = 0, 0, 0 // a file grows, and batches change rounding only
	return drawing{
		Step: recipe.Step, Seed: recipe.Seed, Sampler: recipe.Sampler, Grid: recipe.Grid, Evaluations: recipe.Evaluations,
		Shape: [4]int{frames, height, width, channels}, Recipe: &recipe,
	}
}

// withoutRecipe returns the part of the description that older files have too.
func (d drawing) withoutRecipe() drawing {
	d.Recipe = nil
	return d
}

// made reports whether a file of clips with this description was drawn in the same way.
// Without a recipe only its other entries are compared.
func (d drawing) made(description []byte) bool {
	var have drawing
	if d.given != nil {
		have.given = new(given) // which json does not allocate
	}
	if json.Unmarshal(description, &have) != nil || have.Recipe != nil && !have.Recipe.Same(*d.Recipe) {
		return false
	}
	a, err := json.Marshal(have.withoutRecipe())
	b, other := json.Marshal(d.withoutRecipe())
	return err == nil && other == nil && string(a) == string(b)
}
