package sampling

import (
	"math"
	"slices"
	"strings"
	"testing"

	_ "github.com/gomlx/compute/gobackend"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
)

// A table has a row for each sampler, a column for each grid, and marks the
// recommended pair and no other.
func TestTableMarksTheRecommended(t *testing.T) {
	table, err := Table("smooth", Smooth(), vdm.DefaultEvaluations)
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Validate(); err != nil || len(table.Rows) != len(vdm.SamplerNames()) {
		t.Fatalf("%d rows, %v", len(table.Rows), err)
	}
	for _, row := range table.Rows {
		for i, cell := range row[1:] {
			recommended := row[0] == vdm.DefaultSampler && vdm.GridNames()[i] == vdm.DefaultGrid
			if strings.Contains(cell, "*") != recommended {
				t.Errorf("%s on %s: %s", row[0], vdm.GridNames()[i], cell)
			}
		}
	}
	if size := Size(Rough()); math.Abs(size-math.Sqrt(2560*0.25)) > 1e-9 {
		t.Errorf("size %v of 2560 cells of variance ¼", size)
	}
	if _, err := Distance(Smooth(), "best", "time", 3); err == nil {
		t.Error("an unknown sampler has a distance")
	}
}

func TestOrderAndSlope(t *testing.T) {
	for want, sampler := range map[float64]func(vdm.NoiseLevels) (vdm.Plan, error){
		1: func(g vdm.NoiseLevels) (vdm.Plan, error) { return g.DDIM(0) },
		2: func(g vdm.NoiseLevels) (vdm.Plan, error) { return g.DPMSolver(0) },
		3: vdm.NoiseLevels.DPMSolver3,
	} {
		s, err := Order("", Series(), sampler, 64, 128)
		if err != nil {
			t.Fatal(err)
		}
		if got := Slope(s); math.Abs(got-want) > 0.1 {
			t.Errorf("slope %v, want %v", got, want)
		}
	}
}

// The sliced distance of samples of the mixture itself falls with the root of
// their number, and that of shifted ones is the root mean square of the shift over
// the directions.
func TestSliced(t *testing.T) {
	m := Three()
	small, _ := Sliced(m, Itself(m, 6, 500))
	large, e := Sliced(m, Itself(m, 6, 4500))
	if ratio := small / large; ratio < 2 || ratio > 4.5 {
		t.Errorf("distances %v of 500 samples and %v of 4500: want a ratio of about 3", small, large)
	}
	shifted := Itself(m, 4, 4500)
	for _, batch := range shifted {
		for _, x := range batch {
			x[0] += 0.3
		}
	}
	w, _ := Sliced(m, shifted)
	if want := 0.3 / math.Sqrt2; math.Abs(w-want) > 0.01 {
		t.Errorf("distance %v of samples shifted by 0.3, want %v (standard error of none: %v)", w, want, e)
	}
}

// Paths end where the plan does, whatever the part of it.
func TestPathsArePartsOfOnePlan(t *testing.T) {
	be, _, err := backend.OpenNamed("go")
	if err != nil {
		t.Fatal(err)
	}
	m := Three()
	plan, err := vdm.NewPlan("dpm++2m-sde", "trimmed", vdm.Cosine{}, 8)
	if err != nil {
		t.Fatal(err)
	}
	paths, err := Paths(be, m, plan, 5)
	if err != nil {
		t.Fatal(err)
	}
	all, err := vdm.SampleFrom(t.Context(), be, m.Denoiser(), plan, m.Shape(), nil, vdm.DrawOptions{Count: 5})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range paths {
		if x := float64(all.At(i)[0]); len(p.X) != 8 || math.Abs(p.X[7]-x) > 1e-5 {
			t.Errorf("path %d has %d points and ends at %v, sample %v", i, len(p.X), p.X[len(p.X)-1], x)
		}
	}
}

// What is drawn on the host has the law of what the compiled sampler draws: both
// are as far from the mixture, with the same plan of a few steps.
func TestDrawsAreThoseOfTheSampler(t *testing.T) {
	be, _, err := backend.OpenNamed("go")
	if err != nil {
		t.Fatal(err)
	}
	m := Three()
	for _, sampler := range []string{"ancestral", "dpm++3m", "dpm++2m-sde", "heun"} {
		plan, err := vdm.NewPlan(sampler, "time", vdm.Cosine{}, 8)
		if err != nil {
			t.Fatal(err)
		}
		const batches, size = 4, 2000
		compiled := make([][][]float32, batches)
		_, err = vdm.SampleFrom(t.Context(), be, m.Denoiser(), plan, m.Shape(), nil, vdm.DrawOptions{Count: batches * size, Batch: size,
			Each: func(i int, x []float32) error {
				compiled[i/size] = append(compiled[i/size], slices.Clone(x))
				return nil
			}})
		if err != nil {
			t.Fatal(err)
		}
		a, ea := Sliced(m, Draws(m, plan, batches, size))
		b, eb := Sliced(m, compiled)
		t.Logf("%s: distance %.4f ± %.4f on the host, %.4f ± %.4f compiled", sampler, a, ea, b, eb)
		if math.Abs(a-b) > 4*math.Hypot(ea, eb) {
			t.Errorf("%s: distance %v ± %v on the host, %v ± %v compiled", sampler, a, ea, b, eb)
		}
	}
}

func TestMixtureTable(t *testing.T) {
	table, err := MixtureTable(Three(), 4, 2, 20)
	if err != nil || table.Validate() != nil || len(table.Rows) != 11 {
		t.Errorf("table of %d rows: %v", len(table.Rows), err)
	}
}

// The density is one: its integral over the square that holds nearly all of it.
func TestDensity(t *testing.T) {
	sum := 0.0
	field := Density(Three(), 100)
	for _, v := range field.Data {
		sum += v * 0.04 * 0.04
	}
	if math.Abs(sum-1) > 2e-3 {
		t.Errorf("integral %v", sum)
	}
}
