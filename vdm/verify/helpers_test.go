package verify

import (
	"bytes"
	"encoding/json"
	"math"
	"os/exec"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

var missing = float32(math.NaN())

// rain returns n dry or wet values with a long tail, different for every sample.
func rain(sample uint32, n int) []float32 {
	x := make([]float32, n)
	noise.Key{Seed: 5, Stream: noise.Synthetic, Sample: sample}.Normal(x)
	for i, z := range x {
		x[i] = float32(0.72 * math.Expm1(0.95*max(float64(z)-0.6, 0)))
	}
	return x
}

func near(got, want, rel float64) bool {
	return got == want || math.Abs(got-want) <= rel*math.Max(math.Abs(got), math.Abs(want)) || math.IsNaN(got) && math.IsNaN(want)
}

func allNear(got, want []float64, rel float64) bool {
	if len(got) != len(want) {
		return false
	}
	for i := range got {
		if !near(got[i], want[i], rel) {
			return false
		}
	}
	return true
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// laws tests, on a score filled with three different parts, that Merge is
// associative and commutative, that it equals adding everything to one, and
// that an empty score changes nothing. A value is compared to a relative rel; 0 wants equal bits.
func laws[S any](t *testing.T, rel float64, empty func() S, add func(s S, part int), merge func(a, b S) error, value func(S) []float64) {
	t.Helper()
	filled := func(parts ...int) S {
		s := empty()
		for _, p := range parts {
			add(s, p)
		}
		return s
	}
	join := func(a, b S) S {
		check(t, merge(a, b))
		return a
	}
	want := value(filled(0, 1, 2))
	for _, v := range want {
		if math.IsNaN(v) {
			t.Fatalf("the score itself is not a number: %v", want)
		}
	}
	for name, s := range map[string]S{
		"(a·b)·c":   join(join(filled(0), filled(1)), filled(2)),
		"a·(b·c)":   join(filled(0), join(filled(1), filled(2))),
		"c·(b·a)":   join(filled(2), join(filled(1), filled(0))),
		"empty·abc": join(empty(), filled(0, 1, 2)),
		"abc·empty": join(filled(0, 1, 2), empty()),
	} {
		if got := value(s); !allNear(got, want, rel) {
			t.Errorf("%s: %v, added at once %v", name, got, want)
		}
	}
}

// numpy runs a program with the input as `d` and returns what it puts in `out`.
func numpy(t *testing.T, program string, input, output any) {
	t.Helper()
	python := installed.Python(t, "import numpy; numpy.ones(2) @ numpy.ones(2)")
	in, err := json.Marshal(input)
	check(t, err)
	cmd := exec.Command(python, "-c", "import json, sys\nimport numpy as np\nd = json.load(sys.stdin)\nout = {}\n"+program+
		"\njson.dump({k: np.asarray(v, dtype=float).ravel().tolist() for k, v in out.items()}, sys.stdout)")
	cmd.Stdin = bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	b, err := cmd.Output()
	if err != nil {
		t.Fatalf("numpy: %v\n%s", err, &stderr)
	}
	check(t, json.Unmarshal(b, output))
}
