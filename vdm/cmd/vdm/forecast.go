package main

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// forecastFlags are the settings of forecast: the place of the clip, as in
// conditionalFlags, and its length.
type forecastFlags struct {
	conditionalFlags
	known, frames int
}

func newForecast() *cobra.Command {
	f := &forecastFlags{}
	c := &cobra.Command{
		Use:     "forecast " + strings.Join(forecast.Names(), "|") + " --data FILE.nc --start INDEX",
		Short:   "Forecast without a model: persistence, advection, STEPS and others",
		GroupID: groupWork,
		Long: `forecast continues known frames by a method that learns nothing, and writes the
members as nowcast does, so that verify, merge and every other program treat them
alike.

  persistence  the last known frame, held
  linear       linear in time between known frames; ahead of them as persistence
  advection    rain moved along by the optical flow of the known frames
  steps        an ensemble of moved rain with growth and decay by scale (STEPS)
  climatology  windows of the data before the clip, drawn at random; of the
               training part where the data are split

With --last the known frames are the last of the data; with --start the clip begins
at a frame of the data. The clip is as large as the data unless --size says otherwise;
advection and steps then know what lies around it and moves in, too.
To score against one of these, vdm verify --rival NAME needs no file. vdm forecast
blend lets a file of forecasts, these or nowcasts, pass into another.`,
		Example: `  vdm forecast steps --data radar.nc --last --frames 10 --members 20 --out steps.nc
  vdm forecast steps --data radar.nc --last --leads 10,30,60min --members 8 --picture steps.png
  vdm forecast persistence --data rain.nc --start 120 --known 1 --frames 7
  vdm forecast advection --data radar.nc --start 40 --size 128
  vdm verify steps.nc --against radar.nc --rival persistence`,
		Args:      takes("FORECASTER"),
		ValidArgs: forecast.Names(),
		RunE:      func(c *cobra.Command, args []string) error { return f.forecast(c, args[0]) },
	}
	flags := c.Flags()
	f.whereFlags.addTo(flags)
	flags.IntVar(&f.known, "known", 4, "first `frames` of the clip that are known")
	flags.IntVar(&f.frames, "frames", 10, "frames of the clip, the known ones among them")
	flags.IntVar(&f.o.Count, "members", 1, "members of the ensemble; those of persistence, linear and advection are equal")
	flags.Uint64Var(&f.o.Seed, "seed", 0, "seed of steps and climatology: a member is the same whatever else is drawn with it")
	flags.IntVar(&f.size, "size", 0, "`cells` a side of the clip (default: the whole field)")
	flags.StringVar(&f.leads, "leads", "", leadsHelp)
	flags.StringVar(&f.picture, "picture", "", pictureHelp(nowcastShows))
	flags.StringVar(&f.out, "out", "", "NetCDF `file` to write (default: NAME-INDEX.nc in this folder)")
	f.addTest(c)
	f.read.addTo(c)
	c.AddCommand(newBlend())
	return c
}

