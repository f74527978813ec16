package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const below = "vdm/bench/gpu/suite/link/testdata/"

// A program of two packages does what go test does, away from their source, and
// tests start it again.
func TestLinked(t *testing.T) {
	dir := t.TempDir()
	program, folders := filepath.Join(dir, "small.test"), filepath.Join(dir, "tests")
	err := link(options{
		out: program, folders: folders,
		leftOut: map[string]string{below + "beta.TestElsewhere": "it has no business here", "vdm/unknown.TestX": "not linked"},
	}, []string{"./testdata/alpha", "./testdata/beta"})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, args, beta string
		status           int
		says, silent     []string
	}{
		{
			"all", "", "", 0,
			[]string{"ok  \t" + below + "alpha", "ok  \t" + below + "beta"},
			[]string{"FAIL", "as told"},
		},
		{
			"by name", "-test.v", "", 0,
			[]string{"--- PASS: TestInside", "--- PASS: TestStartsItselfAgain", "--- PASS: TestWindows", "--- PASS: FuzzWord/seed#0", "word: hail", "--- PASS: ExampleDouble", "--- SKIP: TestElsewhere", "it has no business here"},
			[]string{"FAIL"},
		},
		{"one test", "-test.v -test.run=^TestInside$", "", 0, []string{"TestInside"}, []string{"TestWindows", "FAIL"}},
		{"one package", below + "beta", "", 0, []string{"beta"}, []string{"alpha"}},
		{"a benchmark", below + "alpha -test.run=^$ -test.bench=. -test.benchtime=1x", "", 0, []string{"BenchmarkDouble"}, nil},
		{"a failure", "", "fail", 1, []string{"as told", "ok  \t" + below + "alpha", "FAIL\t" + below + "beta"}, nil},
		{"an unknown package", "gamma", "", 1, []string{`no package "gamma"`, below + "beta"}, []string{"ok"}},
		{"an interrupted test", below + "beta " + below + "alpha", "interrupted", 1, []string{"signal: interrupt", "tests: interrupted"}, []string{"alpha"}},
		{"help", "--help", "", 2, []string{"usage:", below + "alpha"}, []string{"ok"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			out, status := start(t, folders, program, test.beta, strings.Fields(test.args)).end()
			if status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			for _, want := range test.says {
				if !strings.Contains(out, want) {
					t.Errorf("it does not say %q", want)
				}
			}
			for _, bad := range test.silent {
				if strings.Contains(out, bad) {
					t.Errorf("it says %q", bad)
				}
			}
			if t.Failed() {
				t.Log(out)
			}
		})
	}

	// An interrupt ends the test that runs, and no other package is begun.
	p := start(t, folders, program, "wait", []string{below + "beta", below + "alpha", "-test.v"})
	for deadline := time.Now().Add(2 * time.Minute); !strings.Contains(p.said(), "RUN"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
			out, status := p.end()
			t.Fatalf("no test was begun: status %d, %s", status, out)
		}
	}
	if err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if out, status := p.end(); status != 1 || !strings.Contains(out, "interrupted") || strings.Contains(out, "alpha") {
		t.Errorf("interrupted: status %d, %s", status, out)
	}
}

func TestRefused(t *testing.T) {
	dir := t.TempDir()
	o := options{out: filepath.Join(dir, "x.test"), folders: dir}
	stale := o
	stale.leftOut = map[string]string{below + "alpha.TestGone": "it was renamed"}
	for _, test := range []struct {
		o        options
		patterns []string
		want     string
	}{
		{o, []string{"."}, "is a package main"},
		{o, []string{"./testdata/bare"}, "testdata/bare has no tests"},
		{o, []string{"./testdata/none"}, "testdata/none"},
		{o, nil, "want -o FILE"},
		{options{out: "x"}, []string{"./testdata/alpha"}, "-folders FOLDER"},
		{stale, []string{"./testdata/alpha"}, "alpha.TestGone is to be left out, and is not there"},
	} {
		if err := link(test.o, test.patterns); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: %v, want %q", test.patterns, err, test.want)
		}
	}
	if _, err := os.Stat(o.out); err == nil {
		t.Error("a program was written")
	}
}

// process is a linked program that runs in a process group of its own.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	path string
}

func start(t *testing.T, dir, program, beta string, args []string) process {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, file, file
	cmd.Env = append(os.Environ(), "BETA="+beta)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return process{t, cmd, file.Name()}
}

func (p process) said() string {
	text, err := os.ReadFile(p.path)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(bytes.ToValidUTF8(text, nil))
}

func (p process) end() (string, int) {
	_ = p.cmd.Wait()
	return p.said(), p.cmd.ProcessState.ExitCode()
}
