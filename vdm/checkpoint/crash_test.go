package checkpoint

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/internal/torture"
)

// A tiny file system of its own that really is full.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}()
	saves := 0
	var err error
	for step := int64(1); step < 100; step++ {
		if _, err = Save(dir, snapshotAt(step, 20_000), 0); err != nil {
			break
		}
		saves++
	}
	if !errors.Is(err, syscall.ENOSPC) || saves == 0 {
		t.Fatalf("after %d saves: error %v, want no space left", saves, err)
	}
	steps, listErr := List(dir)
	if listErr != nil || len(steps) != saves || len(names(t, dir)) != saves {
		t.Errorf("%d saves, now there are %v", saves, names(t, dir))
	}
	for _, step := range steps {
		got, err := Load(Path(dir, step))
		if d := differs(snapshotAt(step, 20_000), got); d != "" {
			t.Error(d, err)
		}
	}
	// A smaller one still fits: the unfinished one was removed.
	mustSave(t, dir, snapshotAt(1000, 100), 0)
}

// TestMain is also the program of the child processes below.
func TestMain(m *testing.M) {
	mode, dir, _ := strings.Cut(os.Getenv("CHECKPOINT_CHILD"), ":")
	switch mode {
	case "":
		os.Exit(m.Run())
	case "save": // on and on, saying so after each
		fmt.Println("started")
		start, err := List(dir)
		step := int64(1)
		if err == nil && len(start) > 0 {
			step = start[len(start)-1] + 1
		}
		for ; err == nil; step++ {
			if _, err = Save(dir, snapshotAt(step, childFloats), 3); err == nil {
				fmt.Println("saved", step)
			}
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	case "limit": // no file may grow beyond 64 KiB
		limit := syscall.Rlimit{Cur: 1 << 16, Max: 1 << 16}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			fmt.Println("cannot limit")
			os.Exit(0)
		}
		_, err := Save(dir, snapshotAt(2, childFloats), 1)
		fmt.Println(errors.Is(err, syscall.EFBIG), err)
		os.Exit(0)
	case "once":
		_, err := Save(dir, snapshotAt(2, 10), 1)
		fmt.Println(errors.Is(err, ErrLocked), err)
		os.Exit(0)
	}
}

const childFloats = 100_000 // 0.8 MB a snapshot: writing takes most of the time

func child(t *testing.T, mode, dir string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "CHECKPOINT_CHILD="+mode+":"+dir)
	return cmd
}

// A process that saves on and on is killed 25 times at random moments (make torture: 1000). What it
// had acknowledged is there, or something newer, whole.
func TestKilledWhileSaving(t *testing.T) {
	kills := torture.Kills(t, 25)
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	newest, unfinished, saved := int64(0), 0, 0
	for kill := range kills {
		cmd := child(t, "save", dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// Every second kill waits for a snapshot, so that some are saved on a busy machine, too.
		lines, waits, armed := bufio.NewScanner(out), kill%2 == 1, false
		for lines.Scan() {
			if started := lines.Text() == "started"; !armed && started != waits {
				armed = true
				time.AfterFunc(time.Duration(r.IntN(120))*time.Millisecond, func() { _ = cmd.Process.Kill() })
			}
			if lines.Text() == "started" {
				continue
			}
			step, err := strconv.ParseInt(strings.TrimPrefix(lines.Text(), "saved "), 10, 64)
			if err != nil {
				t.Fatalf("the child says %q", lines.Text())
			}
			newest = step
			saved++
		}
		err = cmd.Wait()
		if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
			t.Fatalf("kill %d: the child ended by itself: %v", kill, err)
		}
		for _, name := range names(t, dir) {
			if strings.HasPrefix(name, tempPrefix) {
				unfinished++
				break
			}
		}
		got, warnings, err := Latest(dir)
		if newest == 0 && errors.Is(err, ErrNone) && len(warnings) == 0 {
			continue // killed before the first was done
		}
		if err != nil || len(warnings) != 0 {
			t.Fatalf("kill %d: %v, %v", kill, warnings, err)
		}
		// The last save may have been done and not yet acknowledged.
		if got.Step < newest || got.Step > newest+1 {
			t.Fatalf("kill %d: the newest is step %d, there was %d", kill, got.Step, newest)
		}
		newest = got.Step
		if d := differs(snapshotAt(got.Step, childFloats), got); d != "" {
			t.Fatalf("kill %d: %s", kill, d)
		}
	}
	t.Logf("%d kills, %d of them within a save; %d snapshots acknowledged", kills, unfinished, saved)
	if unfinished < 3 || saved < 3 {
		t.Errorf("%d of %d kills fell within a save and %d snapshots were saved: the test does not test", unfinished, kills, saved)
	}
}

// A real error of the system in the middle of a large file, in a real process.
func TestFileSizeLimit(t *testing.T) {
	dir := t.TempDir()
	mustSave(t, dir, snapshotAt(1, 10), 1)
	out, err := child(t, "limit", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(string(out), "cannot") {
		t.Skip("the size of files cannot be limited here")
	}
	if s := string(out); !strings.HasPrefix(s, "true ") || !strings.Contains(s, "step 2") || !strings.Contains(s, ".safetensors") {
		t.Errorf("the child says %q, want an error that names step and file", s)
	}
	got, warnings, err := Latest(dir)
	if d := differs(snapshotAt(1, 10), got); d != "" || len(warnings) > 0 || err != nil || len(names(t, dir)) != 1 {
		t.Error(d, warnings, err, names(t, dir))
	}
}

func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	unlock, _, err := lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	out, err := child(t, "once", dir).Output()
	if err != nil || !strings.HasPrefix(string(out), "true ") || !strings.Contains(string(out), fmt.Sprintf("process %d ", os.Getpid())) {
		t.Errorf("the second process says %q (%v), want ErrLocked", out, err)
	}
	unlock()
	out, err = child(t, "once", dir).Output()
	if err != nil || string(out) != "false <nil>\n" {
		t.Errorf("after unlocking it says %q (%v)", out, err)
	}
}

// Reading goes on while another process saves and prunes.
func TestLatestWhileSaving(t *testing.T) {
	dir := t.TempDir()
	mustSave(t, dir, snapshotAt(1, childFloats), 1)
	cmd := child(t, "save", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	last, reads := int64(0), 0
	start := time.Now()
	for ; time.Since(start) < time.Second || (last < 5 && time.Since(start) < 2*time.Minute); reads++ {
		got, warnings, err := Latest(dir)
		if err != nil || len(warnings) > 0 {
			t.Errorf("%v, %v", warnings, err)
			break
		}
		if d := differs(snapshotAt(got.Step, childFloats), got); d != "" || got.Step < last {
			t.Errorf("step %d after %d: %s", got.Step, last, d)
			break
		}
		last = got.Step
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	t.Logf("%d reads while %d snapshots were saved", reads, last)
	if last < 3 || reads < 3 {
		t.Errorf("%d reads of %d snapshots: the test does not test", reads, last)
	}
}

func BenchmarkSave(b *testing.B) {
	dir := b.TempDir()
	s := snapshotAt(1, 16<<20) // 64 MiB in each of two files
	b.SetBytes(2 * 64 << 20)
	for b.Loop() {
		s.Step++
		if _, err := Save(dir, s, 1); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	path, err := Save(b.TempDir(), snapshotAt(1, 16<<20), 1)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(2 * 64 << 20)
	for b.Loop() {
		if _, err := Load(path); err != nil {
			b.Fatal(err)
		}
	}
}
