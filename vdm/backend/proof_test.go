package backend

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/compute"
)

// results are proofs whose checks have these results, by the engine's name.
type results struct {
	proofs map[string]Proof
	errors map[string]error
	asked  []string
	said   []string
}

func (r *results) in(folder string) *proofs {
	return &proofs{
		folder: func() string { return folder },
		check: func(p plan) (Proof, error) {
			r.asked = append(r.asked, p.name)
			return r.proofs[p.name], r.errors[p.name]
		},
		notice: func(line string) { r.said = append(r.said, line) },
	}
}

var right = Proof{Train: 1, Sample: 0.3}

// An engine with wrong values is skipped with the reason; the one that GOMLX_BACKEND
// names is used with a warning, unless it ends the process that loads it.
func TestProofDecides(t *testing.T) {
	wrong, dead := Proof{Wrong: "the loss of step 1\nis NaN"}, Proof{Wrong: "it ends the process", Dead: true}
	const said = "failed its check on this machine: "
	for _, test := range []struct {
		name                string
		onnx, xla           Proof
		err                 error
		forced              string
		want, says, warning string
	}{
		{name: "right", onnx: right, xla: right, want: "onnx"},
		{name: "wrong", onnx: wrong, xla: right, want: "xla:cpu", says: "ONNX Runtime: ONNX Runtime 1.30.0 (CPU) " + said + "the loss of step 1 is NaN"},
		{name: "dead", onnx: dead, xla: right, want: "xla:cpu", says: said + "it ends the process"},
		{name: "both wrong", onnx: wrong, xla: dead, want: "go", says: "XLA CPU " + said},
		{name: "not checked", err: errors.New("no memory"), want: "onnx", says: "not checked on this machine: no memory"},
		{name: "forced right", onnx: right, xla: right, forced: "xla:cpu", want: "xla:cpu"},
		{name: "forced wrong", onnx: right, xla: wrong, forced: "xla:cpu", want: "xla:cpu", says: "WARNING: " + said, warning: "the loss of step 1 is NaN"},
		{name: "forced dead", onnx: right, xla: dead, forced: "xla:cpu", says: "GOMLX_BACKEND=xla:cpu: XLA CPU " + said},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := openerFor(machineWith(t, "onnx", "cpu"))
			t.Setenv(compute.ConfigEnvVar, test.forced)
			r := &results{proofs: map[string]Proof{"onnx": test.onnx, "xla:cpu": test.xla}, errors: map[string]error{"onnx": test.err}}
			o.proofs = r.in(t.TempDir())
			b, c, err := o.open()
			if test.want == "" {
				if err == nil || b != nil || !strings.Contains(err.Error(), test.says) {
					t.Fatalf("it opened %v, error %v", b, err)
				}
				return
			}
			if err != nil || c.Name != test.want {
				t.Fatalf("chose %q, %v", c.Name, err)
			}
			if !strings.Contains(c.String(), test.says) || strings.Contains(c.String(), "\n") {
				t.Errorf("it says %q, want one line with %q", c, test.says)
			}
			if c.Warning != test.warning || strings.Contains(c.Provenance(), "WARNING") != (test.warning != "") {
				t.Errorf("warning %q, provenance %q", c.Warning, c.Provenance())
			}
		})
	}
}

// The result is kept as long as nothing changes that it depends on.
func TestProofIsKept(t *testing.T) {
	p := machineWith(t, "onnx")
	folder := filepath.Join(t.TempDir(), "cache")
	r := &results{proofs: map[string]Proof{"onnx": right}}
	open := func(want int, when string) {
		t.Helper()
		o := openerFor(p)
		o.proofs = r.in(folder)
		if _, c, err := o.open(); err != nil || c.Name != "onnx" {
			t.Fatalf("%s: chose %q, %v", when, c.Name, err)
		}
		if len(r.asked) != want {
			t.Errorf("%s: checked %d times, want %d", when, len(r.asked), want)
		}
	}
	open(1, "the first time")
	if len(r.said) != 2 || !strings.Contains(r.said[0], "checking ONNX Runtime 1.30.0 (CPU)") || !strings.Contains(r.said[1], "right, 1.00 s a training step") {
		t.Errorf("it says %q", r.said)
	}
	open(1, "again")
	t.Setenv("XLA_FLAGS", "--xla_some_flag")
	open(2, "with other flags")
	library := filepath.Join(p.onnxDirs[1], "libonnxruntime.so.1")
	text, err := os.ReadFile(library)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(library, append(text, 0), 0o755); err != nil {
		t.Fatal(err)
	}
	open(3, "after the library was replaced")
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) != 4 { // three results and the library's checksum
		t.Fatalf("kept: %q, %v", files, err)
	}
	for _, file := range files { // a full disk, or a hand that edits
		if err := os.WriteFile(file, []byte("{"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	open(4, "with damaged results")
	open(4, "again after that")
	t.Setenv("XLA_FLAGS", "--xla_another_flag")
	t.Setenv("VDM_PROVE", "no")
	open(4, "with the check switched off")
}

// What a check's process does, whatever it is, is a result or an error.
func TestRunCheck(t *testing.T) {
	hello := fmt.Sprintf("echo %s%d\n", ProofLine, ProofVersion)
	for name, test := range map[string]struct {
		script, wrong, err string
		dead               bool
	}{
		"right":       {script: hello + `echo noise; echo 'vdm-proof {"training_step":2}'`},
		"wrong":       {script: hello + `echo 'vdm-proof {"wrong":"the loss is NaN"}'`, wrong: "the loss is NaN"},
		"abort":       {script: hello + "echo I0000 starting >&2; echo 'F0000 00:00:1796045776.128330 16961 parse_flags_from_env.cc:234] Unknown flag in XLA_FLAGS: --no' >&2; echo goroutine 1 >&2; kill -ABRT $$", wrong: "it ends the process: Unknown flag in XLA_FLAGS: --no", dead: true},
		"crash":       {script: hello + "kill -SEGV $$", wrong: "segmentation fault", dead: true},
		"exit":        {script: hello + "exit 0", wrong: "without a result", dead: true},
		"hang":        {script: hello + "exec sleep 60", wrong: "no answer within", dead: true},
		"killed":      {script: hello + "kill -KILL $$", err: "memory too small"},
		"interrupted": {script: hello + "kill -INT $$", err: "interrupted"},
		"no memory":   {script: hello + "echo vdm-proof too little memory", err: "too little memory"},
		"old":         {script: "echo engine: pure Go", err: "does not know this check"},
		"other":       {script: "echo vdm-proof 0", err: "does not know this check"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "engine")
			if err := os.WriteFile(file, []byte("#!/bin/sh\n"+test.script+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			proof, err := runCheck(file, plan{driver: "onnx", config: "cpu"}, 2*time.Second)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want %q", err, test.err)
				}
				return
			}
			if err != nil || proof.Dead != test.dead || !strings.Contains(proof.Wrong, test.wrong) || (proof.Wrong == "") != (test.wrong == "") {
				t.Errorf("got %+v, %v", proof, err)
			}
		})
	}
	if _, err := runCheck(filepath.Join(t.TempDir(), "none"), plan{}, time.Second); err == nil {
		t.Error("a program that does not exist ran")
	}
}
