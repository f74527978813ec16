package verification

import (
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// Files of a folder are pooled beside files of a rival and one by name, in the order of
// time; scores, differences and skill are those of the made members.
func TestForecastsPooled(t *testing.T) {
	data := record(t)
	const starts = 6
	mine := folder(t, data, starts, func(i int) []float32 { return []float32{0, float32(3 + i)} })
	theirs := folder(t, data, starts, func(int) []float32 { return []float32{4, 4} })
	files, err := Files([]string{mine})
	if err != nil || len(files) != starts {
		t.Fatalf("%v, %v", files, err)
	}
	rival, err := ParseRival("theirs=" + theirs)
	if err != nil {
		t.Fatal(err)
	}
	persistence, err := ParseRival("Persistence")
	if err != nil {
		t.Fatal(err)
	}
	r := scored(t, Options{Data: data, Rivals: []Rival{rival, persistence}}, files...)
	whole := r.Groups[0]
	if r.Cases.Scored != starts || whole.Cases != starts || len(r.Cases.Notes) != 0 || r.Cases.Frames != 3*starts {
		t.Errorf("%+v", r.Cases)
	}
	var names []string
	for _, e := range whole.Entries {
		names = append(names, e.Name)
	}
	if !slices.Equal(names, []string{"model", "theirs", "persistence"}) {
		t.Fatalf("forecasters %v", names)
	}
	// |x − y| is 0 and a, |x₁ − x₂| is a: plain a/2 − a/4, fair a/2 − a/2; a is 3 … 8.
	near(t, "CRPS", r.value(0, "crps"), 5.5/4)
	near(t, "fair CRPS", r.value(0, "crps_fair"), 0)
	near(t, "CRPS of theirs", r.value(1, "crps"), 4)
	f, held := data.Fields[0], 0.0
	for i := range starts {
		for lead := range 3 {
			for c := range cells {
				held += math.Abs(float64(f.Frame(2*i + 2 + lead)[c]-f.Frame(2*i + 1)[c])) / (3 * cells * starts)
			}
		}
	}
	near(t, "CRPS of persistence", r.value(2, "crps"), held)
	var found bool
	for _, p := range whole.Pairs {
		if p.First == "model" && p.Second == "theirs" && p.Row.Key == "crps" {
			found = true
			near(t, "difference", float64(p.Difference.Value), 5.5/4-4)
			near(t, "skill", float64(p.Skill), 1-5.5/16)
			if !(p.Difference.From < p.Difference.Value && p.Difference.Value < p.Difference.To && p.Difference.To < 0) {
				t.Errorf("interval of the difference %+v", p.Difference)
			}
		}
	}
	text := whole.PairTable().Text()
	if !found || !strings.Contains(text, "coverage about 0.7") || !strings.Contains(text, "theirs") {
		t.Errorf("no pair of model and theirs, or nothing is said of the coverage:\n%s", text)
	}
	// In the order of time, not of names: case i has the score (3 + i)/4.
	near(t, "CRPS of the last file by name, the first by time", scored(t, Options{Data: data}, files[starts-1]).value(0, "crps"), 0.75)
}

// Any pattern of known frames is verified where they are unknown, beside linear
// interpolation where these lie between known ones.
func TestAnyPatternOfKnownFrames(t *testing.T) {
	data := record(t)
	path := forecastFile(t, filepath.Join(t.TempDir(), "f.nc"), data, 3, 6, 6, []float32{0, 0}, func(f *cf.SampleFile) {
		f.Attributes[archive.KnownAttribute] = "0, 3, 5"
		for i := range cells {
			f.Channels[0].Data[1*cells+i] += 2 // frame 1 of member 0
		}
	})
	r := scored(t, Options{Data: data, AnyRival: true}, path)
	near(t, "CRPS", r.value(0, "crps"), (1-0.5)/3) // of one of three frames, |x − y| 2 and 0, |x₁ − x₂| 2
	f, want := data.Fields[0], 0.0
	for _, n := range []struct{ frame, before, after int }{{1, 0, 3}, {2, 0, 3}, {4, 3, 5}} {
		w := float64(n.frame-n.before) / float64(n.after-n.before)
		for c := range cells {
			line := (1-w)*float64(f.Frame(3 + n.before)[c]) + w*float64(f.Frame(3 + n.after)[c])
			want += math.Abs(line-float64(f.Frame(3 + n.frame)[c])) / (3 * cells)
		}
	}
	if e := r.Groups[0].Entries[1]; e.Name != "linear" {
		t.Errorf("the rival is %s", e.Name)
	}
	near(t, "CRPS of linear interpolation", r.value(1, "crps"), want)
	if r.Groups[0].Task != "interpolation" {
		t.Errorf("the task is %s", r.Groups[0].Task)
	}
}

// A file that reaches past the data is scored where they overlap, and it is said how much
// does not.
func TestPastTheData(t *testing.T) {
	data := record(t)
	dir := t.TempDir()
	within := forecastFile(t, filepath.Join(dir, "a.nc"), data, frames-5, 5, 2, []float32{0, 3}, nil)
	past := forecastFile(t, filepath.Join(dir, "b.nc"), data, frames-4, 5, 2, []float32{0, 6}, nil)
	beyond := forecastFile(t, filepath.Join(dir, "c.nc"), data, frames-2, 5, 2, []float32{0, 9}, nil)
	r := scored(t, Options{Data: data, AnyRival: true}, within, past, beyond)
	// 3 frames of 0.75 and 2 of 1.5; cases have the same weight.
	near(t, "CRPS", r.value(0, "crps"), (0.75+1.5)/2)
	if c := r.Cases; c.Scored != 2 || c.Beyond != 1 || c.Uncovered != 1 || c.Frames != 6 {
		t.Errorf("%+v", c)
	}
	near(t, "share of cells left out", r.value(0, "missing"), 1.0/6)
	for _, note := range []string{"1 of 3 files have no frame ahead within the data", "1 of 6 frames ahead lie beyond the data"} {
		if text := r.Tables()[0].Text(); !strings.Contains(text, note) {
			t.Errorf("no %q in\n%s", note, text)
		}
	}
	_, err := Forecasts(t.Context(), []string{beyond}, Options{Data: data})
	refused(t, err, "c.nc", "all of its 3 frames ahead lie beyond the data")
}

// A file that has only what lies ahead is told the frames of the data before it, as many
// as there are up to four.
func TestOnlyWhatLiesAhead(t *testing.T) {
	data := record(t)
	for start, before := range map[int]int{0: 0, 2: 2, 9: 4} {
		path := forecastFile(t, filepath.Join(t.TempDir(), "f.nc"), data, start, 3, 0, []float32{1, 2}, func(f *cf.SampleFile) { f.Attributes = nil })
		r := scored(t, Options{Data: data, AnyRival: true}, path)
		if got := r.Groups[0].Known.Span(); got != before || len(r.Groups[0].Known) != before+3 {
			t.Errorf("from frame %d on %v were known, want the first %d", start, r.Groups[0].Known, before)
		}
		near(t, "CRPS", r.value(0, "crps"), 1.5-0.25)
		if rivals := len(r.Groups[0].Entries) - 1; (rivals == 1) != (before > 0) {
			t.Errorf("from frame %d on there are %d rivals", start, rivals)
		}
	}
}

// What a rival lacks is left out for all, and counted; a rival of other cases alone is an
// error.
func TestRivalsThatCoverOtherCases(t *testing.T) {
	data := record(t)
	dir := t.TempDir()
	var mine []string
	for i := range 3 {
		mine = append(mine, forecastFile(t, filepath.Join(dir, string(rune('a'+i))+".nc"), data, 4*i, 5, 2, []float32{0, 3}, nil))
	}
	// Of the second case, and of frames that were issued an hour before the third.
	others := t.TempDir()
	forecastFile(t, filepath.Join(others, "a.nc"), data, 4, 6, 2, []float32{4}, nil)
	forecastFile(t, filepath.Join(others, "b.nc"), data, 7, 7, 2, []float32{8}, nil)
	rival, err := ParseRival(others)
	if err != nil {
		t.Fatal(err)
	}
	r := scored(t, Options{Data: data, Rivals: []Rival{rival}}, mine...)
	if c := r.Cases; c.Scored != 1 || c.WithoutRival != 2 || !strings.Contains(strings.Join(c.Notes, "\n"), "2 of 3 files are left out because a rival has no forecast") {
		t.Errorf("%+v", c)
	}
	near(t, "CRPS of the rival", r.value(1, "crps"), 4)
	_, err = Forecasts(t.Context(), mine[:1], Options{Data: data, Rivals: []Rival{rival}})
	refused(t, err, "no file of", "has its first frame ahead at 2018-02-28 22:00")
	_, err = Forecasts(t.Context(), []string{mine[0], mine[2]}, Options{Data: data, Rivals: []Rival{rival}})
	refused(t, err, "none of 2 files can be scored", "of 2 a rival has no forecast")

	// On part of the grid, and on a larger one that has the case's cells.
	small := forecastFile(t, filepath.Join(t.TempDir(), "small.nc"), data, 4, 5, 2, []float32{1}, func(f *cf.SampleFile) {
		f.Grid.Width, f.Grid.X = 4, f.Grid.X[2:6]
		var part []float32
		for i, v := range f.Channels[0].Data {
			if x := i % width; x >= 2 && x < 6 {
				part = append(part, v)
			}
		}
		f.Channels[0].Data = part
	})
	asRival, err := ParseRival("small=" + small)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Forecasts(t.Context(), mine[1:2], Options{Data: data, Rivals: []Rival{asRival}})
	refused(t, err, "its grid lacks cells of")
	whole, err := ParseRival("whole=" + mine[1])
	if err != nil {
		t.Fatal(err)
	}
	near(t, "CRPS of a rival on a larger grid", scored(t, Options{Data: data, Rivals: []Rival{whole}}, small).value(1, "crps"), 0.75)
}

// Memory does not grow with the number of files.
func TestConstantMemory(t *testing.T) {
	data := record(t)
	var paths []string
	dir := t.TempDir()
	for i := range 150 {
		paths = append(paths, forecastFile(t, filepath.Join(dir, strings.Repeat("x", 1+i/26)+string(rune('a'+i%26))+".nc"), data, i%30, 8, 2, slices.Repeat([]float32{1, 2}, 20), nil))
	}
	held := map[int]uint64{}
	scored(t, Options{Data: data, AnyRival: true, Progress: func(done, _ int) {
		if done == 30 || done == len(paths) {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			held[done] = m.HeapAlloc
		}
	}}, paths...)
	file := uint64(40 * 8 * cells * 4)
	if grown := int64(held[len(paths)]) - int64(held[30]); grown > int64(4*file) {
		t.Errorf("%d bytes more after 120 more files of %d bytes", grown, file)
	}
}

// Lead times that are not equally far apart have their own names, and rivals that learn
// nothing forecast those times, not as many steps.
func TestUnequalLeads(t *testing.T) {
	data := record(t)
	keep := []int{0, 1, 2, 3, 6} // of which the first two were known: leads of 1, 2 and 5 hours
	path := forecastFile(t, filepath.Join(t.TempDir(), "f.nc"), data, 3, 7, 2, []float32{0, 2}, func(f *cf.SampleFile) {
		var times []float64
		var values []float32
		for m := range 2 {
			for _, n := range keep {
				values = append(values, f.Channels[0].Data[(m*7+n)*cells:(m*7+n+1)*cells]...)
			}
		}
		for _, n := range keep {
			times = append(times, f.Times[n])
		}
		f.Times, f.Channels[0].Data = times, values
		f.Attributes[archive.KnownAttribute] = "0, 1"
	})
	whole := forecastFile(t, filepath.Join(t.TempDir(), "g.nc"), data, 3, 7, 2, []float32{0, 2}, nil)
	for _, name := range []string{"advection", "steps", "climatology", "linear"} {
		rival, err := ParseRival(name)
		if err != nil {
			t.Fatal(err)
		}
		o := Options{Data: data, Rivals: []Rival{rival}, By: []string{ByLead}, Scores: []string{"crps"}}
		r, full := scored(t, o, path), scored(t, o, whole)
		var names []string
		for _, g := range r.Groups[1:] {
			names = append(names, g.Name)
		}
		if want := []string{"+1 h", "+2 h", "+5 h"}; !slices.Equal(names, want) {
			t.Errorf("leads %q, want %q", names, want)
		}
		for i, at := range []int{0, 1, 4} {
			near(t, name+" at "+names[i], r.Groups[0].Entries[1].Score("crps").ByFrame[i], full.Groups[0].Entries[1].Score("crps").ByFrame[at])
		}
		if _, err := r.Draw(); err != nil {
			t.Error(err)
		}
	}
	// Without a common step there is no such rival.
	odd := forecastFile(t, filepath.Join(t.TempDir(), "h.nc"), data, 3, 4, 2, []float32{0, 2}, func(f *cf.SampleFile) {
		for i, hours := range []float64{0, 0.37, 2, 3} {
			f.Times[i] = f.Times[0] + hours
		}
	})
	for i, hours := range []float64{0, 0.37, 2, 3} {
		data.Fields[0].Times[3+i] = data.Fields[0].Times[3] + hours
	}
	rival, err := ParseRival("persistence")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Forecasts(t.Context(), []string{odd}, Options{Data: data, Rivals: []Rival{rival}})
	refused(t, err, "persistence of", "+22.2, +120, +180 min", "a common step")
}

// Files of a forecaster without learning are not mixed up with the rival of its name.
func TestRivalOfItsOwnName(t *testing.T) {
	data := record(t)
	path := forecastFile(t, filepath.Join(t.TempDir(), "f.nc"), data, 3, 5, 2, []float32{0, 2}, func(f *cf.SampleFile) {
		f.Attributes[archive.ForecasterAttribute] = "persistence"
	})
	rival, err := ParseRival("persistence")
	if err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]Options{"persistence, rival persistence": {Data: data, Rivals: []Rival{rival}}, "persistence": {Data: data, AnyRival: true}} {
		var names []string
		for _, e := range scored(t, o, path).Groups[0].Entries {
			names = append(names, e.Name)
		}
		if got := strings.Join(names, ", "); got != want {
			t.Errorf("forecasters %s, want %s", got, want)
		}
	}
}
