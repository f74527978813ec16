package vdm

import (
	"errors"
	"math"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// ErrInterrupted says that a long task was stopped by its context. Finished work is
// saved: the last snapshot, or the samples written so far, can be continued.
var ErrInterrupted = errors.New("interrupted")

// Progress says how far a long task has come.
type Progress struct {
	Step, Steps int64
	Loss        float64 // running mean of the training loss; NaN where there is none
	HeldOut     float64 // last held-out loss; NaN before the first
	PerSecond   float64 // steps per second in the recent past
	Left        time.Duration
}

// ProgressClock counts the steps of a long task that has no loss and reports them.
type ProgressClock struct {
	done, total int64
	timer       engine.RateTimer
	report      func(Progress)
}

// NewProgressClock returns a clock of total steps that calls report, unless it is nil,
// after each step.
func NewProgressClock(total int64, report func(Progress)) *ProgressClock {
	return &ProgressClock{total: total, report: report}
}

// Tick counts one step and reports it.
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
