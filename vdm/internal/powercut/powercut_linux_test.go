package powercut

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// oldOrNew is the check of a writer that replaces a file.
func oldOrNew(dir string, promises int) error {
	b, err := os.ReadFile(filepath.Join(dir, "a"))
	if err != nil {
		return err
	}
	if got := string(b); got != newText && (got != "old" || promises > 0) {
		return fmt.Errorf("the file holds %.20q, %d bytes", got, len(got))
	}
	return nil
}

var newText = strings.Repeat("new ", 1000)

func old(dir string) error { return os.WriteFile(filepath.Join(dir, "a"), []byte("old"), 0o644) }

// replace writes a file under another name and renames it, and leaves out what is asked
// for.
func replace(dir, without string) error {
	temporary := filepath.Join(dir, "b")
	f, err := os.Create(temporary)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(f, newText); err != nil {
		return err
	}
	if without != "sync of the file" {
		if err := f.Sync(); err != nil {
			return err
		}
	}
	f.Close()
	if err := os.Rename(temporary, filepath.Join(dir, "a")); err != nil {
		return err
	}
	if without == "sync of the folder" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// A writer that syncs in the right order passes.
func TestGoodWriter(t *testing.T) {
	Run(t, Case{Before: old, Check: oldOrNew, Write: func(dir string, _ func()) error { return replace(dir, "nothing") }})
}

// Each writer with a fault is found, and the cut is told.
func TestFaultyWriters(t *testing.T) {
	for what, c := range map[string]struct {
		write func(dir string, promise func()) error
		says  string
	}{
		"no sync of the file":   {func(dir string, _ func()) error { return replace(dir, "sync of the file") }, "lost         write 4000 bytes"},
		"no sync of the folder": {func(dir string, _ func()) error { return replace(dir, "sync of the folder") }, "lost         rename"},
		"in place": {func(dir string, _ func()) error {
			return os.WriteFile(filepath.Join(dir, "a"), []byte(newText), 0o644)
		}, "make file 1 0 bytes long"},
		"promised too early": {func(dir string, promise func()) error {
			promise()
			return replace(dir, "nothing")
		}, "1 promises made"},
		"a file stays": {func(dir string, _ func()) error {
			f, err := os.CreateTemp(dir, "left-*")
			if err != nil {
				return err
			}
			f.Close()
			if err := replace(dir, "nothing"); err != nil {
				return err
			}
			return os.Remove(f.Name())
		}, "stays after the resume"},
		"does not resume": {func(dir string, _ func()) error {
			if err := unix.Mkdir(filepath.Join(dir, "work"), 0o755); err != nil {
				return err
			}
			if err := replace(dir, "nothing"); err != nil {
				return err
			}
			return os.Remove(filepath.Join(dir, "work"))
		}, "does not resume"},
	} {
		t.Run(what, func(t *testing.T) {
			k := Case{Before: old, Write: c.write, Check: oldOrNew, States: 1 << 30}
			if dir := os.Getenv(childDir); dir != "" {
				k.child(dir)
			}
			if err := k.run(t); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("the fault is not found: %v, want %q", err, c.says)
			}
		})
	}
}

// What the recorder does not understand is an error, and not a test that passes.
func TestNotUnderstood(t *testing.T) {
	for what, write := range map[string]func(dir string) error{
		"a link": func(dir string) error { return os.Link(filepath.Join(dir, "a"), filepath.Join(dir, "c")) },
		"a mapping": func(dir string) error {
			f, err := os.OpenFile(filepath.Join(dir, "a"), os.O_RDWR, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			b, err := unix.Mmap(int(f.Fd()), 0, 3, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
			if err != nil {
				return err
			}
			b[0] = 'O'
			return unix.Munmap(b)
		},
	} {
		t.Run(what, func(t *testing.T) {
			k := Case{Before: old, Write: func(dir string, _ func()) error { return write(dir) }, Check: func(string, int) error { return nil }}
			if dir := os.Getenv(childDir); dir != "" {
				k.child(dir)
			}
			if err := k.run(t); err == nil || !strings.Contains(err.Error(), "does not know") {
				t.Errorf("%s: %v", what, err)
			}
		})
	}
}

// What an operation on two folders needs is made safe with it, and nothing else is.
func TestSyncOfOneFolder(t *testing.T) {
	d := &disk{}
	d.add(true)
	sub, file := d.add(true), d.add(false)
	d.entries[0]["sub"] = sub
	h := &history{safe: d}
	h.do(operation{kind: link, node: file, to: name{sub, "a"}})
	h.do(operation{kind: write, node: file, data: []byte("x")})
	h.do(operation{kind: move, node: file, from: name{sub, "a"}, to: name{0, "b"}})
	h.do(operation{kind: sync, node: 0})
	if len(h.pending) != 1 || h.pending[0].kind != write {
		t.Errorf("pending after the sync: %v, want the write alone", h.pending)
	}
	files := h.safe.files()
	if _, moved := files["b"]; !moved || len(files) != 2 {
		t.Errorf("safe after the sync: %v, want sub/ and an empty b", files)
	}
	half := h.after([]fate{secondHalf}).content[file]
	if string(half) != "x" {
		t.Errorf("the second half of one byte is %q", half)
	}
}
