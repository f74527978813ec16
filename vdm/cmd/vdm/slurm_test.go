//go:build !nonetcdf

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

// slurm is a Slurm of this test alone, with two nodes that are this machine: its own
// daemons, ports, key and folder.
type slurm struct {
	dir  string
	path string // of slurm-ensemble.sh
}

// startSlurm starts the daemons, which end with the test. Without VDM_SLURM the test is
// skipped: see make slurm.
func startSlurm(t *testing.T) slurm {
	if os.Getenv("VDM_SLURM") == "" {
		t.Skip("make slurm runs this on a real Slurm")
	}
	installed.Programs(t, "bash", "munged", "slurmctld", "slurmd", "sbatch", "srun", "scancel", "scontrol", "sinfo")
	s := slurm{dir: t.TempDir()}
	var err error
	if s.path, err = filepath.Abs("../../../docker/slurm-ensemble.sh"); err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(s.dir, "munge.key")
	if err := os.WriteFile(key, []byte(strings.Repeat("a key of this test alone ", 50)), 0o400); err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	conf := fmt.Sprintf(`ClusterName=test
SlurmctldHost=%[1]s(127.0.0.1)
SlurmctldPort=%[2]d
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=%[3]s/munge.socket
StateSaveLocation=%[3]s/state
SlurmdSpoolDir=%[3]s/spool-%%n
SlurmctldPidFile=%[3]s/slurmctld.pid
SlurmdPidFile=%[3]s/slurmd-%%n.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
KillWait=5
SwitchType=switch/none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SlurmdParameters=config_overrides
NodeName=one NodeHostname=%[1]s NodeAddr=127.0.0.1 Port=%[4]d CPUs=2 RealMemory=16384
NodeName=two NodeHostname=%[1]s NodeAddr=127.0.0.1 Port=%[5]d CPUs=2 RealMemory=16384
PartitionName=all Nodes=one,two Default=YES MaxTime=INFINITE State=UP
`, host, freePort(t), s.dir, freePort(t), freePort(t))
	if err := os.WriteFile(s.file("slurm.conf"), []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"state", "spool-one", "spool-two"} {
		if err := os.Mkdir(s.file(folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.daemon(t, "munged", "--foreground", "--force", "--key-file="+key, "--socket="+s.file("munge.socket"), "--pid-file="+s.file("munge.pid"),
		"--log-file="+s.file("munge.log"), "--seed-file="+s.file("munge.seed"))
	s.until(t, "munge listens", func() bool { _, err := os.Stat(s.file("munge.socket")); return err == nil })
	s.daemon(t, "slurmctld", "-D")
	s.daemon(t, "slurmd", "-D", "-N", "one")
	s.daemon(t, "slurmd", "-D", "-N", "two")
	s.until(t, "both nodes are idle", func() bool {
		out, err := s.command("sinfo", "--noheader", "--Node", "--format=%T").Output()
		return err == nil && string(out) == "idle\nidle\n"
	})
	return s
}

func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (s slurm) file(name string) string { return filepath.Join(s.dir, name) }

// command is a program of Slurm, with variables besides; what runs in a job is this test
// binary as vdm.
func (s slurm) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Env = append(os.Environ(), "SLURM_CONF="+s.file("slurm.conf"), childEnv+"=1", "VDM="+os.Args[0])
	c.Dir = s.dir
	return c
}

func (s slurm) daemon(t *testing.T, name string, args ...string) {
	c := s.command(name, args...)
	log, err := os.CreateTemp(s.dir, name+"-*.log")
	if err != nil {
		t.Fatal(err)
	}
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
		if text, _ := os.ReadFile(log.Name()); t.Failed() {
			t.Logf("%s:\n%s", name, text)
		}
	})
}

func (s slurm) until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Hour); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatalf("not within an hour: %s", what)
}

