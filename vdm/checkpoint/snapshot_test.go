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
	"syscall"
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

// damaged saves two snapshots, damages the newer, and expects the older one with
// a warning that names the newer and says the words.
func damaged(t *testing.T, what, says string, damage func(path string) error) {
	t.Helper()
	dir := memoryDir(t)
	mustSave(t, dir, snapshotAt(1, 3), 0)
	path := mustSave(t, dir, snapshotAt(2, 3), 0)
	if err := damage(path); err != nil {
		t.Fatal(err)
	}
	got, warnings, err := Latest(dir)
	if d := differs(snapshotAt(1, 3), got); d != "" || err != nil {
		t.Fatalf("%s: %s %v", what, d, err)
	}
	if len(warnings) != 1 || warnings[0].Path != path || !strings.Contains(warnings[0].String(), says) {
		t.Fatalf("%s: warnings %v, want one of %s with %q", what, warnings, path, says)
	}
}

// Every file cut at every length, and every byte changed.
func TestTornAndAlteredFiles(t *testing.T) {
	sample := mustSave(t, memoryDir(t), snapshotAt(2, 3), 0)
	cases := 0
	for _, name := range names(t, sample) {
		content, err := os.ReadFile(filepath.Join(sample, name))
		if err != nil {
			t.Fatal(err)
		}
		dir := memoryDir(t)
		mustSave(t, dir, snapshotAt(1, 3), 0)
		path := mustSave(t, dir, snapshotAt(2, 3), 0)
		try := func(what string, b []byte) {
			cases++
			_ = os.Remove(filepath.Join(path, name)) // overwriting is slower: the system syncs it
			if err := os.WriteFile(filepath.Join(path, name), b, 0o644); err != nil {
				t.Fatal(err)
			}
			got, warnings, err := Latest(dir)
			if err != nil || got.Step != 1 || len(warnings) != 1 || warnings[0].Path != path || !strings.Contains(warnings[0].String(), name) {
				t.Fatalf("%s %s: %v, %v, %v", name, what, got, warnings, err)
			}
		}
		for n := range content {
			try(fmt.Sprintf("cut to %d bytes", n), content[:n])
			b := bytes.Clone(content)
			b[n] ^= 1 << (n % 8)
			try(fmt.Sprintf("byte %d changed", n), b)
		}
		try("longer", append(bytes.Clone(content), '\n'))
		// Restored it is good again: the cases above failed for their damage.
		if err := os.WriteFile(filepath.Join(path, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
		if got, _, err := Latest(dir); err != nil || got.Step != 2 {
			t.Fatal(got, err)
		}
	}
	t.Logf("%d damaged files", cases)
}

func TestDamagedFolders(t *testing.T) {
	for _, name := range []string{"weights.safetensors", "config.yaml", "empty", indexName, manifestName} {
		damaged(t, "removed "+name, name, func(path string) error { return os.Remove(filepath.Join(path, name)) })
		damaged(t, "pipe "+name, name+": expected a regular file", func(path string) error {
			_ = os.Remove(filepath.Join(path, name))
			return syscall.Mkfifo(filepath.Join(path, name), 0o644)
		})
	}
	damaged(t, "a file and its line removed", "names 4 files: expected 5", func(path string) error {
		b, err := os.ReadFile(filepath.Join(path, manifestName))
		lines := slices.DeleteFunc(strings.SplitAfter(string(b), "\n"), func(l string) bool { return strings.Contains(l, "ema") })
		return errors.Join(err, os.Remove(filepath.Join(path, "ema.safetensors")), os.WriteFile(filepath.Join(path, manifestName), []byte(strings.Join(lines, "")), 0o644))
	})
	damaged(t, "link out of the folder", "config.yaml", func(path string) error {
		target := filepath.Join(path, "config.yaml")
		return errors.Join(os.Remove(target), os.Symlink("../"+stepName(1)+"/config.yaml", target))
	})
	damaged(t, "another step's folder", "step 1: expected 2", func(path string) error {
		return errors.Join(os.RemoveAll(path), os.CopyFS(path, os.DirFS(Path(filepath.Dir(path), 1))))
	})
	damaged(t, "empty folder", manifestName, func(path string) error {
		return errors.Join(os.RemoveAll(path), os.Mkdir(path, 0o755))
	})
	// A file that is not ours does no harm.
	path := mustSave(t, memoryDir(t), snapshotAt(2, 3), 0)
	if err := os.WriteFile(filepath.Join(path, ".DS_Store"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := Load(path); differs(snapshotAt(2, 3), got) != "" {
		t.Error(err)
	}
}

func TestNoGoodSnapshot(t *testing.T) {
	dir := t.TempDir()
	for step := range int64(2) {
		if err := os.Remove(filepath.Join(mustSave(t, dir, snapshotAt(step, 3), 0), "empty")); err != nil {
			t.Fatal(err)
		}
	}
	s, warnings, err := Latest(dir)
	if !errors.Is(err, ErrNone) || s != nil || len(warnings) != 2 || warnings[0].Path != Path(dir, 1) {
		t.Errorf("%v, %v, %v", s, warnings, err)
	}
}

// A snapshot of a later version is not passed over: it is not damaged.
func TestLaterFormat(t *testing.T) {
	dir := t.TempDir()
	mustSave(t, dir, snapshotAt(1, 3), 0)
	d := t.TempDir()
	w := folderWriter{disk: osDisk{}, folder: d, sums: sums{}, sizes: map[string]int64{}}
	b, err := index{Format: 2, Step: 2}.encode()
	if err := errors.Join(err, w.writeBytes(indexName, b)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.writeBytes(manifestName, w.sums.encode()), os.Rename(d, Path(dir, 2))); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Latest(dir); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "format 2") {
		t.Errorf("error %v", err)
	}
}

func FuzzParseSums(f *testing.F) {
	f.Add(sums{"a": {1}, "weights.safetensors": {2}}.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := parseSums(b)
		if err != nil {
			return
		}
		again, err := parseSums(s.encode())
		if err != nil || !cmp.Equal(s, again) {
			t.Fatalf("%q: %v", b, err)
		}
	})
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
