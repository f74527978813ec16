package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/internal/machine"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

func newDoctor() *cobra.Command {
	engines := false
	c := &cobra.Command{
		Use:     "doctor",
		Short:   "Report the engines of this machine, their speed and what is missing",
		GroupID: groupCheck,
		Long: `doctor prints the versions, cores, memory and GPU of this machine, the engines
that can run the graphs, which one is chosen and why the others are not, how
fast a small training step is on it, and which programs are missing, each with
the line that installs it. It installs nothing. The exit status is 0 if training
can run.

An engine is used only where the values of a training step and a sampling step
are right on this machine. --engines checks the fast engines again, each in a
process of its own, which takes about a minute, and prints a table instead. The
exit status is then 0 if every engine whose library is present has the right
values.`,
		Example: `  vdm doctor
  vdm doctor --engines            # check the engines again, with times
  GOMLX_BACKEND=go vdm doctor     # try an engine by name`,
		Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			if engines {
				return proveEngines(c)
			}
			if err := emit(c, machineReport()); err != nil {
				return err
			}
			text, choice, runs := engineReport()
			if err := emit(c, text); err != nil {
				return err
			}
			var trouble error
			if runs {
				speed, err := smallStep(c.Context())
				if errors.Is(err, vdm.ErrInterrupted) {
					return err
				}
				if err != nil {
					speed, trouble = "a small training step fails: "+oneLine(err.Error()), err
				}
				if err := emit(c, row("speed", "%s", speed)); err != nil {
					return err
				}
			}
			if err := emit(c, missing(choice)); err != nil {
				return err
			}
			switch {
			case !runs:
				return errors.New("no engine can be opened: nothing can run")
			case trouble != nil:
				return fmt.Errorf("training does not run on this machine: %w", trouble)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&engines, "engines", false, "check the values of every engine again, and print a table")
	return c
}

// row returns a line of the report; further lines of the text are indented.
func row(label, format string, args ...any) string {
	return fmt.Sprintf("%-10s%s\n", label, fmt.Sprintf(format, args...))
}

// machineReport returns a description of the machine and the program.
func machineReport() string {
	s := row("program", "vdm %s, %s, %s/%s", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if v := cf.LibraryVersion("NetCDF"); v != "" {
		s += row("netcdf", "C library %s", v)
	} else {
		s += row("netcdf", "not built in: prepared data only")
	}
	total, free := machine.Memory()
	memoryText := "memory unknown"
	if total > 0 {
		memoryText = fmt.Sprintf("%.1f GiB of memory, %.1f GiB free", machine.GiB(total), machine.GiB(free))
	}
	s += row("machine", "%d cores (%d used), %s", runtime.NumCPU(), runtime.GOMAXPROCS(0), memoryText)
	if gpus := machine.GPUs(); len(gpus) > 0 {
		return s + row("GPU", "%s", strings.Join(gpus, "; "))
	}
	return s + row("GPU", "none from NVIDIA")
}

// engineReport returns a line for each engine, and the preferred engine.
func engineReport() (text string, choice backend.Choice, runs bool) {
	label := "engines"
	for _, name := range []string{"xla:cuda", "xla:cpu", "onnx", "go"} {
		_, c, err := backend.OpenNamed(name)
		line := fmt.Sprintf("%-9s no: %v", name, err)
		if err == nil {
			line = fmt.Sprintf("%-9s yes: %s", name, c.Label)
			if c.Library != "" {
				line += ", " + c.Library
			}
		}
		text += row(label, "%s", oneLine(line))
		label = ""
	}
	_, choice, err := backend.Open()
	if err != nil {
		return text + row("chosen", "none: %s", oneLine(err.Error())), choice, false
	}
	return text + row("chosen", "%s", strings.TrimPrefix(choice.String(), "engine: ")), choice, true
}

// steady is a source of constant clips for measurements.
type steady struct{ frames, size int }

func (s steady) Len() int { return 8 }

func (s steady) Shape() (int, int, int, int) { return s.frames, s.size, s.size, 1 }

func (s steady) Clip(i int, dst []float32) error {
	noise.Key{Stream: noise.Synthetic, Sample: uint32(i)}.Normal(dst)
	return nil
}

// smallStep returns how fast a small network trains: some steps in a folder that is
// removed afterwards.
func smallStep(ctx context.Context) (string, error) {
	dir, err := os.MkdirTemp("", "vdm-doctor-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	identity, err := transform.Parse("identity")
	if err != nil {
		return "", err
	}
	clips := steady{frames: 5, size: 16}
	const steps = 8
	m, err := run.Create(filepath.Join(dir, "run"), run.Config{
		Clip: run.ClipConfig{Frames: clips.frames, Height: clips.size, Width: clips.size,
			Channels: []run.ChannelConfig{{Name: "noise", Transform: identity}}},
		Network:  unet.Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2},
		Training: run.TrainingConfig{Steps: steps, Batch: 2},
	}, clips)
	if err != nil {
		return "", err
	}
	var took []float64
	last := time.Now()
	err = m.Train(ctx, run.TrainOptions{Data: clips, Progress: func(p vdm.Progress) {
		if now := time.Now(); p.Step > 1 { // the first step waits for the compiler
			took = append(took, now.Sub(last).Seconds())
		}
		last = time.Now()
	}})
	if err != nil {
		return "", err
	}
	estimate, err := m.Estimate()
	if err != nil {
		return "", err
	}
	slices.Sort(took)
	median := took[len(took)/2]
	rate := estimate.Cost.FLOPs / median / 1e9
	return fmt.Sprintf("%.2g s for a training step of %d weights on 2 clips of %d × %d × %d: %.1f GFLOP/s",
		median, m.Config.Network.Count(), clips.frames, clips.size, clips.size, rate), nil
}

// missing returns what else could be installed, each with the line that installs it.
func missing(choice backend.Choice) string {
	var lines []string
	if choice.Name == "go" || choice.Name == "" {
		lines = append(lines, "a fast engine: make run (installs ONNX Runtime or a PJRT plugin in build/engines)")
	}
	if len(machine.GPUs()) > 0 && choice.Name != "xla:cuda" {
		lines = append(lines, "a PJRT plugin for the GPU: pip install 'jax[cuda13]', then set PJRT_PLUGIN_LIBRARY_PATH to the folder that contains xla_cuda_plugin.so")
	}
	var packages, what []string
	for _, tool := range []struct{ command, pack, use string }{
		{"gcc", "gcc", "to build"},
		{"pkg-config", "pkg-config", "to build"},
		{"jupyter-nbconvert", "jupyter-nbconvert", "to run notebooks"},
		{"cdo", "cdo", "to look into NetCDF files"},
	} {
		if _, err := exec.LookPath(tool.command); err != nil {
			packages = append(packages, tool.pack)
			what = append(what, tool.command+" ("+tool.use+")")
		}
	}
	if _, err := exec.LookPath("go"); err != nil {
		lines = append(lines, "Go (to build and to run notebooks): from https://go.dev/dl/")
	}
	if len(packages) > 0 {
		lines = append(lines, fmt.Sprintf("%s: sudo apt-get install --yes --no-install-recommends %s", strings.Join(what, ", "), strings.Join(packages, " ")))
	}
	if len(lines) == 0 {
		return row("missing", "nothing")
	}
	s, label := "", "missing"
	for _, line := range lines {
		s += row(label, "%s", line)
		label = ""
	}
	return s
}
