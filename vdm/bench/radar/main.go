// Command radar scores a network for nowcasts beside persistence, advection and STEPS on
// a record of radar rain, all on the same windows:
//
//	go run ./vdm/bench/radar -run RUN -data radar.nc
//	go run ./vdm/bench/radar -run RUN -data a.nc -data b.nc -last 20 -sampler dpm++3m:12,dpm++2m-sde:16
//
// The network receives the window and the known frames of the whole field moved along;
// the others forecast the whole field and are cut to the window. Several samplers are
// several forecasters, so that the differences between them have intervals.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	_ "github.com/climate-vdm/climate-vdm/vdm/climate/netcdf"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/radar"
	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// options are the flags of the command.
type options struct {
	run                               string
	data                              []string
	samplers                          []sampler
	task                              string
	alone, loss                       bool
	last, every, size, apart, members int
}

// sampler is a way of sampling that is scored as one forecaster.
type sampler struct {
	name        string // the library's recommended one where it is empty
	evaluations int
}

// String is the forecaster's name where there are several.
func (s sampler) String() string { return fmt.Sprintf("%s:%d", s.name, s.evaluations) }

// parseSamplers reads a list such as "dpm++3m:12,dpm++2m-sde:16".
func parseSamplers(text string) (out []sampler, err error) {
	for _, one := range strings.Split(text, ",") {
		name, count, _ := strings.Cut(one, ":")
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q: want NAME:EVALUATIONS, such as dpm++3m:12", one)
		}
		out = append(out, sampler{name, n})
	}
	return out, nil
}

func main() {
	var o options
	flag.StringVar(&o.run, "run", "", "folder of the run")
	flag.Func("data", "NetCDF `file` of radar rain (may be repeated)", func(path string) error {
		o.data = append(o.data, path)
		return nil
	})
	flag.IntVar(&o.last, "last", 0, "last frames of each record to take; 0 for all")
	flag.IntVar(&o.every, "every", 2, "frames between cases")
	flag.IntVar(&o.size, "size", 32, "cells a side of a window")
	flag.IntVar(&o.apart, "apart", 128, "cells between windows, which begin at the middle of each such square")
	flag.IntVar(&o.members, "members", 8, "members of each ensemble")
	flag.BoolVar(&o.alone, "alone", false, "the network alone, without the forecasts that need no learning")
	flag.StringVar(&o.task, "task", "nowcast", "what is scored: a `nowcast` from the first frames, or an interpolation of every second one")
	flag.BoolVar(&o.loss, "loss", false, "in the place of scores the loss of a nowcast at each of some noise levels")
	flag.Func("sampler", "`list` of samplers and evaluations (default dpm++3m:12)", func(text string) (err error) {
		o.samplers, err = parseSamplers(text)
		return err
	})
	flag.Parse()
	if len(o.samplers) == 0 {
		o.samplers = []sampler{{vdm.DefaultSampler, 12}}
	}
	if o.task != "nowcast" && o.task != "interpolation" {
		fmt.Fprintf(os.Stderr, "radar: -task is %q: want nowcast or interpolation\n", o.task)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := score(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "radar:", err)
		os.Exit(1)
	}
}

