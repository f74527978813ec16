package proof

import (
	"context"
	"encoding/json"
	"flag"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
)

// TestMain makes the test binary a program that checks engines.
func TestMain(m *testing.M) {
	Serve()
	os.Exit(m.Run())
}

var update = flag.Bool("update", false, "compute values.json on the engine that GOMLX_BACKEND names")

// The values that ship are ONNX Runtime's 1.30.0; XLA's (PJRT interface 0.106) are within
// the tolerance of them.
func TestUpdate(t *testing.T) {
	if !*update {
		t.Skip("without -update the values stay")
	}
	v, took, err := measure(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if before, err := expected(); err == nil {
		off, line := v.differs(before, exact)
		t.Logf("%+v; the values differ from those before by %.2g tolerances: %s", took, off, line)
	}
	text, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("values.json", append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The fast engine of this machine has the values that ship, in a process of its own.
func TestEngineIsRight(t *testing.T) {
	name := "onnx"
	if request := os.Getenv(compute.ConfigEnvVar); request != "" && request != "go" {
		name = request
	}
	if !slices.Contains(backend.AtHand(), name) {
		t.Skipf("no %s", name)
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	proof, choice, err := backend.Prove(name)
	if err != nil {
		t.Skip(err)
	}
	t.Logf("%s: %+v", choice.Label, proof)
	if proof.Wrong != "" || proof.Train <= 0 || proof.Sample <= 0 || proof.Compiling <= 0 {
		t.Errorf("%s: %+v", choice.Label, proof)
	}
}

// A plugin that ends the process which loads it, as one for another processor does, and
// one that computes nothing, end only the check.
func TestPluginsThatFail(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for name, test := range map[string]struct{ code, want string }{
		"aborts while loading": {"#include <stdlib.h>\n__attribute__((constructor)) static void f(void) { abort(); }\nvoid *GetPjrtApi(void) { return 0; }", "ends the process: "},
		"another processor":    {"__attribute__((constructor)) static void f(void) { __builtin_trap(); }\nvoid *GetPjrtApi(void) { return 0; }", "ends the process: "},
		"exits":                {"#include <stdlib.h>\nvoid *GetPjrtApi(void) { exit(0); }", "ends the process: it ended without a result"},
		"no interface":         {"void *GetPjrtApi(void) { return 0; }", ""},
		"missing symbol":       {"void nowhere(void);\nvoid *GetPjrtApi(void) { nowhere(); return 0; }", "nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			source, plugin := filepath.Join(dir, "plugin.c"), filepath.Join(dir, "pjrt_c_api_cpu_plugin.so")
			if err := os.WriteFile(source, []byte(test.code), 0o644); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command("cc", "-shared", "-fPIC", "-o", plugin, source).CombinedOutput(); err != nil {
				t.Skipf("no C compiler: %v %s", err, out)
			}
			proof, _, err := backend.Prove("xla:" + plugin)
			if err != nil || !proof.Dead || proof.Wrong == "" || !strings.Contains(proof.Wrong, test.want) || strings.Contains(proof.Wrong, "\n") {
				t.Errorf("%+v, %v, want %q", proof, err, test.want)
			}
		})
	}
}

// Each value that is off, or not a number, is found and named.
func TestDiffers(t *testing.T) {
	want, err := expected()
	if err != nil {
		t.Fatal(err)
	}
	if len(want.Losses) != steps || len(want.GradNorms) != steps || len(want.Changes) < 12 || len(want.Estimates) != len(logSNRs) {
		t.Fatalf("too few values ship: %+v", want)
	}
	if _, line := want.differs(want, exact); line != "" {
		t.Errorf("equal values differ: %s", line)
	}
	if _, line := (Values{}).differs(want, exact); line != "values are missing" {
		t.Errorf("no values: %q", line)
	}
	for _, test := range []struct {
		change func(v *Values, to func(*float64))
		says   string
	}{
		{func(v *Values, to func(*float64)) { to(&v.Losses[1]) }, "the loss of training step 2"},
		{func(v *Values, to func(*float64)) { to(&v.GradNorms[0]) }, "the gradient's norm in training step 1"},
		{func(v *Values, to func(*float64)) { to(&v.Changes[3]) }, "the change of weight 4"},
		{func(v *Values, to func(*float64)) { to(&v.Estimates[2].Norm) }, "the norm of the estimate at log-SNR 0"},
		{func(v *Values, to func(*float64)) { to(&v.Estimates[4].Cells[11]) }, "the estimate of cell 12 at log-SNR 10"},
	} {
		for name, to := range map[string]func(*float64){
			"is NaN": func(x *float64) { *x = math.NaN() },
			"not":    func(x *float64) { *x += 0.2 * max(1, math.Abs(*x)) },
		} {
			got, err := expected()
			if err != nil {
				t.Fatal(err)
			}
			test.change(&got, to)
			if _, line := got.differs(want, exact); !strings.HasPrefix(line, test.says) || !strings.Contains(line, name) {
				t.Errorf("%s %s: it says %q", test.says, name, line)
			}
		}
	}
}
