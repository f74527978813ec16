package proof

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"strings"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// Serve makes the program one that checks engines: its main function calls Serve before
// anything else. In a process that package backend started for a check, Serve runs the
// check and ends the process.
func Serve() {
	config := os.Getenv(backend.ProveEnv)
	if config == "" {
		backend.ProveBySelf()
		return
	}
	go func() { // the process that waits for the result has the other end open
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
	fmt.Printf("%s%d\n", backend.ProofLine, backend.ProofVersion)
	proof, err := check(config)
	if err != nil {
		fmt.Println(backend.ProofLine + strings.Join(strings.Fields(err.Error()), " "))
		os.Exit(0)
	}
	text, err := json.Marshal(proof)
	if err != nil {
		fmt.Println(backend.ProofLine + err.Error())
		os.Exit(0)
	}
	fmt.Printf("%s%s\n", backend.ProofLine, text)
	os.Exit(0)
}

// check returns the proof of the engine with a configuration. An error means that it
// could not be checked, and that the fault is not the engine's.
func check(config string) (backend.Proof, error) {
	if err := os.Setenv(compute.ConfigEnvVar, config); err != nil {
		return backend.Proof{}, err
	}
	be, choice, err := backend.Open()
	if err != nil {
		return backend.Proof{Wrong: strings.TrimPrefix(err.Error(), compute.ConfigEnvVar+"="+config+": "), Dead: true}, nil
	}
	want, err := expected()
	if err != nil {
		return backend.Proof{}, err
	}
	got, took, err := measure(context.Background())
	if errors.Is(err, engine.ErrDeviceMemory) || errors.Is(err, errMemory) {
		return backend.Proof{}, err
	}
	version := ""
	if found := interfaceVersion.FindStringSubmatch(be.Description()); found != nil && strings.HasPrefix(choice.Name, "xla") {
		version = "PJRT " + found[1]
	}
	if err != nil {
		return backend.Proof{Version: version, Wrong: err.Error()}, nil
	}
	allowed := exact
	if strings.Contains(choice.Name, "cuda") {
		allowed = loose
	}
	off, line := got.differs(want, allowed)
	if math.IsNaN(off) {
		off = math.MaxFloat64 // JSON has no NaN
	}
	return backend.Proof{Version: version, Wrong: line, Off: off, Train: took.train, Sample: took.sample, Compiling: took.compiling}, nil
}

// interfaceVersion finds the version of a plugin's interface in the engine's description.
var interfaceVersion = regexp.MustCompile(`\) v(\d+\.\d+)`)
