package verification

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// Files that cannot be pooled are an error that names both and says why.
func TestCasesThatDiffer(t *testing.T) {
	data := record(t)
	first := forecastFile(t, filepath.Join(t.TempDir(), "first.nc"), data, 0, 5, 2, []float32{0, 1}, nil)
	for name, c := range map[string]struct {
		change        func(*cf.SampleFile)
		length, known int
		members       []float32
		texts         []string
	}{
		"fewer members": {nil, 5, 2, []float32{1}, []string{"first.nc has 2 members", "other.nc 1", "as many"}},
		"more frames":   {nil, 6, 2, []float32{0, 1}, []string{"first.nc has frames ahead at +60, +120, +180 min", "+240 min", "same leads"}},
		"other leads": {func(f *cf.SampleFile) {
			for i := range f.Times {
				f.Times[i] = f.Times[0] + 2*float64(i)
			}
		}, 5, 2, []float32{0, 1}, []string{"+120, +240, +360 min", "same leads"}},
		"a part of the grid": {func(f *cf.SampleFile) {
			f.Grid.Height, f.Grid.Y = 3, f.Grid.Y[:3]
			var part []float32
			for i, v := range f.Channels[0].Data {
				if i%cells < cells/2 {
					part = append(part, v)
				}
			}
			f.Channels[0].Data = part
		}, 5, 2, []float32{0, 1}, []string{"first.nc is of 6×8 cells", "3×8", "one size"}},
		"cells elsewhere": {func(f *cf.SampleFile) {
			for i := range f.Grid.X {
				f.Grid.X[i] += 0.1
			}
		}, 5, 2, []float32{0, 1}, []string{"other.nc", "not cells of the data's grid", "shifted"}},
		"another variable": {func(f *cf.SampleFile) { f.Channels[0].Name = "snow" }, 5, 2, []float32{0, 1}, []string{"[pr]", "[snow]", "the same"}},
		"another unit":     {func(f *cf.SampleFile) { f.Channels[0].Units = "K"; f.Channels[0].StandardName = "" }, 5, 2, []float32{0, 1}, []string{`"K"`, `"mm/h"`}},
		"all frames known": {nil, 3, 3, []float32{0}, []string{"which frames were known?", "0, 1, 2, all there are", "give Known"}},
	} {
		path := forecastFile(t, filepath.Join(t.TempDir(), "other.nc"), data, 10, c.length, c.known, c.members, c.change)
		_, err := Forecasts(t.Context(), []string{first, path}, Options{Data: data})
		t.Log(name)
		refused(t, err, c.texts...)
	}
	damaged := filepath.Join(t.TempDir(), "damaged.nc")
	raw, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(damaged, raw[:len(raw)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Forecasts(t.Context(), []string{first, damaged}, Options{Data: data})
	refused(t, err, "damaged.nc")
	written := t.TempDir()
	for _, name := range []string{"a.nc", ".writing-7.nc"} { // a killed program leaves the second
		if err := os.WriteFile(filepath.Join(written, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := Files([]string{written}); err != nil || len(all) != 1 || filepath.Base(all[0]) != "a.nc" {
		t.Errorf("the files are %v (%v), want a.nc alone", all, err)
	}
	if _, err := Files([]string{t.TempDir()}); err == nil || !strings.Contains(err.Error(), "no file that ends in .nc") {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := ParseRival("stps"); err == nil || !strings.Contains(err.Error(), "neither a forecaster (persistence, linear") {
		t.Errorf("a rival that is none: %v", err)
	}
}

// Options that cannot be meant are told together.
func TestOptionsRefused(t *testing.T) {
	o := Options{By: []string{"month"}, Scores: []string{"cprs"}, Edges: []float64{2, 1}, Regions: [2]int{1, 0}, Known: -1, Rivals: []Rival{{Name: "a"}, {Name: "a"}}}
	refused(t, o.Validate(), `"month"`, `"cprs"`, "[2 1]", "[1 0]", "Known is -1", `two forecasters are called "a"`)
	data := record(t)
	path := forecastFile(t, filepath.Join(t.TempDir(), "f.nc"), data, 0, 5, 2, []float32{0, 1}, nil)
	_, err := Forecasts(t.Context(), []string{path}, Options{Data: data, Windows: []int{17}})
	refused(t, err, "a window of 17 cells a side on frames of 6×8", "at most 15")
	_, err = Forecasts(t.Context(), []string{path}, Options{Data: data, Windows: []int{4}})
	refused(t, err, "windows of [4] cells a side", "odd")
	_, err = Forecasts(t.Context(), []string{path}, Options{Data: data, Thresholds: []float64{math.NaN()}})
	refused(t, err, "thresholds [NaN]")
	data.Fields[0].Units = "K"
	warm := forecastFile(t, path, data, 0, 5, 2, []float32{0, 1}, func(f *cf.SampleFile) { f.Channels[0].Units, f.Channels[0].StandardName = "K", "" })
	_, err = Forecasts(t.Context(), []string{warm}, Options{Data: data, By: []string{ByIntensity}})
	refused(t, err, "by intensity: give Edges", "in K")
}

// What the scores of a case are that has little to tell: each defined, and counted.
func TestCasesWithLittleToTell(t *testing.T) {
	nan := float32(math.NaN())
	missing := func(from, to int, members ...int) func(*cf.SampleFile) {
		return func(f *cf.SampleFile) {
			size := len(f.Channels[0].Data) / f.Members
			for _, m := range members {
				for i := from; i < to; i++ {
					f.Channels[0].Data[m*size+i] = nan
				}
			}
		}
	}
	for name, c := range map[string]struct {
		members    []float32
		change     func(*cf.SampleFile)
		truth      func([]float32)
		thresholds []float64
		scores     []string
		want       map[string]float64 // NaN for none
		note       string
	}{
		"one member has no fair score and no spread": {members: []float32{2}, want: map[string]float64{"crps": 2, "crps_fair": math.NaN(), "spread_skill": math.NaN(), "outliers": math.NaN(), "interval_width": 0, "missing": math.NaN()}},
		"a threshold beyond all": {members: []float32{0, 2}, thresholds: []float64{500},
			want: map[string]float64{"twcrps": 0, "csi": math.NaN(), "pod": math.NaN(), "pofd": 0, "brier": 0, "roc": math.NaN(), "fss": math.NaN(), "brier_skill": math.NaN(), "base_rate": 0}, note: "500 mm/h is reached in none of the cells"},
		"a threshold below all": {members: []float32{0, 2}, thresholds: []float64{-1},
			want: map[string]float64{"csi": 1, "far": 0, "pofd": math.NaN(), "brier": 0, "roc": math.NaN(), "fss": 1, "base_rate": 1}, note: "-1 mm/h is reached in all of the cells"},
		"a threshold beyond all, without probabilities": {members: []float32{0, 2}, thresholds: []float64{500}, scores: []string{"contingency"},
			want: map[string]float64{"csi": math.NaN(), "pofd": 0, "brier": math.NaN()}, note: "500 mm/h is reached in none of the cells"},
		"a threshold below all, without probabilities": {members: []float32{0, 2}, thresholds: []float64{-1}, scores: []string{"contingency"},
			want: map[string]float64{"csi": 1, "pofd": math.NaN()}, note: "-1 mm/h is reached in all of the cells"},
		"a member missing in a frame": {members: []float32{0, 2}, change: missing(2*cells, 3*cells, 1), want: map[string]float64{"crps": 0.5, "missing": 1.0 / 3}},
		"a member missing ahead":      {members: []float32{0, 2}, change: missing(2*cells, 5*cells, 0), want: map[string]float64{"crps": math.NaN(), "energy": math.NaN(), "missing": 1}},
		"no truth ahead": {members: []float32{0, 2}, truth: func(ahead []float32) {
			for i := range ahead {
				ahead[i] = nan
			}
		}, want: map[string]float64{"crps": math.NaN(), "csi": math.NaN(), "power": math.NaN(), "missing": 1}, note: "1 of 1 cases have no truth"},
		"dry truth and members": {members: []float32{0, 0}, truth: func(ahead []float32) { clear(ahead) }, change: func(f *cf.SampleFile) {
			for i := range f.Channels[0].Data {
				if i%(5*cells) >= 2*cells {
					f.Channels[0].Data[i] = 0
				}
			}
		}, want: map[string]float64{"crps": 0, "bias": math.NaN(), "sal_structure": math.NaN(), "csi": math.NaN(), "variogram": 0, "quantile_90": 0}},
	} {
		data := record(t)
		path := forecastFile(t, filepath.Join(t.TempDir(), "f.nc"), data, 0, 5, 2, c.members, c.change)
		if c.truth != nil {
			c.truth(data.Fields[0].Data[2*cells : 5*cells])
		}
		r := scored(t, Options{Data: data, AnyRival: true, Thresholds: c.thresholds, Scores: c.scores}, path)
		for key, want := range c.want {
			if got := r.value(0, key); !(got != got && want != want) && !(math.Abs(got-want) <= 1e-5) {
				t.Errorf("%s: %s is %v, want %v", name, key, got, want)
			}
		}
		if c.note != "" && !strings.Contains(strings.Join(r.Cases.Notes, "\n"), c.note) {
			t.Errorf("%s: no note %q in %q", name, c.note, r.Cases.Notes)
		}
		if text := r.Tables()[0].Text(); !strings.Contains(text, "One case has no interval") || strings.Contains(text, "NaN") {
			t.Errorf("%s: the table\n%s", name, text)
		}
		if _, err := r.Draw(); err != nil {
			t.Errorf("%s is not drawn: %v", name, err)
		}
		for _, ext := range Formats {
			if err := Save(filepath.Join(t.TempDir(), "out"+ext), r); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// A table explains the scores that it has, and no others; without a pair that can be compared
// there is no table of pairs.
func TestNotesAreOfWhatIsShown(t *testing.T) {
	about := map[string]string{"crps": "With one member", "csi": "CSI to frequency bias", "power": "over the truth's", "bias": "mean truth", "fair": "Ensembles differ in size"}
	for _, c := range []struct {
		scores []string
		said   []string
		tables int
	}{
		{nil, []string{"crps", "csi", "power", "bias", "fair"}, 2}, {[]string{"bias"}, []string{"bias"}, 1}, {[]string{"contingency"}, []string{"csi"}, 1},
		{[]string{"crps"}, []string{"crps", "fair"}, 2},
	} {
		data := record(t)
		path := forecastFile(t, filepath.Join(t.TempDir(), "f.nc"), data, 0, 5, 2, []float32{0, 2}, nil)
		o := Options{Data: data, AnyRival: true, Scores: c.scores}
		if slices.Equal(c.scores, []string{"contingency"}) {
			o.Thresholds = []float64{500} // no pair of values exists
		}
		tables := scored(t, o, path).Tables()
		if len(tables) != c.tables {
			t.Errorf("%q: %d tables, want %d", c.scores, len(tables), c.tables)
		}
		for what, words := range about {
			if got := strings.Contains(tables[0].Text(), words); got != slices.Contains(c.said, what) {
				t.Errorf("%q: %q is there: %v\n%s", c.scores, words, got, tables[0].Text())
			}
		}
	}
}

// Cells that only a rival lacks are left out of all forecasters, so that they are scored on
// the same ones.
func TestAllAreScoredOnTheSameCells(t *testing.T) {
	data := record(t)
	dir := t.TempDir()
	mine := forecastFile(t, filepath.Join(dir, "mine.nc"), data, 0, 5, 2, []float32{1}, func(f *cf.SampleFile) {
		for i := 2 * cells; i < 3*cells; i++ {
			f.Channels[0].Data[i] += 6 // so that the first frame ahead is 7 too high
		}
	})
	theirs := forecastFile(t, filepath.Join(dir, "theirs.nc"), data, 0, 5, 2, []float32{2}, func(f *cf.SampleFile) {
		for i := 2 * cells; i < 3*cells; i++ {
			f.Channels[0].Data[i] = float32(math.NaN())
		}
	})
	rival, err := ParseRival(theirs)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "CRPS alone", scored(t, Options{Data: data}, mine).value(0, "crps"), 3)
	r := scored(t, Options{Data: data, Rivals: []Rival{rival}}, mine)
	near(t, "CRPS beside the rival", r.value(0, "crps"), 1)
	near(t, "CRPS of the rival", r.value(1, "crps"), 2)
	near(t, "share left out", r.value(0, "missing"), 1.0/3)
}

// Another calendar's name, another order of rows and a finer record do not matter.
func TestDataThatLookOtherwise(t *testing.T) {
	data := record(t)
	path := forecastFile(t, filepath.Join(t.TempDir(), "f.nc"), data, 2, 5, 2, []float32{0, 3}, nil)
	f := data.Fields[0]
	f.Calendar = climate.ProlepticGregorian
	slices.Reverse(f.Grid.Y)
	for n := range frames {
		frame := slices.Clone(f.Frame(n))
		for y := range height {
			copy(f.Frame(n)[y*width:(y+1)*width], frame[(height-1-y)*width:(height-y)*width])
		}
	}
	near(t, "CRPS", scored(t, Options{Data: data}, path).value(0, "crps"), 0.75)
}
