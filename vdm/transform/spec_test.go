package transform

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	p := func(v float64) *float64 { return &v }
	for name, want := range map[string][]Step{
		"identity":           {{Kind: "identity"}},
		"affine":             {{Kind: "affine"}},
		"affine:0:76.97":     {{Kind: "affine", Min: p(0), Max: p(76.97)}},
		"sqrt":               {{Kind: "sqrt"}},
		"cbrt+standardise":   {{Kind: "cbrt"}, {Kind: "standardise"}},
		"log:0.1":            {{Kind: "log", Epsilon: p(0.1)}},
		"sqrt+affine":        {{Kind: "sqrt"}, {Kind: "affine"}},
		" sqrt + log:1e-2 ":  {{Kind: "sqrt"}, {Kind: "log", Epsilon: p(0.01)}},
		"affine:-1e300:1e20": {{Kind: "affine", Min: p(-1e300), Max: p(1e20)}},

		"sqrt+standardise":        {{Kind: "sqrt"}, {Kind: "standardise"}},
		"standardise:0.9:1.6":     {{Kind: "standardise", Mean: p(0.9), Std: p(1.6)}},
		"nonnegative":             {{Kind: "nonnegative"}},
		"logplus:0.1":             {{Kind: "logplus", Offset: p(0.1)}},
		"db:0.1":                  {{Kind: "db", Floor: p(0.1)}},
		"normal-score":            {{Kind: "normal-score"}},
		"normal-score:0:-1:5:2.5": {{Kind: "normal-score", X: []float64{0, 5}, Y: []float64{-1, 2.5}}},
	} {
		got, err := Parse(name)
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if d := cmp.Diff(want, got.Steps); d != "" {
			t.Errorf("%q: %s", name, d)
		}
		if again, err := Parse(got.String()); err != nil || !cmp.Equal(got, again) {
			t.Errorf("%q prints as %q, which reads back as %v (%v)", name, got, again, err)
		}
	}
}

// Each refusal, through every door, names what is wrong.
func TestRefusals(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{name: "", want: `unknown kind ""`},
		{name: "sqrt+", want: `step 2: unknown kind ""`},
		{name: "cube", yaml: "{steps: [{kind: cube}]}", want: `unknown kind "cube"`},
		{name: "log", yaml: "{steps: [{kind: log}]}", want: "epsilon is missing"},
		{name: "log:0", yaml: "{steps: [{kind: log, epsilon: 0}]}", want: "epsilon is 0"},
		{name: "log:nan", yaml: "{steps: [{kind: log, epsilon: .nan}]}", want: "epsilon is NaN"},
		{name: "log:inf", yaml: "{steps: [{kind: log, epsilon: .inf}]}", want: "epsilon is +Inf"},
		{name: "log:x", want: `"x" is not a number`},
		{name: "log:1:2", want: "2 parameters"},
		{name: "affine:1", yaml: "{steps: [{kind: affine, min: 1}]}"},
		{name: "affine:2:2", yaml: "{steps: [{kind: affine, min: 2, max: 2}]}", want: "want min < max"},
		{name: "affine:-1e308:1e308", want: "overflows"},
		{name: "sqrt:2", want: `1 parameters for "sqrt"`},
		{yaml: "{steps: [{kind: sqrt, max: 2}]}", want: "sqrt has no parameter max"},
		{yaml: "{steps: [{kind: sqrt, epsilom: 2}]}", want: `unknown setting "epsilom"`},
		{name: "standardise:1", want: "1 parameters"},
		{name: "standardise:0:0", yaml: "{steps: [{kind: standardise, mean: 0, std: 0}]}", want: "std is 0"},
		{name: "standardise:0:-1", want: "std is -1"},
		{yaml: "{steps: [{kind: standardise, mean: 1}]}", want: "only one is given"},
		{name: "db", yaml: "{steps: [{kind: db}]}", want: "floor is missing"},
		{name: "db:-0.1", want: "floor is -0.1"},
		{name: "logplus", want: "offset is missing"},
		{name: "normal-score:1", want: "1 parameters"},
		{name: "normal-score:1:0:1:2", want: "x[1] is 1 after 1"},
		{name: "normal-score:1:0:2:0", yaml: "{steps: [{kind: normal-score, x: [1, 2], y: [0, 0]}]}", want: "y[1] is 0 after 0"},
		{name: "normal-score:0:0:nan:2", want: "x[1] is NaN"},
		{yaml: "{steps: [{kind: normal-score, x: [1, 2], y: [0]}]}", want: "2 numbers x and 1 y"},
		{yaml: "{steps: [{kind: sqrt, x: [1], y: [0]}]}", want: "sqrt has no parameters x and y"},
		{yaml: "{steps: [{kind: sqrt, x: [1]}]}", want: "sqrt has no parameters x and y"},
		{name: "normal-score:0:0:5e-324:1e10", want: "overflows"},
		{yaml: "{stages: [{kind: sqrt}]}", want: `unknown setting "stages"`},
		{yaml: "[1, 2]", want: "want a name or"},
	} {
		if c.name != "" || c.yaml == "" {
			if _, err := Parse(c.name); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Parse(%q): %v, want %q in it", c.name, err, c.want)
			}
		}
		if c.yaml == "" {
			continue
		}
		var s Spec
		if err := yaml.Unmarshal([]byte(c.yaml), &s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("YAML %s: %v, want %q in it", c.yaml, err, c.want)
		}
	}
	var s Spec
	if err := json.Unmarshal([]byte(`{"steps":[{"kind":"log"}]}`), &s); err == nil || !strings.Contains(err.Error(), "epsilon") {
		t.Errorf("JSON: %v", err)
	}
	if _, err := (Spec{Steps: []Step{{Kind: "affine"}}}).Build(); err == nil || !strings.Contains(err.Error(), "fit it") {
		t.Errorf("an unfitted Spec builds: %v", err)
	}
}

