package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

func (s *sampleFlags) addTo(c *cobra.Command, count string, clips int) {
	f := c.Flags()
	f.IntVar(&s.o.Count, count, clips, count+" to generate")
	f.IntVar(&s.o.First, "first", 0, "`number` of the first clip: clip i is the same in whichever call it is drawn")
	f.Uint64Var(&s.o.Seed, "seed", 0, "seed of the noise")
	f.IntVar(&s.o.Evaluations, "evaluations", vdm.DefaultEvaluations, "evaluations of the network that a clip takes")
	alsoCalled(f, "evaluations", "steps")
	f.StringVar(&s.o.Sampler, "sampler", "", samplerHelp())
	f.StringVar(&s.o.Grid, "grid", vdm.DefaultGrid, gridHelp())
	addPreset(f, &s.preset)
	f.IntVar(&s.o.Batch, "batch", 0, "clips at a time (default: 8 at most)")
	f.BoolVar(&s.o.Unclamped, "unclamped", false, "keep values beyond the range of the training data, in runs that are scaled by it")
	f.BoolVar(&s.o.LastWeights, "last-weights", false, "use the last weights instead of their moving average")
	s.tell.addTo(c)
	c.Flags().Float64Var(&s.o.CovariateWeight, "covariate-weight", 1, "`weight` of the covariates in guidance without a classifier; other than 1 it takes two evaluations in the place of one")
	f.StringVar(&s.out, "out", "", "NetCDF `file` to write, or Zarr where its name ends in .zarr (default: one in the run's folder samples)")
}

// check refuses flags that make no sense, before anything is read.
func (s *sampleFlags) check(c *cobra.Command, count string) error {
	m := mistakes{command: c}
	m.when(s.o.Count < 1, "--%s is %d: want at least 1", count, s.o.Count)
	m.when(s.o.Evaluations < 1, "--evaluations is %d: want at least 1", s.o.Evaluations)
	if err := samplerPreset(c.Flags(), s.preset, &s.o.Sampler, &s.o.Grid, &s.o.Evaluations, "evaluations"); err != nil {
		m.add(misuse(c, "--preset: %v", err))
	} else if len(m.all) == 0 {
		if err := s.o.Validate(); err != nil {
			m.add(misuse(c, "%v", err))
		}
	}
	m.add(checkFile("out", s.out))
	return m.err()
}

// picturedClips are drawn by --picture.
const picturedClips = 4

func newSample() *cobra.Command {
	s := &sampleFlags{}
	var ready bool
	var drawn string
	var size int
	c := &cobra.Command{
		Use:     "sample RUN | sample --pretrained",
		Short:   "Draw clips from a model",
		GroupID: groupWork,
		Long: `sample draws clips from the model of a run, undoes its transform, and writes
them as CF NetCDF: a member of the dimension "member" each, times counted from
the start of the clip, and where they come from in the global attributes. Each
clip is written as it comes: a thousand need the memory of one batch. The name
of the file goes to the standard output.

With --pretrained the model is a small one that comes with this program, and four
clips take some seconds. It becomes a run in RUN (default: ` + pretrainedRun + `), which is
like any other; the card in its folder says on which data it was trained.`,
		Example: `  vdm sample --pretrained --picture clips.png
  vdm sample --pretrained --size 64 --count 1 --picture wide.png
  vdm sample runs/rain --count 16
  vdm sample runs/rain --count 1 --first 7 --seed 1 --out seventh.nc
  vdm sample runs/rain --count 16 --preset dissertation`,
		Args: func(c *cobra.Command, args []string) error {
			if ready && len(args) == 0 {
				return nil
			}
			return takes("RUN")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if err := together(s.check(c, "count"), checkPicture(c, drawn)); err != nil {
				return err
			}
			open := func() (*run.Run, error) { return openRun(c, args[0]) }
			if ready {
				open = func() (*run.Run, error) { return s.shipped(c, args) }
			}
			m, err := open()
			if err != nil {
				return err
			}
			if m, err = sized(c, m, size); err != nil {
				return err
			}
			if s.o.Covariates, err = s.tell.told(c, m, readFlags{}, 0, nil); err != nil {
				return err
			}
			like, err := channelFields(m)
			if err != nil {
				return err
			}
			clip := m.Config.Clip
			place := climate.Place{Like: like, Grid: climate.Grid{Height: clip.Height, Width: clip.Width}, Times: relativeTimes(clip)}
			shown := vdm.NewSamples(0, clip.Frames, clip.Height, clip.Width, len(clip.Channels))
			err = s.write(c, m, place, "sample", "Clips drawn from a video diffusion model", nil, func(o run.SampleOptions) error {
				each := o.Each
				o.Each = func(sample int, x []float32) error {
					if drawn != "" && shown.Len() < picturedClips {
						shown.Data = append(shown.Data, x...)
					}
					return each(sample, x)
				}
				_, err := m.Sample(c.Context(), o)
				return err
			})
			if err != nil || drawn == "" {
				return err
			}
			if err := picture(drawn, like[0], clip.Step, shown); err != nil {
				return fmt.Errorf("the clips are written, but not their picture: %w", err)
			}
			return emit(c, drawn+"\n")
		},
	}
	c.Flags().IntVar(&size, "size", 0, sizeHelp)
	c.Flags().BoolVar(&ready, "pretrained", false, "the model that comes with this program")
	c.Flags().StringVar(&drawn, "picture", "", pictureHelp("the first four clips, film strips of the first variable"))
	s.addTo(c, "count", 1)
	return c
}

