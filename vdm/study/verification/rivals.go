package verification

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// notCovered says why a rival has no forecast of a case.
type notCovered struct{ why string }

func (e *notCovered) Error() string { return e.why }

// forecasts returns a rival's members of a case, for each variable whole clips of the
// case's shape. If the rival lacks the case, the error is a notCovered.
func (r *Rival) forecasts(ctx context.Context, o *Options, k *forecastCase, seed uint64) ([]report.Forecast, error) {
	if r.Forecaster != "" {
		return r.baseline(ctx, o, k, seed)
	}
	var why error
	ahead := k.known.Ahead()
	first := k.clip.Times[ahead[0]]
	for i := range slices.Backward(r.heads) { // of files without known frames the one that begins last
		h := &r.heads[i]
		start := h.firstAhead()
		if start == start && math.Abs(start-first) > timesDiffer || h.clip.Times[0] > first+timesDiffer || h.clip.Times[len(h.clip.Times)-1] < first-timesDiffer {
			continue
		}
		found, err := r.read(o, h, k)
		if missing := (*notCovered)(nil); err != nil && !asNotCovered(err, &missing) {
			return nil, err
		} else if err == nil {
			return found, nil
		}
		why = err
	}
	if why == nil {
		why = &notCovered{fmt.Sprintf("no file of %s has its first frame ahead at %s", r.Name, climate.FormatTime(first, k.clip.Calendar))}
	}
	return nil, why
}

func asNotCovered(err error, target **notCovered) bool {
	missing, ok := err.(*notCovered)
	*target = missing
	return ok
}

// read returns the members of a file at the case's times and cells.
func (r *Rival) read(o *Options, h *head, k *forecastCase) ([]report.Forecast, error) {
	ahead := k.known.Ahead()
	want := k.clip
	want.Times = nil
	for _, f := range ahead {
		want.Times = append(want.Times, k.clip.Times[f])
	}
	frames, err := h.clip.FramesAt(&want)
	if err != nil {
		return nil, &notCovered{fmt.Sprintf("%s: %v", h.path, strings.ReplaceAll(err.Error(), "the data have", "it has"))}
	}
	variables, _, err := cf.ReadEnsembles(h.path, o.Name)
	if err != nil {
		return nil, err
	}
	var all []report.Forecast
	for ch, name := range k.names {
		at := slices.IndexFunc(variables, func(e *cf.Ensemble) bool { return e.Name == name })
		if at < 0 && len(variables) == len(k.names) {
			at = ch
		}
		if at < 0 {
			return nil, fmt.Errorf("%s has no variable %q", h.path, name)
		}
		e := variables[at]
		inRainUnits(e)
		if e.Units != k.units[ch] {
			return nil, fmt.Errorf("%s: %s is in %q, that of %s in %q", h.path, e.Name, e.Units, k.path, k.units[ch])
		}
		rows, cols, err := e.Grid.Find(&k.clip.Grid)
		if err != nil {
			return nil, &notCovered{fmt.Sprintf("%s: its grid lacks cells of %s: %v", h.path, k.path, err)}
		}
		f := report.Forecast{Name: r.Name}
		for _, m := range e.Members {
			clip := slices.Clone(k.observed[ch])
			frame := len(rows) * len(cols)
			for i, t := range frames {
				part := clip[ahead[i]*frame : (ahead[i]+1)*frame]
				for y, row := range rows {
					for x, col := range cols {
						part[y*len(cols)+x] = m[(t*e.Height()+row)*e.Width()+col]
					}
				}
			}
			f.Members = append(f.Members, clip)
		}
		all = append(all, f)
	}
	return all, nil
}

// baseline returns the forecasts of a forecaster without learning, which receives the
// known frames, equally far apart: it also forecasts the times between that a case lacks.
func (r *Rival) baseline(ctx context.Context, o *Options, k *forecastCase, seed uint64) ([]report.Forecast, error) {
	times, data := k.clip.Times, o.Data.Fields[0].Step()
	at, err := places(times, data)
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", r.Forecaster, k.path, err)
	}
	wide, err := o.around(r.Forecaster, k)
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", r.Forecaster, k.path, err)
	}
	frames, height, width := at[len(at)-1]+1, wide.grid.Height, wide.grid.Width
	frame, known := height*width, make(climate.KnownFrames, frames)
	for i, n := range at {
		known[n] = k.known[i]
	}
	var all []report.Forecast
	for ch := range k.names {
		past, err := o.past(frames, height, width)
		if err != nil && r.Forecaster == "climatology" {
			return nil, fmt.Errorf("climatology: %w", err)
		}
		by, ensemble, needs, err := archive.BaselineOf(r.Forecaster, &wide.grid, stepOf(times, data), past, ch)
		if err != nil {
			return nil, err
		}
		if n := len(k.known.Numbers()); n < needs {
			return nil, fmt.Errorf("%s: %s needs %d known frames, there %s", k.path, r.Forecaster, needs, map[bool]string{true: "is 1", false: fmt.Sprintf("are %d", n)}[n == 1])
		}
		members := 1
		if ensemble {
			members = len(k.members[ch])
		}
		clip := slices.Repeat([]float32{float32(math.NaN())}, frames*frame)
		for i, n := range at {
			copy(clip[n*frame:(n+1)*frame], wide.observed[ch][i*frame:(i+1)*frame])
		}
		clips, err := by.Forecast(ctx, forecast.Case{Frames: frames, Height: height, Width: width, Clip: clip, Known: known}, members, seed)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.path, err)
		}
		f := report.Forecast{Name: r.Name, Reference: true}
		for _, whole := range clips {
			var mine []float32
			for _, n := range at {
				mine = append(mine, wide.part(whole[n*frame:(n+1)*frame], k.clip.Height(), k.clip.Width())...)
			}
			f.Members = append(f.Members, mine)
		}
		all = append(all, f)
	}
	return all, nil
}

// past returns the windows of the data from which climatology draws, of a number of
// frames and cells: the training part where the data are split, else all of them.
func (o *Options) past(frames, height, width int) (*climate.Windows, error) {
	shape := [3]int{frames, height, width}
	if o.windows != nil && o.windowShape == shape {
		return o.windows, nil
	}
	w, err := o.Data.Train(climate.WindowOptions{Frames: frames, Height: height, Width: width, Missing: climate.KeepMissing, Name: o.Name})
	o.windows, o.windowShape = w, shape
	return w, err
}
