package suite

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
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

// An interrupt is known by how the package's process ended, or by the signal, also
// where that comes later than the end of a process which failed.
func TestInterrupted(t *testing.T) {
	ending := func(script string) error { return exec.Command("/bin/sh", "-c", script).Run() }
	failed, killed := ending("exit 1"), ending("kill -INT $$")
	if failed == nil || killed == nil {
		t.Fatalf("/bin/sh ends with %v and %v", failed, killed)
	}
	for _, test := range []struct {
		name  string
		err   error
		after time.Duration // until the signal; negative: none comes
		want  bool
	}{
		{"passed", nil, -1, false},
		{"passed, and a signal", nil, 0, true},
		{"failed", failed, -1, false},
		{"failed, and a signal", failed, 0, true},
		{"failed, and a late signal", failed, 50 * time.Millisecond, true},
		{"killed by an interrupt", killed, -1, true},
		{"killed otherwise", ending("kill -TERM $$"), -1, false},
	} {
		heard := make(chan os.Signal, 1)
		switch {
		case test.after == 0:
			heard <- os.Interrupt
		case test.after > 0:
			time.AfterFunc(test.after, func() { heard <- os.Interrupt })
		}
		if got := interrupted(test.err, heard); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
