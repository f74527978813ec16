package engines_test

import (
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
)

// childEnv makes this test binary print what Open chooses, and exit.
const childEnv = "VDM_TEST_PRINT_ENGINE"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) == "" {
		os.Exit(m.Run())
	}
	b, c, err := backend.Open()
	if err == nil {
		err = tryOut(b)
	}
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println(c)
}

// tryOut runs a small graph: a matrix product and its gradient, in closed form.
// With f(x) = Σ (x·xᵀ), ∂f/∂x = 2·(column sums of x) in every row.
func tryOut(b compute.Backend) error {
	x := [][]float32{{1, 2, 3}, {4, 5, 6}}
	got, err := graph.CallOnce(b, func(x *graph.Node) *graph.Node {
		f := graph.ReduceAllSum(graph.Einsum("ij,kj->ik", x, x))
		return graph.Gradient(f, x)[0]
	}, x)
	if err != nil {
		return err
	}
	for _, row := range got.Value().([][]float32) {
		for j, want := range []float64{10, 14, 18} {
			if math.Abs(float64(row[j])-want) > 1e-5 {
				return fmt.Errorf("gradient %v, want rows of 10 14 18", got.Value())
			}
		}
	}
	return nil
}

func TestEveryEngineAtHand(t *testing.T) {
	names := backend.AtHand()
	t.Logf("engines at hand: %v", names)
	if !slices.Contains(names, "go") {
		t.Errorf("pure Go is always at hand; got %q", names)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			b, c, err := backend.OpenNamed(name)
			if err != nil {
				t.Fatal(err)
			}
			t.Log(c)
			if c.Name != name {
				t.Errorf("opened %s", c.Name)
			}
			if err := tryOut(b); err != nil {
				t.Error(err)
			}
			if again, _, err := backend.OpenNamed(name); again != b || err != nil {
				t.Errorf("opened twice: %v", err)
			}
		})
	}
}

// On a machine without any library Open takes pure Go, whatever the network:
// it neither asks for anything (a proxy would hear it) nor writes to the home.
func TestNeverDownloads(t *testing.T) {
	text := filepath.Join(t.TempDir(), "libonnxruntime.so")
	if err := os.WriteFile(text, []byte("<html>404</html>"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, env, want string }{
		{"no library", "", "engine: pure Go"},
		{"a text file as library", "ONNXRUNTIME_SHARED_LIBRARY_PATH=" + text, "libonnxruntime.so: not a shared library"},
		{"XLA asked for", "GOMLX_BACKEND=xla:cpu", `error: GOMLX_BACKEND=xla:cpu: no PJRT plugin "cpu"`},
		{"XLA without a plugin's name", "GOMLX_BACKEND=xla", `error: GOMLX_BACKEND=xla: `},
		{"ONNX Runtime asked for", "GOMLX_BACKEND=onnx", "error: GOMLX_BACKEND=onnx: no ONNX Runtime library in "},
		{"unknown", "GOMLX_BACKEND=onyx", `no engine "onyx": want one of xla, `},
	} {
		t.Run(test.name, func(t *testing.T) {
			proxy, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			heard := make(chan bool)
			go func() {
				conn, err := proxy.Accept()
				if err == nil {
					conn.Close()
				}
				heard <- err == nil
			}()
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			home := t.TempDir()
			cmd := exec.Command(exe)
			cmd.Dir = t.TempDir()
			cmd.Env = []string{
				childEnv + "=1", "HOME=" + home, "PATH=" + os.Getenv("PATH"), test.env,
				"HTTP_PROXY=http://" + proxy.Addr().String(), "HTTPS_PROXY=http://" + proxy.Addr().String(),
			}
			out, err := cmd.CombinedOutput()
			if installed, _ := filepath.Glob("/usr/local/lib/libonnxruntime*"); len(installed) > 0 {
				t.Skip("an engine is installed system-wide")
			}
			if installed, _ := filepath.Glob("/usr/local/lib/go-xla/*"); len(installed) > 0 {
				t.Skip("an engine is installed system-wide")
			}
			if failed := strings.HasPrefix(string(out), "error:"); failed != (err != nil) {
				t.Errorf("exit: %v", err)
			}
			if !strings.Contains(string(out), test.want) || strings.Count(string(out), "\n") != 1 {
				t.Errorf("printed %q, want one line with %q", out, test.want)
			}
			proxy.Close()
			if <-heard {
				t.Error("it tried to reach the network")
			}
			if left, err := os.ReadDir(home); err != nil || len(left) > 0 {
				t.Errorf("left in the home directory: %v, %v", left, err)
			}
		})
	}
}
