package report

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// Log receives messages about the progress of work.
type Log interface {
	// Line receives one message.
	Line(text string)
	// Bar starts a task of many steps, and returns the function that must be called
	// after every one. The task ends with its last step.
	Bar(task string) func(vdm.Progress)
}

// Quiet is a Log that writes nothing.
type Quiet struct{}

// Line writes nothing at all.
func (Quiet) Line(string) {}

// Bar returns a function that does nothing.
func (Quiet) Bar(string) func(vdm.Progress) { return func(vdm.Progress) {} }

// Terminal is a Log that writes lines, and a bar for each task: in place on a terminal,
// else (in the log of a batch job) a line at intervals.
type Terminal struct {
	Out io.Writer // nil means os.Stderr

	every time.Duration // between lines where Out is no terminal; 0 means 15 s
}

func (t Terminal) out() io.Writer {
	if t.Out == nil {
		return os.Stderr
	}
	return t.Out
}

// Line writes a line.
func (t Terminal) Line(text string) { fmt.Fprintln(t.out(), text) }

// Bar starts a bar and returns the function that updates it.
func (t Terminal) Bar(task string) func(vdm.Progress) {
	if !isTerminal(t.out()) {
		return t.lines(task)
	}
	var bar *progressbar.ProgressBar
	return func(p vdm.Progress) {
		if bar == nil {
			bar = progressbar.NewOptions64(p.Steps,
				progressbar.OptionSetWriter(t.out()), progressbar.OptionSetWidth(24),
				progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false),
				progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionShowDescriptionAtLineEnd(),
				progressbar.OptionUseANSICodes(true), progressbar.OptionOnCompletion(func() { fmt.Fprintln(t.out()) }))
		}
		bar.Describe(task + ": " + Describe(p))
		_ = bar.Set64(p.Step)
	}
}

// lines returns a function that writes a line at intervals, and one at the end.
func (t Terminal) lines(task string) func(vdm.Progress) {
	every := t.every
	if every == 0 {
		every = 15 * time.Second
	}
	last := time.Now()
	return func(p vdm.Progress) {
		if p.Step < p.Steps && time.Since(last) < every {
			return
		}
		last = time.Now()
		t.Line(task + ": " + Describe(p))
	}
}

// Describe returns one line about the progress of a task: step, losses, steps a second,
// time left.
func Describe(p vdm.Progress) string {
	parts := []string{fmt.Sprintf("step %d of %d", p.Step, p.Steps)}
	if !math.IsNaN(p.Loss) {
		parts = append(parts, fmt.Sprintf("loss %.4f", p.Loss))
	}
	if !math.IsNaN(p.HeldOut) {
		parts = append(parts, fmt.Sprintf("held out %.4f", p.HeldOut))
	}
	if p.PerSecond > 0 {
		parts = append(parts, Format(p.PerSecond)+" steps/s")
		if p.Step < p.Steps {
			parts = append(parts, fmt.Sprintf("%s left", p.Left.Round(time.Second)))
		}
	}
	return strings.Join(parts, ", ")
}

// isTerminal reports whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}
