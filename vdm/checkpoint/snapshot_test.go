package checkpoint

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

// snapshotAt is a snapshot all of whose content follows from its step, so that a
// mixture of two is noticed.
func snapshotAt(step int64, floats int) *Snapshot {
	values := make([]float32, floats)
	for i := range values {
		values[i] = float32(step) + float32(i%1000)/1024
	}
	mark := binary.LittleEndian.AppendUint64(nil, uint64(step))
	return &Snapshot{
		Step: step,
		Tensors: map[string][]Tensor{
			"weights": {FromFloat32s("w", []int{floats}, values), {"step", "I64", []int{}, mark}},
			"ema":     {FromFloat32s("w", []int{floats}, values)},
		},
		Blobs:    map[string][]byte{"config.yaml": fmt.Appendf(nil, "step: %d\n", step), "empty": {}},
		Metadata: map[string]string{"step": fmt.Sprint(step)},
	}
}

// differs compares a snapshot with the one that was saved; tensors are stored by
// size and name. (cmp alone takes a second for a megabyte.)
func differs(want, got *Snapshot) string {
	if got == nil {
		return "no snapshot"
	}
	sorted := func(s *Snapshot) map[string]map[string]Tensor {
		m := map[string]map[string]Tensor{}
		for stem, tensors := range s.Tensors {
			m[stem] = byName(tensors)
		}
		return m
	}
	equalBytes := cmp.Comparer(bytes.Equal)
	return cmp.Diff(want.Step, got.Step) + cmp.Diff(sorted(want), sorted(got), equalBytes) + cmp.Diff(want.Blobs, got.Blobs) + cmp.Diff(want.Metadata, got.Metadata)
}

// memoryDir is a temporary folder in memory where the system has one, for tests
// that write thousands of files and are not about the disk.
func memoryDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "checkpoint-test-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func mustSave(t *testing.T, dir string, s *Snapshot, keep int) string {
	t.Helper()
	path, err := Save(dir, s, keep)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// names lists a directory without the lock.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		if e.Name() != lockName {
			list = append(list, e.Name())
		}
	}
	return list
}

func TestSaveAndLoad(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run", "snapshots") // neither is there
	if steps, err := List(dir); err != nil || len(steps) != 0 {
		t.Errorf("List of no directory: %v, %v", steps, err)
	}
	if s, _, err := Latest(dir); !errors.Is(err, ErrNone) || s != nil {
		t.Errorf("Latest of no directory: %v, %v", s, err)
	}
	for _, step := range []int64{0, 7, 1234, 10_000_000_000} {
		want := snapshotAt(step, 1000)
		path := mustSave(t, dir, want, 0)
		got, err := Load(path)
		if d := differs(want, got); d != "" || err != nil {
			t.Fatal(d, err)
		}
		newest, warnings, err := Latest(dir)
		if d := differs(want, newest); d != "" || err != nil || len(warnings) != 0 {
			t.Fatal(d, warnings, err)
		}
	}
	steps, err := List(dir)
	if d := cmp.Diff([]int64{0, 7, 1234, 10_000_000_000}, steps); d != "" || err != nil {
		t.Error(d, err)
	}
	if d := cmp.Diff([]string{"step-000000000", "step-000000007", "step-000001234", "step-10000000000"}, names(t, dir)); d != "" {
		t.Error(d)
	}
	// The bare minimum.
	path := mustSave(t, t.TempDir(), &Snapshot{Step: 1}, 0)
	if got, err := Load(path); err != nil || got.Step != 1 || len(got.Tensors)+len(got.Blobs) != 0 {
		t.Errorf("an empty snapshot: %+v, %v", got, err)
	}
}

