package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/verification"
)

// verifyFlags are the settings of verify.
type verifyFlags struct {
	read         readFlags
	against      []string
	out, figures string
	explain      string
	rivals       []string
	regions      string
	windows      int // number of windows of the data for the comparison with samples
	o            run.SampleOptions
	scoring      verification.Options
}

// check refuses flags that make no sense, all of them at once, before anything is read.
func (v *verifyFlags) check(c *cobra.Command) error {
	m := mistakes{command: c}
	m.when(len(v.against) == 0, "--against is missing: the data to compare with")
	m.add(present("against", v.against))
	m.when(c.Flags().Changed("known") && v.scoring.Known < 1, "--known is %d: want at least 1", v.scoring.Known)
	m.when(v.windows < 1, "--data-clips is %d: want at least 1", v.windows)
	m.add(v.checkOut(c))
	slices.Sort(v.scoring.Thresholds)
	slices.Sort(v.scoring.Windows)
	v.scoring.Thresholds, v.scoring.Windows = slices.Compact(v.scoring.Thresholds), slices.Compact(v.scoring.Windows)
	for _, n := range v.scoring.Windows {
		m.when(n < 1 || n%2 == 0, "--window has %d: want odd numbers of cells, so that a window has a middle", n)
	}
	if n, err := fmt.Sscanf(v.regions, "%dx%d", &v.scoring.Regions[0], &v.scoring.Regions[1]); err != nil || n != 2 || v.scoring.Regions[0] < 1 || v.scoring.Regions[1] < 1 {
		m.when(true, "--regions is %q: want blocks along rows and columns, as 2x3", v.regions)
		v.scoring.Regions = [2]int{}
	}
	for _, text := range v.rivals {
		if strings.EqualFold(text, "none") {
			continue
		}
		r, err := verification.ParseRival(text)
		if err != nil {
			m.add(misuse(c, "--rival: %v", err))
			continue
		}
		v.scoring.Rivals = append(v.scoring.Rivals, r)
	}
	v.scoring.AnyRival = len(v.rivals) == 0
	v.scoring.Seed, v.scoring.Name = v.o.Seed, verifyFlagOf
	if err := v.scoring.Validate(); err != nil {
		m.add(misuse(c, "%v", err))
	}
	return m.err()
}

// checkOut refuses a place where no numbers can be written. A name without an ending is a
// folder for figures and verification.json.
func (v *verifyFlags) checkOut(c *cobra.Command) error {
	ext := strings.ToLower(filepath.Ext(v.out))
	switch {
	case v.out == "":
		return nil
	case slices.Contains(verification.Formats, ext):
		return checkFile("out", v.out)
	case ext != "":
		return misuse(c, "--out is %s: want a file that ends in %s, or a folder", v.out, strings.Join(verification.Formats, ", "))
	}
	if info, err := os.Stat(v.out); err == nil && !info.IsDir() {
		return fmt.Errorf("--out: %s exists and is not a folder; a file ends in %s", v.out, strings.Join(verification.Formats, ", "))
	}
	v.figures = cmp.Or(v.figures, v.out)
	v.out = filepath.Join(v.out, "verification.json")
	return nil
}

// verifyFlagOf returns the flag for an option of verification in messages.
func verifyFlagOf(option string) string {
	if flag, ok := map[string]string{"Known": "--known", "By": "--by", "Scores": "--score", "Edges": "--intensity", "Regions": "--regions"}[option]; ok {
		return flag
	}
	return flagOf(option)
}
