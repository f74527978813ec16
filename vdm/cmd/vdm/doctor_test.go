package main

import (
	"os/exec"
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
