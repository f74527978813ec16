package soak

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/gomlx/compute"

	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// drawEnv names the environment variable that makes the test binary draw one clip of a
// run: the number of the clip, a colon and the run's folder.
const drawEnv = "VDM_TEST_DRAW"

// TestMain is also the program of the processes that draw. The pure Go engine starts at
// once; the soak takes the one that the program prefers.
func TestMain(m *testing.M) {
	if os.Getenv(compute.ConfigEnvVar) == "" && os.Getenv(minutesEnv) == "" {
		os.Setenv(compute.ConfigEnvVar, "go")
	}
	if number, dir, ok := bytes.Cut([]byte(os.Getenv(drawEnv)), []byte(":")); ok {
		first, err := strconv.Atoi(string(number))
		var clip []float32
		if err == nil {
			clip, err = draw(string(dir), first)
		}
		if err == nil {
			err = binary.Write(os.Stdout, binary.LittleEndian, clip)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// smallRun is the configuration of a network that trains in no time.
func smallRun(t *testing.T) run.Config {
	t.Helper()
	spec, err := transform.Parse("sqrt+affine:0:3")
	if err != nil {
		t.Fatal(err)
	}
	return run.Config{
		Clip:     run.ClipConfig{Frames: 4, Height: 16, Width: 16, Channels: []run.ChannelConfig{{Name: "pr", Units: "mm/h", Transform: spec}}},
		Network:  unet.Config{Dim: 8, Multiples: []int{1}, Heads: 1, HeadDim: 4},
		Training: run.TrainingConfig{Batch: 2, Rate: 1e-3, Steps: 1 << 20},
	}
}

// draw returns the clip of a number of a run.
func draw(dir string, number int) ([]float32, error) {
	m, err := run.Open(dir)
	if err != nil {
		return nil, err
	}
	s, err := m.Sample(context.Background(), run.SampleOptions{Count: 1, First: number, Evaluations: 2, Seed: 5})
	if err != nil {
		return nil, err
	}
	return s.Data, nil
}

// Ten processes draw from one run at once, and each clip is the one that a single process
// draws.
func TestTenProcesses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	m, err := run.Create(dir, smallRun(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	want, err := m.Sample(t.Context(), run.SampleOptions{Count: 10, Batch: 1, Evaluations: 2, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	var got [10][]float32
	var failed [10]error
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() {
			c := exec.Command(os.Args[0])
			c.Env = append(os.Environ(), fmt.Sprintf("%s=%d:%s", drawEnv, i, dir))
			var complaints bytes.Buffer
			c.Stderr = &complaints
			out, err := c.Output()
			if err != nil {
				failed[i] = fmt.Errorf("%w: %s", err, complaints.Bytes())
				return
			}
			got[i] = make([]float32, len(out)/4)
			_, failed[i] = binary.Decode(out, binary.LittleEndian, got[i])
		})
	}
	all.Wait()
	for i, clip := range got {
		if failed[i] != nil || !slices.Equal(clip, want.At(i)) {
			t.Errorf("process %d draws %d values that are not those of clip %d (%v)", i, len(clip), i, failed[i])
		}
	}
}
