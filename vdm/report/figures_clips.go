package report

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// NamedSamples are clips with a name, and where and when they lie, if that is known.
type NamedSamples struct {
	Name string
	*vdm.Samples
	Place *climate.Place
}

// placeOf returns the place of the first set that has one, and labels of its frames: their
// valid times, or how long after the first they are.
func placeOf(sets []NamedSamples, frames int, step float64) (grid *climate.Grid, title string, labels []string) {
	labels = stepLabels(frames, step)
	for _, s := range sets {
		if s.Place == nil {
			continue
		}
		if t, valid := ValidTimes(s.Place); len(valid) == frames {
			title, labels = t, valid
		}
		return &s.Place.Grid, title, labels
	}
	return nil, "", labels
}

// ClipsPicture draws clips of two sources beneath each other, such as real and
// generated ones: rows of the first, then rows of the second.
func ClipsPicture(variable, units string, step float64, channel, rows int, sets ...NamedSamples) (*plotting.Picture, error) {
	scale, unit := scaleOf(units)
	var clips []plotting.Clip
	frames := 0
	for _, s := range sets {
		for i := range min(rows, s.Len()) {
			clips = append(clips, plotting.Clip{
				Name: fmt.Sprintf("%s %d", s.Name, i+1), Data: s.Channel(i, channel),
				Frames: s.Frames, Height: s.Height, Width: s.Width,
			})
			frames = max(frames, s.Frames)
		}
	}
	grid, title, labels := placeOf(sets, frames, step)
	return plotting.FilmStrip(clips, plotting.FilmStripOptions{
		Style: plotting.Style{Title: title}, Scale: scale, Label: variable, Unit: unit, FrameLabels: labels, Lines: Coasts(grid), Axes: AxesOf(grid),
	})
}

// MembersPicture draws clips of one variable, [frame, row, column], of which the marked
// frames were known: what was observed (nil where that is unknown), three members, and the
// mean of several. place says what the variable is and gives axes, coasts and times.
func MembersPicture(members [][]float32, observed []float32, known climate.KnownFrames, place *climate.Place) (*plotting.Picture, error) {
	if len(members) == 0 || len(place.Like) == 0 {
		return nil, fmt.Errorf("picture of members: %d members of %d variables", len(members), len(place.Like))
	}
	like, grid := place.Like[0], &place.Grid
	scale, unit := scaleOf(like.Units)
	var rows []plotting.Clip
	row := func(name string, data []float32, known []bool) {
		rows = append(rows, plotting.Clip{Name: name, Data: data, Frames: len(place.Times), Height: grid.Height, Width: grid.Width, Known: known})
	}
	if observed != nil {
		row("observed", observed, nil)
	}
	const shown = 3
	for i, m := range members[:min(shown, len(members))] {
		row(fmt.Sprintf("member %d", i+1), m, known)
	}
	if len(members) > 1 {
		row(fmt.Sprintf("mean of %d", len(members)), Forecast{Members: members}.Mean(), known)
	}
	labels := stepLabels(len(place.Times), climate.MedianStep(place.Times))
	title, valid := ValidTimes(place)
	if len(valid) == len(labels) {
		labels = valid
	}
	return plotting.FilmStrip(rows, plotting.FilmStripOptions{
		Style: plotting.Style{Title: title}, Scale: scale, Label: like.Called(), Unit: unit, FrameLabels: labels, Lines: Coasts(grid), Axes: AxesOf(grid),
	})
}

// stepLabels returns a label for each frame, counted from the first.
func stepLabels(frames int, step float64) []string {
	labels := make([]string, frames)
	for i := range labels {
		labels[i] = fmt.Sprint(i + 1)
		if step > 0 {
			labels[i] = climate.FormatHours(float64(i) * step)
			if i == 0 {
				labels[i] = "0"
			}
		}
	}
	return labels
}

// ClipsAnimation draws clips side by side as an animated PNG.
func ClipsAnimation(variable, units string, step float64, channel int, clips ...NamedSamples) ([]byte, error) {
	scale, unit := scaleOf(units)
	var all []plotting.Clip
	frames := 0
	for _, s := range clips {
		for i := range s.Len() {
			name := s.Name
			if s.Len() > 1 {
				name = fmt.Sprintf("%s %d", s.Name, i+1)
			}
			all = append(all, plotting.Clip{Name: name, Data: s.Channel(i, channel), Frames: s.Frames, Height: s.Height, Width: s.Width})
			frames = max(frames, s.Frames)
		}
	}
	grid, title, labels := placeOf(clips, frames, step)
	return plotting.Animation(all, plotting.AnimationOptions{
		Style: plotting.Style{Title: title}, Scale: scale, Label: variable, Unit: unit, FrameLabels: labels, FPS: 3, Lines: Coasts(grid),
	})
}

// DrawClips draws clips of one channel of several sets, such as real and generated ones,
// as film strips and as an animation.
func DrawClips(title, caption, variable, units string, step float64, sets ...NamedSamples) ([]Drawing, error) {
	rows := 0
	for _, s := range sets {
		rows = max(rows, s.Len())
	}
	strip, err := ClipsPicture(variable, units, step, 0, rows, sets...)
	if err != nil {
		return nil, err
	}
	film, err := ClipsAnimation(variable, units, step, 0, sets...)
	if err != nil {
		return nil, err
	}
	return []Drawing{
		{File: "clips.png", Title: title, Picture: strip, Caption: caption},
		{File: "clips-animated.png", Title: "The same, moving", Animation: film, Caption: "An animated PNG."},
	}, nil
}

// First returns the first n clips, sharing memory.
func First(s *vdm.Samples, n int) *vdm.Samples {
	out := *s
	out.Data = s.Data[:min(n, s.Len())*s.Size()]
	return &out
}

// golden is the golden ratio minus one: its multiples, taken modulo 1, lie as far from
// each other as possible, and have no period.
const golden = 0.6180339887498949

// SpreadGolden returns n different numbers below count, spread over them by the golden ratio:
// more numbers begin with the same ones. Windows are numbered row by row and hour by
// hour, so that even distances may select the same row again and again.
func SpreadGolden(n, count int) []int {
	n = min(n, count)
	seen := map[int]bool{}
	var all []int
	for i := 0; len(all) < n; i++ {
		_, part := math.Modf(0.5 + float64(i)*golden)
		if at := int(part * float64(count)); !seen[at] {
			seen[at] = true
			all = append(all, at)
		}
	}
	return all
}

// Take copies n clips of a source, spread over it.
func Take(clips vdm.Clips, n int) (*vdm.Samples, error) {
	f, h, w, c := clips.Shape()
	at := SpreadGolden(n, clips.Len())
	s := vdm.NewSamples(len(at), f, h, w, c)
	for i, number := range at {
		if err := clips.Clip(number, s.At(i)); err != nil {
			return nil, err
		}
	}
	return s, nil
}
