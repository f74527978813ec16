package main

import (
	"cmp"
	"math"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/pretrained"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
	"github.com/climate-vdm/climate-vdm/vdm/study/radar"
)

// leadsHelp and nowcastShows are the help of flags of nowcast and forecast.
const (
	leadsHelp    = "lead `times` to write, as 5,10,30min or 1,2h, beside the known frames (default: all of the clip)"
	nowcastShows = "members, of several also their mean and the probability of 1 mm/h, and what came where the data go on"
)

func newNowcast() *cobra.Command {
	f := &conditionalFlags{}
	var known int
	c := &cobra.Command{
		Use:     "nowcast RUN --data FILE.nc --start INDEX | nowcast --pretrained --data RADAR.nc --last",
		Short:   "Continue observed frames with an ensemble",
		GroupID: groupWork,
		Long: `nowcast takes known frames, generates an ensemble of continuations, and writes the
clips as CF NetCDF on the grid and with the times of the data, one member each.
Missing cells of the known frames are generated too.

With --last the known frames are the last of the data and the generated ones lie
beyond them; with --start the clip begins at a frame of the data, by its date or
number, with --test at a test window of prepared data that are split. It lies in the
middle of the grid, or --around a place. A clip that reaches into the
training part of the data is generated with a warning.

With --pretrained the model is one of radar rain in steps of 5 minutes on cells of
2 km, which comes with this program: 4 frames are known and 6 follow. It becomes a
run in RUN (default: ` + radarRun + `), whose card says on which data it was trained
and how it scores. It works on any part of a field: --size 128 is a side of 256 km.`,
		Example: `  vdm nowcast --pretrained --data radar.nc --last --size 128
  vdm nowcast runs/rain --data today.nc --last --members 16
  vdm nowcast --pretrained --data radar.nc --start 2018-09-14T08:00 --around 60.2N,24.9E --leads 10,30min
  vdm nowcast runs/small --data data/synthetic --test 7
  vdm nowcast runs/rain --data rain.nc --start 120 --known 5 --out nowcast.nc`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := together(f.prepare(c), f.located(c), checkPicture(c, f.picture)); err != nil {
				return err
			}
			m, err := f.openOrShipped(c, args)
			if err != nil {
				return err
			}
			return f.run(c, m, "nowcast", func(frames int) (climate.KnownFrames, error) {
				if !c.Flags().Changed("known") {
					known = cmp.Or(m.Config.Conditions.KnownFrames(), frames/2)
				}
				if known < 1 || known >= frames {
					return nil, misuse(c, "--known is %d: want 1 to %d of the %d frames of the run's clips", known, frames-1, frames)
				}
				return climate.FirstFrames(frames, known), nil
			})
		},
	}
	f.addPretrained(c)
	c.Flags().IntVar(&known, "known", 0, "first `frames` of the clip that are known (default: as many as the network was trained for, else half of them)")
	c.Flags().StringVar(&f.picture, "picture", "", pictureHelp(nowcastShows))
	c.Flags().StringVar(&f.leads, "leads", "", leadsHelp)
	f.addTest(c)
	f.addTo(c)
	return c
}

