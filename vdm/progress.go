package vdm

import (
	"errors"
	"math"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// ErrInterrupted says that a long task was stopped by its context. What it had is
// saved, or its last snapshot stands.
var ErrInterrupted = errors.New("interrupted")

// Progress is where a long task stands.
type Progress struct {
	Step, Steps int64
	Loss        float64 // running mean of the training loss; NaN where there is none
	HeldOut     float64 // last held-out loss, NaN before the first
	PerSecond   float64 // steps a second of late
	Left        time.Duration
}

// ProgressClock counts the steps of a long task that has no loss.
type ProgressClock struct {
	done, total int64
	timer       engine.RateTimer
	report      func(Progress)
}

// NewProgressClock counts up to total steps and reports each, where report is not nil.
func NewProgressClock(total int64, report func(Progress)) *ProgressClock {
	return &ProgressClock{total: total, report: report}
}

// Tick counts one step.
func (p *ProgressClock) Tick() {
	p.done++
	p.timer.Tick()
	if p.report != nil {
		p.report(Progress{
			Step: p.done, Steps: p.total, Loss: math.NaN(), HeldOut: math.NaN(),
			PerSecond: p.timer.Rate(), Left: p.timer.Left(p.total - p.done),
		})
	}
}
