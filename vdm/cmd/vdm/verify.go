package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/verification"
)

func newVerify() *cobra.Command {
	v := &verifyFlags{}
	c := &cobra.Command{
		Use:     "verify RUN|FILE.nc…|FOLDER… --against DATA.nc | verify --explain SCORE",
		Short:   "Score forecasts, interpolations and generated clips against data",
		GroupID: groupCheck,
		Long: `verify compares with data. Tables go to the standard output; --out writes all
numbers to a file, by its ending as text, JSON, CSV or NetCDF; --figures draws.

FILES of nowcast, interpolate, forecast or another program are scored in the frames
that were not known, whichever these are. Several files, or a FOLDER of them, are
pooled, one case each, in the memory of two. They are scored beside rivals, and
every two forecasters are compared with an interval by the block bootstrap over the
cases, whose coverage is stated. A rival is one of
  ` + strings.Join(forecast.Names(), ", ") + `,
which is told what was known (advection and steps also what the data have around the
cells of the files, as vdm forecast is), or files of the same cases. Frames that lie
beyond the data are not scored, and counted; so are missing cells. Members may lie
along a dimension member, realization, number, ens or ens_number, as in files of pysteps.

The scores (--explain NAME says what one measures and how to read it):
  ` + wrapped(report.ScoreNames(), 76) + `

FILES of sample, which belong to no date, are compared in their statistics with all
the data, and in what users of climate data ask for (--explain knows these too):
  ` + wrapped(report.IndexNames(), 76) + `.
Of a RUN clips are drawn first, and kept; where the data are those that it
was trained on, they are compared with the held-out hours only, and the held-out
loss is measured beside three closed-form denoisers.`,
		Example: `  vdm verify nowcast.nc --against rain.nc
  vdm verify nowcasts/ --against rain.nc --rival steps/ --rival persistence --out scores.csv
  vdm verify nowcasts/ --against rain.nc --score crps,fss,brier --threshold 0.5,1,5 --window 5,11,21
  vdm verify nowcasts/ --against rain.nc --by lead,season,intensity,region --out scores.nc --figures figures
  vdm verify interpolated.nc --against rain.nc --rival linear
  vdm verify runs/rain --against rain.nc --count 32
  vdm verify --explain crps`,
		Args: func(c *cobra.Command, args []string) error {
			if v.explain != "" && len(args) == 0 {
				return nil
			}
			return takes("RUN|FILE.nc…")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if v.explain != "" {
				text, err := report.Explain(v.explain)
				if err != nil {
					return misuse(c, "--explain: %v", err)
				}
				return emit(c, text)
			}
			if err := v.check(c); err != nil {
				return err
			}
			if cf.IsData(args[0]) {
				return v.files(c, args)
			}
			info, err := os.Stat(args[0])
			if err != nil {
				return err
			}
			if info.IsDir() && run.Exists(args[0]) {
				if len(args) > 1 {
					return misuse(c, "%s is a run, which is verified alone", args[0])
				}
				return v.run(c, args[0])
			}
			return v.files(c, args)
		},
	}
	f := c.Flags()
	addData(f, &v.against, "against", "")
	f.StringVar(&v.out, "out", "", "`file` for all numbers: .txt, .json, .csv (a figure a line) or .nc; a name without an ending is a folder for figures and verification.json (of a run the default is its folder verification)")
	f.StringVar(&v.figures, "figures", "", "`folder` to draw figures to (of a run the default is its folder verification)")
	f.StringVar(&v.explain, "explain", "", "print the page of a `score`: what it measures, its formula, how to read it, an example; all prints every page")
	f.StringArrayVar(&v.rivals, "rival", nil, "`forecaster` to compare with, by name, or a file or folder of the same cases, or NAME=PATH; may be repeated; none for no one (default: persistence, or linear between known frames)")
	f.StringSliceVar(&v.scoring.Scores, "score", nil, "`names` of scores to take (default: all that exist for the variable)")
	f.Float64SliceVar(&v.scoring.Thresholds, "threshold", nil, "`amounts` of what yes-or-no scores are about, in the units of the data (default: 1 for rain in mm/h)")
	f.IntSliceVar(&v.scoring.Windows, "window", nil, "`cells` a side of the windows of the FSS, odd numbers (default: 5)")
	f.StringSliceVar(&v.scoring.By, "by", nil, "score also apart, by some `ways` of "+strings.Join(verification.Groupings(), ", "))
	f.Float64SliceVar(&v.scoring.Edges, "intensity", nil, "`limits` between the classes of --by intensity, of the mean of the truth (default: 0.1,0.5,2 for rain in mm/h)")
	f.StringVar(&v.regions, "regions", "2x2", "`blocks` of --by region: along rows and columns")
	f.IntVar(&v.windows, "data-clips", 500, "clips of the data to compare samples with, at even distances")
	f.IntVar(&v.windows, "windows", 500, "data-clips, as it was called")
	f.IntVar(&v.o.Count, "count", 16, "clips to draw of a run")
	f.IntVar(&v.o.Evaluations, "evaluations", vdm.DefaultEvaluations, "evaluations of the network that a clip of a run takes")
	alsoCalled(f, "evaluations", "steps")
	f.Uint64Var(&v.o.Seed, "seed", 0, "seed of the clips of a run, of rivals that draw, and of breaking ties of ranks")
	f.IntVar(&v.scoring.Known, "known", 0, "first `frames` that the members were given (default: what the file says, else those in which all are the data; where there are none, up to 4 frames of the data before)")
	v.read.addTo(c)
	f.Lookup("variable").Usage = renamed
	_ = f.MarkHidden("windows")
	for _, name := range []string{"threshold", "intensity"} {
		f.Lookup(name).DefValue = "" // pflag would print []
	}
	return c
}

// wrapped returns words separated by commas, in lines of at most width letters, indented
// like the first.
func wrapped(words []string, width int) string {
	var b strings.Builder
	at := 0
	for i, w := range words {
		if i < len(words)-1 {
			w += ","
		}
		if at > 0 && at+1+len(w) > width {
			b.WriteString("\n  ")
			at = 0
		} else if at > 0 {
			b.WriteString(" ")
			at++
		}
		b.WriteString(w)
		at += len(w)
	}
	return b.String()
}
