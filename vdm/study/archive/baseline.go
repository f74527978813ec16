package archive

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// KnownAttribute is the global attribute in which a file of generated clips says which
// of their frames were given, as climate.ParseKnownFrames reads it.
const KnownAttribute = "vdm_known_frames"

// ForecasterAttribute is the global attribute in which a file says which forecaster
// without learning made it, by its name in package forecast.
const ForecasterAttribute = "vdm_forecaster"

// Baseline is a forecast of a clip by a forecaster without learning, for a file.
type Baseline struct {
	Name    string // name of the forecaster, see forecast.Names
	Clip    []float32
	Place   climate.Place
	Known   climate.KnownFrames
	Members int
	Seed    uint64
	Past    *climate.Windows  // clips of the same shape and variables, from which climatology draws
	More    map[string]string // further global attributes
	Frames  []int             // the frames that are written, the known ones among them; nil means all

	// Around is the clip with cells around it, from which rain moves in, and its place; nil
	// where the clip alone is known.
	Around *Around
}

// Around is a larger clip of the same frames around a clip.
type Around struct {
	Clip  []float32
	Place climate.Place
}

// fastest is the largest speed in km/h with which rain is expected to move: 33 m/s.
const fastest = 120.0

// Reach returns how many cells around a clip its forecast should know: as far as rain
// moves in a number of hours; for cells of an unknown size the clip's larger side. It is 0
// for forecasters that move nothing.
func Reach(name string, grid *climate.Grid, hours float64) int {
	if name != "advection" && name != "steps" {
		return 0
	}
	if km := grid.Kilometres(); km > 0 {
		return int(math.Ceil(fastest * hours / km))
	}
	return max(grid.Height, grid.Width)
}

// BaselineOf returns a forecaster by name for one channel of a clip: with the size of
// its cells and the time between its frames, and for climatology with the clips from
// which it draws.
func BaselineOf(name string, grid *climate.Grid, step float64, past *climate.Windows, channel int) (by forecast.Forecaster, ensemble bool, known int, err error) {
	o := forecast.NamedOptions{Kilometres: grid.Kilometres(), Minutes: 60 * step}
	if past != nil {
		o.Windows = report.Channel{Clips: past, Index: channel}
	}
	return forecast.Named(name, o)
}

// Make returns the members of the forecast, whole clips [frame, height, width, variable].
func (b Baseline) Make(ctx context.Context) ([][]float32, error) {
	if b.Around != nil {
		return b.makeAround(ctx)
	}
	channels, frames := len(b.Place.Like), len(b.Known)
	height, width := b.Place.Grid.Height, b.Place.Grid.Width
	size := frames * height * width
	if len(b.Clip) != size*channels {
		return nil, fmt.Errorf("forecast: a clip of %d values; want %d frames of %d×%d of %d variables", len(b.Clip), frames, height, width, channels)
	}
	members := make([][]float32, b.Members)
	for m := range members {
		members[m] = make([]float32, size*channels)
	}
	for ch, f := range b.Place.Like {
		by, _, _, err := BaselineOf(b.Name, &b.Place.Grid, climate.MedianStep(b.Place.Times), b.Past, ch)
		if err != nil {
			return nil, err
		}
		one := make([]float32, size)
		for i := range one {
			one[i] = b.Clip[i*channels+ch]
		}
		all, err := by.Forecast(ctx, forecast.Case{Frames: frames, Height: height, Width: width, Clip: one, Known: b.Known}, b.Members, b.Seed)
		if err != nil {
			return nil, fmt.Errorf("forecast of %s: %w", f.Name, err)
		}
		for m, clip := range all {
			for i, v := range clip {
				members[m][i*channels+ch] = v
			}
		}
	}
	return members, nil
}

// makeAround makes the forecast of the larger clip and returns the part that is wanted.
func (b Baseline) makeAround(ctx context.Context) ([][]float32, error) {
	wide := b
	wide.Clip, wide.Place, wide.Around = b.Around.Clip, b.Around.Place, nil
	members, err := wide.Make(ctx)
	if err != nil {
		return nil, err
	}
	channels, from := len(b.Place.Like), &wide.Place
	row, column, width := b.Place.Row-from.Row, (b.Place.Column-from.Column)*channels, b.Place.Grid.Width*channels
	for m, clip := range members {
		part := make([]float32, 0, len(b.Clip))
		for f := range b.Known {
			for y := range b.Place.Grid.Height {
				at := (f*from.Grid.Height+row+y)*from.Grid.Width*channels + column
				part = append(part, clip[at:at+width]...)
			}
		}
		members[m] = part
	}
	return members, nil
}

// Write writes the members that Make returned like a nowcast: on the grid and with the
// times of the data, with the known frames unchanged.
func (b Baseline) Write(path string, members [][]float32) error {
	place, kept := b.Place, make(climate.KnownFrames, len(b.Known))
	for i := range kept {
		kept[i] = b.Frames == nil || slices.Contains(b.Frames, i)
	}
	written := place.Only(kept.Numbers())
	file := &cf.SampleFile{Reference: place.Reference(b.Known), Members: b.Members, Grid: place.Grid, Times: written.Times, From: written.From, To: written.To, Calendar: place.Calendar, Epoch: place.Epoch}
	file.Attributes = map[string]string{
		"title":        "Forecast without learning: " + b.Name,
		KnownAttribute: b.Known.String(),
		"vdm_seed":     fmt.Sprint(b.Seed),
		"vdm_command":  "forecast", run.FirstMemberAttribute: "0", ForecasterAttribute: b.Name,
	}
	maps.Copy(file.Attributes, b.More)
	for _, f := range place.Like {
		file.Channels = append(file.Channels, cf.SampleChannel{Name: f.Name, LongName: f.LongName, StandardName: f.StandardName, Units: f.Units, CellMethods: f.CellMethods})
	}
	w, err := cf.CreateSamples(path, file)
	if err != nil {
		return err
	}
	for m, clip := range members {
		if err := w.Write(m, 0, kept.Of(clip)); err != nil {
			return errors.Join(err, w.Abort())
		}
	}
	return w.Commit()
}
