package backend

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/powercut"
)

// The kept result of an engine's check is the one that was found, or none, and then the
// check is made again.
func TestPowerCutProof(t *testing.T) {
	// The test itself is the library: a file that is the same for both processes.
	p := plan{name: "onnx", label: "ONNX Runtime", driver: "onnx", config: "cpu", library: os.Args[0]}
	prove := func(dir string) (asked int, err error) {
		r := &results{proofs: map[string]Proof{"onnx": right}}
		proof, err := r.in(filepath.Join(dir, "climate-vdm", "engines")).of(p, false)
		if err == nil && proof != right {
			t.Errorf("the result is %+v", proof)
		}
		return len(r.asked), err
	}
	powercut.Run(t, powercut.Case{
		Write: func(dir string, _ func()) error {
			_, err := prove(dir)
			return err
		},
		Check: func(dir string, promises int) error {
			other := filepath.Join(t.TempDir(), "copy")
			if err := os.CopyFS(other, os.DirFS(dir)); err != nil {
				return err
			}
			asked, err := prove(other)
			if promises > 0 && asked > 0 {
				t.Error("a result that was kept is lost")
			}
			return err
		},
	})
}
