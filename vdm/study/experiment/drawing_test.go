package experiment

import (
	"encoding/json"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// Files of clips whose description has no recipe are taken by what it says, and the
// names in it, from which those of files are made, are as before.
func TestDrawingsOfBefore(t *testing.T) {
	recipe := run.Recipe{Step: 7, Seed: 3, Sampler: "dpm++2m", Grid: "trimmed", Evaluations: 25, Weights: "ab", Version: "1"}
	free := drawing{Step: 7, Seed: 3, Sampler: "dpm++2m", Grid: "trimmed", Evaluations: 25, Shape: [4]int{2, 3, 4, 1}, Recipe: &recipe}
	const before = `{"training_step":7,"seed":3,"sampler":"dpm++2m","grid":"trimmed","evaluations":25,"shape":[2,3,4,1]`
	tied := free
	tied.given = &given{Data: "cd", Task: Nowcast, Known: climate.FirstFrames(2, 1), Guidance: "replacement", Members: 4}
	const tiedBefore = before + `,"data":"cd","task":"nowcast","known":[true,false],"guidance":"replacement","members":4}`
	for text, d := range map[string]drawing{before + "}": free, tiedBefore: tied} {
		got, err := json.Marshal(d.withoutRecipe())
		if err != nil || string(got) != text {
			t.Errorf("%v: it is written as %s, and was as %s", err, got, text)
		}
		now, err := json.MarshalIndent(d, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if !d.made([]byte(text)) || !d.made(now) {
			t.Errorf("%s is not taken for what it says", text)
		}
		later, other := d, recipe
		other.Version, other.Engine = "2", "another"
		if later.Recipe = &other; !later.made(now) {
			t.Error("another version of the program is another drawing")
		}
		other.Weights = "ef"
		if later.made(now) {
			t.Error("other weights are no other drawing")
		}
		later = d
		if later.Seed++; later.made([]byte(text)) {
			t.Error("another seed is no other drawing")
		}
	}
	if free.made([]byte(tiedBefore)) || tied.made([]byte(before+"}")) || free.made([]byte("{")) {
		t.Error("clips with and without a condition are taken for each other")
	}
}