// awkward holds numbers whose digits are easily lost.
var awkward = []float64{0.1, 1.0 / 3, 76.96769714355469, math.Nextafter(1, 2), 5e-324, math.MaxFloat64, 1e21, 3}

func TestSpecReopensIdentically(t *testing.T) {
	for _, v := range awkward {
		min := -v / 7
		s := Spec{Steps: []Step{{Kind: KindLog, Epsilon: &v}, {Kind: KindIdentity}, {Kind: KindAffine, Min: &min, Max: &v}}}
		if s.Validate() != nil { // the widest range overflows
			s.Steps = s.Steps[:2]
		}
		// Inside a larger configuration, as it is saved with a run.
		type run struct {
			Name      string `json:"name" yaml:"name"`
			Transform Spec   `json:"transform" yaml:"transform"`
		}
		in := run{"a", s}
		for format, codec := range map[string]struct {
			enc func(any) ([]byte, error)
			dec func([]byte, any) error
		}{
			"yaml": {yaml.Marshal, func(b []byte, v any) error { return yaml.Unmarshal(b, v) }},
			"json": {json.Marshal, json.Unmarshal},
		} {
			b, err := codec.enc(in)
			if err != nil {
				t.Fatalf("%s: %v", format, err)
			}
			var out run
			if err := codec.dec(b, &out); err != nil {
				t.Fatalf("%s: %v in\n%s", format, err, b)
			}
			if d := cmp.Diff(in, out); d != "" {
				t.Errorf("%s changes the Spec: %s\n%s", format, d, b)
			}
		}
	}
}

func TestSpecFromAName(t *testing.T) {
	var y struct{ Transform Spec }
	if err := yaml.Unmarshal([]byte("transform: sqrt+affine\n"), &y); err != nil || y.Transform.String() != "sqrt+affine" {
		t.Errorf("YAML: %v, %v", y.Transform, err)
	}
	var j Spec
	if err := json.Unmarshal([]byte(`"log:0.5"`), &j); err != nil || j.String() != "log:0.5" {
		t.Errorf("JSON: %v, %v", j, err)
	}
	var zero Spec
	if tr, err := zero.Build(); err != nil || tr != (Identity{}) {
		t.Errorf("the zero Spec builds %v, %v", tr, err)
	}
}

