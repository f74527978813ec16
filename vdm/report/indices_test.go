package report

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// days are clips of two days of 24 hours in two cells: rain at one hour, the same every
// day, and an hour of drizzle beside it.
func days(n, hour int, rate float32) *vdm.Samples {
	s := vdm.NewSamples(n, 48, 1, 2, 1)
	for i := range n {
		for t := range 48 {
			if t%24 == hour {
				s.Data[(i*48+t)*2] = rate
				s.Data[(i*48+t)*2+1] = 0.5
			}
		}
	}
	return s
}

func hoursOfTwoDays(int) []float64 {
	hours := make([]float64, 48)
	for t := range hours {
		hours[t] = float64(t % 24)
	}
	return hours
}

// By hand: 6 mm in an hour of each day, in a cell of two.
func TestIndices(t *testing.T) {
	v, err := Verify(VerifyOptions{Variable: "rain", Units: "mm/h", Step: 1},
		Set{Name: "data", Clips: days(30, 15, 6), Hours: hoursOfTwoDays}, Set{Name: "generated", Clips: days(4, 3, 2)})
	if err != nil {
		t.Fatal(err)
	}
	// Saved and read again, all of it is still there.
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	v = &Verification{}
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatal(err)
	}
	x := v.Reference.Indices
	var durations []float64
	for _, a := range x.Amounts {
		durations = append(durations, a.Hours)
	}
	if !slices.Equal(durations, []float64{1, 3, 6, 12, 24}) {
		t.Fatalf("durations %v", durations)
	}
	hour, day := x.Amounts[0], x.Amounts[4]
	near(t, "wettest hour", float64(hour.Wettest), 6, 1e-9)
	near(t, "wettest day", float64(day.Wettest), 6, 1e-9)
	near(t, "mean of the wettest hours", float64(hour.Maximum), 3.25, 1e-9)
	near(t, "intensity of wet hours", float64(hour.Intensity), 3.25, 1e-9)
	near(t, "intensity of wet days", float64(day.Intensity), 6, 1e-9) // days of 0.5 mm are dry
	near(t, "share of wet days", float64(day.WetShare), 0.5, 1e-9)
	near(t, "return level", float64(hour.Levels[0].Level), 6, 1e-9)
	near(t, "dry spell", float64(x.Dry.Mean), (47.0-2)/2, 1e-9)
	near(t, "wet spell", float64(x.Wet.Mean), 1, 1e-9)
	near(t, "amplitude of the diurnal cycle", float64(x.Diurnal.Amplitude), 3.25/12, 1e-9)
	near(t, "hour of the maximum", float64(x.Diurnal.Peak), 15, 1e-9)
	if g := v.Others[0].Indices; g.Diurnal != nil {
		t.Error("clips without dates have a diurnal cycle")
	} else if l := g.Amounts[0].Levels[0]; !math.IsNaN(float64(l.Level)) || l.Method != "empirical quantile" {
		t.Errorf("four clips tell what is exceeded once in ten: %+v", l)
	}
	table := v.IndexTable()
	if err := table.Validate(); err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	for _, r := range table.Rows {
		rows[r[0]] = r[1:]
	}
	for label, want := range map[string][]string{
		"wettest 1 h, mm": {"6.00", "2.00"}, "mean of 24 h with ≥ 1 mm, mm": {"6.00", "2.00"},
		"diurnal cycle, hour of the maximum": {"15.0", "–"}, "wet spells, mean frames": {"1.00", "1.00"},
	} {
		if !slices.Equal(rows[label], want) {
			t.Errorf("%s: %v, want %v in\n%s", label, rows[label], want, table.Text())
		}
	}
	if lines := v.Reference.IndexLines("mm/h"); len(lines) != len(table.Rows) || lines[0].Key != "wettest_1h" || lines[0].Value != 6 {
		t.Errorf("%d lines beside %d rows: %+v", len(lines), len(table.Rows), lines)
	}
	drawings, err := v.Draw()
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, d := range drawings {
		files = append(files, d.File)
	}
	for _, want := range []string{"dry-spells.png", "lag-correlation.png", "diurnal-cycle.png"} {
		if !slices.Contains(files, want) {
			t.Errorf("%s is not among the figures %v", want, files)
		}
	}
}

// What has no amounts, or none that are known, has no row for them; and dry, constant,
// missing and single frames do no harm.
func TestIndicesOfLittle(t *testing.T) {
	for name, c := range map[string]struct {
		units string
		step  float64
		value float32
	}{"unknown step": {"mm/h", 0, 1}, "temperature": {"K", 1, 280}, "all dry": {"mm/h", 1, 0}, "one value": {"mm/h", 1, 0.1}, "missing": {"mm/h", 1, float32(math.NaN())}} {
		for _, frames := range []int{1, 4} {
			s := vdm.NewSamples(25, frames, 2, 2, 1)
			for i := range s.Data {
				s.Data[i] = c.value
			}
			v, err := Verify(VerifyOptions{Variable: "x", Units: c.units, Step: c.step}, Set{Name: "a", Clips: s}, Set{Name: "b", Clips: s})
			if err != nil {
				t.Errorf("%s, %d frames: %v", name, frames, err)
				continue
			}
			if amounts := len(v.Reference.Indices.Amounts) > 0; amounts != (c.units == "mm/h" && c.step > 0) {
				t.Errorf("%s, %d frames: amounts are %v", name, frames, amounts)
			}
			for _, table := range v.Tables() {
				if text := table.Text(); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
					t.Errorf("%s, %d frames:\n%s", name, frames, text)
				}
			}
			if _, err := v.drawIndices(); err != nil {
				t.Errorf("%s, %d frames: %v", name, frames, err)
			}
		}
	}
}
