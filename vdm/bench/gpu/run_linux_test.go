package gpu

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

// standIn takes the place of the bundle's programs. It tells run.log how it was
// called, and does what the variable named after it says.
const standIn = `#!/bin/bash
name=$(basename "$0")
echo "$name $* | $GOMLX_BACKEND | ${XLA_FLAGS:-} | ${NVIDIA_TF32_OVERRIDE:-}" >>"$RUN_LOG"
case $name in
  vdm) eval "${VDM:-}" ;;
  quick.test) eval "${QUICK_TEST:-}" ;;
  nvidia-smi) eval "${NVIDIA_SMI:-echo GPU 0}" ;;
esac
`

// rehearsal is a bundle whose programs are stand-ins.
type rehearsal struct {
	t        *testing.T
	dir, out string
	env      []string
}

func rehearse(t *testing.T) *rehearsal {
	t.Helper()
	if found, _ := filepath.Glob("/dev/nvidia[0-9]*"); len(found) > 0 {
		t.Skip("a GPU is here")
	}
	installed.Programs(t, "bash", "flock", "setsid", "timeout")
	installed.Runs(t, "python3", "-c", "import ctypes, os, tarfile") // which run.sh uses
	r := &rehearsal{t: t, dir: t.TempDir()}
	r.out = filepath.Join(r.dir, "results")
	for _, name := range []string{"run.sh", "engine.sh", "stages.sh"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r.file(name, string(text))
	}
	r.file("pjrt-version", "0.104\n")
	r.file("programs.tar.xz", "")
	// What stands in for the bundle's programs is unpacked already.
	for _, name := range []string{"bin/vdm", "bin/bench", "bin/quick.test", "path/nvidia-smi"} {
		r.file(name, standIn)
	}
	r.file("bin/.unpacked", "")
	r.file("tests/README", "")
	r.file("site/jax/__init__.py", "")
	r.file("site/jax_plugins/xla_cuda13/xla_cuda_plugin.so", "a text")
	r.file("site/nvidia/cu13/lib/libcudart.so", "")
	r.env = append(os.Environ(), "PATH="+filepath.Join(r.dir, "path")+":"+os.Getenv("PATH"), "PYTHONPATH="+filepath.Join(r.dir, "site"),
		"PYTHON=python3", "PYTHONDONTWRITEBYTECODE=1", "RUN_LOG="+filepath.Join(r.dir, "run.log"), "XLA_FLAGS=", "GOMLX_BACKEND=")
	return r
}

func (r *rehearsal) file(name, text string) {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		r.t.Fatal(err)
	}
}

// called are the lines of the programs that were started since the last call.
func (r *rehearsal) called() string {
	r.t.Helper()
	path := filepath.Join(r.dir, "run.log")
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		r.t.Fatal(err)
	}
	_ = os.Remove(path)
	return string(text)
}

// start starts run.sh with more variables ("NAME=value") and arguments.
func (r *rehearsal) start(args ...string) (*exec.Cmd, *bytes.Buffer) {
	r.t.Helper()
	cmd := exec.Command(filepath.Join(r.dir, "run.sh"))
	cmd.Env = r.env
	for _, a := range args {
		if name, _, ok := strings.Cut(a, "="); ok && name == strings.ToUpper(name) {
			cmd.Env = append(cmd.Env, a)
		} else {
			cmd.Args = append(cmd.Args, a)
		}
	}
	said := new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	return cmd, said
}

// ends runs run.sh to its end, and wants an exit status and words.
func (r *rehearsal) ends(status int, says []string, args ...string) string {
	r.t.Helper()
	cmd, said := r.start(args...)
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != status {
		r.t.Errorf("%v: exit status %d, want %d:\n%s", args, got, status, said)
	}
	for _, want := range says {
		if !strings.Contains(said.String(), want) {
			r.t.Errorf("%v: does not say %q:\n%s", args, want, said)
		}
	}
	return said.String()
}

func (r *rehearsal) done(stage string) bool {
	_, err := os.Stat(filepath.Join(r.out, stage+".done"))
	return err == nil
}

