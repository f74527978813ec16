package report

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRunFolder(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(root, "a", "b")
	if err := os.MkdirAll(below, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(below)
	t.Setenv("VDM_TEST_FOLDER", "")
	if got := RunFolder("VDM_TEST_FOLDER", "x"); got != filepath.Join(below, "runs", "x") {
		t.Errorf("without a project: %s", got)
	}
	if err := os.WriteFile(filepath.Join(root, "go.mod"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := RunFolder("VDM_TEST_FOLDER", "x"); got != filepath.Join(root, "runs", "x") {
		t.Errorf("in a project: %s", got)
	}
	t.Setenv("VDM_TEST_FOLDER", "elsewhere")
	if got := RunFolder("VDM_TEST_FOLDER", "x"); got != "elsewhere" {
		t.Errorf("named: %s", got)
	}
}
