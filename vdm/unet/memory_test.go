package unet

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

const memoryChild = "VDM_UNET_MEMORY_CHILD"

// TestPeakAgainstMeasuredMemory runs training steps in a process of its own
// and compares what ONNX Runtime takes with Cost.Peak. On one clip of
// 10×32×32 it takes about 1.5 times the peak for the first step and 3 times
// from the second on, as it then adds one block for a plan of all buffers to
// the arena that the first step filled.
func TestPeakAgainstMeasuredMemory(t *testing.T) {
	if os.Getenv(memoryChild) != "" {
		reportMemory(t)
		return
	}
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	if testing.Short() {
		t.Skip("runs for seconds")
	}
	if _, _, err := backend.OpenNamed("onnx"); err != nil {
		t.Skip(err)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestPeakAgainstMeasuredMemory$", "-test.v")
	child.Env = append(os.Environ(), memoryChild+"=1")
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var ratios [2]float64
	for i, key := range []string{"first ratio ", "second ratio "} {
		_, rest, found := bytes.Cut(out, []byte(key))
		text, _, _ := bytes.Cut(rest, []byte("\n"))
		if ratios[i], err = strconv.ParseFloat(string(text), 64); !found || err != nil {
			t.Fatalf("no %q in %s", key, out)
		}
	}
	t.Logf("measured over counted: %.2f for the first step, %.2f for the second", ratios[0], ratios[1])
	if ratios[0] < 1 || ratios[0] > 2.2 || ratios[1] < 1 || ratios[1] > 4 {
		t.Errorf("measured memory is %.2f, then %.2f times Cost.Peak, want about 1.5 and 3", ratios[0], ratios[1])
	}
}

func reportMemory(t *testing.T) {
	be := enginetest.Named(t, "onnx")
	c := Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2, HeadDim: 32}
	const batch, frames, size = 1, 10, 32
	g, outputs := stepOf(be, c, batch, frames, size)
	peak := float64(engine.CostOf(g, outputs...).Peak)
	g.Finalize()

	variables := c.Variables()
	n := len(variables)
	step := compile(t, be, func(in []*graph.Node) []*graph.Node {
		w := Weights{}
		for i, v := range variables {
			w[v.Name] = in[i]
		}
		v := Apply(c, w, in[n], in[n+1])
		loss := graph.ReduceAllMean(graph.Mul(v, v))
		return append(graph.Gradient(loss, in[:n]...), loss)
	})
	in := arguments(c, variablesOf(c, 1), normal(1, batch, frames, size, size, 1), normal(2, batch))
	debug.FreeOSMemory()
	before := resident(t)
	for _, name := range []string{"first", "second"} {
		step.run(in...)
		debug.FreeOSMemory()
		t.Logf("\n%s ratio %.4f\n", name, (resident(t)-before)/peak)
	}
}

// resident is the memory of this process in bytes.
func resident(t *testing.T) float64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.ParseFloat(string(bytes.Fields(text)[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * float64(os.Getpagesize())
}
