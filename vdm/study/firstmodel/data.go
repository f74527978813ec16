package firstmodel

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// data contains the record and the clips of both its parts.
type data struct {
	*climate.Record
	train   *climate.Windows // clips of the training hours, with reflections
	plain   *climate.Windows // the same without reflections, for statistics
	heldOut *climate.Windows // clips of the held-out hours, without reflections
}

// readData reads the record and splits it in time.
func readData(o Options, source climate.Source) (*data, error) {
	f, err := cf.Read(o.Data, cf.ReadOptions{Variable: o.Variable})
	if err != nil {
		return nil, err
	}
	if f.Kind != climate.KindRain {
		return nil, fmt.Errorf("%s: variable %s is not precipitation (units %s): a first model is one of rain in mm/h", o.Data, f.Name, f.Units)
	}
	// The accumulation has become a rate, which has a name of its own.
	f.Name, f.LongName, f.StandardName = rainName, "rain rate", "lwe_precipitation_rate"
	d := &data{Record: &climate.Record{Fields: []*climate.Field{f}, Sources: []climate.Source{source}}}
	if err := d.HoldOut(o.HeldOut); err != nil {
		return nil, err
	}
	size := climate.WindowOptions{Frames: o.size.frames, Height: o.size.height, Width: o.size.width}
	if d.plain, err = d.Train(size); err != nil {
		return nil, fmt.Errorf("training hours: %w", err)
	}
	if d.heldOut, err = d.Test(size); err != nil {
		return nil, fmt.Errorf("held-out hours: %w", err)
	}
	size.Flips = true
	if d.train, err = d.Train(size); err != nil {
		return nil, fmt.Errorf("training hours: %w", err)
	}
	return d, nil
}

// Training returns the configuration, training clips with reflections, and held-out clips
// of a first model whose clips have another number of frames, rows and columns: for
// programs that compare ways of training it.
func (o Options) Training(frames, side int) (c run.Config, train, heldOut *climate.Windows, err error) {
	if o, err = o.withDefaults(); err != nil {
		return c, nil, nil, err
	}
	o.size.frames, o.size.height, o.size.width = frames, side, side
	if err = o.Validate(); err != nil {
		return c, nil, nil, err
	}
	source, err := climate.HashSource(o.Data)
	if err != nil {
		return c, nil, nil, err
	}
	d, err := readData(o, source)
	if err != nil {
		return c, nil, nil, err
	}
	c, err = o.config(d.Fields[0].Step())
	return c, d.train, d.heldOut, err
}

// Wettest returns the window with the most rain in its known first frames, and its clip:
// an interesting place for a nowcast, chosen by what is known when it is made.
func Wettest(windows *climate.Windows, known int) (index int, clip []float32, err error) {
	frames, height, width, channels := windows.Shape()
	clip = make([]float32, frames*height*width*channels)
	most := -1.0
	for i := range windows.Len() {
		if err := windows.Clip(i, clip); err != nil {
			return 0, nil, err
		}
		sum := 0.0
		for _, v := range clip[:known*height*width*channels] {
			sum += float64(v)
		}
		if sum > most {
			index, most = i, sum
		}
	}
	return index, clip, windows.Clip(index, clip)
}
