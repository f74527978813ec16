// Package lab shows pictures, tables and progress in the cell of a Jupyter notebook that
// runs Go (GoNB), and ends a cell on an error. Outside a notebook nothing is shown.
//
// Every cell is a program of its own, so an error ends only the cell: [Must] and [Check]
// print it and stop, without the trace of a panic.
package lab

import (
	"context"
	"errors"
	"fmt"
	"html"
	"os"
	"os/signal"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// Check prints an error, if there is one, and ends the cell.
func Check(err error) {
	if err != nil {
		gonbui.Sync()
		fmt.Fprintln(os.Stderr, err.Error()+advice(err))
		os.Exit(1)
	}
}

// advice returns what the reader of a notebook can do about an error, "" where the error
// says it already.
func advice(err error) string {
	switch {
	case errors.Is(err, vdm.ErrInterrupted):
		return ": training keeps what it had; run the cell again to go on"
	case errors.Is(err, run.ErrNoRun):
		return ": run the cells above that make it, or make run for the first model"
	}
	return ""
}

// Must returns value, or prints the error and ends the cell.
func Must[T any](value T, err error) T {
	Check(err)
	return value
}

// Must2 returns two values, or prints the error and ends the cell.
func Must2[A, B any](a A, b B, err error) (A, B) {
	Check(err)
	return a, b
}

// Context returns a context that ends with the stop button of the notebook, so that
// training saves its state.
func Context() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second press ends the cell
	return ctx
}

// Show shows a picture.
func Show(p *plotting.Picture, err error) {
	Check(err)
	ShowPNG(p.PNG())
}

// ShowPNG shows a PNG file, animated or not.
func ShowPNG(file []byte, err error) {
	Check(err)
	if gonbui.IsNotebook {
		gonbui.DisplayPng(file)
		gonbui.Sync() // otherwise the last output of a cell may be lost
	}
}

// ShowTable shows a table.
func ShowTable(t report.Table) {
	Check(t.Validate())
	if gonbui.IsNotebook {
		gonbui.DisplayHTML(string(t.HTML()))
		gonbui.Sync()
	}
}

// Progress returns a function that shows the progress of a task in one line. The line is
// rewritten in place, so that a saved notebook contains its last state only.
func Progress(task string) func(vdm.Progress) {
	if !gonbui.IsNotebook {
		return func(vdm.Progress) {}
	}
	var once sync.Once
	var id string
	var last time.Time
	return func(p vdm.Progress) {
		once.Do(func() { id = "progress-" + gonbui.UniqueId() })
		if p.Step < p.Steps && time.Since(last) < time.Second {
			return
		}
		last = time.Now()
		gonbui.UpdateHTML(id, fmt.Sprintf(`<progress value="%d" max="%d"></progress> %s`, p.Step, p.Steps,
			html.EscapeString(task+": "+report.Describe(p))))
		if p.Step == p.Steps {
			gonbui.Sync()
		}
	}
}

// Log shows the messages and the progress of a long task in the cell.
type Log struct{}

// Line prints a line.
func (Log) Line(text string) { fmt.Println(text) }

// Bar starts a task of many steps and returns the function that shows its progress.
func (Log) Bar(task string) func(vdm.Progress) { return Progress(task) }