// written are the frames of a nowcast that --leads asks for, the known ones before them.
func (f *conditionalFlags) written(c *cobra.Command, known climate.KnownFrames, step float64) ([]int, error) {
	all := known.Numbers()
	if f.leads == "" {
		all = append(all, known.Ahead()...)
		slices.Sort(all)
		return all, nil
	}
	leads, err := climate.ParseLengths(f.leads)
	if err != nil {
		return nil, misuse(c, "--leads: %v", err)
	}
	first, _ := known.Lead()
	for _, hours := range leads {
		steps := math.Round(hours / step)
		frame := first - 1 + int(steps)
		switch {
		case math.Abs(hours-steps*step) > 0.01*step || steps < 1:
			return nil, misuse(c, "--leads has %s: want multiples of %s, the time between frames", climate.FormatHours(hours), climate.FormatHours(step))
		case frame >= len(known):
			return nil, misuse(c, "--leads has %s: the clip ends %s ahead", climate.FormatHours(hours), climate.FormatHours(step*float64(len(known)-first)))
		}
		all = append(all, frame)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// addPretrained adds the flag for the shipped model of radar rain, with which RUN may be left
// out.
func (f *conditionalFlags) addPretrained(c *cobra.Command) {
	c.Flags().BoolVar(&f.shipped, "pretrained", false, "the model of radar rain that comes with this program")
	c.Args = func(c *cobra.Command, args []string) error {
		if f.shipped && len(args) == 0 {
			return nil
		}
		return takes("RUN")(c, args)
	}
}

// openOrShipped opens the run that args name, or the shipped one.
func (f *conditionalFlags) openOrShipped(c *cobra.Command, args []string) (*run.Run, error) {
	if !f.shipped {
		return f.open(c, args[0])
	}
	dir := radarRun
	if len(args) > 0 {
		dir = args[0]
	}
	m, err := pretrained.Install(pretrained.Radar, dir)
	if err != nil {
		return nil, err
	}
	f.asShipped(c)
	say(c, "the shipped model lies in %s; its card: %s", dir, filepath.Join(dir, pretrained.CardName))
	return f.suit(c, m)
}

func newInterpolate() *cobra.Command {
	f := &conditionalFlags{}
	var known []int
	c := &cobra.Command{
		Use:     "interpolate RUN --data FILE.nc --start INDEX | interpolate --pretrained --data RADAR.nc --start INDEX",
		Short:   "Fill in the frames between observed ones with an ensemble",
		GroupID: groupWork,
		Long: `interpolate takes a clip of which some frames are known, generates an ensemble of
the others, and writes the clips as nowcast does. --start or --test gives the
beginning of the clip, as there. With --pretrained the model is the one of nowcast: of
10 frames of radar, 5 minutes apart, every second one is known.`,
		Example: `  vdm interpolate --pretrained --data radar.nc --start 120 --size 128 --picture between.png
  vdm interpolate runs/rain --data rain.nc --start 120 --known 0,2,4,6,8
  vdm interpolate runs/small --data data/synthetic --test 7`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := together(f.prepare(c), f.located(c), checkPicture(c, f.picture)); err != nil {
				return err
			}
			m, err := f.openOrShipped(c, args)
			if err != nil {
				return err
			}
			return f.run(c, m, "interpolate", func(frames int) (climate.KnownFrames, error) {
				all := make(climate.KnownFrames, frames)
				if !c.Flags().Changed("known") {
					all = climate.EverySecondFrame(frames)
				}
				for _, i := range known {
					if i < 0 || i >= frames {
						return nil, misuse(c, "--known names frame %d: want frames from 0 to %d", i, frames-1)
					}
					all[i] = true
				}
				if len(all.Ahead()) == 0 {
					return nil, misuse(c, "--known names every frame: there is nothing to generate")
				}
				return all, nil
			})
		},
	}
	c.Flags().IntSliceVar(&known, "known", nil, "`frames` of the clip that are known, from 0 (default: every second)")
	c.Flags().StringVar(&f.picture, "picture", "", pictureHelp("members, of several also their mean, and the data where they have these frames"))
	f.addPretrained(c)
	f.addTest(c)
	f.addTo(c)
	return c
}

// moved returns the covariates that a network that was trained on radar receives beside the
// known frames: those of the whole field moved along. It returns nothing for others, and
// where the network was not trained with these frames known.
func (f *conditionalFlags) moved(c *cobra.Command, m *run.Run, rec *climate.Record, known climate.KnownFrames, place climate.Place) (map[string][]float32, error) {
	if m.Config.Clip.Height != m.Config.Clip.Width {
		return nil, nil
	}
	w := radar.Window{Y: place.Row, X: place.Column, Size: m.Config.Clip.Height}
	told, err := radar.Tell(c.Context(), m, rec.Fields[0].Slice(place.Start, place.Start+known.Span()), known, w)
	if len(told) > 0 {
		say(c, "the network receives the known frames of the whole field moved along")
	}
	return told, err
}

// run generates the clips; knownFrames says for each frame of a clip whether it is
// known.
func (f *conditionalFlags) run(c *cobra.Command, m *run.Run, kind string, knownFrames func(frames int) (climate.KnownFrames, error)) error {
	known, err := knownFrames(m.Config.Clip.Frames)
	if err != nil {
		return err
	}
	frames, err := f.written(c, known, cmp.Or(m.Config.Clip.Step, 1))
	if err != nil {
		return err
	}
	rec, err := f.openData(c, m)
	if err != nil {
		return err
	}
	defer rec.Close()
	if err := picturable(f.picture, rec); err != nil {
		return err
	}
	part, err := f.startOf(c, rec, known)
	if err != nil {
		return err
	}
	clip, place, err := f.cut(m.Config.Clip, rec, known)
	if err != nil {
		return err
	}
	title := map[string]string{
		"nowcast":     "Nowcast of a video diffusion model",
		"interpolate": "Interpolation in time of a video diffusion model",
	}[kind]
	more := knownFrom(rec, place)
	more[archive.KnownAttribute] = known.String()
	if part != "" {
		more["vdm_data_part"] = part
	}
	made, err := f.moved(c, m, rec, known, place)
	if err != nil {
		return err
	}
	told, err := f.tell.told(c, m, f.read, known.First(), made)
	if err != nil {
		return err
	}
	var members [][]float32
	err = f.write(c, m, place.Only(frames), kind, title, more, func(o run.SampleOptions) error {
		o.Covariates = told
		each := o.Each
		o.Each = func(sample int, x []float32) error {
			if f.picture != "" {
				members = append(members, slices.Clone(x))
			}
			var asked []float32
			frame := len(x) / len(known)
			for _, i := range frames {
				asked = append(asked, x[i*frame:(i+1)*frame]...)
			}
			return each(sample, asked)
		}
		_, err := m.Interpolate(c.Context(), clip, known, o)
		return err
	})
	if err != nil || f.picture == "" {
		return err
	}
	if kind == "interpolate" {
		return drawBetween(c, f.picture, rec, place, known, members)
	}
	return drawNowcast(c, f.picture, "Nowcast", rec, place, known, frames, members)
}
