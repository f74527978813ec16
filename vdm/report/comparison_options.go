package report

import (
	"fmt"
	"math"
	"slices"
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
	Kilometres float64             `json:"cell_km"`                 // side of a cell; 0 where unknown
	Minutes    float64             `json:"step_minutes"`            // between frames; 0 where unknown
	Times      []float64           `json:"frame_minutes,omitempty"` // of each frame from the first, in minutes; none means that they are Minutes apart
	Thresholds []float64           `json:"thresholds,omitempty"`    // increasing, of what yes-or-no scores are about; none means 1 for mm/h, otherwise such scores are left out
	Windows    []int               `json:"windows,omitempty"`       // increasing odd sides of the windows of the FSS, in cells; none means 5
	Scores     []string            `json:"scores,omitempty"`        // names of the scores to take, as ScoreNames has them; none means all
	Pairwise   bool                `json:"-"`                       // compare every two forecasts, too
	Seed       uint64              `json:"-"`                       // breaks ties of ranks
	Grid       *climate.Grid       `json:"-"`                       // of the frames, for pictures; nil where it is unknown
	Called     string              `json:"-"`                       // what pictures call the variable; "" means what climate.Field.Called has for its name
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
	if n := len(o.Times); n > 0 && (n != len(o.Known) || o.Minutes == 0 || !slices.IsSorted(o.Times)) {
		return fmt.Errorf("comparison: %d times of %d frames, %v minutes apart: want one of each, in order, and a step", n, len(o.Known), o.Minutes)
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
	return (&climate.Field{Name: o.Variable, Units: o.Units}).Called()
}

// leads returns the number of frames to forecast.
func (o *ComparisonOptions) leads() int { return len(o.Known.Ahead()) }

// rain reports whether the values are rates of rain.
func (o *ComparisonOptions) rain() bool { return o.Units == "mm/h" }

// clock returns the time of a frame from the first and the unit that the times of all
// frames have; a frame's number where times are unknown. It is rounded, because times in
// hours cannot represent ten minutes.
func (o *ComparisonOptions) clock() (at func(frame int) float64, unit string) {
	minutes := func(frame int) float64 {
		if len(o.Times) > 0 {
			return math.Round(1e3*o.Times[frame]) / 1e3
		}
		return float64(frame) * math.Round(1e3*o.Minutes) / 1e3
	}
	switch step := math.Round(1e3*o.Minutes) / 1e3; {
	case step == 0:
		return func(frame int) float64 { return float64(frame) }, "frames"
	case step < 60:
		return minutes, "min"
	}
	return func(frame int) float64 { return minutes(frame) / 60 }, "h"
}

// frameLabels count from the last known frame where all known frames come first, else
// from the first frame.
func (o *ComparisonOptions) frameLabels() []string {
	at, unit := o.clock()
	known, nowcast := o.Known.Lead()
	labels := make([]string, len(o.Known))
	for i := range labels {
		switch now := known - 1; {
		case nowcast && i == now:
			labels[i] = "now"
			continue
		case nowcast:
			labels[i] = strings.Replace(fmt.Sprintf("%+g", at(i)-at(now)), "-", "−", 1)
		case o.Minutes == 0:
			labels[i] = fmt.Sprint(i + 1)
		default:
			labels[i] = fmt.Sprintf("%g", at(i))
		}
		if o.Minutes > 0 {
			labels[i] += " " + unit
		}
	}
	return labels
}

// FrameName returns what pictures and tables call a frame, such as "+10 min".
func (o *ComparisonOptions) FrameName(frame int) string { return o.frameLabels()[frame] }

// FrameMinutes returns the number in the name of a frame, in minutes: from the last known
// frame of a nowcast, else from the first frame. It is NaN where the time between frames is
// not known.
func (o *ComparisonOptions) FrameMinutes(frame int) float64 {
	if o.Minutes == 0 {
		return math.NaN()
	}
	if known, nowcast := o.Known.Lead(); nowcast {
		frame -= known - 1
	}
	return float64(frame) * o.Minutes
}