// Without a driver, JAX, its plugin, or a plugin that runs, no stage is begun.
func TestNoEngine(t *testing.T) {
	for _, test := range []struct {
		name, remove string
		env          []string
		says         []string
	}{
		{"no device", "", []string{"NVIDIA_SMI=echo Failed to initialize NVML; exit 9"}, []string{"no NVIDIA GPU and driver here (nvidia-smi says: Failed to initialize NVML)", "--small"}},
		{"no driver", "path/nvidia-smi", nil, []string{"no NVIDIA GPU and driver here (no nvidia-smi, no /dev/nvidia0)"}},
		{"no JAX", "site/jax", nil, []string{"python3 has no jax"}},
		{"JAX without CUDA", "site/jax_plugins", nil, []string{"no xla_cuda_plugin.so below"}},
		{"does not load", "", []string{"VDM=echo vdm: it is not a shared library; exit 1"}, []string{"it is not a shared library", "the engine does not run", "xla_cuda_plugin.so", "PJRT interface is unknown", "speaks 0.104"}},
		{"crashes", "", []string{"VDM=kill -SEGV $$"}, []string{"the plugin ended the program with status 139", "speaks 0.104"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := rehearse(t)
			if test.remove != "" {
				if _, err := exec.LookPath("nvidia-smi"); err == nil && strings.HasSuffix(test.remove, "smi") {
					t.Skip("an nvidia-smi is installed")
				}
				if err := os.RemoveAll(filepath.Join(r.dir, test.remove)); err != nil {
					t.Fatal(err)
				}
			}
			if exec.Command("python3", "-c", "import jax").Run() == nil && strings.HasSuffix(test.remove, "jax") {
				t.Skip("JAX is installed")
			}
			r.ends(1, test.says, append(test.env, "data")...)
			if logs, _ := filepath.Glob(filepath.Join(r.out, "data*")); len(logs) > 0 {
				t.Errorf("a stage was begun: %v", logs)
			}
		})
	}
}

// The version of a plugin's interface is told.
func TestPluginInterface(t *testing.T) {
	r := rehearse(t)
	r.oldPlugin()
	r.ends(1, []string{"PJRT interface is 0.40; this program speaks 0.104"}, "VDM=kill -SEGV $$", "data")
	r.ends(0, []string{"PJRT interface 0.40"}, "data")
}

// oldPlugin puts in a plugin that has a version and no functions.
func (r *rehearsal) oldPlugin() {
	r.t.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil {
		r.t.Skip("no C compiler here")
	}
	r.file("old.c", `#include <stddef.h>
static struct {
  size_t size; void *extension;
  struct { size_t size; void *extension; int major, minor; } version;
  void *functions[200];
} api = {sizeof api, 0, {24, 0, 0, 40}};
void *GetPjrtApi(void) { return &api; }
`)
	plugin := filepath.Join(r.dir, "site/jax_plugins/xla_cuda13/xla_cuda_plugin.so")
	if out, err := exec.Command(cc, "-shared", "-fPIC", "-o", plugin, filepath.Join(r.dir, "old.c")).CombinedOutput(); err != nil {
		r.t.Fatalf("%v: %s", err, out)
	}
}

// Flags that XLA does not know are left out, those that it knows are tried once
// for all stages, and float32 is float32 where it must be.
func TestFlags(t *testing.T) {
	r := rehearse(t)
	const refuse = `VDM=[[ $XLA_FLAGS != *triton* ]] || { echo Unknown flag in XLA_FLAGS; kill -ABRT $$; }`
	r.ends(0, []string{"kept     --xla_gpu_per_fusion_autotune_cache_dir=", "refused --xla_gpu_enable_triton_gemm=false"}, refuse, "data", "parity")
	calls := r.called()
	if n := strings.Count(calls, "vdm doctor"); n != 3 {
		t.Errorf("the engine was tried out %d times, want 3:\n%s", n, calls)
	}
	plugin := filepath.Join(r.dir, "site/jax_plugins/xla_cuda13/xla_cuda_plugin.so")
	cuda := "--xla_gpu_cuda_data_dir=" + filepath.Join(r.dir, "site/nvidia/cu13")
	cache := "--xla_gpu_per_fusion_autotune_cache_dir=" + filepath.Join(r.out, "autotune")
	for _, want := range []string{
		"vdm synth --out " + filepath.Join(r.out, "data") + " --hours 20000 --seed 1 | xla:" + plugin + " | " + cuda + "  " + cache + " | \n",
		"| xla:" + plugin + ",tf32=false | " + cuda + "  " + cache + "  | 0\n",
	} {
		if !strings.Contains(calls, want) {
			t.Errorf("no call %q in\n%s", want, calls)
		}
	}
	r.ends(0, nil, "data")
	if calls := r.called(); strings.Contains(calls, "doctor") {
		t.Errorf("the engine was tried out again:\n%s", calls)
	}
	r.file("programs.tar.xz", "another bundle")
	r.file("bin/.unpacked", "")
	r.ends(0, []string{"kept for float32 --xla_gpu_enable_triton_gemm=false"}, "parity")
	if calls := r.called(); !strings.Contains(calls, cache+" --xla_gpu_enable_triton_gemm=false | 0\n") {
		t.Errorf("parity ran without the flag:\n%s", calls)
	}
}

