package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// suggestedNetwork are the flags of a small network and batch, which any machine can
// train for a first look in minutes; the default network needs tens of GiB.
var suggestedNetwork = []string{"--dim", "16", "--multiples", "1,2", "--heads", "2", "--batch", "4", "--steps", "500"}

// commandFor returns the command line that trains on an inspected variable, with the flags
// that the inspection had; for one of many files of a frame, the two that join and train.
// It is empty where nothing can be suggested.
func commandFor(c *cobra.Command, path string, v *cf.VariableReport, several bool) string {
	words := readingFlags(c)
	if several || c.Flags().Changed("variable") {
		words = append([]string{"--variable", v.Name}, words...)
	}
	name := plainName(v.Name[strings.LastIndexByte(v.Name, '/')+1:])
	if v.Trainable {
		words = append([]string{"vdm", "train", "--data", path}, words...)
		return inShell(append(words, clipFlags(name, v.Longest, v.Height, v.Width, v.Stats.MissingShare() > 0)...))
	}
	if v.Frames != 1 || !v.HasStats || v.Calendar == climate.NoCalendar {
		return ""
	}
	// A glob must not be quoted.
	others := filepath.Join(filepath.Dir(path), "*"+filepath.Ext(path))
	found, err := filepath.Glob(others)
	if err != nil || len(found) < 2 || special.MatchString(filepath.Dir(path)) || filepath.Ext(path) == "" {
		return ""
	}
	data := "data/" + name
	words = append(append([]string{"vdm", "prepare"}, words...), "--out", data)
	clip := clipFlags(name, len(found), v.Height, v.Width, v.Stats.MissingShare() > 0)
	return inShell(words) + " " + others + " && " + inShell(append([]string{"vdm", "train", "--data", data}, clip...))
}

// joinedCommand returns what several inspected files, or folders of files, are as one
// record, and the command line that trains on it, or why they cannot be joined.
func joinedCommand(c *cobra.Command, paths []string, read *readFlags, missing bool) string {
	o, each, err := read.options()
	if err != nil {
		return ""
	}
	files := cf.Expand(paths...)
	plan, err := cf.PlanPreparation(c.Context(), files, cf.PrepareOptions{Read: o, Variables: read.variables, Each: each}, nil)
	if err != nil {
		return fmt.Sprintf("together: no one record: %v\n", err)
	}
	f := plan.Fields()[0]
	data := "data/" + plainName(f.Name)
	words := append(append([]string{"vdm", "prepare"}, withVariables(read, readingFlags(c))...), "--out", data)
	longest, after := 0, -1
	for _, t := range append(f.Gaps(), f.Frames()-1) {
		longest, after = max(longest, t-after), t
	}
	train := append([]string{"vdm", "train", "--data", data}, clipFlags(plainName(f.Name), longest, f.Height(), f.Width(), missing)...)
	gaps := map[int]string{0: "no gaps", 1: "one gap"}[len(f.Gaps())]
	if gaps == "" {
		gaps = fmt.Sprintf("%d gaps", len(f.Gaps()))
	}
	return fmt.Sprintf("together: %d files, %d frames, %s to %s, step %s, %s\n  %-11s%s %s && %s\n", len(files), f.Frames(), f.Date(0), f.Date(f.Frames()-1), climate.FormatHours(f.Step()), gaps,
		"command", inShell(words), inFewWords(paths), inShell(train))
}

// withVariables adds the variables to flags of reading.
func withVariables(read *readFlags, words []string) []string {
	for _, name := range read.variables {
		words = append(words, "--variable", name)
	}
	return words
}

// inFewWords returns files for a shell: as a pattern where one means exactly them.
func inFewWords(files []string) string {
	const few = 4
	dir, ending := filepath.Dir(files[0]), filepath.Ext(files[0])
	pattern := filepath.Join(dir, "*"+ending)
	if found, err := filepath.Glob(pattern); err == nil && len(files) > few && !special.MatchString(dir) && ending != "" {
		sorted := slices.Sorted(slices.Values(files))
		for i := range sorted {
			sorted[i] = filepath.Clean(sorted[i])
		}
		slices.Sort(found)
		if slices.Equal(found, sorted) {
			return pattern
		}
	}
	return inShell(files)
}

// trainOnPrepared returns the command line that trains on a folder of prepared data.
func trainOnPrepared(dir string) string {
	data, err := climate.OpenPrepared(dir)
	if err != nil {
		return ""
	}
	defer data.Close()
	f := data.Fields()[0]
	longest, after := 0, -1
	for _, t := range append(f.Gaps(), f.Frames()-1) {
		longest, after = max(longest, t-after), t
	}
	missing := slices.ContainsFunc(f.Notes, func(note string) bool { return strings.Contains(note, "of cells are missing") })
	name := plainName(filepath.Base(filepath.Clean(dir)))
	return inShell(append([]string{"vdm", "train", "--data", dir}, clipFlags(name, longest, f.Height(), f.Width(), missing)...))
}

// clipFlags are the flags of train besides those of reading: sizes where the data are
// smaller than its default clip, and what to do with missing cells.
func clipFlags(name string, frames, height, width int, missing bool) (words []string) {
	for _, size := range []struct {
		flag       string
		have, want int
	}{{"--frames", frames, 10}, {"--height", height, 32}, {"--width", width, 32}} {
		if size.have < size.want {
			words = append(words, size.flag, fmt.Sprint(size.have))
		}
	}
	if missing {
		words = append(words, "--missing", "mask")
	}
	return append(append(words, "--out", "runs/"+name), suggestedNetwork...)
}

// readingFlags are the flags that say how files are read, as they were given.
func readingFlags(c *cobra.Command) (words []string) {
	for _, name := range append(slices.Clone(remembered), "repeated") {
		f := c.Flags().Lookup(name)
		if f == nil || !f.Changed {
			continue
		}
		values := []string{strings.Trim(f.Value.String(), "[]")}
		if list, many := f.Value.(pflag.SliceValue); many {
			values = list.GetSlice()
		}
		for _, value := range values {
			if f.Value.Type() == "bool" {
				words = append(words, "--"+name)
				continue
			}
			words = append(words, "--"+name, value)
		}
	}
	return words
}

var special = regexp.MustCompile(`[^A-Za-z0-9_@%+=:,./-]`)

// inShell joins words as a shell takes them.
func inShell(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		if quoted[i] = w; w == "" || special.MatchString(w) {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// plainName is a name that a folder can have.
func plainName(name string) string {
	name = strings.Trim(special.ReplaceAllString(strings.ReplaceAll(name, string(os.PathSeparator), "-"), "-"), ".-")
	if name == "" {
		return "first"
	}
	return name
}
