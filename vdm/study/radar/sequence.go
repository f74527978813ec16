package radar

import (
	"context"
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// TellSequence returns the function by which each clip of a sequence receives a first guess
// (see [run.RolloutOptions]): the frames that it continues, moved along within the
// sequence's own window. start are the frames that the sequence begins with, [frame, row,
// column] in mm/h. It returns nil for a network without a first guess.
//
// How far the guess is likely to be from the rain is measured once, in the start, and told to
// every clip. Measured in the frames that the network drew, it grows from clip to clip, since
// a network that expects a larger error draws frames that are harder to move along.
func TellSequence(ctx context.Context, m *run.Run, start []float32) (func(ctx context.Context, clip []float32) (map[string][]float32, error), error) {
	c := m.Config.Clip
	i := guessIn(m.Config)
	if i < 0 {
		return nil, nil
	}
	known := climate.FirstFrames(c.Frames, m.Config.Conditions.Covariates[i].KnownFrames)
	cells := c.Height * c.Width
	field := func(frames []float32) *climate.Field {
		f := &climate.Field{Name: c.Channels[0].Name, Units: climate.RainUnits, Kind: climate.KindRain, Grid: climate.Grid{Height: c.Height, Width: c.Width}, Data: frames}
		for t := range len(frames) / cells {
			f.Times = append(f.Times, float64(t)*c.Step)
		}
		return f
	}
	var likely []float32
	if TakesErrors(m.Config) {
		if len(start) < known.Span()*cells {
			return nil, fmt.Errorf("first guess of a sequence: the start has %d frames: want the %d from which the guess is made", len(start)/cells, known.Span())
		}
		var err error
		if likely, err = guessError(ctx, field(start[len(start)-known.Span()*cells:]), known); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, clip []float32) (map[string][]float32, error) {
		guess, err := Guess(ctx, field(clip), known)
		if err != nil {
			return nil, err
		}
		if !m.Config.TakesMissing() {
			guess = filled(guess)
		}
		told := map[string][]float32{GuessName: guess}
		if likely != nil {
			told[ErrorName] = likely
		}
		return told, nil
	}, nil
}
