package run

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// memoryMembers names the environment variable that makes the test binary draw so
// many members and print its peak memory instead of testing.
const memoryMembers = "VDM_TEST_MEMORY_MEMBERS"

// A clip of which 56 are 140 MiB.
var memoryClip = [4]int{10, 256, 256, 1}

func memoryChild(members string) {
	count, err := strconv.Atoi(members)
	if err == nil {
		var be compute.Backend
		if be, _, err = backend.OpenNamed("go"); err == nil {
			err = drawMany(be, count)
		}
	}
	status, readErr := os.ReadFile("/proc/self/status")
	if err != nil || readErr != nil {
		fmt.Fprintln(os.Stderr, err, readErr)
		os.Exit(1)
	}
	fmt.Println(string(regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)[1]))
}

func drawMany(be compute.Backend, count int) error {
	plan, err := vdm.UniformTime(vdm.Cosine{}, 2).DDIM(0)
	if err != nil {
		return err
	}
	still := func(z *g.Node, at vdm.Level, in vdm.Batch) vdm.Prediction {
		return vdm.Prediction{Z: z, At: at, V: g.ZerosLike(z)}
	}
	sum := 0.0
	_, err = vdm.SampleFrom(context.Background(), be, still, plan, memoryClip, nil, vdm.DrawOptions{
		Count: count, Batch: 8, Each: func(_ int, clip []float32) error {
			sum += float64(clip[0])
			return nil
		},
	})
	return err
}

// 64 members through Each need the memory of one batch of 8: the peak of a process
// that draws them is that of one that draws 8, where keeping them would add
// 140 MiB.
func TestMembersNeedTheMemoryOfABatch(t *testing.T) {
	peak := func(members int) float64 {
		child := exec.Command(os.Args[0], "-test.run=^$")
		child.Env = append(os.Environ(), fmt.Sprintf("%s=%d", memoryMembers, members), "GOGC=25")
		var stderr bytes.Buffer
		child.Stderr = &stderr
		out, err := child.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, stderr.String())
		}
		kib, err := strconv.Atoi(strings.TrimSpace(string(out)))
		if err != nil {
			t.Fatal(err)
		}
		return float64(kib) / 1024
	}
	few, many := peak(8), peak(64)
	t.Logf("peak memory: %.0f MiB for 8 members, %.0f MiB for 64", few, many)
	if many > few+70 {
		t.Errorf("64 members need %.0f MiB, 8 need %.0f", many, few)
	}
}

// A thousand members on little memory: an error that says how to have them, and
// with Each no error.
func TestAThousandMembersOnLittleMemory(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	m.freeMemory = func() int64 { return 100 << 10 }
	_, err := m.Sample(context.Background(), SampleOptions{Count: 1000, Evaluations: 1})
	enginetest.WantError(t, "a thousand kept", err, "1000 clips need", "GiB are free", "SampleOptions.Each")
	n := 0
	o := SampleOptions{Count: 200, Batch: 50, Evaluations: 1, Each: func(int, []float32) error { n++; return nil }}
	if _, err := m.Sample(context.Background(), o); err != nil || n != 200 {
		t.Errorf("two hundred one by one: %d came, %v", n, err)
	}
}
