package run

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// What archives of clips say is written by the names that they have always had.
func TestRecipeIsWrittenAsBefore(t *testing.T) {
	const before = `{"step":7,"weights":"ab","count":3,"first":1,"seed":18446744073709551615,"sampler_steps":25,"sampler":"dpm++2m","grid":"trimmed",` +
		`"batch":2,"guidance":"replacement","clamped":true,"last_weights":false,"known":"frames [0 1], cd"`
	var r Recipe
	if err := json.Unmarshal([]byte(before+"}"), &r); err != nil {
		t.Fatal(err)
	}
	if text, err := json.Marshal(r); err != nil || string(text) != before+"}" {
		t.Errorf("%v: %s", err, text)
	}
	later := r
	later.Data, later.Engine, later.Version = "rain", "engine", "1"
	text, err := json.Marshal(later)
	if err != nil || !strings.HasPrefix(string(text), before+`,"training_data":"rain"`) {
		t.Errorf("%v: %s", err, text)
	}
	if !r.Same(later) {
		t.Error("a recipe of before is another than the same with its data, engine and version")
	}
	// Every other field makes another recipe.
	for i := range reflect.TypeFor[Recipe]().NumField() {
		other := r
		field := reflect.ValueOf(&other).Elem().Field(i)
		switch field.Kind() {
		case reflect.String:
			field.SetString("other")
		case reflect.Bool:
			field.SetBool(!field.Bool())
		case reflect.Float64:
			field.SetFloat(field.Float() + 1)
		case reflect.Uint64:
			field.SetUint(field.Uint() - 1)
		default:
			field.SetInt(field.Int() + 1)
		}
		name := reflect.TypeFor[Recipe]().Field(i).Name
		if free := name == "Data" || name == "From" || name == "Engine" || name == "Version"; r.Same(other) != free {
			t.Errorf("%s: same is %v", name, r.Same(other))
		}
	}
}

// The settings of sequences are read and written by the names that extension.json has
// always had.
func TestSequencesSettingsAreWrittenAsBefore(t *testing.T) {
	const before = `{"start_frames":2,"start_sha256":"cd","overlap":2,"stride":1,"first_member":4,"seed":18446744073709551615,"sampler":"dpm++2m",` +
		`"grid":"trimmed","evaluations":25,"batch":2,"guidance":"replacement","unclamped":true,"weights":"last ab","training_step":7,` +
		`"transforms":"sqrt","schedule":"cosine, -20 to 20, shift 0","engine":"go"}`
	var s SequencesSettings
	if err := json.Unmarshal([]byte(before), &s); err != nil {
		t.Fatal(err)
	}
	if s.Start != 2 || s.First != 4 || s.Weights != "ab" || !s.LastWeights || s.Clamped || s.Evaluations != 25 {
		t.Errorf("read as %+v", s)
	}
	text, err := json.Marshal(s)
	if err != nil || !bytes.Equal(text, []byte(before)) {
		t.Errorf("%v: %s", err, text)
	}
	now := SequencesHeader{Settings: s}
	now.Settings.Version, now.Settings.Data = "2", "rain"
	if diff := jsonDifferences(SequencesHeader{Settings: s}, now); len(diff) != 0 {
		t.Errorf("another version of the program has other settings: %q", diff)
	}
	now.Settings.Tiles = "8 × 8 cells, overlap 4"
	if diff := jsonDifferences(SequencesHeader{Settings: s}, now); len(diff) != 1 || !strings.Contains(diff[0], "overlap 4") {
		t.Errorf("other tiles: %q", diff)
	}
	text, err = json.Marshal(now.Settings)
	var again SequencesSettings
	if err == nil {
		err = json.Unmarshal(text, &again)
	}
	if err != nil || again.Tiles != now.Settings.Tiles {
		t.Errorf("tiles are read as %q (%v)", again.Tiles, err)
	}
	now.Settings.Tiles = ""
	now.Settings.Weights = "ef"
	if diff := jsonDifferences(SequencesHeader{Settings: s}, now); len(diff) != 1 || !strings.Contains(diff[0], "weights was last ab, is last ef") {
		t.Errorf("other weights: %q", diff)
	}
	if err := json.Unmarshal([]byte(`{"weights":"some"}`), &s); err == nil {
		t.Error("weights without a checksum are read")
	}
}