// forecast makes the forecast of the named forecaster.
func (f *forecastFlags) forecast(c *cobra.Command, name string) error {
	name = strings.ToLower(name)
	by, ensemble, needs, err := forecast.Named(name, forecast.NamedOptions{})
	m := mistakes{command: c}
	if err != nil {
		m.add(misuse(c, "%v", err))
	}
	leads, err := climate.ParseLengths(cmp.Or(f.leads, "1h"))
	if err != nil {
		m.add(misuse(c, "--leads: %v", err))
	}
	m.when(f.o.Count < 1, "--members is %d: want at least 1", f.o.Count)
	m.when(f.frames < 2, "--frames is %d: want at least 2, one known and one ahead", f.frames)
	m.when(f.leads != "" && c.Flags().Changed("frames"), "--leads excludes --frames: the clip ends with the longest lead time")
	m.when(f.known < 1 || f.leads == "" && f.known >= f.frames, "--known is %d: want 1 to %d of the %d frames of the clip", f.known, f.frames-1, f.frames)
	m.when(f.known >= 1 && f.known < needs, "--known is %d: %s needs at least %d known frames", f.known, name, needs)
	m.when(f.size < 0, "--size is %d: want at least 1 cell", f.size)
	if err := together(m.err(), f.located(c), checkFile("out", f.out), checkPicture(c, f.picture)); err != nil {
		return err
	}
	rec, err := f.read.open(f.data)
	if err != nil {
		return err
	}
	defer rec.Close()
	if err := picturable(f.picture, rec); err != nil {
		return err
	}
	if f.leads != "" {
		f.frames = f.known + max(1, int(math.Round(slices.Max(leads)/rec.Fields[0].Step())))
	}
	known := climate.FirstFrames(f.frames, f.known)
	frames, err := f.written(c, known, rec.Fields[0].Step())
	if err != nil {
		return err
	}
	part, err := f.startOf(c, rec, known)
	if err != nil {
		return err
	}
	first := rec.Fields[0]
	shape := run.ClipConfig{Height: cmp.Or(f.size, first.Height()), Width: cmp.Or(f.size, first.Width())}
	clip, place, err := f.cut(shape, rec, known)
	if err != nil {
		return err
	}
	around, err := f.around(name, rec, known, place)
	if err != nil {
		return err
	}
	b := archive.Baseline{Name: name, Clip: clip, Place: place, Around: around, Known: known, Members: f.o.Count, Seed: f.o.Seed, Frames: frames, More: knownFrom(rec, place)}
	if part != "" {
		b.More["vdm_data_part"] = part
	}
	b.More["source"] = "climate-vdm " + version()
	b.More["history"] = cf.HistoryAfter(fmt.Sprintf("climate-vdm %s: vdm forecast %s", version(), name), f.data...)
	if name == "climatology" {
		o := climate.WindowOptions{Frames: f.frames, Height: shape.Height, Width: shape.Width, Name: flagOf}
		if rec.Split != nil {
			b.Past, err = rec.Train(o)
		} else if place.Start < f.frames {
			return fmt.Errorf("climatology draws windows of %d frames from before the clip, which begins at frame %d of the data", f.frames, place.Start)
		} else {
			o.Ranges = []climate.Range{{From: 0, To: place.Start}}
			b.Past, err = climate.NewWindows(o, rec.Fields...)
		}
		if err != nil {
			return fmt.Errorf("climatology: %w", err)
		}
	}
	if !ensemble && f.o.Count > 1 {
		say(c, "note: the %d members of %s are equal", f.o.Count, name)
	}
	out := f.out
	if out == "" {
		out = freeName(".", fmt.Sprintf("%s-%d", name, place.Start))
	}
	members, err := b.Make(c.Context())
	if err != nil {
		return err
	}
	if err := b.Write(out, members); err != nil {
		return err
	}
	if err := emit(c, filepath.Clean(out)+"\n"); err != nil {
		return err
	}
	called := by.Name()
	return drawNowcast(c, f.picture, strings.ToUpper(called[:1])+called[1:], rec, place, known, frames, members)
}

// around returns the known frames with what lies around a clip and may move into it; nil
// where nothing does, and where the clip is the whole field.
func (f *forecastFlags) around(name string, rec *climate.Record, known climate.KnownFrames, place climate.Place) (*archive.Around, error) {
	first := rec.Fields[0]
	reach := archive.Reach(name, &place.Grid, first.Step()*float64(len(known)-known.Span()))
	row, column := max(place.Row-reach, 0), max(place.Column-reach, 0)
	height, width := min(place.Row+place.Grid.Height+reach, first.Height())-row, min(place.Column+place.Grid.Width+reach, first.Width())-column
	if height == place.Grid.Height && width == place.Grid.Width {
		return nil, nil
	}
	clip, wide, err := rec.Cut(climate.CutOptions{Height: height, Width: width, Known: known, Start: place.Start, Row: row, Column: column, Name: flagOf})
	return &archive.Around{Clip: clip, Place: wide}, err
}
