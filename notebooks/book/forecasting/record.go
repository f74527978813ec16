package forecasting

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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

// On the radar's day rain fell from midnight to noon, and the later hours contain almost
// none. Cells of 0.5 km are averaged to 2 km.
const (
	radarName    = "brisbane_radar_20201031_10min.nc"
	radarCoarsen = 4
	radarFrames  = 76 // of 144
	radarHeldOut = 30 // the last of these are held out
)

// Where there is no radar, this amount of synthetic rain takes its place.
const (
	syntheticFrames  = 200
	syntheticHeldOut = 60
)

// Open returns the record: ten-minute radar rain over Brisbane where its file lies
// beside the project (in ../shared/data) or VDM_RADAR names it, else synthetic rain. It
// is stored coarsened in the folder runs/radar or runs/synthetic-rain of the project;
// VDM_FORECASTING names another place for either.
func Open(ctx context.Context) (*Record, error) {
	path, err := radarPath()
	if err != nil {
		return nil, err
	}
	if path == "" {
		return open("synthetic-rain", "Synthetic rain (vdm/climate): hourly, 64 × 64 cells. No radar file is at hand, so this proves that the parts fit together and no skill.",
			syntheticHeldOut, func() (*climate.Field, []climate.Source, error) {
				f, err := synthetic(ctx)
				return f, nil, err
			})
	}
	return open("radar", "Ten-minute rain of the radar at Mt Stapylton near Brisbane, 31 October 2020 from midnight to noon (Bureau of Meteorology), averaged to cells of 2 km. One storm of one day: enough to compare methods on, not to claim skill.",
		radarHeldOut, func() (*climate.Field, []climate.Source, error) { return brisbane(path) })
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

func radarPath() (string, error) {
	if path := os.Getenv("VDM_RADAR"); path != "" {
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("VDM_RADAR: %w", err)
		}
		return path, nil
	}
	path := filepath.Join(report.Root(), "..", "shared", "data", radarName)
	if _, err := os.Stat(path); err != nil {
		return "", nil
	}
	return path, nil
}

// brisbane returns the radar's record, coarsened.
func brisbane(path string) (*climate.Field, []climate.Source, error) {
	// 17 of 38 million values are −0.1 mm: missing.
	f, err := cf.Read(path, cf.ReadOptions{Kind: climate.KindRain, Interval: 1.0 / 6, Fill: []float64{-0.1}})
	if err != nil {
		return nil, nil, err
	}
	source, err := climate.HashSource(path)
	if err != nil {
		return nil, nil, err
	}
	coarser, err := climate.Coarsening(f.Grid, radarCoarsen)
	if err != nil {
		return nil, nil, err
	}
	if f.Frames() < radarFrames {
		return nil, nil, fmt.Errorf("%s: %d frames, want at least %d", path, f.Frames(), radarFrames)
	}
	f = f.Slice(0, radarFrames)
	cells := coarser.Height * coarser.Width
	fine := *f
	f.Grid, f.Data = coarser.Grid(), make([]float32, f.Frames()*cells)
	for t := range f.Frames() {
		coarser.Apply(f.Data[t*cells:(t+1)*cells], fine.Frame(t))
	}
	f.Name, f.LongName, f.StandardName = "rain", "rain rate", "lwe_precipitation_rate"
	return f, []climate.Source{source}, f.Validate()
}

func synthetic(ctx context.Context) (*climate.Field, error) {
	rain := climate.SyntheticRain{Seed: 1}
	f := &climate.Field{
		Name: "rain", LongName: "synthetic rain rate", StandardName: "lwe_precipitation_rate", Units: climate.RainUnits, Kind: climate.KindRain,
		Grid: climate.Grid{Height: 64, Width: 64}, Calendar: climate.ThreeSixtyDay, Epoch: climate.Epoch,
	}
	err := rain.Block(ctx, 0, syntheticFrames, func(hour int, frame []float32) error {
		f.Times = append(f.Times, float64(hour))
		f.Data = append(f.Data, frame...)
		return nil
	})
	return f, errors.Join(err, f.Validate())
}
