package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// ComparisonOptions says what is forecast and how it is scored.
type ComparisonOptions struct {
	Task       string              `json:"task"` // name of the task, such as nowcast
	Variable   string              `json:"variable"`
	Units      string              `json:"units"`
	Known      climate.KnownFrames `json:"known"`
	Height     int                 `json:"height"`
	Width      int                 `json:"width"`
	Kilometres float64             `json:"cell_km"`              // side of a cell; 0 where unknown
	Minutes    float64             `json:"step_minutes"`         // between frames; 0 where unknown
	Thresholds []float64           `json:"thresholds,omitempty"` // increasing, of what yes-or-no scores are about; none means 1 for mm/h, otherwise such scores are left out
	Windows    []int               `json:"windows,omitempty"`    // increasing odd sides of the windows of the FSS, in cells; none means 5
	Scores     []string            `json:"scores,omitempty"`     // names of the scores to take, as ScoreNames has them; none means all
	Pairwise   bool                `json:"-"`                    // compare every two forecasts, too
	Seed       uint64              `json:"-"`                    // breaks ties of ranks
	Grid       *climate.Grid       `json:"-"`                    // of the frames, for pictures; nil where it is unknown
	Called     string              `json:"-"`                    // what pictures call the variable; the variable's name where it is empty
}

// prepare refuses what cannot be compared and fills in what is not given.
func (o *ComparisonOptions) prepare() error {
	if o.Height < 1 || o.Width < 1 {
		return fmt.Errorf("comparison of frames of %d×%d cells: want at least 1×1", o.Height, o.Width)
	}
	if o.leads() < 1 {
		return fmt.Errorf("comparison: all of %d frames are known, so that there is nothing to forecast", len(o.Known))
	}
	if !(o.Kilometres >= 0 && o.Minutes >= 0) {
		return fmt.Errorf("comparison: cells of %v km and frames %v minutes apart: want none below 0", o.Kilometres, o.Minutes)
	}
	if len(o.Thresholds) == 0 && o.rain() {
		o.Thresholds = []float64{1}
	}
	for i, v := range o.Thresholds {
		if math.IsNaN(v) || math.IsInf(v, 0) || i > 0 && v <= o.Thresholds[i-1] {
			return fmt.Errorf("comparison: thresholds %v: want finite numbers, each above the one before", o.Thresholds)
		}
	}
	for i, n := range o.Windows {
		switch {
		case n < 1 || n%2 == 0 || i > 0 && n <= o.Windows[i-1]:
			return fmt.Errorf("comparison: windows of %v cells a side: want odd numbers, each above the one before, so that a window has a middle", o.Windows)
		case n > 2*max(o.Height, o.Width)-1:
			return fmt.Errorf("comparison: a window of %d cells a side on frames of %d×%d: want at most %d, from where on every window is the whole frame",
				n, o.Height, o.Width, 2*max(o.Height, o.Width)-1)
		}
	}
	if len(o.Windows) == 0 {
		o.Windows = []int{5}
	}
	return nil
}

// called returns what pictures call the variable.
func (o *ComparisonOptions) called() string {
	if o.Called != "" {
		return o.Called
	}
	return strings.ReplaceAll(o.Variable, "_", " ")
}

// leads returns the number of frames to forecast.
func (o *ComparisonOptions) leads() int { return len(o.Known.Ahead()) }

// rain reports whether the values are rates of rain.
func (o *ComparisonOptions) rain() bool { return o.Units == "mm/h" }

// step returns the time between frames and its unit, 1 frame where it is unknown. It is
// rounded, because times in hours cannot represent ten minutes.
func (o *ComparisonOptions) step() (float64, string) {
	minutes := math.Round(1e3*o.Minutes) / 1e3
	switch {
	case minutes == 0:
		return 1, "frames"
	case minutes < 60:
		return minutes, "min"
	}
	return minutes / 60, "h"
}

// frameLabels count from the last known frame where all known frames come first, else
// from the first frame.
func (o *ComparisonOptions) frameLabels() []string {
	step, unit := o.step()
	known, nowcast := o.Known.Lead()
	labels := make([]string, len(o.Known))
	for i := range labels {
		switch now := known - 1; {
		case nowcast && i == now:
			labels[i] = "now"
			continue
		case nowcast:
			labels[i] = strings.Replace(fmt.Sprintf("%+g", float64(i-now)*step), "-", "−", 1)
		case o.Minutes == 0:
			labels[i] = fmt.Sprint(i + 1)
		default:
			labels[i] = fmt.Sprintf("%g", float64(i)*step)
		}
		if o.Minutes > 0 {
			labels[i] += " " + unit
		}
	}
	return labels
}

// FrameName returns what pictures and tables call a frame, such as "+10 min".
func (o *ComparisonOptions) FrameName(frame int) string { return o.frameLabels()[frame] }
