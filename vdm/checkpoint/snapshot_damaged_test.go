package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