// Whoever has only coreutils can check a snapshot.
func TestManifestIsOfSha256sum(t *testing.T) {
	// Others than coreutils' know fewer options.
	if said := installed.Runs(t, "sha256sum", "--version"); !strings.Contains(said, "coreutils") {
		t.Skipf("sha256sum is not of coreutils: %s", said)
	}
	path := mustSave(t, t.TempDir(), snapshotAt(3, 100_000), 1)
	cmd := exec.Command("sha256sum", "--check", "--strict", manifestName)
	cmd.Dir = path
	if out, err := cmd.CombinedOutput(); err != nil || strings.Count(string(out), ": OK") != 5 {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestPrune(t *testing.T) {
	dir := t.TempDir()
	for step := int64(10); step <= 50; step += 10 {
		mustSave(t, dir, snapshotAt(step, 10), 3)
	}
	check := func(what string, want ...int64) {
		t.Helper()
		steps, err := List(dir)
		if err != nil || !slices.Equal(steps, want) || len(names(t, dir)) != len(want) {
			t.Errorf("%s: %v, want %v; %v", what, names(t, dir), want, err)
		}
	}
	check("keep 3", 30, 40, 50)
	mustSave(t, dir, snapshotAt(35, 10), 1)
	check("going back keeps the later ones", 35, 40, 50)
	mustSave(t, dir, snapshotAt(60, 10), 0)
	check("keep 0 keeps all", 35, 40, 50, 60)
	mustSave(t, dir, snapshotAt(60, 10), 1)
	check("keep 1", 60)
	if _, err := Save(dir, snapshotAt(61, 1), -1); err == nil {
		t.Error("keep −1 is accepted")
	}
}

func TestReplace(t *testing.T) {
	for _, d := range []disk{osDisk{}, &failingDisk{at: -1}, &failingDisk{at: -1, noExchange: true}} {
		dir := t.TempDir()
		mustSave(t, dir, snapshotAt(1, 10), 0)
		old := snapshotAt(2, 10)
		old.Blobs["only-in-the-old"] = []byte("x")
		mustSave(t, dir, old, 0)
		if _, err := save(d, dir, snapshotAt(2, 20), 0); err != nil {
			t.Fatal(err)
		}
		got, warnings, err := Latest(dir)
		if diff := differs(snapshotAt(2, 20), got); diff != "" || err != nil || len(warnings) > 0 {
			t.Error(diff, warnings, err)
		}
		if n := names(t, dir); len(n) != 2 {
			t.Errorf("left behind: %v", n)
		}
	}
}

func TestNamesThatAreRefused(t *testing.T) {
	for _, s := range []*Snapshot{
		{Step: -1},
		{Tensors: map[string][]Tensor{"../weights": nil}},
		{Tensors: map[string][]Tensor{"": nil}},
		{Tensors: map[string][]Tensor{".hidden": nil}},
		{Blobs: map[string][]byte{"a/b": nil}},
		{Blobs: map[string][]byte{manifestName: nil}},
		{Blobs: map[string][]byte{indexName: nil}},
		{Blobs: map[string][]byte{"weights.safetensors": nil}},
		{Blobs: map[string][]byte{"a\nb": nil}},
		{Tensors: map[string][]Tensor{"w": {{"a", "F32", []int{2}, nil}}}},
	} {
		dir := t.TempDir()
		if _, err := Save(dir, s, 1); err == nil {
			t.Errorf("%+v is saved", s)
		}
		if n := names(t, dir); len(n) != 0 {
			t.Errorf("a refused snapshot leaves %v", n)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Save(file, snapshotAt(1, 1), 1); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("saving under a file: %v", err)
	}
	// Only names that Save gives count.
	dir := t.TempDir()
	for _, name := range []string{"step-1", "step-0000000001", "step--00000001", "step-00000000x", "other"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, stepName(3)), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if steps, err := List(dir); err != nil || len(steps) != 0 {
		t.Errorf("steps %v, %v", steps, err)
	}
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	unlock, _, err := lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Save(dir, snapshotAt(1, 10), 1)
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("process %d", os.Getpid())) || !strings.Contains(err.Error(), dir) {
		t.Errorf("error %v, want one that names the directory and the process", err)
	}
	unlock()
	mustSave(t, dir, snapshotAt(1, 10), 1)
}

func TestLeftoversAreRemoved(t *testing.T) {
	dir := t.TempDir()
	mustSave(t, dir, snapshotAt(1, 10), 0)
	// As a process leaves them that dies while it writes, prunes, or replaces.
	for _, name := range []string{".tmp-step-000000009-4711", ".tmp-pruned-step-000000000", ".tmp-replaced-step-000000001"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(Path(dir, 1))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Rename(mustSave(t, t.TempDir(), snapshotAt(2, 10), 0), filepath.Join(dir, ".tmp-replaced-step-000000002")); err != nil {
		t.Fatal(err)
	}
	mustSave(t, dir, snapshotAt(3, 10), 0)
	if d := cmp.Diff([]string{stepName(1), stepName(2), stepName(3)}, names(t, dir)); d != "" {
		t.Error(d)
	}
	if got, err := Load(Path(dir, 2)); differs(snapshotAt(2, 10), got) != "" {
		t.Error("a snapshot that was moved aside is not put back:", err)
	}
}

func ExampleSave() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
	}
	defer os.RemoveAll(dir)
	for step := int64(100); step <= 300; step += 100 {
		_, err := Save(dir, &Snapshot{
			Step:    step,
			Tensors: map[string][]Tensor{"weights": {FromFloat32s("w", []int{2}, []float32{float32(step), 0})}},
			Blobs:   map[string][]byte{"config.yaml": []byte("dim: 16\n")},
		}, 2)
		if err != nil {
			fmt.Println(err)
		}
	}
	// The disk loses the end of the newest one.
	if err := os.Truncate(filepath.Join(Path(dir, 300), "weights.safetensors"), 10); err != nil {
		fmt.Println(err)
	}
	s, warnings, err := Latest(dir)
	fmt.Println(s.Step, len(warnings), err)
	w, err := Float32s(s.Tensors["weights"][0])
	fmt.Println(w, err)
	// Output:
	// 200 1 <nil>
	// [200 0] <nil>
}
