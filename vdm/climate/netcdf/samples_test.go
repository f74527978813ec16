package netcdf

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// What was written is described to the letter and read back to the bit, and
// written again it is the same file.
func TestSamplesReadBack(t *testing.T) {
	dir := t.TempDir()
	s := samples()
	s.Numbers = []int32{0, 5}
	delete(s.Attributes, "empty")                              // which is not written
	s.Attributes["vdm_configuration"] = "clip:\n  frames: 3\n" // a text that ends with a new line
	first, second := filepath.Join(dir, "first.nc"), filepath.Join(dir, "second.nc")
	if err := WriteSamples(first, s); err != nil {
		t.Fatal(err)
	}
	r, err := OpenSamples(first)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	want := *s
	want.Channels = nil
	for _, c := range s.Channels {
		c.Data = nil
		want.Channels = append(want.Channels, c)
	}
	head, err := HeadSamples(first)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&want, head); diff != "" {
		t.Errorf("described as another file:\n%s", diff)
	}
	w, err := CreateSamples(second, head)
	if err != nil {
		t.Fatal(err)
	}
	frame := s.Grid.Height * s.Grid.Width * len(s.Channels)
	clip := make([]float32, len(s.Times)*frame)
	for m := range s.Members {
		if err := r.Read(m, 0, clip[:frame]); err != nil {
			t.Fatal(err)
		}
		if err := r.Read(m, 1, clip[frame:]); err != nil {
			t.Fatal(err)
		}
		for i, got := range clip {
			want := s.Channels[i%2].Data[(m*len(clip)+i)/2]
			if math.Float32bits(got) != math.Float32bits(want) && !(got != got && want != want) {
				t.Fatalf("member %d, value %d is %v, want %v", m, i, got, want)
			}
		}
		if err := w.Write(m, 0, clip); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	a, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(second)
	if err != nil {
		t.Fatal(err)
	}
	if string(a) != string(b) {
		t.Errorf("the copy has %d bytes that are not the %d of the file", len(b), len(a))
	}
}

func TestSamplesReadRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "samples.nc")
	if err := WriteSamples(path, samples()); err != nil {
		t.Fatal(err)
	}
	r, err := OpenSamples(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, bad := range [][3]int{{2, 0, 24}, {-1, 0, 24}, {0, 3, 24}, {0, -1, 24}, {0, 2, 48}, {0, 0, 5}, {0, 0, 0}} {
		if err := r.Read(bad[0], bad[1], make([]float32, bad[2])); err == nil || !strings.Contains(err.Error(), "2 members of 3 frames of 3 × 4 × 2 channels") {
			t.Errorf("%d values of member %d, frame %d: %v", bad[2], bad[0], bad[1], err)
		}
	}
	s := samples()
	s.Numbers = []int32{1}
	if err := WriteSamples(path, s); err == nil || !strings.Contains(err.Error(), "1 numbers for 2 members") {
		t.Errorf("one number for two members: %v", err)
	}

	flat := filepath.Join(dir, "flat.nc")
	if err := os.WriteFile(flat, []byte("not NetCDF"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{flat, filepath.Join(dir, "absent.nc")} {
		if _, err := HeadSamples(file); err == nil || !strings.Contains(err.Error(), filepath.Base(file)) {
			t.Errorf("%s: %v", file, err)
		}
		if _, err := OpenSamples(file); err == nil || !strings.Contains(err.Error(), filepath.Base(file)) {
			t.Errorf("%s: %v", file, err)
		}
	}
	if names, err := os.ReadDir("testdata"); err == nil {
		for _, n := range names {
			if file := filepath.Join("testdata", n.Name()); strings.HasSuffix(file, ".nc") {
				if _, err := HeadSamples(file); err == nil {
					t.Errorf("%s is taken for samples", file)
				}
			}
		}
	}
}
