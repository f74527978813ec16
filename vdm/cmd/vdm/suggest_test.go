//go:build !nonetcdf

package main

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// composites writes radar composites of ODIM_H5 to a folder, each into one of its own
// where it is no frame of a record.
func composites(t *testing.T) string {
	t.Helper()
	z, err := zip.OpenReader(filepath.Join("..", "..", "climate", "odim", "testdata", "odim.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	dir := t.TempDir()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		series, _, _ := strings.Cut(strings.TrimSuffix(f.Name, ".h5"), "_")
		if err := os.MkdirAll(filepath.Join(dir, series), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, series, f.Name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// suggested returns the commands that inspect suggests.
func suggested(t *testing.T, args ...string) []string {
	t.Helper()
	said := runHere(t, append([]string{"inspect"}, args...)...)
	var all []string
	for _, m := range regexp.MustCompile(`(?m)^\s*command:?\s+(.*)$`).FindAllStringSubmatch(said, -1) {
		all = append(all, m[1])
	}
	if len(all) == 0 {
		t.Fatalf("inspect %q suggests no command:\n%s", args, said)
	}
	return all
}

// runHere runs a command line in this process and returns what it prints.
func runHere(t *testing.T, args ...string) string {
	t.Helper()
	var out, trouble strings.Builder
	c := newRoot()
	c.SetOut(&out)
	c.SetErr(&trouble)
	c.SetArgs(args)
	if err := c.Execute(); err != nil {
		t.Fatalf("%q: %v\n%s", args, err, trouble.String())
	}
	return out.String()
}

// failHere runs a command line that must fail, and returns its error.
func failHere(t *testing.T, args ...string) string {
	t.Helper()
	c := newRoot()
	c.SetOut(io.Discard)
	c.SetErr(io.Discard)
	c.SetArgs(args)
	err := c.Execute()
	if err == nil {
		t.Fatalf("%q does not fail", args)
	}
	return err.Error()
}

// obey runs a suggested command line in a folder, each part that && joins, training
// without steps.
func obey(t *testing.T, line string) {
	t.Helper()
	for part := range strings.SplitSeq(line, " && ") {
		var words []string
		for _, w := range wordsOf(part)[1:] {
			if files, err := filepath.Glob(w); err == nil && strings.Contains(w, "*") {
				words = append(words, files...)
				continue
			}
			words = append(words, w)
		}
		if words[0] == "train" {
			words = append(words, "--only-create", "--dim", "8", "--multiples", "1", "--heads", "1")
		}
		runHere(t, words...)
	}
}

// The command that inspect prints is the one that works, for a store, composites and
// prepared data.
func TestSuggestedCommands(t *testing.T) {
	dir := composites(t)
	t.Chdir(t.TempDir())
	if got := suggested(t, filepath.Join(dir, "dbzh", "dbzh_0.h5"), "--zr", "300,1.4"); len(got) != 1 || !strings.Contains(got[0], "--zr 300,1.4") || !strings.Contains(got[0], "*.h5 && vdm train") {
		t.Errorf("of one of three composites: %q", got)
	} else {
		obey(t, got[0])
		if notes := runHere(t, "inspect", "data/DBZH"); !strings.Contains(notes, "a = 300 and b = 1.4 (as set)") || !strings.Contains(notes, "3 frames") {
			t.Errorf("prepared data say\n%s", notes)
		}
		obey(t, suggested(t, "data/DBZH")[0])
	}
	// Of several files it says whether they are one record, and how to train on it.
	three := []string{filepath.Join(dir, "dbzh", "dbzh_2.h5"), filepath.Join(dir, "dbzh", "dbzh_0.h5"), filepath.Join(dir, "dbzh", "dbzh_1.h5")}
	if said := runHere(t, append([]string{"inspect"}, three...)...); !strings.Contains(said, "\ntogether: 3 files, 3 frames, ") {
		t.Errorf("of three composites:\n%s", said)
	}
	together := suggested(t, three...)
	if last := together[len(together)-1]; !strings.Contains(last, "dbzh_2.h5") || !strings.Contains(last, "--batch 4") {
		t.Errorf("%q", last)
	} else {
		obey(t, strings.NewReplacer("data/DBZH", "data/three", "runs/DBZH", "runs/three").Replace(last))
	}
	// A folder of files stands for the files in it, wherever data are given.
	folder := filepath.Join(dir, "dbzh")
	said := runHere(t, "inspect", folder)
	if !strings.Contains(said, "\ntogether: 3 files, 3 frames, ") || !strings.Contains(said, ", no gaps\n") || strings.Count(said, "command ") != 1 || strings.Contains(said, "dbzh_1.h5") {
		t.Errorf("of a folder of three composites:\n%s", said)
	}
	if got := suggested(t, folder)[0]; !strings.Contains(got, "--out data/DBZH "+folder+" && ") {
		t.Errorf("%q", got)
	} else {
		obey(t, strings.NewReplacer("data/DBZH", "data/folder", "runs/DBZH", "runs/folder").Replace(got))
	}
	runHere(t, "forecast", "persistence", "--data", folder, "--last", "--known", "1", "--frames", "2", "--out", "folder.nc")
	runHere(t, "forecast", "persistence", "--data", folder, "--start", "0", "--known", "1", "--frames", "3", "--out", "ahead.nc")
	if said := runHere(t, "verify", "ahead.nc", "--against", folder, "--rival", "none", "--score", "crps"); !strings.Contains(said, "1 case") {
		t.Errorf("verified against a folder:\n%s", said)
	}
	if err := failHere(t, "forecast", "persistence", "--data", dir, "--last"); !strings.Contains(err, "folders below have some") || !strings.Contains(err, filepath.Join(dir, "*", "*.h5")) {
		t.Errorf("of a folder of folders: %s", err)
	}
	if said := runHere(t, "inspect", three[0], three[0]); !strings.Contains(said, "together: no one record: ") || !strings.Contains(said, "--repeated") {
		t.Errorf("of one composite twice:\n%s", said)
	}
	forecast := suggested(t, filepath.Join(dir, "forecast", "forecast.h5"))
	if !strings.Contains(forecast[0], "--missing mask") || !strings.Contains(forecast[0], "--frames 3 --height 6 --width 8") {
		t.Errorf("%q", forecast)
	}
	obey(t, strings.ReplaceAll(forecast[0], "runs/DBZH", "runs/forecast"))
	store := goldenStore(t)
	of := suggested(t, store)
	if len(of) < 2 || !strings.Contains(of[0], "--variable") {
		t.Errorf("%q", of)
	}
	obey(t, of[0])
	if got := inShell([]string{"a b", "it's", "plain/x.nc", ""}); got != `'a b' 'it'\''s' plain/x.nc ''` {
		t.Errorf("quoted: %s", got)
	}
}

// The relation of reflectivity and rain is two numbers.
func TestReflectivityFlag(t *testing.T) {
	dir := composites(t)
	file := filepath.Join(dir, "dbzh", "dbzh_0.h5")
	for value, says := range map[string]string{"200": "two numbers", "200,1.6,3": "two numbers", "a,b": "want numbers", "0,0": "two numbers", "200,0": "b = 0", "-1,2": "a = -1"} {
		refuse(t, exitUsage, []string{"--zr", says}, "inspect", "--zr", value, file)
	}
	if said := runHere(t, "inspect", "--kind", "other", file); !strings.Contains(said, "units      dBZ\n") || !strings.Contains(said, "minimum -32,") {
		t.Errorf("kept in dBZ:\n%s", said)
	}
}
