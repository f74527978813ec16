package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
)

func TestDoctor(t *testing.T) {
	preferredEngine(t)
	got := succeed(t, "doctor")
	_, choice, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"program   vdm ", runtime.Version(), "netcdf ", " cores", "GPU ", "xla:cuda ", "go        yes: pure Go",
		"chosen    " + choice.Label, "missing "} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if !regexp.MustCompile(`speed     [0-9.e+-]+ s for a training step of 2222\d\d weights .*: [0-9.]+ GFLOP/s`).MatchString(got) {
		t.Errorf("no speed in\n%s", got)
	}
	for _, name := range []string{"xla:cuda", "xla:cpu", "onnx"} {
		line := regexp.MustCompile(`(?m) ` + name + ` +(yes|no): .+$`).FindString(got)
		if _, _, err := backend.OpenNamed(name); line == "" || (err == nil) != strings.Contains(line, " yes: ") {
			t.Errorf("%s: %q (%v)", name, line, err)
		}
	}
}

// With an engine that cannot be had doctor fails, and says why; without any of
// the tools it says what to install.
func TestDoctorFails(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "xla:/nowhere/plugin.so")
	t.Setenv("PATH", t.TempDir())
	r := vdmRun(t, "doctor")
	if r.status != exitFailed || !strings.Contains(r.stdout, "chosen    none: GOMLX_BACKEND=xla:/nowhere/plugin.so") || r.stderr != "vdm: no engine can be opened: nothing can run\n" {
		t.Errorf("status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	for _, want := range []string{"make run", "https://go.dev/dl/", "apt-get install --yes --no-install-recommends gcc pkg-config jupyter-nbconvert cdo"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("%q is not in\n%s", want, r.stdout)
		}
	}
}

// The table of checked engines has a line for each, and a plugin that ends the process
// which loads it ends neither the table nor the program.
func TestDoctorEngines(t *testing.T) {
	for _, pattern := range []string{"/usr/local/lib/libonnxruntime*", "/usr/local/lib/go-xla/*"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			t.Skip("an engine is installed system-wide")
		}
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "plugin.c")
	if err := os.WriteFile(source, []byte("#include <stdlib.h>\n__attribute__((constructor)) static void f(void) { abort(); }\nvoid *GetPjrtApi(void) { return 0; }"), 0o644); err != nil {
		t.Fatal(err)
	}
	xla := filepath.Join(dir, "xla")
	if err := os.Mkdir(xla, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cc", "-shared", "-fPIC", "-o", filepath.Join(xla, "pjrt_c_api_cpu_plugin.so"), source).CombinedOutput(); err != nil {
		t.Skipf("no C compiler: %v %s", err, out)
	}
	vdm := exec.Command(exe, "doctor", "--engines")
	vdm.Dir = dir
	vdm.Env = []string{childEnv + "=1", "HOME=" + dir, "PATH=" + os.Getenv("PATH"), "PJRT_PLUGIN_LIBRARY_PATH=" + xla}
	var stderr strings.Builder
	vdm.Stderr = &stderr
	stdout, err := vdm.Output()
	if status := (*exec.ExitError)(nil); !errors.As(err, &status) || status.ExitCode() != exitFailed || !strings.HasSuffix(stderr.String(), "vdm: wrong on this machine: xla:cpu\n") {
		t.Errorf("%v, %q", err, stderr.String())
	}
	for _, want := range []string{`(?m)^engine +version +compiling +training +sampling$`, `(?m)^xla:cuda +— +no NVIDIA GPU$`, `(?m)^onnx +— +no ONNX Runtime library in`,
		`(?m)^xla:cpu +XLA CPU +WRONG +it ends the process: SIGABRT`, `(?m)^go +pure Go`, `(?m)^engine: pure Go .*XLA CPU: XLA CPU failed its check on this machine: it ends the process`} {
		if !regexp.MustCompile(want).MatchString(string(stdout)) {
			t.Errorf("no line %s in\n%s", want, stdout)
		}
	}
}

// Without NetCDF the program compiles, and nothing in it links the C library.
func TestBuildsWithoutNetCDF(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command")
	}
	deps, err := exec.Command(goTool, "list", "-deps", "-tags", "nonetcdf", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, deps)
	}
	if strings.Contains(string(deps), "go-netcdf") || strings.Contains(string(deps), "climate/netcdf") {
		t.Error("the NetCDF library is linked although the tag nonetcdf is set")
	}
	if out, err := exec.Command(goTool, "vet", "-tags", "nonetcdf", ".").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
