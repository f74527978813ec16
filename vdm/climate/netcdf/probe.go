package netcdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// probeVariable in the environment makes a program that links this package read
// the file that it names and exit.
const probeVariable = "CLIMATE_VDM_PROBE_NETCDF"

// probeDepthVariable says how much of the file: depthHead or depthWhole.
const probeDepthVariable = "CLIMATE_VDM_PROBE_DEPTH"

const (
	depthHead  = "head"  // metadata, and variables of at most two dimensions
	depthWhole = "whole" // every numeric variable
)

// probeRefused is the exit status of a child that met an ordinary error, which it
// printed.
const probeRefused = 3

// The one thing that this package does by itself: it must happen before main and
// in every program, notebook cells included, which have no place to call it from.
func init() {
	if path, asked := os.LookupEnv(probeVariable); asked {
		os.Exit(probeChild(path, os.Getenv(probeDepthVariable)))
	}
}

// probeChild is the life of the child process.
func probeChild(path, depth string) int {
	// Should a file make the library take all memory, let the system end this
	// process and not its parent. Where this fails, nothing is lost.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	if err := walk(path, depth); err != nil {
		fmt.Println(err)
		return probeRefused
	}
	return 0
}

// walk reads a file: metadata, and the data of every numeric variable, or only of
// those that can be coordinates, in blocks.
func walk(path, depth string) error {
	return withDataset(path, func(d *dataset) error {
		for _, v := range d.vars {
			if !v.isNumeric() || depth == depthHead && len(v.shape) > 2 {
				continue
			}
			if err := v.walk(); err != nil {
				return fmt.Errorf("%s: variable %q cannot be read (file damaged or truncated?): %w", path, v.name, err)
			}
		}
		return nil
	})
}

// walk reads a variable, a block at a time.
func (v *variable) walk() error {
	raw := newSlab(v, &unpacker{})
	if len(v.shape) == 0 {
		return raw.read(nil, nil)
	}
	return v.eachBlock(raw.bytes(), raw.read)
}

// eachBlock cuts a variable into blocks along one of its dimensions: the first of
// which a row is small, so that one whose first dimension has the length 1, as the
// member of an ensemble has, does not make one block.
func (v *variable) eachBlock(bytes int, do func(start, count []int) error) error {
	if slices.Contains(v.shape, 0) {
		return nil
	}
	start, count := make([]int, len(v.shape)), slices.Clone(v.shape)
	along, row := len(v.shape)-1, bytes
	for along > 0 && row*v.shape[along] <= slabBytes {
		row *= v.shape[along]
		along--
	}
	if free := freeMemory(); free > 0 && int64(row) > free {
		return fmt.Errorf("one row takes %d bytes, %d are free", row, free)
	}
	for i := range along {
		count[i] = 1
	}
	most := v.blockLength(along, row)
	for {
		for at := 0; at < v.shape[along]; at += most {
			start[along], count[along] = at, min(most, v.shape[along]-at)
			if err := do(start, count); err != nil {
				return err
			}
		}
		i := along - 1 // on to the next place along the dimensions before
		for ; i >= 0; i-- {
			if start[i]++; start[i] < v.shape[i] {
				break
			}
			start[i] = 0
		}
		if i < 0 {
			return nil
		}
	}
}

// probed remembers the files that a child has read: by path, size and time.
var probed sync.Map

// Probe checks a file without risk to this process: it must look like NetCDF and
// be as long as its header says, and a child process must be able to open it and
// read every variable. If the C library crashes on it, or does not come to an
// end, that is an error that names the file. A file that has passed is not probed
// again until it changes.
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
	identity := fmt.Sprintln(full, info.Size(), info.ModTime().UnixNano())
	for _, enough := range []string{depth, depthWhole} {
		if _, done := probed.Load(identity + enough); done {
			return nil
		}
	}
	// Damaged files have sent the library round in circles; a healthy one is read
	// at some hundred MB/s.
	limit := 30*time.Second + time.Duration(info.Size()/(5<<20))*time.Second
	command := func(ctx context.Context, path string) (*exec.Cmd, error) { return childCommand(ctx, path, depth) }
	if err := runProbe(command, full, limit); err != nil {
		return err
	}
	probed.Store(identity+depth, true)
	return nil
}

// childCommand is this program once more. On Linux /proc/self/exe is it even when
// its file has been replaced or removed since, as go run and notebooks do.
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