// A package whose chosen tests have moved away, so that none runs, has not passed.
func TestNoTestsAreNoPass(t *testing.T) {
	r := rehearse(t)
	r.ends(1, []string{"failed with status 1", "no tests to run"}, `QUICK_TEST=printf 'testing: warning: no tests to run\nPASS\n'`, "tests-1")
}

// Of the tests only those are run again that have not passed.
func TestTestsGoOn(t *testing.T) {
	r := rehearse(t)
	r.ends(1, []string{"failed with status 1", "FAIL\tvdm/climate", "ok\tvdm/unet"},
		`QUICK_TEST=[[ $1 == vdm/climate ]] && { printf 'FAIL\t%s\n' "$1"; exit 1; }; printf 'ok\t%s\n' "$1"`, "tests-1")
	if n := strings.Count(r.called(), "quick.test"); n != 16 {
		t.Errorf("%d packages were tested, want 16", n)
	}
	r.ends(0, []string{"tests-1       done"}, `QUICK_TEST=printf 'ok\t%s\n' "$1"`, "tests-1")
	if calls := r.called(); strings.Count(calls, "quick.test") != 1 || !strings.Contains(calls, "quick.test vdm/climate -test.run= ") {
		t.Errorf("the second time it ran\n%s", calls)
	}
}

// A stage that does not end is interrupted, then killed with all that it started,
// and the next run goes on.
func TestCutOff(t *testing.T) {
	r := rehearse(t)
	pids := filepath.Join(r.dir, "pids")
	for _, limit := range []string{"1", "8", "60"} { // a busy machine may not have begun the stage after a second
		r.ends(1, []string{"cut off after " + limit + " s"}, "STAGE_SECONDS="+limit, "PIDS="+pids,
			`VDM=[[ $1 == doctor ]] || { trap "" INT; sleep 600 & echo $$ $! >"$PIDS"; wait; }`, "data")
		if text, err := os.ReadFile(pids); err == nil && len(text) > 0 {
			break
		}
	}
	r.gone(pids, 2)
	if r.done("data") {
		t.Error("the stage that was cut off is done")
	}
	r.ends(0, []string{"data          done"}, "data")
}

// gone fails where one of the processes whose numbers a file holds is still there.
func (r *rehearsal) gone(file string, want int) {
	r.t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		r.t.Fatal(err)
	}
	numbers := strings.Fields(string(text))
	if len(numbers) != want {
		r.t.Errorf("%d processes were started, want %d", len(numbers), want)
	}
	for _, n := range numbers {
		stat, err := os.ReadFile("/proc/" + n + "/stat")
		if err == nil && !bytes.Contains(stat, []byte(") Z ")) { // one that waits for init is gone, too
			r.t.Errorf("process %s is still there: %s", n, stat)
		}
	}
}

// run.sh is killed or interrupted. What it left at work is stopped, two do not
// work in one folder, and the stage is run again.
func TestKilledRun(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			r := rehearse(t)
			pids := filepath.Join(r.dir, "pids")
			cmd, said := r.start("STAGE_SECONDS=500", "PIDS="+pids, `VDM=[[ $1 == doctor ]] || { echo $$ >>"$PIDS"; exec sleep 600; }`, "data")
			for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
				if text, err := os.ReadFile(pids); err == nil && len(text) > 0 {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("no stage was begun:\n%s", said)
				}
			}
			r.ends(1, []string{"another run.sh is at work"}, "data")
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			var says []string
			if signal == syscall.SIGKILL {
				says = []string{"had left at work was stopped"}
			} else {
				r.gone(pids, 1)
			}
			r.ends(0, append(says, "data          done"), "data")
			r.gone(pids, 1)
		})
	}
}

// A disk without room is refused; one that fills up fails the stage, and the next
// run goes on when there is room.
func TestFullDisk(t *testing.T) {
	r := rehearse(t)
	if err := os.Mkdir(r.out, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", r.out, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("no small disk can be mounted here: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(r.out, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	}()
	r.ends(1, []string{"4 MB left on its disk: want 100"}, "--small", "--out", r.out, "data")
	if calls := r.called(); calls != "" {
		t.Errorf("it began all the same:\n%s", calls)
	}
	r.file("results/data.done", "1\n")
	filled := filepath.Join(r.out, "filled")
	r.ends(1, []string{"the disk of " + r.out + " is full"}, "--small", "--out", r.out, "small-1",
		"FILLED="+filled, `VDM=head -c 8M /dev/zero >"$FILLED"`)
	if r.done("small-1") {
		t.Error("the stage is done")
	}
	if err := os.Remove(filled); err != nil {
		t.Fatal(err)
	}
	r.ends(0, []string{"small-1       done"}, "--small", "--out", r.out, "small-1")
}
