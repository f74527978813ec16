package suite

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// Under a package's name lies a link to the program itself: again the same, and
// the new one after the program was replaced.
func TestProgramUnderItsName(t *testing.T) {
	exe := filepath.Join(t.TempDir(), "quick.test")
	p := Package{Path: "vdm/unet"}
	for _, text := range []string{"first", "second"} {
		if err := os.WriteFile(exe+".new", []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(exe+".new", exe); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			path, err := p.program(exe)
			if err != nil || filepath.Base(path) != "vdm.unet.test" {
				t.Fatal(path, err)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != text {
				t.Errorf("it holds %q (%v), want %q", got, err, text)
			}
		}
	}
}

func TestCopyProgram(t *testing.T) {
	from, to := filepath.Join(t.TempDir(), "from"), filepath.Join(t.TempDir(), "to")
	want := bytes.Repeat([]byte("program"), 100_000)
	if err := os.WriteFile(from, want, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := copyProgram(from, to); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(to)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes (%v), want %d", len(got), err, len(want))
	}
	if info, err := os.Stat(to); err != nil || info.Mode()&0o111 == 0 {
		t.Errorf("it cannot be run: %v, %v", info, err)
	}
}
