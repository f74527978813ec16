//go:build !nonetcdf

package main

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// scoreOf is the CRPS that verify gives to a file.
func scoreOf(t *testing.T, out string) float64 {
	t.Helper()
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var scores struct {
		Forecasts []struct {
			Entries []struct {
				Scores map[string]struct {
					Value float64 `json:"value"`
				} `json:"scores"`
			} `json:"entries"`
		} `json:"forecasts"`
	}
	if err := json.Unmarshal(text, &scores); err != nil {
		t.Fatal(err)
	}
	return scores.Forecasts[0].Entries[0].Scores["crps"].Value
}

// Which frames were known is what the file says, not what its numbers look like.
func TestKnownFramesAreTold(t *testing.T) {
	dir := t.TempDir()
	data := rainRecord(t)
	cells := recordHeight * recordWidth
	// Every frame is the truth: by the numbers all were known.
	path := writeRecord(t, filepath.Join(dir, "perfect.nc"), func(f *cf.SampleFile) {
		clip := slices.Clone(f.Channels[0].Data[2*cells : 5*cells])
		f.Members, f.Times = 2, f.Times[2:5]
		f.Channels[0].Data = append(clip, clip...)
		f.Attributes = map[string]string{archive.KnownAttribute: "0"}
	})
	out := filepath.Join(dir, "scores.json")
	if got := succeed(t, "verify", path, "--against", data, "--out", out); !strings.Contains(got, "1 case, frames 2, 3 of 3 generated") {
		t.Errorf("the attribute was not read:\n%s", got)
	}
	if score := scoreOf(t, out); score != 0 {
		t.Errorf("a perfect forecast scores %v", score)
	}
	// In single precision, longitudes by 360 degrees, of the other calendar's name.
	same := writeRecord(t, filepath.Join(dir, "same.nc"), func(f *cf.SampleFile) {
		for i := range f.Grid.X {
			f.Grid.X[i] = float64(float32(f.Grid.X[i])) - 360
		}
	})
	succeed(t, "verify", path, "--against", same, "--out", out)
	finer := writeRecord(t, filepath.Join(dir, "finer.nc"), func(f *cf.SampleFile) {
		step := f.Grid.X[1] - f.Grid.X[0]
		for i := range f.Grid.X {
			f.Grid.X[i] = f.Grid.X[0] + step/2*float64(i)
		}
	})
	refuse(t, exitFailed, []string{"not cells of the data's grid", "columns are coarser"}, "verify", path, "--against", finer)
}

// A file of another program: only what lies ahead, members along another dimension.
func TestVerifyOthersFiles(t *testing.T) {
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import netCDF4").Run(); err != nil {
		t.Skipf("no python3 with netCDF4 to rename dimensions: %v", err)
	}
	dir := t.TempDir()
	data := rainRecord(t)
	cells := recordHeight * recordWidth
	path := writeRecord(t, filepath.Join(dir, "others.nc"), func(f *cf.SampleFile) {
		clip := slices.Clone(f.Channels[0].Data[4*cells : 5*cells])
		clip = append(clip, f.Channels[0].Data[5*cells:6*cells]...)
		above := slices.Clone(clip)
		for i := range clip {
			clip[i] += 3
			above[i] += 3
		}
		f.Members, f.Times = 2, f.Times[4:6]
		f.Channels[0].Data = append(clip, above...)
	})
	script := `import netCDF4,sys
d=netCDF4.Dataset(sys.argv[1],"a"); d.renameDimension("member","ens_number"); d.renameVariable("member","ens_number"); d["ens_number"].delncattr("standard_name"); d.close()`
	if out, err := exec.Command(python, "-c", script, path).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out := filepath.Join(dir, "scores.json")
	if got := succeed(t, "verify", path, "--against", data, "--out", out); !strings.Contains(got, "1 case, frames 5, 6 of 6 generated") {
		t.Errorf("the frames before were not taken:\n%s", got)
	}
	if score := scoreOf(t, out); math.Abs(score-3) > 1e-5 {
		t.Errorf("two members 3 mm/h above the truth score %v", score)
	}
}
