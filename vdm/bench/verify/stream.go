package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/internal/machine"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/study/verification"
)

// stream verifies all files as vdm verify does.
func (m made) stream(ctx context.Context, theirs *answer) error {
	forgetPeak()
	scratch := new(climate.Scratch)
	rec, err := climate.OpenRecord([]string{m.truthFile()}, climate.RecordOptions{Scratch: scratch, Read: func(paths, variables []string) ([]*climate.Field, error) {
		return cf.ReadFiles(ctx, paths, cf.PrepareOptions{Variables: variables, Scratch: scratch})
	}})
	if err != nil {
		return err
	}
	defer rec.Close()
	files, err := verification.Files([]string{filepath.Join(m.folder, "forecasts")})
	if err != nil {
		return err
	}
	files = files[:min(m.forecasts, len(files))]
	without := slices.DeleteFunc(compared(), func(name string) bool { return name == "sal" })
	for _, what := range []struct {
		name   string
		scores []string
	}{{"the scores that the others have, without SAL", without}, {"with SAL", compared()}, {"all scores", report.ScoreNames()}} {
		began, processor := time.Now(), processorTime()
		halfway := int64(0)
		r, err := verification.Forecasts(ctx, files, verification.Options{Data: rec, Scores: what.scores, Progress: func(done, of int) {
			if done == (of+1)/2 {
				halfway = machine.PeakMemory()
			}
		}})
		if err != nil {
			return err
		}
		seconds, spent := time.Since(began).Seconds(), (processorTime() - processor).Seconds()
		fmt.Printf("%d files, %s: %.1f s, %.1f s of processors, largest memory %d MB (%d MB halfway), CRPS %.6f\n", r.Cases.Scored, what.name,
			seconds, spent, machine.PeakMemory()>>20, halfway>>20, float64(r.Groups[0].Entries[0].Score("crps").Value))
		if theirs == nil {
			continue
		}
		all, have := theirs.Read, true
		for _, name := range what.scores {
			s, ok := theirs.Seconds[name]
			all, have = all+s, have && ok
		}
		if have {
			all *= float64(len(files)) / float64(m.beside)
			fmt.Printf("  the others, by %d files: %.0f s of processors, %.1f times ours\n", m.beside, all, all/spent)
		}
	}
	return nil
}