// submit returns the number of a new job.
func (s slurm) submit(t *testing.T, env []string, args ...string) string {
	t.Helper()
	c := s.command("sbatch", append([]string{"--parsable"}, args...)...)
	c.Env = append(c.Env, env...)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("sbatch: %v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// job returns what Slurm says of a job, or of a task of an array.
func (s slurm) job(t *testing.T, id string) map[string]string {
	t.Helper()
	out, err := s.command("scontrol", "--oneliner", "show", "job", id).CombinedOutput()
	if err != nil {
		t.Fatalf("scontrol show job %s: %v\n%s", id, err, out)
	}
	said := map[string]string{}
	for _, m := range regexp.MustCompile(`(\w+)=(\S*)`).FindAllStringSubmatch(strings.SplitN(string(out), "\n", 2)[0], -1) {
		said[m[1]] = m[2]
	}
	return said
}

// wait waits until a job has ended, and returns what Slurm says of it then.
func (s slurm) wait(t *testing.T, id string) (said map[string]string) {
	t.Helper()
	s.until(t, "job "+id+" ends", func() bool {
		said = s.job(t, id)
		return !regexp.MustCompile("^(PENDING|RUNNING|COMPLETING|CONFIGURING|REQUEUED)").MatchString(said["JobState"])
	})
	return said
}

// An ensemble as an array whose tasks Slurm kills, requeues and ends at their time limit,
// submitted again until all parts are there, is the ensemble of one process to the bit.
func TestSlurmEnsemble(t *testing.T) {
	s := startSlurm(t)
	_, run := trained(t)
	const tasks, members = 5, 2
	whole := drawPart(t, run, s.file("whole.nc"), 0, tasks*members)
	// The first time, tasks 1 to 3 wait for what is done to them.
	vdm := s.file("vdm")
	script := fmt.Sprintf("#!/bin/bash\nmark=%s/began-$SLURM_ARRAY_TASK_ID\nif [[ $SLURM_ARRAY_TASK_ID =~ [123] && ! -e $mark ]]; then touch $mark; sleep 600; fi\nexec %s \"$@\"\n", s.dir, os.Args[0])
	if err := os.WriteFile(vdm, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	submit := func() string {
		return s.submit(t, []string{"OUT=" + s.file("parts"), fmt.Sprint("MEMBERS=", members), "VDM=" + vdm}, fmt.Sprintf("--array=0-%d", tasks-1),
			"--time=1", "--mem=1G", "--cpus-per-task=1", s.path, "sample", run, "--steps", "3", "--seed", "4", "--batch", "2")
	}
	id := submit()
	for task, how := range map[string][]string{"1": {"scontrol", "requeue"}, "2": {"scancel", "--full", "--signal=KILL"}} {
		s.until(t, "task "+task+" runs", func() bool { _, err := os.Stat(s.file("began-" + task)); return err == nil })
		if out, err := s.command(how[0], append(how[1:], id+"_"+task)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", how, err, out)
		}
	}
	ends := map[int]string{}
	for task := range tasks {
		said := s.wait(t, fmt.Sprint(id, "_", task))
		ends[task] = said["JobState"]
		if task == 1 && said["Restarts"] != "1" {
			t.Errorf("task 1 was restarted %s times, want once", said["Restarts"])
		}
	}
	if want := map[int]string{0: "COMPLETED", 1: "COMPLETED", 2: "CANCELLED", 3: "TIMEOUT", 4: "COMPLETED"}; !reflect.DeepEqual(ends, want) {
		t.Fatalf("the tasks ended as %v, want %v", ends, want)
	}
	id = submit()
	for task := range tasks {
		if said := s.wait(t, fmt.Sprint(id, "_", task)); said["JobState"] != "COMPLETED" {
			t.Errorf("the second time task %d ended as %v", task, said)
		}
	}
	parts, err := filepath.Glob(s.file("parts/*.nc"))
	if err != nil || len(parts) != tasks {
		t.Fatalf("parts %v (%v)", parts, err)
	}
	out := s.file("all.nc")
	succeed(t, append([]string{"merge", "--first", "0", "--count", fmt.Sprint(tasks * members), "--out", out}, parts...)...)
	sameSamples(t, out, whole)
}

// Training under srun, on all devices that the node's engine has, saves at the signal that
// Slurm sends before the time limit, and the next job ends as an undisturbed training does.
func TestSlurmTraining(t *testing.T) {
	s := startSlurm(t)
	devices, engine := "1", []string(nil)
	if r := vdmRun(t, "doctor", "--engines"); strings.Contains(r.stdout, "XLA CPU") && !strings.Contains(r.stdout, "WRONG") {
		plugins, err := filepath.Abs("../../../build/engines/xla") // jobs run in another folder
		if err != nil {
			t.Fatal(err)
		}
		devices, engine = "2", []string{"GOMLX_BACKEND=xla:cpu", "XLA_FLAGS=--xla_force_host_platform_device_count=2", "PJRT_PLUGIN_LIBRARY_PATH=" + plugins}
	}
	t.Logf("%s devices, %v", devices, engine)
	data, dir := rainRecord(t), s.file("run")
	train := func(dir, steps string) []string {
		return tiny(data, dir, "--steps", steps, "--devices", devices, "--snapshot-every", "1000000")
	}
	run := func(dir, steps string) {
		c := s.command(os.Args[0], train(dir, steps)...)
		c.Env = append(c.Env, engine...)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	// The engine is checked once on a machine, which must not take the job's time.
	run(s.file("first"), "1")
	job := func(steps string) map[string]string {
		script := s.file("train-" + steps)
		text := "#!/bin/bash\nsrun \"$VDM\" '" + strings.Join(train(dir, steps), "' '") + "'\n"
		if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		return s.wait(t, s.submit(t, engine, "--time=2", "--signal=INT@60", "--cpus-per-task=2", "--nodes=1", "--ntasks=1", "--output="+script+".log", script))
	}
	said := job("1000000")
	text, _ := os.ReadFile(s.file("train-1000000.log"))
	m := regexp.MustCompile(`saved at step (\d+)`).FindSubmatch(text)
	if m == nil || said["JobState"] == "TIMEOUT" || said["ExitCode"] != fmt.Sprintf("%d:0", exitInterrupted) {
		t.Fatalf("the first job ended as %v:\n%s", said, text)
	}
	t.Logf("stopped after %s: %s", said["RunTime"], m[0])
	var step int
	fmt.Sscan(string(m[1]), &step)
	last := fmt.Sprint(step + 10)
	if said := job(last); said["JobState"] != "COMPLETED" {
		text, _ := os.ReadFile(s.file("train-" + last + ".log"))
		t.Fatalf("the second job ended as %v:\n%s", said, text)
	}
	run(s.file("alone"), last)
	if !reflect.DeepEqual(weightsOf(t, dir), weightsOf(t, s.file("alone"))) {
		t.Error("the weights of the stopped training are not those of the one left alone")
	}
}

// Nowcasts of many cases are an array in one line, and vdm verify reads their folder.
// VDM_SLURM_CASES is the number of cases.
func TestSlurmCases(t *testing.T) {
	s := startSlurm(t)
	cases := 20
	if n := os.Getenv("VDM_SLURM_CASES"); n != "" {
		fmt.Sscan(n, &cases)
	}
	data := writeRecord(t, s.file("rain.nc"), func(f *cf.SampleFile) {
		once := f.Channels[0].Data
		for len(f.Times) <= cases {
			f.Times = append(f.Times, f.Times[len(f.Times)-1]+1)
			frame := len(f.Times) % recordFrames * recordHeight * recordWidth
			f.Channels[0].Data = append(f.Channels[0].Data, once[frame:frame+recordHeight*recordWidth]...)
		}
	})
	dir := s.file("run")
	succeed(t, tiny(data, dir, "--steps", "3", "--held-out", "4")...)
	began := time.Now()
	s.submit(t, []string{"OUT=" + s.file("cases"), "MEMBERS=2", "EVERY=1"}, fmt.Sprintf("--array=0-%d", cases-1), "--mem=1G", "--cpus-per-task=1", "--output=/dev/null",
		s.path, "nowcast", dir, "--data", data, "--known", "1", "--evaluations", "3")
	s.until(t, "all cases are there", func() bool {
		files, _ := filepath.Glob(s.file("cases/case-*.nc"))
		return len(files) == cases
	})
	if err := os.WriteFile(s.file("cases/.writing-1.nc"), []byte("what a killed task left"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d cases in %v", cases, time.Since(began))
	if text := succeed(t, "verify", s.file("cases"), "--against", data, "--score", "crps"); !strings.Contains(text, fmt.Sprint(cases, " cases")) {
		t.Errorf("verified were not %d cases:\n%s", cases, text)
	}
}
