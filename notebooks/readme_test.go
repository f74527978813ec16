package notebooks

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What a block of the README that shows no imports may use.
const readmeImports = `import (
	"fmt"

	. "github.com/climate-vdm/climate-vdm/notebooks/lab"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)
`

// Each block of Go in the README compiles, as a cell or as the body of a program.
func TestTheReadmesGoCompiles(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 2 {
		t.Fatalf("%d blocks of Go in the README, want the cell and the program", len(blocks))
	}
	// Inside the module, where packages are found, and outside of what ./... names.
	place := filepath.Join("..", "build")
	if err := os.MkdirAll(place, 0o755); err != nil {
		t.Fatal(err)
	}
	for i, b := range blocks {
		head, body, cell := strings.Cut(b[1], "%%\n")
		if !cell {
			head, body = readmeImports, b[1]
		}
		dir, err := os.MkdirTemp(place, "readme-")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		program := "package main\n\n" + head + "\nfunc main() {\n" + body + "}\n"
		if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("go", "vet", "./"+filepath.ToSlash(dir)).CombinedOutput(); err != nil {
			t.Errorf("block %d of the README does not compile: %v\n%s", i+1, err, out)
		}
	}
}
