package firstmodel

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/pretrained"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/study/radar"
)

// shippedEvent is the radar event of which the last frames are shown, which the shipped
// network was not trained on.
const shippedEvent = "vdm/pretrained/data/fmi_radar_20170509_5min_2km.nc"

// shippedSize says how large the shipped network's nowcast on the page is.
type shippedSize struct{ side, members, evaluations int }

// drawShipped returns a picture of a nowcast by the network that ships with the project,
// beside the small model: what the same program makes after an hour of training on radar.
// Where the event is not found, as outside the project's folder, it returns nothing.
func (w *work) drawShipped(ctx context.Context, size shippedSize) ([]report.Drawing, error) {
	field, err := cf.Read(filepath.Join(report.Root(), shippedEvent), cf.ReadOptions{})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	// Not in the run's folder, where an earlier version of the program may have left its own.
	dir, err := os.MkdirTemp("", "vdm-shipped-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	m, err := pretrained.Install(pretrained.Radar, filepath.Join(dir, "run"))
	if err != nil {
		return nil, err
	}
	frames, known := m.Config.Clip.Frames, m.Config.Conditions.KnownFrames()
	rain := field.Slice(field.Frames()-frames, field.Frames())
	window, ok := radar.Wettest(rain, climate.FirstFrames(frames, known), size.side)
	if !ok {
		return nil, fmt.Errorf("%s: every window of %d cells a side has missing cells", shippedEvent, size.side)
	}
	o := pretrained.SampleOptions()
	if size.evaluations > 0 {
		o.Evaluations = size.evaluations
	}
	o.Seed, o.Progress = w.Seed, w.Log.Bar("nowcast of the shipped network")
	members, err := radar.Nowcast(ctx, m, rain, window, known, size.members, o)
	if err != nil {
		return nil, err
	}
	observed, minutes := window.Cut(rain), 60*rain.Step()
	scores, _, err := report.CompareNowcast(report.ComparisonOptions{
		Variable: rain.Name, Units: rain.Units, Known: climate.FirstFrames(frames, known), Height: size.side, Width: size.side, Minutes: minutes, Called: rain.Called(),
	}, observed, report.Forecast{Name: "network", Members: members})
	if err != nil {
		return nil, err
	}
	picture, err := radar.Picture("Nowcast", members, observed, known, frames, size.side, size.side, minutes, nil)
	if err != nil {
		return nil, err
	}
	return []report.Drawing{{
		File: "shipped-nowcast.png", Title: "A nowcast by the shipped network", Picture: picture,
		Caption: fmt.Sprintf("Radar of the Finnish Meteorological Institute, %s UTC: four frames were known, 5 minutes apart. The network that comes with the project was trained on other hours; the continuous ranked probability score of its %d members here is %.3g mm/h, and the score of persistence %.3g (smaller is better). The command vdm nowcast --pretrained draws such a picture from your own radar.",
			rain.Date(known-1), size.members, float64(scores.Entries[0].Score("crps").Value), float64(scores.Entries[1].Score("crps").Value)),
	}}, nil
}
