package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// whereFlags say where and when in the data a clip lies.
type whereFlags struct {
	data     []string
	at       string // the first frame: an index or a date
	start    int    // the first frame, once the data are open
	last     bool
	test     int // window of split data
	around   string
	row, col int
	size     int // rows and columns of the clip; 0 for the run's
}

func (f *whereFlags) addTo(flags *pflag.FlagSet) {
	addData(flags, &f.data, "data", ", with what is known")
	flags.StringVar(&f.at, "start", "", "the clip's first frame in the data: its `date`, as 2018-09-14T08:00, or its number, from 0")
	flags.BoolVar(&f.last, "last", false, "the known frames are the last of the data")
	flags.StringVar(&f.around, "around", "", "`place` in the middle of the clip, as 60.2N,24.9E or 60.2,24.9 (latitude, longitude) or 62°30'N,25°15'E")
	flags.IntVar(&f.row, "row", -1, "southernmost row of the clip in the data, from 0 (default: so that the clip is in the middle)")
	flags.IntVar(&f.col, "col", -1, "westernmost column of the clip in the data, from 0 (default: likewise)")
}

// located wants to be told once where in the data the clip begins.
func (f *whereFlags) located(c *cobra.Command) error {
	var ways []string
	given := 0
	for _, name := range []string{"start", "last", "test"} {
		if flag := c.Flags().Lookup(name); flag != nil {
			ways = append(ways, "--"+name)
			if flag.Changed {
				given++
			}
		}
	}
	m := mistakes{command: c}
	m.when(len(f.data) == 0, "--data is missing: what is known")
	m.add(present("data", f.data))
	m.when(given != 1, "give %s: where in the data the clip begins", strings.Join(ways, " or "))
	m.when(f.around != "" && (c.Flags().Changed("row") || c.Flags().Changed("col")), "--around excludes --row and --col: both say where the clip lies")
	if _, _, err := climate.ParsePlace(f.around); f.around != "" && err != nil {
		m.add(misuse(c, "--around: %v", err))
	}
	return m.err()
}

// addTest lets a clip begin at a test window of split data.
func (f *whereFlags) addTest(c *cobra.Command) {
	c.Flags().IntVar(&f.test, "test", 0, "`number` of a test window of prepared data that have a split, from 0; they do not overlap")
}

// resolve finds in the data the first frame of a clip of which span frames, up to the last
// known one, lie in them.
func (f *whereFlags) resolve(c *cobra.Command, rec *climate.Record, span int) (err error) {
	field := rec.Fields[0]
	switch {
	case f.last:
		f.start = field.Frames() - span
	case f.at == "":
		return nil // another flag says it
	default:
		const longest = 9 // digits of a number; a date without signs has more
		if f.start, err = strconv.Atoi(f.at); err == nil && len(f.at) <= longest {
			return nil
		}
		if f.start, err = field.FrameAt(f.at); err != nil {
			return fmt.Errorf("--start: %w", err)
		}
	}
	if f.start >= 0 && f.start < field.Frames() && field.HasDates() {
		say(c, "the clip begins with frame %d of the data, %s", f.start, field.Date(f.start))
	}
	return nil
}

// lie finds the row and the column of a clip of a size around a place.
func (f *whereFlags) lie(rec *climate.Record, height, width int) error {
	if f.around == "" {
		return nil
	}
	lat, lon, err := climate.ParsePlace(f.around)
	if err != nil {
		return fmt.Errorf("--around: %w", err)
	}
	grid := &rec.Fields[0].Grid
	whole, err := climate.Coarsening(*grid, 1)
	if err != nil {
		return err
	}
	part, err := whole.Around(lat, lon, height, width)
	if err != nil {
		return fmt.Errorf("--around %s: %w", f.around, err)
	}
	f.row, f.col = part.Row, part.Column
	return nil
}

// startOf finds the first frame of a clip, and says to which part of split data it
// belongs; the part is "" for data without a split.
func (f *whereFlags) startOf(c *cobra.Command, rec *climate.Record, known climate.KnownFrames) (part string, err error) {
	frames := len(known)
	if err := f.resolve(c, rec, known.Span()); err != nil {
		return "", err
	}
	if c.Flags().Changed("test") {
		if rec.Split == nil {
			return "", errors.New("--test: the data have no split into training and tests; give --start")
		}
		windows, err := rec.Test(climate.WindowOptions{Frames: frames, Name: ofRun})
		if err != nil {
			return "", fmt.Errorf("the test part of the data: %w", err)
		}
		if f.test < 0 || f.test >= windows.Len() {
			return "", fmt.Errorf("--test is %d: want 0 to %d, the test windows of the data", f.test, windows.Len()-1)
		}
		f.start = windows.Start(f.test)
	}
	switch {
	case rec.Split == nil:
		return "", nil
	case rec.InTraining(f.start, frames):
		say(c, "warning: frames %d to %d of the data belong, in whole or in part, to their training part: a result of a model trained on them proves nothing; --test begins at a test window",
			f.start, f.start+frames-1)
		return "training", nil
	}
	return "test", nil
}
