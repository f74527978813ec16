package radar

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// Window is a square part of a field.
type Window struct{ Y, X, Size int }

// cut returns a window of every frame of whole fields, [frame, row, column].
func (w Window) cut(fields []float32, frames, height, width int) []float32 {
	out := make([]float32, 0, frames*w.Size*w.Size)
	for f := range frames {
		for y := range w.Size {
			row := fields[(f*height+w.Y+y)*width+w.X:]
			out = append(out, row[:w.Size]...)
		}
	}
	return out
}

// Cut returns the window of every frame of a field, [frame, row, column].
func (w Window) Cut(f *climate.Field) []float32 {
	return w.cut(f.Data, f.Frames(), f.Height(), f.Width())
}

// Wettest returns the square window of side cells, on a grid of half its side, with the
// most rain in the known frames: an interesting place, chosen by what is known. Windows with
// missing cells there are skipped; ok is false where all have some.
func Wettest(rain *climate.Field, known climate.KnownFrames, side int) (wettest Window, ok bool) {
	most := -1.0
	for y := 0; y+side <= rain.Height(); y += max(1, side/2) {
		for x := 0; x+side <= rain.Width(); x += max(1, side/2) {
			w, sum := Window{Y: y, X: x, Size: side}, 0.0
			for _, v := range known.Of(w.Cut(rain)) {
				sum += float64(v) // NaN where a cell is missing, which is never the most
			}
			if sum > most {
				wettest, most = w, sum
			}
		}
	}
	return wettest, most >= 0
}

// Case is a window of a record, of as many frames as the network's clips have.
type Case struct {
	Rain   *climate.Field
	Window Window
}

