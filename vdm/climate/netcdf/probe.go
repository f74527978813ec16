package netcdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// probeVariable is an environment variable that makes a program which links this package
// read the file that it names and exit.
const probeVariable = "CLIMATE_VDM_PROBE_NETCDF"

// probeDepthVariable is an environment variable that says how much of the file is read:
// depthHead or depthWhole.
const probeDepthVariable = "CLIMATE_VDM_PROBE_DEPTH"

const (
	depthHead  = "head"  // metadata, and variables that can be coordinates: those of at most two dimensions, and others by their labels
	depthWhole = "whole" // every numeric variable
)

// probeList instead of a path means the paths on the standard input.
const probeList = "-"

// probeAll reads each of the files named on in, ended by zero bytes, and tells out the
// numbers of those that are whole. What is wrong with others shows when they are
// probed alone.
func probeAll(in io.Reader, out io.Writer) int {
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	paths, err := io.ReadAll(in)
	if err != nil {
		return probeRefused
	}
	for i, path := range bytes.Split(bytes.TrimSuffix(paths, []byte{0}), []byte{0}) {
		if walk(string(path), depthWhole) == nil {
			fmt.Fprintln(out, i)
		}
	}
	return 0
}

// probeTogether probes small files in one child process and records those that passed:
// starting a child takes longer than reading such a file.
func probeTogether(ctx context.Context, paths []string) {
	const small, fewest = 16 << 20, 3
	var identities []string
	var list bytes.Buffer
	limit := 30 * time.Second
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil || info.Size() > small || checkFile(path) != nil {
			continue
		}
		full, err := filepath.Abs(path)
		if err != nil {
			continue
		}
		identity := identityOf(full, info)
		if _, done := probed.Load(identity + depthWhole); !done {
			identities = append(identities, identity)
			list.WriteString(full + "\x00")
			limit += time.Duration(info.Size()/(5<<20)+1) * time.Second
		}
	}
	if len(identities) < fewest {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	child, err := childCommand(ctx, probeList, depthWhole)
	if err != nil {
		return
	}
	var out bytes.Buffer
	child.Stdin, child.Stdout, child.WaitDelay = &list, &out, time.Second
	_ = child.Run() // files that it did not reach are probed one by one
	for line := range strings.Lines(out.String()) {
		if i, err := strconv.Atoi(strings.TrimSuffix(line, "\n")); err == nil && i >= 0 && i < len(identities) {
			probed.Store(identities[i]+depthWhole, true)
		}
	}
}

// identityOf returns the identity of a file: path, size and time.
func identityOf(full string, info os.FileInfo) string {
	return fmt.Sprintln(full, info.Size(), info.ModTime().UnixNano())
}

// probeRefused is the exit status of a child that met an ordinary error, which it
// printed.
const probeRefused = 3

// This init does work, the only one in this package: it must run before main and in
// every program, notebook cells included, where no other place could call it.
func init() {
	if path, asked := os.LookupEnv(probeVariable); asked {
		if path == probeList {
			os.Exit(probeAll(os.Stdin, os.Stdout))
		}
		os.Exit(probeChild(path, os.Getenv(probeDepthVariable)))
	}
}

// probeChild runs the child process and returns its exit status.
func probeChild(path, depth string) int {
	// If a file makes the library take all memory, the system should end this process
	// and not its parent. Where this fails, nothing is lost.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	if err := walk(path, depth); err != nil {
		fmt.Println(err)
		return probeRefused
	}
	return 0
}

// walk reads a file in blocks: metadata, and the data of every numeric variable, or only
// of those that can be coordinates.
func walk(path, depth string) error {
	return withDataset(path, func(d *cf.Dataset) error {
		if err := cf.Walk(d, depth == depthHead); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
}

// probed remembers the files that a child has read: by path, size and time.
var probed sync.Map

// Probe checks a file without risk to this process: it must look like NetCDF and be as
// long as its header says, and a child process must be able to open it and read every
// variable. If the C library crashes on it, or does not return, that is an error that
// names the file. A file that passed is not probed again until it changes.
func Probe(path string) error { return probe(path, depthWhole) }

func probe(path, depth string) error {
	if err := checkFile(path); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	identity := identityOf(full, info)
	for _, enough := range []string{depth, depthWhole} {
		if _, done := probed.Load(identity + enough); done {
			return nil
		}
	}
	// Damaged files have sent the library into endless loops; a good file is read at
	// some hundred MB/s.
	limit := 30*time.Second + time.Duration(info.Size()/(5<<20))*time.Second
	command := func(ctx context.Context, path string) (*exec.Cmd, error) { return childCommand(ctx, path, depth) }
	if err := runProbe(command, full, limit); err != nil {
		return err
	}
	probed.Store(identity+depth, true)
	return nil
}

// childCommand returns a command that runs this program again. On Linux /proc/self/exe
// is the program even when its file was replaced or removed, as go run and notebooks do.
func childCommand(ctx context.Context, path, depth string) (*exec.Cmd, error) {
	program := "/proc/self/exe"
	if runtime.GOOS != "linux" {
		var err error
		if program, err = os.Executable(); err != nil {
			return nil, err
		}
	}
	c := exec.CommandContext(ctx, program)
	c.Env = append(os.Environ(), probeVariable+"="+path, probeDepthVariable+"="+depth, "GOTRACEBACK=none", "GOMAXPROCS=1")
	return c, nil
}

func runProbe(command func(context.Context, string) (*exec.Cmd, error), path string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	child, err := command(ctx, path)
	if err != nil {
		return fmt.Errorf("%s: cannot start a process to probe it: %w", path, err)
	}
	var out, trouble bytes.Buffer
	child.Stdout, child.Stderr = &out, &trouble
	child.WaitDelay = time.Second
	err = child.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%s: the NetCDF library did not finish reading it in %v; it is damaged", path, limit)
	case !errors.As(err, &exit):
		return fmt.Errorf("%s: cannot start a process to probe it: %w", path, err)
	case exit.ExitCode() == probeRefused:
		return errors.New(strings.TrimSpace(out.String()))
	}
	first, _, _ := strings.Cut(strings.TrimSpace(trouble.String()), "\n")
	const longest = 200
	return fmt.Errorf("%s: the NetCDF library crashed while reading it (%v: %.*s); it is damaged or made to do harm", path, exit, longest, first)
}
