package report

import (
	"math"

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
	Kilometres float64             `json:"cell_km"`      // side of a cell; 0 where unknown
	Minutes    float64             `json:"step_minutes"` // minutes between frames; 0 where unknown
	Seed       uint64              `json:"-"`            // seed of the ranks' ties
}

// leads returns the number of frames to forecast.
func (o *ComparisonOptions) leads() int { return len(o.Known.Ahead()) }

// rain reports whether the values are rates of rain.
func (o *ComparisonOptions) rain() bool { return o.Units == "mm/h" }

// threshold returns the value from which on scores of events count one: 1 for mm/h; 0,
// for other units, means that there are no such scores.
func (o *ComparisonOptions) threshold() float64 {
	if o.rain() {
		return 1
	}
	return 0
}

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
