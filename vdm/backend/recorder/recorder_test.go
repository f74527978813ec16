package recorder

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
)

func TestProgramsAreWrittenDown(t *testing.T) {
	be := Open(t, "cuda", 3)
	if be.NumDevices() != 3 {
		t.Errorf("%d devices, want 3", be.NumDevices())
	}
	exec, err := g.NewExec(be, func(x, y *g.Node) *g.Node { return g.Add(g.Sqrt(x), y) })
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	programs, err := Programs(func() error {
		for n := range 2 {
			shape := shapes.Make(dtypes.Float32, n+2)
			if _, err := exec.Compile(shape, shape); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(programs) != 2 {
		t.Fatalf("%d programs, want 2", len(programs))
	}
	for i, want := range []string{"tensor<2xf32>", "tensor<3xf32>"} {
		for _, want := range []string{"stablehlo.sqrt", "stablehlo.add", want} {
			if !strings.Contains(programs[i], want) {
				t.Errorf("program %d has no %s:\n%s", i, want, programs[i])
			}
		}
	}
	if _, err := exec.Call([]float32{1}, []float32{2}); err == nil || !strings.Contains(err.Error(), "the recorder holds no buffers") {
		t.Errorf("running a program: %v", err)
	}
}

// A plugin of another version refuses go-xla's structures in these words. The error
// names the plugin and passes them on, and no other engine is taken instead.
func TestPluginOfAnotherVersion(t *testing.T) {
	const refusal = "Unexpected PJRT_Client_Create_Args size: expected 104, got 88. Check installed software versions."
	plugin := Plugin(t, "cuda")
	t.Setenv("RECORDER_REFUSES", refusal)
	_, _, err := backend.OpenNamed("xla:" + plugin)
	if err == nil || !strings.Contains(err.Error(), plugin) || !strings.Contains(err.Error(), refusal) {
		t.Errorf("opening it: %v", err)
	}
}

// Tests that run on every engine at hand run on the one that GOMLX_BACKEND names by
// its path.
func TestPluginByPathIsAtHand(t *testing.T) {
	request := "xla:" + Plugin(t, "cuda")
	t.Setenv("GOMLX_BACKEND", request)
	if names := backend.AtHand(); names[0] != request || !slices.Contains(names, "go") {
		t.Errorf("at hand: %q, want %q first and go", names, request)
	}
}
