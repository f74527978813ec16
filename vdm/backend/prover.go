package backend

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/gomlx/compute"
)

// A check runs in a process of its own, because a library may end the process that loads
// it. That process is a program that calls proof.Serve first in its main function: the
// program itself where it does so, otherwise build/bin/engine of the project.
const (
	// ProveEnv is the variable by which a process is asked to check an engine, with the
	// engine's configuration in the form of GOMLX_BACKEND.
	ProveEnv = "VDM_PROVE_ENGINE"
	// ProofLine begins the lines of a check's output: first one with [ProofVersion],
	// before the engine is opened, last one with the [Proof] in JSON, or with the reason
	// why there is none.
	ProofLine = "vdm-proof "
)

// proofLimit bounds the time of one check. Where it takes longer, training would take
// weeks.
const proofLimit = 10 * time.Minute

// self is the executable of this process where it can check engines.
var self string

// ProveBySelf says that this program checks engines when it is started with [ProveEnv].
func ProveBySelf() {
	if exe, err := os.Executable(); err == nil {
		self = exe
	}
}

// prover returns the program that checks engines.
func prover() (string, error) {
	if self != "" {
		return self, nil
	}
	var tried []string
	folders := []string{}
	if dir := os.Getenv(enginesEnv); dir != "" {
		folders = append(folders, filepath.Join(dir, "..", "bin"))
	}
	for _, root := range projectRoots() {
		folders = append(folders, filepath.Join(root, "build", "bin"))
	}
	for _, dir := range folders {
		file := filepath.Join(dir, "engine")
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return file, nil
		}
		tried = append(tried, short(file))
	}
	if len(tried) == 0 {
		return "", errors.New("no build/bin/engine, which make run builds")
	}
	return "", fmt.Errorf("no %s, which make run builds", strings.Join(tried, ", "))
}

// checkByChild checks an engine in a child process.
func checkByChild(p plan) (Proof, error) {
	program, err := prover()
	if err != nil {
		return Proof{}, err
	}
	return runCheck(program, p, proofLimit)
}

// runCheck runs a program that checks an engine, and returns the result. An error means
// that there is none, and that the fault is not the engine's.
func runCheck(program string, p plan, limit time.Duration) (Proof, error) {
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), ProveEnv+"="+p.driver+":"+p.config, compute.ConfigEnvVar+"=", "GOMLX_NO_AUTO_INSTALL=1", "GOTRACEBACK=none")
	if p.driver == "onnx" {
		cmd.Env = append(cmd.Env, onnxPathEnv+"="+p.library)
	}
	alive, err := cmd.StdinPipe() // the child ends when this process does
	if err != nil {
		return Proof{}, err
	}
	defer alive.Close()
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		return Proof{}, err
	}
	late := false
	timer := time.AfterFunc(limit, func() {
		late = true
		_ = cmd.Process.Kill()
	})
	err = cmd.Wait()
	timer.Stop()
	lines := proofLines(&out)
	switch {
	case len(lines) == 0 || lines[0] != fmt.Sprint(ProofVersion):
		return Proof{}, fmt.Errorf("%s does not know this check: make run builds it again", short(program))
	case late:
		return Proof{Dead: true, Wrong: fmt.Sprintf("no answer within %v", limit)}, nil
	case len(lines) > 1 && strings.HasPrefix(lines[1], "{"):
		var proof Proof
		err := json.Unmarshal([]byte(lines[1]), &proof)
		return proof, err
	case len(lines) > 1:
		return Proof{}, errors.New(lines[1])
	}
	status := &exec.ExitError{}
	if errors.As(err, &status) {
		if w, ok := status.Sys().(syscall.WaitStatus); ok && w.Signaled() {
			switch w.Signal() {
			case syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP:
				return Proof{}, errors.New("the check was interrupted")
			case syscall.SIGKILL:
				return Proof{}, errors.New("the check was killed: is the memory too small?")
			}
		}
	}
	return Proof{Dead: true, Wrong: "it ends the process: " + lastWords(said.String(), err)}, nil
}

// proofLines returns the lines of a check's output, without [ProofLine].
func proofLines(out *bytes.Buffer) (lines []string) {
	scan := bufio.NewScanner(out)
	scan.Buffer(nil, 1<<20)
	for scan.Scan() {
		if line, ok := strings.CutPrefix(scan.Text(), ProofLine); ok {
			lines = append(lines, line)
		}
	}
	return lines
}

var fatal = regexp.MustCompile(`^F\d{4} |(?i)unknown flag|^fatal|^SIG|^panic|symbol lookup error`)

// glogPrefix is what XLA's log puts before a fatal message: time, thread, file and line.
var glogPrefix = regexp.MustCompile(`^F\d{4} [0-9:. ]+\S+\] `)

// lastWords returns the line of a process's messages that most likely says why it ended.
func lastWords(said string, err error) string {
	last := ""
	for line := range strings.Lines(said) {
		line = oneLine(line)
		if fatal.MatchString(line) {
			return glogPrefix.ReplaceAllString(line, "")
		}
		if line != "" {
			last = line
		}
	}
	if last == "" && err != nil {
		last = err.Error()
	}
	if last == "" {
		last = "it ended without a result"
	}
	return last
}
