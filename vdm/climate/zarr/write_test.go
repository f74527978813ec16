package zarr

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// Samples come back as they were written: header, values and missing cells; the folder
// holds nothing else, and an interrupted writing leaves nothing.
func TestSamplesRoundTrip(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "samples.zarr")
	s := samples()
	if err := cf.WriteSamples(path, s); err != nil {
		t.Fatal(err)
	}
	back, err := cf.HeadSamples(path)
	if err != nil {
		t.Fatal(err)
	}
	grid := back.Grid
	if !reflect.DeepEqual(grid, s.Grid) || !slices.Equal(back.Times, s.Times) || !slices.Equal(back.From, s.From) || back.Members != 2 || back.Calendar != s.Calendar {
		t.Errorf("header %+v\nwant %+v", back, s)
	}
	if back.Attributes["title"] != "test" || strings.TrimSpace(back.Attributes["long"]) != "two\nlines" {
		t.Errorf("attributes %q", back.Attributes)
	}
	r, err := cf.OpenSamples(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for m := range 2 {
		got := make([]float32, 3*6*2)
		if err := r.Read(m, 0, got); err != nil {
			t.Fatal(err)
		}
		for c := range 2 {
			for i := range 18 {
				want := s.Channels[c].Data[m*18+i]
				if x := got[i*2+c]; x != want && !(x != x && want != want) {
					t.Fatalf("member %d, channel %d, value %d is %v, want %v", m, c, i, x, want)
				}
			}
		}
	}
	w, err := cf.CreateSamples(path, s) // in the place of the store that is there
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(1, 1, make([]float32, 12)); err != nil {
		t.Fatal(err)
	}
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	if _, err := cf.HeadSamples(path); err != nil {
		t.Errorf("an aborted writing has changed what was there: %v", err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 1 {
		t.Errorf("the folder holds %v", names)
	}
}

// Blocks that cover parts of chunks, in any order, are put together, and what is never
// written is missing.
func TestPartsOfChunks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "parts.zarr")
	h := &cf.Header{Dims: []cf.Dimension{{Name: "time", Length: 5}, {Name: "y", Length: 3}, {Name: "x", Length: 4}},
		Variables: []cf.HeaderVariable{{Name: "tas", Type: cf.Float, Dims: []string{"time", "y", "x"}, Open: true, Chunk: []int{2, 3, 3}}}}
	w, err := create(path, h)
	if err != nil {
		t.Fatal(err)
	}
	block := func(t0, n int, value float32) {
		t.Helper()
		if err := w.Write("tas", []int{t0, 1, 0}, []int{n, 2, 4}, slices.Repeat([]float32{value}, n*8)); err != nil {
			t.Fatal(err)
		}
	}
	block(1, 2, 1)
	block(4, 1, 4)
	for _, bad := range []struct{ start, count []int }{{[]int{5, 0, 0}, []int{1, 3, 4}}, {[]int{0, 0, 0}, []int{1, 3, 5}}, {[]int{0, 0, 0}, []int{2, 3, 4}}, {[]int{-1, 0, 0}, []int{1, 3, 4}}} {
		if err := w.Write("tas", bad.start, bad.count, make([]float32, 12)); err == nil {
			t.Errorf("a block of %v from %v on is written", bad.count, bad.start)
		}
	}
	if err := w.Write("pr", []int{0, 0, 0}, []int{1, 3, 4}, make([]float32, 12)); err == nil {
		t.Error("a variable that is not there is written")
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	f, err := cf.Read(path, plain)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range f.Data {
		at, row := i/12, i/4%3
		want := map[int]float32{1: 1, 2: 1, 4: 4}[at]
		if missing := row == 0 || want == 0; missing != (x != x) || !missing && x != want {
			t.Fatalf("frame %d, row %d: %v", at, row, x)
		}
	}
}

// What is no store is not replaced, and names that no folder can have are refused.
func TestNotReplaced(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mine.zarr")
	put(t, dir, "letter.txt", []byte("dear"))
	if err := cf.WriteSamples(dir, samples()); err == nil || !strings.Contains(err.Error(), "no Zarr store") {
		t.Errorf("a folder of other things is replaced: %v", err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "letter.txt")); err != nil || string(b) != "dear" {
		t.Error("the letter is gone")
	}
	s := samples()
	s.Channels[0].Name = "../rain"
	path := filepath.Join(t.TempDir(), "a.zarr")
	if err := cf.WriteSamples(path, s); err == nil || !strings.Contains(err.Error(), "../rain") {
		t.Errorf("a name that leads out: %v", err)
	}
	if names, _ := os.ReadDir(filepath.Dir(path)); len(names) != 0 {
		t.Errorf("the folder holds %v", names)
	}
}

// Prepared data as a store hold what prepared data hold, one chunk a frame.
func TestPreparedAsStore(t *testing.T) {
	source := golden(t, "v2-xarray")
	plan := func() *cf.Preparation {
		p, err := cf.PlanPreparation(context.Background(), []string{source}, cf.PrepareOptions{Variables: []string{"rain"}, Coarsen: 2}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	dir := t.TempDir()
	flat, store := filepath.Join(dir, "flat"), filepath.Join(dir, "rain.zarr")
	if made, err := plan().Run(context.Background(), flat, false, nil); err != nil || made != 1 {
		t.Fatal(made, err)
	}
	seen := 0
	if err := plan().Write(context.Background(), store, false, func(frames, total int) { seen = 10*frames + total }); err != nil || seen != 33 {
		t.Fatal(seen, err)
	}
	p, err := climate.OpenPrepared(flat)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	f, err := cf.Read(store, cf.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "coarsened rain", f.Data, p.Fields()[0].Data)
	if missing := slices.IndexFunc(f.Data, func(x float32) bool { return math.IsNaN(float64(x)) }); missing < 0 || f.Units != climate.RainUnits || !slices.Equal(f.Times, p.Fields()[0].Times) {
		t.Errorf("%s at %v, missing %d", f.Units, f.Times, missing)
	}
	if chunks, err := filepath.Glob(filepath.Join(store, "rain", "[0-9]*")); err != nil || len(chunks) != 3 {
		t.Errorf("chunks %v", chunks)
	}
	if err := plan().Write(context.Background(), store, false, nil); err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("a store is replaced unasked: %v", err)
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if err := plan().Write(stopped, store, true, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	if err := plan().Write(context.Background(), store, true, nil); err != nil {
		t.Error(err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 2 {
		t.Errorf("the folder holds %v", names)
	}
}

// A thousand members are written with the memory of one.
func TestThousandMembers(t *testing.T) {
	const members, frames, side = 1000, 4, 32
	s := &cf.SampleFile{Members: members, Grid: climate.Grid{Height: side, Width: side}, Times: []float64{0, 1, 2, 3},
		Channels: []cf.SampleChannel{{Name: "rain", Units: "mm/h"}}}
	path := filepath.Join(t.TempDir(), "many.zarr")
	w, err := cf.CreateSamples(path, s)
	if err != nil {
		t.Fatal(err)
	}
	clip := make([]float32, frames*side*side)
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := live()
	for m := range members {
		clip[0] = float32(m)
		if err := w.Write(m, 0, clip); err != nil {
			t.Fatal(err)
		}
	}
	if after := live(); after > before+members*frames*side*side/2 { // an eighth of the values
		t.Errorf("%d MiB are held after all members", (after-before)>>20)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	f, err := cf.Read(path, cf.ReadOptions{Index: map[string]int{"member": 777}})
	if err != nil || f.Data[0] != 777 {
		t.Errorf("member 777 begins with %v (%v)", f.Data[:1], err)
	}
	if chunks, err := filepath.Glob(filepath.Join(path, "rain", "[0-9]*")); err != nil || len(chunks) != members {
		t.Errorf("%d chunks, want one a member", len(chunks))
	}
}
