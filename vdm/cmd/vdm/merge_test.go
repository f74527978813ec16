//go:build !nonetcdf

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

// drawPart draws members of a run, two at a time so that every way of dividing an
// even number of them among parts runs the same programs.
func drawPart(t testing.TB, run, path string, first, count int, more ...string) string {
	t.Helper()
	succeed(t, append([]string{"sample", run, "--first", fmt.Sprint(first), "--count", fmt.Sprint(count),
		"--steps", "3", "--seed", "4", "--batch", "2", "--out", path}, more...)...)
	return path
}

// sameSamples says whether two files of samples agree in all that they say of
// themselves and in every bit of the values.
func sameSamples(t testing.TB, got, want string) {
	t.Helper()
	if diff := cmp.Diff(headOf(t, want), headOf(t, got)); diff != "" {
		t.Errorf("%s is not described as %s:\n%s", filepath.Base(got), filepath.Base(want), diff)
		return
	}
	for m := range headOf(t, got).Members {
		if !slices.Equal(clipOf(t, got, m), clipOf(t, want, m)) {
			t.Errorf("member %d of %s is not that of %s", m, filepath.Base(got), filepath.Base(want))
		}
	}
}

func headOf(t testing.TB, path string) *cf.SampleFile {
	t.Helper()
	f, err := cf.HeadSamples(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func clipOf(t testing.TB, path string, member int) []float32 {
	t.Helper()
	r, err := cf.OpenSamples(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f := headOf(t, path)
	clip := make([]float32, len(f.Times)*f.Grid.Height*f.Grid.Width*len(f.Channels))
	if err := r.Read(member, 0, clip); err != nil {
		t.Fatal(err)
	}
	return clip
}

func TestMerge(t *testing.T) {
	data, run := trained(t)
	dir := t.TempDir()
	name := func(s string) string { return filepath.Join(dir, s) }
	whole := drawPart(t, run, name("whole.nc"), 0, 6)
	a, b, c := drawPart(t, run, name("a.nc"), 0, 2), drawPart(t, run, name("b.nc"), 2, 2), drawPart(t, run, name("c.nc"), 4, 2)

	// In any order, the file that one process writes.
	out := name("all.nc")
	if got := succeed(t, "merge", c, a, b, "--first", "0", "--count", "6", "--out", out); got != out+"\n" {
		t.Errorf("merge prints %q", got)
	}
	sameSamples(t, out, whole)
	// Merged files are parts again.
	ab := name("ab.nc")
	succeed(t, "merge", a, b, "--out", ab)
	succeed(t, "merge", ab, c, "--out", out)
	sameSamples(t, out, whole)

	refuse(t, exitFailed, []string{"missing: members 2 to 3", "--allow-gaps"}, "merge", a, c, "--out", out)
	refuse(t, exitFailed, []string{"missing: members 4 to 5"}, "merge", a, b, "--count", "6", "--out", out)
	refuse(t, exitFailed, []string{"missing: members 0 to 1"}, "merge", b, c, "--first", "0", "--out", out)
	refuse(t, exitFailed, []string{"member 5 of " + c, "--count"}, "merge", a, b, c, "--count", "4", "--out", out)
	refuse(t, exitFailed, []string{"member 0 of " + a, "--first 2"}, "merge", a, b, c, "--first", "2", "--out", out)
	refuse(t, exitFailed, []string{"member 2 is in " + ab + " and in " + b, "--allow-overlaps"}, "merge", ab, b, "--out", out)
	sameSamples(t, out, whole) // what was there stands

	// What is missing keeps its number free, also for a later merge.
	r := vdmRun(t, "merge", c, a, "--allow-gaps", "--out", name("gap.nc"))
	if r.status != 0 || !strings.Contains(r.stderr, "missing: members 2 to 3") {
		t.Errorf("status %d\n%s", r.status, r.stderr)
	}
	gap := name("gap.nc")
	if numbers, want := headOf(t, gap).Numbers, []int32{0, 1, 4, 5}; !slices.Equal(numbers, want) {
		t.Errorf("members %v, want %v", numbers, want)
	}
	if !slices.Equal(clipOf(t, gap, 2), clipOf(t, whole, 4)) {
		t.Error("the third of four is not member 4")
	}
	succeed(t, "merge", name("gap.nc"), b, "--out", out)
	sameSamples(t, out, whole)
	r = vdmRun(t, "merge", ab, b, c, a, "--allow-overlaps", "--out", out)
	if r.status != 0 || !strings.Contains(r.stderr, "there twice: members 0 to 3") {
		t.Errorf("status %d\n%s", r.status, r.stderr)
	}
	sameSamples(t, out, whole)

	other := drawPart(t, run, name("other.nc"), 2, 2, "--seed", "5")
	refuse(t, exitFailed, []string{"no parts of one ensemble", `vdm_seed is "4" and "5"`}, "merge", a, other, "--out", out)
	nowcast := name("nowcast.nc")
	succeed(t, "nowcast", run, "--data", data, "--start", "3", "--first", "2", "--members", "2", "--steps", "3", "--seed", "4", "--out", nowcast)
	refuse(t, exitFailed, []string{"no parts of one ensemble", "attribute"}, "merge", a, nowcast, "--out", out)
	refuse(t, exitFailed, []string{data, "vdm_first_member"}, "merge", a, data, "--out", out)
	refuse(t, exitFailed, []string{"is one of the parts"}, "merge", a, b, "--out", a)
	refuse(t, exitFailed, []string{"the same file"}, "merge", a, a, "--out", out)
	refuse(t, exitFailed, []string{"absent.nc"}, "merge", a, name("absent.nc"), "--out", out)
	refuse(t, exitUsage, []string{"--out is missing"}, "merge", a, b)
	refuse(t, exitUsage, []string{"PART.nc is missing"}, "merge", "--out", out)
	bytes, err := os.ReadFile(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name("cut.nc"), bytes[:2*len(bytes)/3], 0o644); err != nil {
		t.Fatal(err)
	}
	refuse(t, exitFailed, []string{"cut.nc"}, "merge", a, name("cut.nc"), "--out", out)
	sameSamples(t, out, whole)
	if left, _ := filepath.Glob(name(".writing*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A nowcast, whose clips lie on dates and places, in parts and whole.
func TestMergeNowcasts(t *testing.T) {
	data, run := trained(t)
	dir := t.TempDir()
	draw := func(name string, first, members int) string {
		path := filepath.Join(dir, name)
		succeed(t, "nowcast", run, "--data", data, "--start", "3", "--first", fmt.Sprint(first), "--members", fmt.Sprint(members),
			"--steps", "3", "--batch", "2", "--out", path)
		return path
	}
	whole, out := draw("whole.nc", 0, 4), filepath.Join(dir, "all.nc")
	succeed(t, "merge", draw("b.nc", 2, 2), draw("a.nc", 0, 2), "--out", out)
	sameSamples(t, out, whole)
}

// The tasks of docker/slurm-ensemble.sh as processes, killed at random and started
// again until all are done: together they draw what one process draws.
func TestEnsembleOfKilledTasks(t *testing.T) {
	installed.Programs(t, "bash")
	script, err := filepath.Abs("../../../docker/slurm-ensemble.sh")
	if err != nil {
		t.Fatal(err)
	}
	_, run := trained(t)
	dir := t.TempDir()
	const tasks, members = 4, 2
	task := func(index int) (*exec.Cmd, *bytes.Buffer) {
		c := exec.Command("bash", script, "sample", run, "--steps", "3", "--seed", "4", "--batch", "2")
		variable := []string{"SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX", "INDEX"}[index%3]
		c.Env = append(os.Environ(), childEnv+"=1", "VDM="+os.Args[0], "OUT="+filepath.Join(dir, "parts"),
			fmt.Sprintf("MEMBERS=%d", members), fmt.Sprintf("%s=%d", variable, index))
		var text bytes.Buffer
		c.Stdout, c.Stderr = &text, &text
		return c, &text
	}
	began := time.Now()
	whole := drawPart(t, run, filepath.Join(dir, "whole.nc"), 0, tasks*members)
	long := time.Since(began)
	part := func(index int) string { return filepath.Join(dir, "parts", fmt.Sprintf("part-%05d.nc", index)) }

	killed := 0
	for round := 0; round < 3 || killed < 3; round++ {
		if round == 50 {
			t.Fatalf("only %d tasks could be killed in %d rounds", killed, round)
		}
		for index := range tasks {
			c, text := task(index)
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(rand.Int64N(int64(long))))
			c.Process.Kill() // the script has become the program: there is no other process
			err := c.Wait()
			if err == nil {
				continue // it was done before
			}
			if status, ok := c.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
				t.Fatalf("task %d: %v\n%s", index, err, text)
			}
			killed++
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "parts", "part-*")); len(left) == tasks {
			os.Remove(part(rand.IntN(tasks))) // as a lost disk would
		}
	}
	for index := range tasks {
		for _, want := range []string{"", "is complete"} { // the second time there is nothing to do
			before, _ := os.Stat(part(index))
			c, text := task(index)
			if err := c.Run(); err != nil || !strings.Contains(text.String(), want) {
				t.Fatalf("task %d: %v\n%s", index, err, text)
			}
			if after, err := os.Stat(part(index)); err != nil || before != nil && !after.ModTime().Equal(before.ModTime()) {
				t.Errorf("task %d writes its part again (%v)", index, err)
			}
		}
	}
	t.Logf("%d tasks were killed", killed)
	parts, err := filepath.Glob(filepath.Join(dir, "parts", "part-*.nc"))
	if err != nil || len(parts) != tasks {
		t.Fatalf("%d parts (%v), want %d", len(parts), err, tasks)
	}
	out := filepath.Join(dir, "all.nc")
	succeed(t, append([]string{"merge", "--first", "0", "--count", fmt.Sprint(tasks * members), "--out", out}, parts...)...)
	sameSamples(t, out, whole)
}

// What the script refuses, before anything is drawn.
func TestEnsembleScriptRefuses(t *testing.T) {
	installed.Programs(t, "bash")
	for say, env := range map[string][]string{
		"task's number is \"\"":   {"OUT=x", "MEMBERS=2"},
		"task's number is \"-1\"": {"OUT=x", "MEMBERS=2", "INDEX=-1"},
		"MEMBERS is \"0\"":        {"OUT=x", "MEMBERS=0", "INDEX=1"},
		"OUT is not set":          {"MEMBERS=2", "INDEX=1"},
		"EVERY is \"0\"":          {"OUT=x", "MEMBERS=2", "INDEX=1", "EVERY=0"},
		"FIRST is \"-3\"":         {"OUT=x", "MEMBERS=2", "INDEX=1", "EVERY=1", "FIRST=-3"},
	} {
		c := exec.Command("bash", "../../../docker/slurm-ensemble.sh", "sample", "run")
		c.Env = append(env, "PATH="+os.Getenv("PATH"))
		out, err := c.CombinedOutput()
		if c.ProcessState == nil || c.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), say) {
			t.Errorf("%v: %v: %s, want %q", env, err, out, say)
		}
	}
}

// The Kubernetes file is an indexed Job of as many members as its comment merges,
// runs the script that is tested above, and not as root.
func TestKubernetesFile(t *testing.T) {
	text, err := os.ReadFile("../../../docker/kubernetes-ensemble.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var job struct {
		Kind string
		Spec struct {
			CompletionMode string `yaml:"completionMode"`
			Completions    int
			Template       struct {
				Spec struct {
					SecurityContext struct {
						RunAsNonRoot bool `yaml:"runAsNonRoot"`
					} `yaml:"securityContext"`
					Containers []struct {
						Command, Args []string
						Env           []struct{ Name, Value string }
					}
				}
			}
		}
	}
	if err := yaml.Unmarshal(text, &job); err != nil {
		t.Fatal(err)
	}
	pod := job.Spec.Template.Spec
	if job.Kind != "Job" || job.Spec.CompletionMode != "Indexed" || !pod.SecurityContext.RunAsNonRoot || len(pod.Containers) != 1 {
		t.Fatalf("%+v", job)
	}
	c := pod.Containers[0]
	if want := []string{"/home/vdm/climate-vdm/docker/slurm-ensemble.sh"}; !slices.Equal(c.Command, want) {
		t.Errorf("command %v, want %v", c.Command, want)
	}
	members := 0
	for _, e := range c.Env {
		if e.Name == "MEMBERS" {
			fmt.Sscan(e.Value, &members)
		}
	}
	if want := fmt.Sprintf("--count %d ", job.Spec.Completions*members); !strings.Contains(string(text), want) {
		t.Errorf("%d tasks of %d members, but the comment does not say %q", job.Spec.Completions, members, want)
	}
	// vdm takes the arguments: it gets as far as to miss the run.
	refuse(t, exitFailed, []string{"runs/rain"}, c.Args...)
}
