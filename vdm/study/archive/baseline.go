package archive

import (
	"context"
	"errors"
	"fmt"
	"maps"

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

// Write makes the forecast and writes it like a nowcast: one member each on the grid and
// with the times of the data, with the known frames unchanged.
func (b Baseline) Write(ctx context.Context, path string) error {
	channels, frames := len(b.Place.Like), len(b.Known)
	height, width := b.Place.Grid.Height, b.Place.Grid.Width
	size := frames * height * width
	if len(b.Clip) != size*channels {
		return fmt.Errorf("forecast: a clip of %d values; want %d frames of %d×%d of %d variables", len(b.Clip), frames, height, width, channels)
	}
	file := &cf.SampleFile{Reference: b.Place.Reference(b.Known), Members: b.Members, Grid: b.Place.Grid, Times: b.Place.Times, From: b.Place.From, To: b.Place.To, Calendar: b.Place.Calendar, Epoch: b.Place.Epoch}
	file.Attributes = map[string]string{
		"title":        "Forecast without learning: " + b.Name,
		KnownAttribute: b.Known.String(),
		"vdm_seed":     fmt.Sprint(b.Seed),
		"vdm_command":  "forecast", run.FirstMemberAttribute: "0", ForecasterAttribute: b.Name,
	}
	maps.Copy(file.Attributes, b.More)
	members := make([][]float32, b.Members)
	for m := range members {
		members[m] = make([]float32, size*channels)
	}
	for ch, f := range b.Place.Like {
		file.Channels = append(file.Channels, cf.SampleChannel{Name: f.Name, LongName: f.LongName, StandardName: f.StandardName, Units: f.Units, CellMethods: f.CellMethods})
		by, _, _, err := BaselineOf(b.Name, &b.Place.Grid, climate.MedianStep(b.Place.Times), b.Past, ch)
		if err != nil {
			return err
		}
		one := make([]float32, size)
		for i := range one {
			one[i] = b.Clip[i*channels+ch]
		}
		all, err := by.Forecast(ctx, forecast.Case{Frames: frames, Height: height, Width: width, Clip: one, Known: b.Known}, b.Members, b.Seed)
		if err != nil {
			return fmt.Errorf("forecast of %s: %w", f.Name, err)
		}
		for m, clip := range all {
			for i, v := range clip {
				members[m][i*channels+ch] = v
			}
		}
	}
	w, err := cf.CreateSamples(path, file)
	if err != nil {
		return err
	}
	for m, clip := range members {
		if err := w.Write(m, 0, clip); err != nil {
			return errors.Join(err, w.Abort())
		}
	}
	return w.Commit()
}