// Nowcast returns continuations of the first known frames of rain in a window; see
// [Interpolate].
func Nowcast(ctx context.Context, m *run.Run, rain *climate.Field, w Window, known, members int, o run.SampleOptions) ([][]float32, error) {
	out, err := Interpolate(ctx, m, []Case{{rain, w}}, climate.FirstFrames(rain.Frames(), known), members, o)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// Interpolate returns clips in which the frames that are not known are generated, members
// for each case: [frame, row, column] in mm/h. The windows have one size, which may be
// larger than the network's clips. The network receives the known frames
// moved along over the whole field, where they are those that it was trained with. The
// unknown frames of the rain are not used. All cases go through one compiled step: give
// many at once. o has all settings but Count and Covariates; member k of case i is sample
// First + i·members + k.
func Interpolate(ctx context.Context, m *run.Run, cases []Case, known climate.KnownFrames, members int, o run.SampleOptions) ([][][]float32, error) {
	out, err := interpolate(ctx, m, cases, known, members, o)
	if err != nil {
		return nil, fmt.Errorf("nowcast or interpolation of radar: %w", err)
	}
	return out, nil
}

func interpolate(ctx context.Context, m *run.Run, cases []Case, known climate.KnownFrames, members int, o run.SampleOptions) ([][][]float32, error) {
	var clips []float32
	covariates := map[string][]float32{}
	whole := map[*climate.Field]map[string][]float32{} // several windows may lie in one field
	for i, c := range cases {
		frames, height, width, w := c.Rain.Frames(), c.Rain.Height(), c.Rain.Width(), c.Window
		if w.Y < 0 || w.X < 0 || w.Size < 1 || w.Y+w.Size > height || w.X+w.Size > width {
			return nil, fmt.Errorf("a window of %d cells a side from row %d and column %d does not lie in a field of %d × %d", w.Size, w.Y, w.X, height, width)
		}
		if w.Size != cases[0].Window.Size || frames != len(known) {
			return nil, fmt.Errorf("case %d has %d frames of %d cells a side: want %d of %d", i, frames, w.Size, len(known), cases[0].Window.Size)
		}
		if err := suits(m, c.Rain); err != nil {
			return nil, err
		}
		clips = append(clips, slices.Repeat(w.cut(c.Rain.Data, frames, height, width), members)...)
		if _, made := whole[c.Rain]; !made {
			var err error
			if whole[c.Rain], err = tellWhole(ctx, m, c.Rain, known); err != nil {
				return nil, err
			}
		}
		for name, values := range whole[c.Rain] {
			covariates[name] = append(covariates[name], slices.Repeat(w.cut(values, frames, height, width), members)...)
		}
	}
	if len(cases) == 0 {
		return nil, nil
	}
	sized, err := m.OnFields(cases[0].Window.Size, cases[0].Window.Size)
	if err != nil {
		return nil, err
	}
	o.Count, o.Covariates = len(cases)*members, covariates
	s, err := sized.Interpolate(ctx, clips, known, o)
	if err != nil {
		return nil, err
	}
	out := make([][][]float32, len(cases))
	for i := range s.Len() {
		out[i/members] = append(out[i/members], s.At(i))
	}
	return out, nil
}

// suits refuses rain with other steps in time or another size of cells than the network
// was trained on. What the configuration or the rain does not say is not compared.
func suits(m *run.Run, rain *climate.Field) error {
	c := m.Config.Clip
	for _, v := range []struct {
		what     string
		is, want float64
	}{{"frames %.3g minutes apart", 60 * rain.Step(), 60 * c.Step}, {"cells of %.3g km", rain.Grid.Kilometres(), c.Kilometres}} {
		if v.is > 0 && v.want > 0 && math.Abs(v.is-v.want) > 0.1*v.want {
			return fmt.Errorf("the rain has "+v.what+", the network was trained on "+v.what, v.is, v.want)
		}
	}
	return nil
}

// Tell returns the covariates of a network that has the covariate GuessName, for a
// window, given the known frames of the whole field. It returns nothing for another
// network, and where other frames are known than the network's guess is made from.
func Tell(ctx context.Context, m *run.Run, rain *climate.Field, known climate.KnownFrames, w Window) (map[string][]float32, error) {
	told, err := tellWhole(ctx, m, rain, known)
	for name, values := range told {
		told[name] = w.cut(values, m.Config.Clip.Frames, rain.Height(), rain.Width())
	}
	return told, err
}

// tellWhole returns what Tell does, of the whole field.
func tellWhole(ctx context.Context, m *run.Run, rain *climate.Field, known climate.KnownFrames) (map[string][]float32, error) {
	c := m.Config.Conditions.Covariates
	i := guessIn(m.Config)
	if i < 0 {
		return nil, nil
	}
	switch first, nowcast := known.Lead(); {
	case nowcast && first >= c[i].KnownFrames:
		known = climate.FirstFrames(len(known), c[i].KnownFrames)
	case c[i].AlternateFrames && slices.Equal(known, climate.EverySecondFrame(len(known))):
	default:
		return nil, nil
	}
	guess, err := Guess(ctx, rain, known)
	if err != nil {
		return nil, err
	}
	if !m.Config.TakesMissing() {
		guess = filled(guess)
	}
	told := map[string][]float32{GuessName: guess}
	if TakesErrors(m.Config) {
		if told[ErrorName], err = guessError(ctx, rain, known); err != nil {
			return nil, err
		}
	}
	return told, nil
}

// guessIn returns the place of the covariate GuessName, −1 where a network does not have it.
func guessIn(c run.Config) int {
	return slices.IndexFunc(c.Conditions.Covariates, func(c run.CovariateConfig) bool { return c.Name == GuessName })
}

// TakesErrors reports whether a network has the covariate ErrorName.
func TakesErrors(c run.Config) bool {
	return slices.ContainsFunc(c.Conditions.Covariates, func(c run.CovariateConfig) bool { return c.Name == ErrorName })
}

// TakesAlternate reports whether a network has a first guess where every second frame is
// known, too.
func TakesAlternate(c run.Config) bool {
	return slices.ContainsFunc(c.Conditions.Covariates, func(c run.CovariateConfig) bool { return c.AlternateFrames })
}

// Rivals returns the forecasts of methods without learning, of the whole field, cut to
// the windows: for each window and each forecaster, its members.
func Rivals(ctx context.Context, rain *climate.Field, windows []Window, known climate.KnownFrames, members int, seed uint64, by ...forecast.Forecaster) ([][][][]float32, error) {
	frames, height, width := rain.Frames(), rain.Height(), rain.Width()
	out := make([][][][]float32, len(windows))
	for _, f := range by {
		whole, err := f.Forecast(ctx, forecast.Case{Frames: frames, Height: height, Width: width, Clip: rain.Data, Known: known}, members, seed)
		if err != nil {
			return nil, err
		}
		for i, w := range windows {
			var cut [][]float32
			for _, member := range whole {
				cut = append(cut, w.cut(member, frames, height, width))
			}
			out[i] = append(out[i], cut)
		}
	}
	return out, nil
}
