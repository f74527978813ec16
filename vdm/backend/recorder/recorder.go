// Package recorder is for tests: an XLA engine without XLA. Its PJRT plugin writes down
// the StableHLO programs that go-xla gives it to compile and runs none of them. So a
// machine without a plugin can test whether a graph becomes an XLA program, and inspect
// the program; the result of XLA's own compilation remains untested.
package recorder

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
)

//go:embed testdata/recorder.c
var source []byte

// Open returns an engine of a plugin's kind ("cuda", "cpu") with a number of devices. It
// skips the test where the plugin cannot be built, as on a machine without a C compiler
// or the module's sources.
func Open(t testing.TB, kind string, devices int) compute.Backend {
	t.Helper()
	t.Setenv("RECORDER_DEVICES", strconv.Itoa(devices))
	be, _, err := backend.OpenNamed("xla:" + Plugin(t, kind))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(be.Finalize)
	return be
}

// Plugin builds the plugin and returns its path.
func Plugin(t testing.TB, kind string) string {
	t.Helper()
	folder := t.TempDir()
	plugin := filepath.Join(folder, "recorder_"+kind+"_plugin.so")
	if err := build(folder, plugin); err != nil {
		t.Skipf("no recorder of XLA programs: %v", err)
	}
	t.Setenv("GOPJRT_CUDA_CHECKS", "0")
	return plugin
}

func build(folder, plugin string) error {
	header, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/gomlx/go-xla").Output()
	if err != nil {
		return fmt.Errorf("where go-xla is: %w", err)
	}
	file := filepath.Join(folder, "recorder.c")
	if err := os.WriteFile(file, source, 0o644); err != nil {
		return err
	}
	include := "-I" + filepath.Join(strings.TrimSpace(string(header)), "pjrt")
	if out, err := exec.Command("cc", "-shared", "-fPIC", include, "-o", plugin, file).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// Programs returns the texts, in StableHLO, of the programs that f compiles. A panic of
// f, with which graph functions report errors, becomes an error.
func Programs(f func() error) (texts []string, err error) {
	folder, err := os.MkdirTemp("", "recorder-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("building the graph: %v", r)
		}
	}()
	if err := os.Setenv("RECORDER_FOLDER", folder); err != nil {
		return nil, err
	}
	defer os.Unsetenv("RECORDER_FOLDER")
	if err := f(); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.mlir"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(data))
	}
	return texts, nil
}
