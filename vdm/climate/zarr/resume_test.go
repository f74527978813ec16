package zarr

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// entries are the names in a folder.
func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

// What a killed process has left of writing a store goes with the next writing of the
// name; what a living one writes, what has another name, and what is not ours stay.
func TestLeftoversAreRemoved(t *testing.T) {
	dir := t.TempDir()
	left := []string{".writing-samples-123.zarr", ".writing-samples-kept.zarr"}
	stay := []string{".writing-samples-77.zarr", ".writing-samples-b-123.zarr", ".writing-other-1.zarr", ".writing-samples-mine.zarr", ".writing-samples-9.nc", ".writing-samples-5.zarr"}
	for _, name := range append(slices.Clone(left), stay...) {
		if name == ".writing-samples-5.zarr" { // a file, which we never make
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Join(dir, name, "rain"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	release, err := climate.LockFolder(filepath.Join(dir, stay[0]))
	if err != nil {
		t.Fatal(err)
	}
	if err := cf.WriteSamples(filepath.Join(dir, "samples.zarr"), samples()); err != nil {
		t.Fatal(err)
	}
	want := append(slices.Clone(stay), "samples.zarr")
	slices.Sort(want)
	if got := entries(t, dir); !slices.Equal(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if err := cf.WriteSamples(filepath.Join(dir, "samples.zarr"), samples()); err != nil {
		t.Fatal(err)
	}
	if got := entries(t, dir); slices.Contains(got, stay[0]) {
		t.Errorf("what is locked no more is still there: %q", got)
	}
}

// planned is the plan of a preparation of stores of one frame each.
func planned(t *testing.T, dir string, change float64) *cf.Preparation {
	t.Helper()
	var paths []string
	for i := range 5 {
		paths = append(paths, filepath.Join(dir, "frame"+string(rune('0'+i))+".zarr"))
	}
	plan, err := cf.PlanPreparation(context.Background(), paths, cf.PrepareOptions{Variables: []string{"rain"}, Read: cf.ReadOptions{Fill: []float64{change}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// frames writes stores of one frame each.
func frames(t *testing.T, dir string) {
	t.Helper()
	for i := range 5 {
		s := samples()
		s.Members, s.Times = 1, []float64{float64(24 + i)}
		s.From, s.To, s.Numbers, s.Reference = nil, nil, nil, nil
		s.Channels = s.Channels[:1]
		s.Channels[0].Data = []float32{float32(i), 1, 2, 3, 4, 5}
		if err := cf.WriteSamples(filepath.Join(dir, "frame"+string(rune('0'+i))+".zarr"), s); err != nil {
			t.Fatal(err)
		}
	}
}

// A preparation to a store that was interrupted continues: chunks that were written are
// not written again, and the store is the one of an uninterrupted run. A damaged chunk is
// written again, and a plan for other data begins again.
func TestPrepareContinues(t *testing.T) {
	dir := t.TempDir()
	frames(t, dir)
	whole, path := filepath.Join(dir, "whole.zarr"), filepath.Join(dir, "out.zarr")
	if err := planned(t, dir, -99).Write(context.Background(), whole, false, nil); err != nil {
		t.Fatal(err)
	}
	interrupt := func(change float64, after int) {
		t.Helper()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		err := planned(t, dir, change).Write(ctx, path, false, func(done, _ int) {
			if done == after {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("interrupted: %v", err)
		}
	}
	interrupt(-99, 3)
	kept := filepath.Join(dir, ".writing-out-kept.zarr")
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half a store has the name: %v", err)
	}
	first, err := os.Stat(filepath.Join(kept, "rain", "0.0.0"))
	if err != nil {
		t.Fatal(err)
	}
	// As a power cut leaves it: a file without its bytes.
	if err := os.WriteFile(filepath.Join(kept, "rain", "1.0.0"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	// Another process is writing: nothing is touched.
	release, err := climate.LockFolder(kept)
	if err != nil {
		t.Fatal(err)
	}
	if err := planned(t, dir, -99).Write(context.Background(), path, false, nil); err == nil || !strings.Contains(err.Error(), "another process is writing") {
		t.Errorf("two at once: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	var seen []int
	if err := planned(t, dir, -99).Write(context.Background(), path, false, func(done, _ int) { seen = append(seen, done) }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(seen, []int{1, 2, 3, 4, 5}) {
		t.Errorf("progress %v", seen)
	}
	again, err := os.Stat(filepath.Join(path, "rain", "0.0.0"))
	if err != nil || !os.SameFile(first, again) || !first.ModTime().Equal(again.ModTime()) {
		t.Errorf("the first frame was written again (%v)", err)
	}
	for _, name := range append(entries(t, filepath.Join(whole, "rain")), "../.zattrs") {
		a, err := os.ReadFile(filepath.Join(whole, "rain", name))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(filepath.Join(path, "rain", name)); err != nil || string(a) != string(b) {
			t.Errorf("%s differs from that of an uninterrupted run (%v)", name, err)
		}
	}
	if got := entries(t, dir); slices.ContainsFunc(got, func(name string) bool { return strings.HasPrefix(name, ".") }) {
		t.Errorf("left are %q", got)
	}
	if names := entries(t, path); slices.Contains(names, digestName) || slices.Contains(names, ".half") {
		t.Errorf("the store holds %q", names)
	}
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	interrupt(-99, 3)
	if err := planned(t, dir, 2).Write(context.Background(), path, false, nil); err != nil { // 2 is now missing
		t.Fatal(err)
	}
	f, err := cf.Read(path, cf.ReadOptions{})
	if err != nil || f.Data[2] == 2 || f.Data[1] != 1 {
		t.Errorf("a frame of other data is taken: %v (%v)", f.Data[:6], err)
	}
}
