//go:build !nonetcdf

package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

func TestVerifyRun(t *testing.T) {
	data, dir := trained(t)
	r := vdmRun(t, "verify", dir, "--against", data, "--count", "3", "--steps", "3")
	if r.status != 0 {
		t.Fatalf("status %d\n%s", r.status, r.stderr)
	}
	for _, want := range []string{"Wiener", "pixelwise Gaussian", "held out", "generated", "mean absolute normalised bias"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("%q is not in\n%s", want, r.stdout)
		}
	}
	// The last 4 of 12 hours: 3 windows of 2 hours at 3 × 4 places.
	if !strings.Contains(r.stderr, "held out: ") || !strings.Contains(r.stderr, "36 clips of 2×4×4×1") {
		t.Errorf("not only the held-out hours were taken:\n%s", r.stderr)
	}
	for _, name := range []string{"verification.json", "histogram.png", "quantiles.png", "bias.png"} {
		if info, err := os.Stat(filepath.Join(dir, "verification", name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}

	// Another record is compared whole.
	other := writeRecord(t, filepath.Join(t.TempDir(), "other.nc"), func(f *cf.SampleFile) { f.Channels[0].Data[0]++ })
	r = vdmRun(t, "verify", dir, "--against", other, "--count", "3", "--steps", "3", "--figures", t.TempDir())
	if r.status != 0 || !strings.Contains(r.stderr, "132 clips") || strings.Contains(r.stdout, "Wiener") {
		t.Errorf("status %d\n%s%s", r.status, r.stderr, r.stdout)
	}
}

// The scores of a nowcast against a file that is made such that they are known:
// two members, one the truth and the other 3 mm/h above it everywhere ahead.
func TestVerifyNowcast(t *testing.T) {
	dir := t.TempDir()
	data := rainRecord(t)
	cells := recordHeight * recordWidth
	path := writeRecord(t, filepath.Join(dir, "nowcast.nc"), func(f *cf.SampleFile) {
		clip := slices.Clone(f.Channels[0].Data[2*cells : 5*cells])
		above := slices.Clone(clip)
		for i := 2 * cells; i < len(above); i++ {
			above[i] += 3
		}
		f.Members, f.Times = 2, f.Times[2:5]
		f.Channels[0].Data = append(clip, above...)
	})
	out, figures := filepath.Join(dir, "scores.json"), filepath.Join(dir, "figures")
	got := succeed(t, "verify", path, "--against", data, "--out", out, "--figures", figures)
	if !strings.Contains(got, "1 case, frames 3 of 3 generated") {
		t.Errorf("the known frames were not found:\n%s", got)
	}
	for _, name := range []string{"nowcast-crps.png", "nowcast-strip.png", "nowcast-roc-1.png", "nowcast-reliability-1.png"} {
		if info, err := os.Stat(filepath.Join(figures, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var scores struct {
		Forecasts []struct {
			Entries []struct {
				Name   string `json:"name"`
				Scores map[string]struct {
					Value float64 `json:"value"`
				} `json:"scores"`
			} `json:"entries"`
		} `json:"forecasts"`
	}
	if err := json.Unmarshal(text, &scores); err != nil {
		t.Fatal(err)
	}
	// |x − y| is 0 and 3, |x₁ − x₂| is 3: plain 3/2 − 2·3/8, fair 3/2 − 2·3/4.
	model := scores.Forecasts[0].Entries[0]
	if model.Name != "model" || math.Abs(model.Scores["crps"].Value-0.75) > 1e-5 || math.Abs(model.Scores["crps_fair"].Value) > 1e-5 {
		t.Errorf("scores %+v, want a CRPS of 0.75 and a fair one of 0", model)
	}
	persistence := scores.Forecasts[0].Entries[1]
	truth, want := field(t, data, "pr", -1), 0.0
	for i := range cells {
		want += math.Abs(float64(truth.Frame(4)[i]-truth.Frame(3)[i])) / float64(cells)
	}
	if persistence.Name != "persistence" || math.Abs(persistence.Scores["crps"].Value-want) > 1e-5 {
		t.Errorf("scores %+v, want %v", persistence, want)
	}

	later := writeRecord(t, filepath.Join(dir, "later.nc"), func(f *cf.SampleFile) {
		for i := range f.Times {
			f.Times[i] += 100
		}
	})
	refuse(t, exitFailed, []string{"the data have no frame at"}, "verify", path, "--against", later)
	refuse(t, exitFailed, []string{"which frames were known", "0, 1, 2"}, "verify", data, "--against", data)
	elsewhere := writeRecord(t, filepath.Join(dir, "elsewhere.nc"), func(f *cf.SampleFile) {
		for i := range f.Grid.X {
			f.Grid.X[i] += 40
		}
	})
	refuse(t, exitFailed, []string{"not cells of the data's grid"}, "verify", path, "--against", elsewhere)
}

func TestVerifySamples(t *testing.T) {
	data, dir := trained(t)
	path := strings.TrimSpace(succeed(t, "sample", dir, "--count", "3", "--steps", "3"))
	for _, flag := range []string{"--data-clips", "--windows"} { // as it is called, and as it was
		out, figures := filepath.Join(t.TempDir(), "statistics.json"), t.TempDir()
		if got := succeed(t, "verify", path, path, "--against", data, flag, "20", "--out", out, "--figures", figures); !strings.Contains(got, "generated") {
			t.Error(got)
		}
		text, err := os.ReadFile(out)
		if err != nil || !strings.Contains(string(text), `"clips": 6`) || !strings.Contains(string(text), `"clips": 20`) {
			t.Errorf("not the clips of two files and 20 of the data: %v", err)
		}
		if _, err := os.Stat(filepath.Join(figures, "histogram.png")); err != nil {
			t.Error(err)
		}
	}
	refuse(t, exitFailed, []string{"absent.nc"}, "verify", path, "--against", "absent.nc")
	refuse(t, exitFailed, []string{"absent"}, "verify", "absent", "--against", data)
}

// The data to compare with are not in Go's memory, whatever their length.
func TestVerifyOfALongRecord(t *testing.T) {
	dir, size := t.TempDir(), 0
	data := writeRecord(t, filepath.Join(dir, "long.nc"), func(f *cf.SampleFile) {
		g, ch := &f.Grid, &f.Channels[0]
		for g.Width < 200 {
			g.X, g.Width = append(g.X, g.X[g.Width-1]+0.25), g.Width+1
		}
		for n := len(f.Times); n < 6000; n++ {
			f.Times = append(f.Times, f.Times[0]+float64(n))
		}
		ch.Data = make([]float32, len(f.Times)*g.Height*g.Width)
		for i := range ch.Data {
			ch.Data[i] = float32(i % 7)
		}
		size = 4 * len(ch.Data)
	})
	forecast := filepath.Join(dir, "f.nc")
	succeed(t, "forecast", "persistence", "--data", data, "--start", "3", "--known", "2", "--frames", "4", "--out", forecast)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	succeed(t, "verify", forecast, "--against", data)
	runtime.ReadMemStats(&after)
	if grown := int(after.TotalAlloc - before.TotalAlloc); grown > size {
		t.Errorf("%d MB of memory for a record of %d MB", grown>>20, size>>20)
	}
}
