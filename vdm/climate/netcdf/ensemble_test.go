package netcdf

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// The members of a file of samples are read to the bit, each variable by itself, with the
// file's attributes; a head is the same without values.
func TestReadEnsembles(t *testing.T) {
	s := samples()
	path := filepath.Join(t.TempDir(), "samples.nc")
	if err := WriteSamples(path, s); err != nil {
		t.Fatal(err)
	}
	all, attributes, err := ReadEnsembles(path, nil)
	if err != nil || len(all) != len(s.Channels) {
		t.Fatalf("%d variables: %v", len(all), err)
	}
	heads, again, err := HeadEnsembles(path, nil)
	if err != nil || len(heads) != len(all) || len(again) != len(attributes) || attributes["title"] != s.Attributes["title"] {
		t.Fatalf("%d heads, attributes %v: %v", len(heads), attributes, err)
	}
	for c, e := range all {
		if e.Name != s.Channels[c].Name || e.Units != s.Channels[c].Units || e.Count != s.Members || !slices.Equal(e.Times, s.Times) || e.Data != nil {
			t.Errorf("%s in %s, %d members, times %v", e.Name, e.Units, e.Count, e.Times)
		}
		for m, got := range e.Members {
			want := s.Channels[c].Data[m*len(got) : (m+1)*len(got)]
			for i := range got {
				if got[i] != want[i] && !(got[i] != got[i] && want[i] != want[i]) {
					t.Fatalf("%s, member %d, value %d is %v, want %v", e.Name, m, i, got[i], want[i])
				}
			}
		}
		if h := heads[c]; h.Name != e.Name || h.Count != e.Count || h.Members != nil || h.Height() != e.Height() {
			t.Errorf("the head of %s is %+v", e.Name, h)
		}
	}
	if _, _, err := ReadEnsembles(filepath.Join(t.TempDir(), "absent.nc"), nil); err == nil || !strings.Contains(err.Error(), "absent.nc") {
		t.Errorf("no file: %v", err)
	}
	text := filepath.Join(t.TempDir(), "text.nc")
	if err := os.WriteFile(text, []byte("no NetCDF"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := HeadEnsembles(text, nil); err == nil || !strings.Contains(err.Error(), "text.nc") {
		t.Errorf("a text: %v", err)
	}
}

// Arrays are read by other programs as they were written, labels of several lengths and
// alphabets among them; what does not fit is refused and leaves no file.
func TestWriteArrays(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "scores.nc")
	arrays := []Array{
		{Name: "who", Dims: []string{"who"}, Shape: []int{2}, Labels: []string{"a", "größer − b"}},
		{Name: "score", Dims: []string{"who", "lead"}, Shape: []int{2, 3}, Values: []float64{1, 2, math.NaN(), 4, 5, 6}, Attributes: map[string]string{"units": "mm/h"}},
	}
	if err := WriteArrays(path, arrays, map[string]string{"title": "Scores"}); err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]Array{
		{{Name: "short", Dims: []string{"n"}, Shape: []int{3}, Values: []float64{1}}},
		{{Name: "a", Dims: []string{"n"}, Shape: []int{1}, Values: []float64{1}}, {Name: "b", Dims: []string{"n"}, Shape: []int{2}, Values: []float64{1, 2}}},
		{{Name: "flat", Dims: []string{"n"}, Shape: []int{1, 1}, Values: []float64{1}}},
	} {
		if err := WriteArrays(filepath.Join(dir, "bad.nc"), bad, nil); err == nil || !strings.Contains(err.Error(), "bad.nc") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the folder has %v (%v)", entries, err)
	}
	if err := exec.Command(python, "-c", "import netCDF4").Run(); err != nil {
		t.Skipf("no python3 with netCDF4: %v", err)
	}
	out, err := exec.Command(python, "-c", `import netCDF4, sys
d = netCDF4.Dataset(sys.argv[1]); s = d["score"]
print(list(d["who"][:]), s.dimensions, s.units, d.title, s[1].tolist(), s[0].tolist()[2])`, path).CombinedOutput()
	if want := "['a', 'größer − b'] ('who', 'lead') mm/h Scores [4.0, 5.0, 6.0] None\n"; err != nil || string(out) != want {
		t.Errorf("%v: %swant %s", err, out, want)
	}
}
