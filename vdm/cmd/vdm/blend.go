package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
	"github.com/climate-vdm/climate-vdm/vdm/study/verification"
)

// blendFlags are the settings of forecast blend.
type blendFlags struct {
	b                    archive.Blending
	ramp, scores, out    string
	weights              []float64
	errorsOf, errorsWith []float64 // by lead, of the scores
}

func newBlend() *cobra.Command {
	f := &blendFlags{}
	c := &cobra.Command{
		Use:   "blend --of NOWCAST.nc --with FORECAST.nc",
		Short: "Let a nowcast pass into another forecast",
		Long: `blend reads two files of members and writes one on the grid and at the times of the
first, which passes from the first into the second with the lead: a nowcast into a
numerical forecast, for example. The second has frames at the same times and the
cells of the first, whatever more, and may have more members or fewer.

A member of the first is blended with the member of the second that has the same
rank in mean rain. The weighted mean of both says where it rains most; how much it
rains is the weighted mean of their quantiles, so that a blend of two fields that
rain at different places is not too smooth. Where one has no value the other counts.

The weight of the first at each lead is one of
  --ramp 1h,3h         1 up to an hour ahead, 0 from three hours on, linear between
  --weights 1,0.8,0.4  the weights themselves, one for each frame ahead
  --scores past.json   by the errors of earlier cases: what vdm verify OLD-NOWCASTS
                       --rival OLD-FORECASTS --out past.json says of their RMSE`,
		Example: `  vdm forecast blend --of nowcast.nc --with nwp.nc --ramp 1h,3h --out blended.nc
  vdm verify nowcasts/ --rival nwp/ --against radar.nc --score spread --out past.json
  vdm forecast blend --of nowcast.nc --with nwp.nc --scores past.json`,
		Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error { return f.blend(c) },
	}
	flags := c.Flags()
	flags.StringVar(&f.b.First, "of", "", "`file` of members that counts at first")
	flags.StringVar(&f.b.Second, "with", "", "`file` of members that it passes into")
	flags.StringVar(&f.ramp, "ramp", "", "`leads` up to which the first counts alone and from which the second does, as 1h,3h")
	flags.Float64SliceVar(&f.weights, "weights", nil, "`weights` of the first, 0 to 1, one for each frame ahead")
	flags.StringVar(&f.scores, "scores", "", "`file` of vdm verify (.json) of earlier cases, whose RMSE by lead give the weights")
	flags.IntVar(&f.b.Known, "known", 0, "first `frames` of the first file that were known (default: what the file says)")
	flags.StringVar(&f.out, "out", "", "NetCDF `file` to write (default: blend.nc in this folder)")
	flags.Lookup("weights").DefValue = ""
	return c
}

// check refuses flags that make no sense, before the forecasts are read.
func (f *blendFlags) check(c *cobra.Command) error {
	given := 0
	for _, name := range []string{"ramp", "weights", "scores"} {
		if c.Flags().Changed(name) {
			given++
		}
	}
	m := mistakes{command: c}
	m.when(f.b.First == "", "--of is missing: the file that counts at first")
	m.when(f.b.Second == "", "--with is missing: the file that it passes into")
	m.when(given != 1, "give one of --ramp, --weights and --scores")
	m.when(c.Flags().Changed("known") && f.b.Known < 1, "--known is %d: want at least 1", f.b.Known)
	for _, w := range f.weights {
		m.when(!(w >= 0 && w <= 1), "--weights has %g: want 0 to 1", w)
	}
	return together(m.err(), checkFile("out", f.out))
}

func (f *blendFlags) blend(c *cobra.Command) error {
	if err := f.check(c); err != nil {
		return err
	}
	switch {
	case f.ramp != "":
		ends, err := climate.ParseLengths(f.ramp)
		if err != nil || len(ends) != 2 || !(ends[1] > ends[0] && ends[0] >= 0) {
			return misuse(c, "--ramp is %s: want two leads, the second after the first, as 1h,3h", f.ramp)
		}
		f.b.Weights = func(leads []float64) ([]float64, error) { return forecast.RampWeights(leads, ends[0], ends[1]) }
	case f.scores != "":
		if err := f.readErrors(); err != nil {
			return fmt.Errorf("--scores: %w", err)
		}
		f.b.Weights = func(leads []float64) ([]float64, error) {
			if len(leads) != len(f.errorsOf) {
				return nil, fmt.Errorf("--scores: %s has errors at %d leads, the forecast has %d frames ahead", f.scores, len(f.errorsOf), len(leads))
			}
			return forecast.SkillWeights(f.errorsOf, f.errorsWith)
		}
	default:
		f.b.Weights = func(leads []float64) ([]float64, error) {
			if len(leads) != len(f.weights) {
				return nil, fmt.Errorf("--weights has %d numbers, the forecast %d frames ahead", len(f.weights), len(leads))
			}
			return f.weights, nil
		}
	}
	f.b.Name = flagOf
	f.b.More = map[string]string{"source": "climate-vdm " + version(),
		"history": cf.HistoryAfter(fmt.Sprintf("climate-vdm %s: vdm forecast blend", version()), f.b.First, f.b.Second)}
	out := f.out
	if out == "" {
		out = freeName(".", "blend")
	}
	weights, err := f.b.Write(c.Context(), out)
	if err != nil {
		return err
	}
	var text []string
	for _, w := range weights {
		text = append(text, report.Format(w))
	}
	say(c, "weights of %s at the frames ahead: %s", f.b.First, strings.Join(text, ", "))
	return emit(c, out+"\n")
}

// readErrors reads the errors by lead of the first two forecasters of a verification.
func (f *blendFlags) readErrors() error {
	raw, err := os.ReadFile(f.scores)
	if err != nil {
		return err
	}
	all, err := verification.ErrorsByLead(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", f.scores, err)
	}
	if len(all) < 2 {
		return fmt.Errorf("%s: the RMSE of %d forecasters, want that of two, the first and its --rival", f.scores, len(all))
	}
	f.errorsOf, f.errorsWith = all[0], all[1]
	return nil
}
