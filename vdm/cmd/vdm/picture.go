package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/study/radar"
)

// pictureEndings are the forms of pictures that --picture writes; the last one moves.
var pictureEndings = []string{".png", ".svg", ".pdf", ".apng"}

// pictureHelp is the help of --picture.
func pictureHelp(shows string) string {
	return "`file` to draw to, of the form that its ending says (.png, .svg, .pdf, or .apng, a PNG that moves): " + shows
}

// checkPicture refuses a picture of a form that is not written, or where it cannot be
// written.
func checkPicture(c *cobra.Command, path string) error {
	if ending := strings.ToLower(filepath.Ext(path)); path != "" && !slices.Contains(pictureEndings, ending) {
		return misuse(c, "--picture is %s: want a name that ends in %s", path, strings.Join(pictureEndings, ", "))
	}
	return checkFile("picture", path)
}

// savePicture draws in the form that the ending of the path says.
func savePicture(path string, still func() (*plotting.Picture, error), moving func() ([]byte, error)) error {
	ending := strings.ToLower(filepath.Ext(path))
	if ending == ".apng" {
		film, err := moving()
		if err != nil {
			return err
		}
		return checkpoint.WriteBytes(path, film)
	}
	drawn, err := still()
	if err != nil {
		return err
	}
	switch ending {
	case ".svg":
		return drawn.SaveSVG(path)
	case ".pdf":
		return drawn.SavePDF(path)
	}
	return drawn.SavePNG(path)
}

// picture draws clips of a variable, frames of which are step hours apart.
func picture(path string, like *climate.Field, step float64, clips *vdm.Samples) error {
	named := report.NamedSamples{Name: "clip", Samples: clips}
	return savePicture(path,
		func() (*plotting.Picture, error) {
			return report.ClipsPicture(like.Called(), like.Units, step, 0, clips.Len(), named)
		},
		func() ([]byte, error) { return report.ClipsAnimation(like.Called(), like.Units, step, 0, named) })
}

// picturable refuses to draw a nowcast of anything but rain, before it is made.
func picturable(path string, rec *climate.Record) error {
	if first := rec.Fields[0]; path != "" && (len(rec.Fields) > 1 || first.Units != climate.RainUnits) {
		return fmt.Errorf("--picture draws nowcasts of one variable, rain in %s; these data are %s, the first in %q", climate.RainUnits, rec.Names(), first.Units)
	}
	return nil
}

// whole returns the data of all frames of a clip, the known and the others; nil, with a word,
// where the data lack some.
func whole(c *cobra.Command, rec *climate.Record, place climate.Place, frames int) []float32 {
	if place.Start+frames > rec.Fields[0].Frames() {
		return nil
	}
	grid := &place.Grid
	observed, _, err := rec.Cut(climate.CutOptions{Height: grid.Height, Width: grid.Width, Known: climate.FirstFrames(frames, frames), Start: place.Start, Row: place.Row, Column: place.Column})
	if err != nil {
		say(c, "note: the picture lacks what was observed: %v", err)
		return nil
	}
	return observed
}

// drawNowcast draws the written frames of the members of a forecast to a file, beside the
// observed frames where the data continue, and prints the file's name. title says what made
// the forecast.
func drawNowcast(c *cobra.Command, path, title string, rec *climate.Record, place climate.Place, known climate.KnownFrames, written []int, members [][]float32) error {
	if path == "" {
		return nil
	}
	frames, grid := len(known), &place.Grid
	observed := whole(c, rec, place, frames)
	lead, step := known.Span(), climate.MedianStep(place.Times)
	if len(written) < frames {
		only := make(climate.KnownFrames, frames)
		for _, i := range written {
			only[i] = true
		}
		few := make([][]float32, len(members))
		for i, m := range members {
			few[i] = only.Of(m)
		}
		if members = few; observed != nil {
			observed = only.Of(observed)
		}
		place, frames = place.Only(written), len(written)
	}
	err := savePicture(path,
		func() (*plotting.Picture, error) {
			return radar.Picture(title, members, observed, lead, frames, grid.Height, grid.Width, 60*step, &place)
		},
		func() ([]byte, error) { return movingMembers(members, observed, &place, frames, step) })
	if err != nil {
		return fmt.Errorf("the forecast is written, but not its picture: %w", err)
	}
	return emit(c, path+"\n")
}

// drawBetween draws clips of which frames in any place are known to a file, beside the data
// where they have all frames, and prints the file's name.
func drawBetween(c *cobra.Command, path string, rec *climate.Record, place climate.Place, known climate.KnownFrames, members [][]float32) error {
	observed, step := whole(c, rec, place, len(known)), climate.MedianStep(place.Times)
	err := savePicture(path,
		func() (*plotting.Picture, error) { return report.MembersPicture(members, observed, known, &place) },
		func() ([]byte, error) { return movingMembers(members, observed, &place, len(known), step) })
	if err != nil {
		return fmt.Errorf("the clips are written, but not their picture: %w", err)
	}
	return emit(c, path+"\n")
}

// movingMembers draws the first members of a nowcast, moving, beside what was observed
// (nil where that is not known yet).
func movingMembers(members [][]float32, observed []float32, place *climate.Place, frames int, step float64) ([]byte, error) {
	one := func(name string, values []float32) report.NamedSamples {
		s := vdm.NewSamples(0, frames, place.Grid.Height, place.Grid.Width, 1)
		s.Data = append(s.Data, values...)
		return report.NamedSamples{Name: name, Samples: s, Place: place}
	}
	var clips []report.NamedSamples
	if observed != nil {
		clips = append(clips, one("observed", observed))
	}
	const shown = 3
	for i, m := range members[:min(shown, len(members))] {
		clips = append(clips, one(fmt.Sprintf("member %d", i+1), m))
	}
	like := place.Like[0]
	return report.ClipsAnimation(like.Called(), like.Units, step, 0, clips...)
}
