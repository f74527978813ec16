// Command radar scores a network for nowcasts beside persistence, advection and STEPS on
// a record of radar rain, all on the same windows:
//
//	go run ./vdm/bench/radar -run RUN -data radar.nc
//
// The network receives the window and the known frames of the whole field moved along;
// the others forecast the whole field and are cut to the window.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"time"

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
	run, data, sampler                              string
	first, every, size, apart, members, evaluations int
}

func main() {
	var o options
	flag.StringVar(&o.run, "run", "", "folder of the run")
	flag.StringVar(&o.data, "data", "", "NetCDF file of radar rain")
	flag.IntVar(&o.first, "first", 0, "first frame of the first case")
	flag.IntVar(&o.every, "every", 2, "frames between cases")
	flag.IntVar(&o.size, "size", 32, "cells a side of a window")
	flag.IntVar(&o.apart, "apart", 128, "cells between windows, which begin at the middle of each such square")
	flag.IntVar(&o.members, "members", 8, "members of each ensemble")
	flag.IntVar(&o.evaluations, "evaluations", 12, "evaluations of the network for a member")
	flag.StringVar(&o.sampler, "sampler", "", "sampler; the library's recommended one if not given")
	flag.Parse()
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
	field, err := cf.Read(o.data, cf.ReadOptions{})
	if err != nil {
		return err
	}
	frames, known := m.Config.Clip.Frames, m.Config.Conditions.KnownFrames()
	minutes, kilometres := 60*field.Step(), field.Grid.Kilometres()
	comparison, err := report.NewComparison(report.ComparisonOptions{
		Task: "nowcast", Variable: "rain", Units: "mm/h", Known: climate.FirstFrames(frames, known),
		Height: o.size, Width: o.size, Kilometres: kilometres, Minutes: minutes,
	})
	if err != nil {
		return err
	}
	rivals := []forecast.Forecaster{forecast.Persistence{}, forecast.Advection{}, forecast.STEPS{Kilometres: kilometres, Minutes: minutes}}
	cases, began, dry := 0, time.Now(), map[string]*verify.Moments{}
	for start := o.first; start+frames <= field.Frames(); start += o.every {
		rain := field.Slice(start, start+frames)
		windows := o.windows(rain)
		others, err := radar.Rivals(ctx, rain, windows, known, o.members, uint64(start), rivals...)
		if err != nil {
			return err
		}
		for i, w := range windows {
			mine, err := radar.Nowcast(ctx, m, rain, w, known, o.members, run.SampleOptions{Seed: uint64(start), First: i * o.members, Sampler: o.sampler, Evaluations: o.evaluations})
			if err != nil {
				return err
			}
			one := report.Case{Observed: w.Cut(rain), Forecasts: []report.Forecast{{Name: "network", Members: mine}}}
			for k, by := range rivals {
				one.Forecasts = append(one.Forecasts, report.Forecast{Name: by.Name(), Reference: true, Members: others[i][k]})
			}
			for _, f := range append(one.Forecasts, report.Forecast{Name: "observed", Members: [][]float32{one.Observed}}) {
				if dry[f.Name] == nil {
					dry[f.Name] = &verify.Moments{Dry: 0.1}
				}
				for _, member := range f.Members {
					dry[f.Name].Add(member[known*o.size*o.size:])
				}
			}
			if err := comparison.Add(one); err != nil {
				return err
			}
			cases++
		}
		fmt.Fprintf(os.Stderr, "frame %d of %d, %d cases, %.0f s\n", start, field.Frames()-frames, cases, time.Since(began).Seconds())
	}
	scores, err := comparison.Compare()
	if err != nil {
		return err
	}
	fmt.Printf("dry cells observed: %.3f\n", dry["observed"].Value().DryShare)
	fmt.Printf("%s, step %d, %d evaluations, %d windows of %d × %d cells\n%s", o.data, m.Step(), o.evaluations, cases, o.size, o.size, scores.Table())
	for _, e := range scores.Entries {
		fmt.Printf("%-12s dry cells %.3f, CRPS by lead:", e.Name, dry[e.Name].Value().DryShare)
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