// relativeTimes returns the times of a clip without a date, in hours; in frames where
// the run does not know the length of a step.
func relativeTimes(c run.ClipConfig) []float64 {
	step := c.Step
	if step == 0 {
		step = 1
	}
	times := make([]float64, c.Frames)
	for i := range times {
		times[i] = float64(i) * step
	}
	return times
}

// write draws clips, writes each to the file as soon as it is drawn, so that memory is
// needed for one batch only, and prints the file's name.
func (s *sampleFlags) write(c *cobra.Command, m *run.Run, place climate.Place, kind, title string, more map[string]string, draw func(run.SampleOptions) error) (err error) {
	file, err := s.describe(m, place, s.o.Count, kind, title, more)
	if err != nil {
		return err
	}
	out := s.out
	if out == "" {
		out = freeName(filepath.Join(m.Dir, run.SamplesDir), fmt.Sprintf("%s-step%d-seed%d", kind, m.Step(), s.o.Seed))
	}
	w, err := cf.CreateSamples(out, file)
	if err != nil {
		return err
	}
	if _, choice, err := m.Engine(); err == nil { // otherwise sampling reports the error
		say(c, "%s", choice)
	}
	o := s.o
	o.Each = func(sample int, clip []float32) error { return w.Write(sample-o.First, 0, clip) }
	var end func()
	o.Progress, end = progress(c, "sampling")
	err = draw(o)
	end()
	if err != nil {
		return errors.Join(err, w.Abort())
	}
	if err := w.Commit(); err != nil {
		return err
	}
	return emit(c, out+"\n")
}

// describe is the file of clips but for their values.
func (s *sampleFlags) describe(m *run.Run, place climate.Place, members int, kind, title string, more map[string]string) (*cf.SampleFile, error) {
	known, _ := climate.ParseKnownFrames(more[archive.KnownAttribute], len(place.Times))
	file := &cf.SampleFile{Reference: place.Reference(known), Members: members, Grid: place.Grid, Times: place.Times, From: place.From, To: place.To, Calendar: place.Calendar, Epoch: place.Epoch}
	for _, f := range place.Like {
		file.Channels = append(file.Channels, cf.SampleChannel{Name: f.Name, LongName: f.LongName, StandardName: f.StandardName, Units: f.Units, CellMethods: f.CellMethods})
	}
	conditioned := kind
	if kind == "sample" {
		conditioned = ""
	}
	recipe, err := m.Recipe(s.o, conditioned)
	if err != nil {
		return nil, err
	}
	recipe.Version = version()
	if file.Attributes, err = m.Attributes(recipe, kind, title); err != nil {
		return nil, err
	}
	file.Attributes["source"] = "climate-vdm " + version()
	// There is no date: the same command makes the same file, and the parts of an
	// ensemble are recognised by their attributes.
	file.Attributes["history"] = cf.HistoryAfter(fmt.Sprintf("climate-vdm %s: vdm %s %s", version(), kind, filepath.Base(m.Dir)), s.inputs...)
	maps.Copy(file.Attributes, more)
	return file, nil
}

// channelFields returns a field for each variable of a run, with the names that its data
// have.
func channelFields(m *run.Run) ([]*climate.Field, error) {
	origin, err := climate.ReadOrigin(m.Dir)
	if err != nil {
		return nil, err
	}
	var fields []*climate.Field
	for _, ch := range m.Config.Clip.Channels {
		fields = append(fields, origin.Field(ch.Name, ch.Units))
	}
	return fields, nil
}

// freeName is the first of NAME.nc, NAME-2.nc, NAME-3.nc … that is not there: a
// file that nobody named must not take the place of another. A program without NetCDF
// has .zarr in the place of .nc.
func freeName(dir, name string) string {
	path := filepath.Join(dir, name+cf.Ending())
	for n := 2; ; n++ {
		if _, err := os.Lstat(path); err != nil {
			return path
		}
		path = filepath.Join(dir, fmt.Sprintf("%s-%d%s", name, n, cf.Ending()))
	}
}