// What a Spec says of itself: whether training data have to be read value by value, and
// whether they end in [−1, 1].
func TestSpecTellsWhatItNeeds(t *testing.T) {
	for name, c := range map[string]struct{ values, bounded bool }{
		"sqrt": {}, "sqrt+affine": {bounded: true}, "sqrt+affine:0:4": {bounded: true}, "affine:0:4+sqrt": {},
		"sqrt+standardise": {values: true}, "standardise:0:1": {}, "normal-score": {values: true}, "affine+standardise": {values: true},
	} {
		s, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		if s.NeedsValues() != c.values || s.Bounded() != c.bounded {
			t.Errorf("%s: needs values %v, bounded %v; want %v, %v", name, s.NeedsValues(), s.Bounded(), c.values, c.bounded)
		}
	}
	if (Spec{}).Bounded() || (Spec{}).NeedsValues() {
		t.Error("the identity is bounded, or needs values")
	}
}

func TestFit(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []struct {
		spec string
		data [][]float32
		want string // the fitted Spec, or a piece of the error
		fail bool
	}{
		{spec: "affine", data: [][]float32{{3, nan}, {}, {-1, 2}}, want: "affine:-1:3"},
		{spec: "sqrt+affine", data: [][]float32{{0, 16}, {9}}, want: "sqrt+affine:0:4"},
		{spec: "affine+affine", data: [][]float32{{5, 7}}, want: "affine:5:7+affine:-1:1"},
		{spec: "affine:0:50", data: [][]float32{{5, 7}}, want: "affine:0:50"},
		{spec: "identity", data: [][]float32{{-5}}, want: "identity"},
		{spec: "sqrt", data: [][]float32{{4, 4}}, want: "sqrt"},
		{spec: "sqrt+affine", data: [][]float32{{2}, {nan, -0.25}}, want: "step 1 (sqrt): the smallest value here is -0.25", fail: true},
		{spec: "log:0.1", data: [][]float32{{-1}}, want: "the smallest value here is -1", fail: true},
		{spec: "affine+sqrt", data: [][]float32{{1, 2}}, want: "step 2 (sqrt): the smallest value here is -1", fail: true},
		{spec: "affine", data: [][]float32{{2, 2}, {nan}}, want: "every value is 2", fail: true},
		{spec: "affine", data: [][]float32{{2, inf}}, want: "infinite", fail: true},
		{spec: "identity", data: [][]float32{{-inf}}, want: "infinite", fail: true},
		{spec: "affine", data: [][]float32{{2, -inf}}, want: "infinite", fail: true},
		{spec: "affine", data: [][]float32{{nan, nan}}, want: "no value to fit on (2 are missing)", fail: true},
		{spec: "sqrt", want: "no value to fit on", fail: true},
		{spec: "log:1e-300+affine:0:1e-308", data: [][]float32{{1}}, want: "overflows", fail: true},
	} {
		s, err := Parse(c.spec)
		if err != nil {
			t.Fatal(err)
		}
		before := s.String()
		got, err := s.Fit(slices.Values(c.data))
		switch {
		case c.fail && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s on %v: %v, want %q in the error", c.spec, c.data, err, c.want)
		case !c.fail && (err != nil || got.String() != c.want):
			t.Errorf("%s on %v: %v, %v; want %s", c.spec, c.data, got, err, c.want)
		}
		if s.String() != before {
			t.Errorf("%s: Fit changed its receiver to %v", before, s)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"identity", "affine", "sqrt", "log:0.1", "sqrt+affine:0:8.7", "log:1e-3+affine", "+", ":", "log:nan", "affine:1:0x1p4", "sqrt+standardise", "standardise:1:2", "db:0.1+standardise", "logplus:1e-2", "nonnegative+normal-score", "normal-score:0:-1:5:2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s, err := Parse(name)
		if err != nil {
			return
		}
		again, err := Parse(s.String())
		if err != nil || !cmp.Equal(s, again) {
			t.Fatalf("%q reads as %v, which reads as %v (%v)", name, s, again, err)
		}
		b, err := yaml.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var y Spec
		if err := yaml.Unmarshal(b, &y); err != nil || !cmp.Equal(s, y) {
			t.Fatalf("%v through YAML is %v (%v):\n%s", s, y, err, b)
		}
		if fit, err := s.Fit(slices.Values([][]float32{{0, 1, 5}})); err == nil {
			tr, err := fit.Build()
			if err != nil {
				t.Fatalf("%v is fitted and does not build: %v", fit, err)
			}
			if y := tr.Forward(1); math.IsNaN(y) {
				t.Fatalf("%v gives NaN for a value it was fitted on", fit)
			}
		}
	})
}
