package firstmodel

import (
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// stageIV describes the sample of `make run`.
const stageIV = "NCEP Stage IV hourly precipitation (radar and gauges), the landfall of Hurricane Florence; the sample file of the R package stars (Debian: r-cran-stars)"

func (w *work) isSample() bool { return filepath.Base(w.Data) == sampleName }

// subject returns what the data are, for the title.
func (w *work) subject() string {
	if w.isSample() {
		return "hourly rain (US Stage IV)"
	}
	return w.Fields[0].LongName + " (" + filepath.Base(w.Data) + ")"
}

// describe fills in everything in the summary that is not a score.
func (w *work) describe() error {
	records, err := run.ReadMetrics(w.Out)
	if err != nil {
		return err
	}
	s, f, c := w.summary, w.Fields[0], w.model.Config
	s.Speed = report.Speed{
		TrainingBatch: c.Training.Batch, Training: trainingRate(records),
		SamplerBatch: min(samplerBatch, w.Clips), Sampler: w.clips.Draw.PerSecond, Nowcast: w.members.Draw.PerSecond,
	}
	if w.isSample() {
		s.Fact("Data", "%s", stageIV)
	}
	s.Fact("File", "%s, %d bytes, SHA-256 %s", w.Sources[0].Name, w.Sources[0].Bytes, w.Sources[0].SHA256)
	s.Fact("Record", "%d frames of %d×%d cells, %s to %s, %s", f.Frames(), f.Height(), f.Width(), f.Date(0), f.Date(f.Frames()-1), strings.Join(f.Notes, "; "))
	split := f.Frames() - w.HeldOut
	s.Fact("Split", "trained on the first %d frames (to %s); the last %d (from %s) were held out, and no training clip reaches into them", split, f.Date(split-1), w.HeldOut, f.Date(split))
	s.Fact("Training clips", "%s", w.data.train.Summary())
	s.Fact("Held-out clips", "%s", w.heldOut.Summary())
	s.Fact("Transform", "%s", c.Clip.Channels[0].Transform)
	s.Fact("Network", "%d parameters; trained %d steps of %d clips", c.Network.Count(), w.model.Step(), c.Training.Batch*c.Training.Accumulate)
	s.Fact("Sampler", "%s over %s steps, %d evaluations, averaged weights; drawn on %s", w.clips.Draw.Recipe.Sampler, w.clips.Draw.Recipe.Grid, w.clips.Draw.Recipe.Evaluations, w.clips.Draw.Engine)
	s.Fact("Nowcast", "%s, drawn by %s; %s: the held-out window with the most rain in its %d known frames", guidance, w.members.Draw.Recipe.Sampler, w.about, w.size.known)
	if err := s.AddModel(w.model); err != nil {
		return err
	}
	s.Fact("Versions", "%s", versions(w.Program))
	s.Fact("Seed", "%d", w.Seed)
	s.Fact("Made", "%s on %d cores", time.Now().Format("2 January 2006, 15:04 MST"), runtime.NumCPU())

	s.Limits = []string{
		fmt.Sprintf("One storm of %d frames proves no skill. The held-out hours follow the training hours of the same storm directly, so they say little about other weather.", f.Frames()),
		fmt.Sprintf("Clips overlap: the held-out windows are cut from %d hours, and neighbours share most of their cells. Differences in the third digit mean nothing.", w.HeldOut),
		fmt.Sprintf("One nowcast of one window was scored; its cells are far from independent. %d generated clips leave the tail of every statistic to chance.", w.Clips),
		"The network is small and was trained for minutes; the references are fitted in seconds. Both facts belong to the comparison.",
		"The default learning rate and batch were chosen by the held-out loss of shorter runs on this record, so that loss is a little flattered.",
	}
	return nil
}

// trainingSeconds returns the total time of all processes that trained the run.
func trainingSeconds(records []run.MetricsLine) float64 {
	total, last := 0.0, 0.0
	for _, r := range records {
		if r.Seconds < last {
			total += last
		}
		last = r.Seconds
	}
	return total + last
}

// trainingRate returns the median over the lines of metrics of the steps taken per
// second since the line before, so that held-out losses and other pauses do not count.
func trainingRate(records []run.MetricsLine) float64 {
	var rates []float64
	for i := 1; i < len(records); i++ {
		steps, seconds := records[i].Step-records[i-1].Step, records[i].Seconds-records[i-1].Seconds
		if records[i].Loss != nil && steps > 0 && seconds > 0 {
			rates = append(rates, float64(steps)/seconds)
		}
	}
	if len(rates) == 0 {
		return 0
	}
	slices.Sort(rates)
	return rates[len(rates)/2]
}

// versions returns the versions of the program and of the modules that it was built
// from. program is its own version; if that is empty, the revision that the go command
// recorded takes its place.
func versions(program string) string {
	parts := []string{runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH, "NetCDF library " + cf.LibraryVersion("NetCDF")}
	if program != "" {
		parts = append(parts, "vdm "+program)
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case program != "":
			case s.Key == "vcs.revision":
				parts = append(parts, "revision "+s.Value[:min(12, len(s.Value))])
			case s.Key == "vcs.modified" && s.Value == "true":
				parts = append(parts, "with changes")
			}
		}
		for _, d := range info.Deps {
			if d.Path == "github.com/gomlx/gomlx" {
				parts = append(parts, "GoMLX "+d.Version)
			}
		}
	}
	return strings.Join(parts, ", ")
}
