package forecasting

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// Record is a record of rain for forecasts: its first frames are for training, the last
// are held out.
type Record struct {
	*climate.Record
	Folder string // folder of everything that is made from it
	About  string // one sentence that describes it
}

// Open returns the record of two radar events that ship with the project: six hours over
// the Netherlands for training, and the event over Finland of [OpenEvent], held out. It is
// stored in the folder runs/two-events of the project, or in the one that VDM_FORECASTING
// names.
func Open(context.Context) (*Record, error) {
	held, err := cf.Read(filepath.Join(report.Root(), eventFile), cf.ReadOptions{})
	if err != nil {
		return nil, err
	}
	return open("two-events", "Rain of two radar events every 5 minutes in cells of 2 km: the Netherlands, 26 August 2010 (KNMI), for training, and southern Finland, 28 September 2016 (Finnish Meteorological Institute), held out. Both CC BY 4.0.",
		held.Frames(), func() (*climate.Field, []climate.Source, error) { return twoEvents(held) })
}

// open returns the record that is stored in a folder, or makes it.
func open(name, about string, heldOut int, read func() (*climate.Field, []climate.Source, error)) (*Record, error) {
	folder := report.RunFolder("VDM_FORECASTING", name)
	dir := filepath.Join(folder, "record")
	kept, err := climate.OpenRecord([]string{dir}, climate.RecordOptions{})
	if errors.Is(err, fs.ErrNotExist) {
		if err := prepare(folder, dir, read); err != nil {
			return nil, err
		}
		kept, err = climate.OpenRecord([]string{dir}, climate.RecordOptions{})
	}
	if err != nil {
		return nil, err
	}
	return &Record{Record: kept, Folder: folder, About: about}, kept.HoldOut(heldOut)
}

// prepare makes the record in dir, a folder below the given folder.
func prepare(folder, dir string, read func() (*climate.Field, []climate.Source, error)) error {
	field, sources, err := read()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return climate.WritePrepared(dir, []*climate.Field{field}, sources)
}

// twoEvents returns both events one after the other. Their fields have the same size but
// not the same place, so the grid has none.
func twoEvents(held *climate.Field) (*climate.Field, []climate.Source, error) {
	var sources []climate.Source
	for _, name := range []string{trainFile, eventFile} {
		source, err := climate.HashSource(filepath.Join(report.Root(), name))
		if err != nil {
			return nil, nil, err
		}
		sources = append(sources, source)
	}
	first, err := cf.Read(filepath.Join(report.Root(), trainFile), cf.ReadOptions{})
	if err != nil {
		return nil, nil, err
	}
	if first.Height() != held.Height() || first.Width() != held.Width() || first.Calendar != held.Calendar || first.Epoch != held.Epoch {
		return nil, nil, fmt.Errorf("fields of %d × %d and %d × %d, or other calendars: want the same", first.Height(), first.Width(), held.Height(), held.Width())
	}
	both := *first
	both.Grid = climate.Grid{Height: first.Height(), Width: first.Width()}
	both.Times = slices.Concat(first.Times, held.Times)
	both.Data = slices.Concat(first.Data, held.Data)
	return &both, sources, both.Validate()
}
