package installed

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// CheckersEnv names the folder with the programs compliance-checker and cfchecks, such as
// bin of a virtual environment with the packages compliance-checker and cfchecker of PyPI.
// Where it is not set, the PATH is looked through.
const CheckersEnv = "VDM_CF_CHECKERS"

// checker is the path of a program that checks files.
func checker(t testing.TB, name string) string {
	t.Helper()
	at := name
	if dir := os.Getenv(CheckersEnv); dir != "" {
		at = filepath.Join(dir, name)
	}
	path, err := exec.LookPath(at)
	if err != nil {
		t.Skipf("no %s here (%s names the folder of it): %v", name, CheckersEnv, err)
	}
	return path
}

// CheckersPython returns the Python beside the checkers, with which packages such as pysteps
// are tried that no distribution has, and skips the test unless it runs the program use to
// its end.
func CheckersPython(t testing.TB, use string) string {
	t.Helper()
	if os.Getenv(CheckersEnv) == "" {
		t.Skipf("no Python for this here: %s names the folder of one", CheckersEnv)
	}
	python := checker(t, "python")
	if _, err := trial(python, "-c", use); err != nil {
		t.Skipf("the Python of %s cannot run %q: %v", CheckersEnv, use, err)
	}
	return python
}

// FollowConventions reports as errors of the test what compliance-checker (CF 1.8 and
// 1.11) and cfchecks find wrong with NetCDF files. It skips the test where the first is
// absent, and leaves the second out where that is.
func FollowConventions(t *testing.T, files ...string) {
	t.Helper()
	compliance := checker(t, "compliance-checker")
	out := filepath.Join(t.TempDir(), "faults.json")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	args := append([]string{"-t", "cf:1.8", "-t", "cf:1.11", "-f", "json_new", "-o", out}, files...)
	said, failed := exec.CommandContext(ctx, compliance, args...).CombinedOutput() // its exit status also counts warnings
	text, err := os.ReadFile(out)
	var found map[string]map[string]struct {
		Errors []struct {
			Name     string   `json:"name"`
			Messages []string `json:"msgs"`
		} `json:"high_priorities"`
	}
	if err == nil {
		err = json.Unmarshal(text, &found)
	}
	if err != nil || len(found) != len(files) {
		t.Fatalf("compliance-checker says nothing of some of %d files: %v, %v\n%s", len(files), failed, err, said)
	}
	for file, versions := range found {
		if len(versions) != 2 {
			t.Errorf("%s was checked against %d versions of CF", file, len(versions))
		}
		for version, faults := range versions {
			for _, f := range faults.Errors {
				for _, message := range f.Messages {
					t.Errorf("%s: compliance-checker, %s: %s: %s", filepath.Base(file), version, f.Name, message)
				}
			}
		}
	}
	t.Run("cfchecks", func(t *testing.T) { cfchecks(t, compliance, files) })
}

// cfchecks reports what cfchecks finds wrong. It uses compliance-checker's table of
// standard names; the tables of areas and regions, which no file of ours names, are empty,
// so that no network is needed.
func cfchecks(t *testing.T, compliance string, files []string) {
	program := checker(t, "cfchecks")
	if real, err := filepath.EvalSymlinks(compliance); err == nil {
		compliance = real
	}
	tables, _ := filepath.Glob(filepath.Join(filepath.Dir(compliance), "..", "lib", "python*", "site-packages", "compliance_checker", "data", "cf-standard-name-table.xml"))
	if len(tables) == 0 {
		t.Skip("no table of standard names beside compliance-checker")
	}
	dir := t.TempDir()
	areas, regions := filepath.Join(dir, "areas.xml"), filepath.Join(dir, "regions.xml")
	for path, text := range map[string]string{
		areas:   "<area_type_table><version_number>0</version_number><date>2000-01-01T00:00:00Z</date></area_type_table>",
		regions: "<standardized_region_list><version_number>0</version_number><date>2000-01-01T00:00:00Z</date></standardized_region_list>",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	args := append([]string{"-s", tables[0], "-a", areas, "-r", regions, "-v", "1.8"}, files...)
	said, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	text := string(said)
	if n := strings.Count(text, "ERRORS detected: "); n != len(files) {
		t.Fatalf("cfchecks says nothing of some of %d files: %v\n%s", len(files), err, text)
	}
	for line := range strings.Lines(text) {
		if strings.Contains(line, "ERROR: ") || strings.Contains(line, "FATAL: ") {
			t.Errorf("cfchecks: %s in\n%s", strings.TrimSpace(line), text)
		}
	}
}