func score(ctx context.Context, o options) error {
	m, err := run.Open(o.run)
	if err != nil {
		return err
	}
	if o.loss {
		return o.losses(ctx, m)
	}
	t := &tally{options: o, model: m, began: time.Now(), dry: map[string]*verify.Moments{}}
	for _, path := range o.data {
		field, err := cf.Read(path, cf.ReadOptions{})
		if err != nil {
			return err
		}
		if err := t.add(ctx, path, field); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	if t.comparison == nil {
		return errors.New("no case: give -data")
	}
	return t.print()
}

// lossClips is how many clips of each record the loss is a mean over.
const lossClips = 48

// losses prints the mean squared error of v̂ of the unknown frames at noise levels.
func (o options) losses(ctx context.Context, m *run.Run) error {
	var levels []float64
	for level := -4.0; level <= 10; level += 2 {
		levels = append(levels, level)
	}
	fmt.Println("λ", levels)
	for _, path := range o.data {
		field, err := cf.Read(path, cf.ReadOptions{})
		if err != nil {
			return err
		}
		if o.last > 0 {
			field = field.Slice(max(0, field.Frames()-o.last), field.Frames())
		}
		clips, err := radar.New(ctx, radar.Options{Frames: m.Config.Clip.Frames, Size: m.Config.Clip.Height, Known: m.Config.Conditions.KnownFrames(), Errors: radar.TakesErrors(m.Config), Alternate: radar.TakesAlternate(m.Config)}, nil, field)
		if err != nil {
			return err
		}
		losses, err := m.LossAt(clips, "forecast", levels, lossClips)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %.4f\n", path, losses)
	}
	return nil
}

// knownFrames returns which frames of a clip are known.
func (o options) knownFrames(m *run.Run) climate.KnownFrames {
	frames := m.Config.Clip.Frames
	if o.task == "interpolation" {
		return climate.EverySecondFrame(frames)
	}
	return climate.FirstFrames(frames, m.Config.Conditions.KnownFrames())
}

// tally collects the cases of one record after another.
type tally struct {
	options
	model      *run.Run
	comparison *report.Comparison
	cases      int
	began      time.Time
	dry        map[string]*verify.Moments
}

// add adds the cases of a record.
func (t *tally) add(ctx context.Context, path string, field *climate.Field) (err error) {
	frames, known := t.model.Config.Clip.Frames, t.knownFrames(t.model)
	minutes, kilometres := 60*field.Step(), field.Grid.Kilometres()
	if t.comparison == nil {
		t.comparison, err = report.NewComparison(report.ComparisonOptions{
			Task: t.task, Variable: "rain", Units: "mm/h", Known: known,
			Height: t.size, Width: t.size, Kilometres: kilometres, Minutes: minutes,
		})
		if err != nil {
			return err
		}
	}
	rivals := []forecast.Forecaster{forecast.Persistence{}, forecast.Linear{}, forecast.Advection{}, forecast.STEPS{Kilometres: kilometres, Minutes: minutes}}
	if _, nowcast := known.Lead(); nowcast { // there is nothing to interpolate towards
		rivals = slices.Delete(rivals, 1, 2)
	}
	if t.alone {
		rivals = nil
	}
	first := 0
	if t.last > 0 {
		first = max(0, field.Frames()-t.last)
	}
	for start := first; start+frames <= field.Frames(); start += t.every {
		rain := field.Slice(start, start+frames)
		windows := t.windows(rain)
		others, err := radar.Rivals(ctx, rain, windows, known, t.members, uint64(start), rivals...)
		if err != nil {
			return err
		}
		var cases []radar.Case
		for _, w := range windows {
			cases = append(cases, radar.Case{Rain: rain, Window: w})
		}
		mine := make([][][][]float32, len(t.samplers)) // [sampler][window][member]
		for k, s := range t.samplers {
			mine[k], err = radar.Interpolate(ctx, t.model, cases, known, t.members, run.SampleOptions{Seed: uint64(start), Sampler: s.name, Evaluations: s.evaluations})
			if err != nil {
				return err
			}
		}
		for i, w := range windows {
			one := report.Case{Observed: w.Cut(rain)}
			for k, s := range t.samplers {
				name := "network"
				if len(t.samplers) > 1 {
					name = s.String()
				}
				one.Forecasts = append(one.Forecasts, report.Forecast{Name: name, Members: mine[k][i]})
			}
			for k, by := range rivals {
				one.Forecasts = append(one.Forecasts, report.Forecast{Name: by.Name(), Reference: true, Members: others[i][k]})
			}
			for _, f := range append(one.Forecasts, report.Forecast{Name: "observed", Members: [][]float32{one.Observed}}) {
				if t.dry[f.Name] == nil {
					t.dry[f.Name] = &verify.Moments{Dry: 0.1}
				}
				for _, member := range f.Members {
					for _, frame := range known.Ahead() {
						t.dry[f.Name].Add(member[frame*t.size*t.size : (frame+1)*t.size*t.size])
					}
				}
			}
			if err := t.comparison.Add(one); err != nil {
				return err
			}
			t.cases++
		}
		fmt.Fprintf(os.Stderr, "%s: frame %d of %d, %d cases, %.0f s\n", path, start, field.Frames()-frames, t.cases, time.Since(t.began).Seconds())
	}
	return nil
}

// print writes the scores.
func (t *tally) print() error {
	fmt.Printf("dry cells observed: %.3f\n", t.dry["observed"].Value().DryShare)
	scores, err := t.comparison.Compare()
	if err != nil {
		return err
	}
	fmt.Printf("%s, step %d, %v, %d windows of %d × %d cells\n%s", strings.Join(t.data, ", "), t.model.Step(), t.samplers, t.cases, t.size, t.size, scores.Table())
	for _, e := range scores.Entries {
		fmt.Printf("%-12s dry cells %.3f, CRPS by lead:", e.Name, t.dry[e.Name].Value().DryShare)
		for _, v := range e.Score("crps").ByFrame {
			fmt.Printf(" %.3f", float64(v))
		}
		fmt.Println()
	}
	return nil
}

// windows returns the windows of a record without missing cells in any frame.
func (o options) windows(rain *climate.Field) (out []radar.Window) {
	for y := (o.apart - o.size) / 2; y+o.size <= rain.Height(); y += o.apart {
		for x := (o.apart - o.size) / 2; x+o.size <= rain.Width(); x += o.apart {
			w := radar.Window{Y: y, X: x, Size: o.size}
			if !slices.ContainsFunc(w.Cut(rain), func(v float32) bool { return v != v }) {
				out = append(out, w)
			}
		}
	}
	return out
}
