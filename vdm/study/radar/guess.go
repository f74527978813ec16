package radar

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
)

// GuessName is the name of the covariate that contains the known frames moved along: the
// last ones into the future, and where every second frame is known, both neighbours to the
// time between them.
const GuessName = "advection"

// ErrorName is the name of the covariate that says how far the first guess is likely to
// be from the rain.
const ErrorName = "advection error"

// surroundings is the distance in cells to the north, south, east and west over which
// squared errors are averaged: about as far as rain moves in a clip.
const surroundings = 16

// leastError is the smallest mean square in mm/h, about a twentieth of the usual one: new
// rain can fall where there was none.
const leastError = 1e-3

// Guess returns the frames of a clip, [frame, row, column], of a whole field: the known
// ones, and those moved along, NaN where no known rain can be moved. The field may end
// with the last known frame; its frames that are not known are not used.
func Guess(ctx context.Context, rain *climate.Field, known climate.KnownFrames) ([]float32, error) {
	cells := rain.Height() * rain.Width()
	all := make([]float32, len(known)*cells)
	for _, t := range known.Numbers() {
		copy(all[t*cells:], rain.Frame(t))
	}
	members, err := forecast.Advection{}.Forecast(ctx, forecast.Case{
		Frames: len(known), Height: rain.Height(), Width: rain.Width(), Clip: all, Known: known,
	}, 1, 0)
	if err != nil {
		return nil, err
	}
	return members[0], nil
}

// filled returns x with 0 in place of missing values, for networks that were trained
// without any.
func filled(x []float32) []float32 {
	for i, v := range x {
		if math.IsNaN(float64(v)) {
			x[i] = 0
		}
	}
	return x
}

// guessField returns what Guess does as a field beside rain, which has all frames of a clip.
func guessField(ctx context.Context, rain *climate.Field, known climate.KnownFrames, missing bool) (*climate.Field, error) {
	guess, err := Guess(ctx, rain, known)
	if err != nil {
		return nil, err
	}
	if !missing {
		guess = filled(guess)
	}
	return beside(rain, GuessName, guess), nil
}

// beside returns values as a field of the same cells and times as rain.
func beside(rain *climate.Field, name string, values []float32) *climate.Field {
	return &climate.Field{
		Name: name, Units: rain.Units, Kind: rain.Kind, Grid: rain.Grid,
		Times: rain.Times, Calendar: rain.Calendar, Epoch: rain.Epoch, Data: values,
	}
}

// guessError returns how wrong the motion was just before: the mean square, in mm/h, of
// the difference between the square roots of a known frame and of the others moved along to
// its time, over the surroundings of each cell. It is the same in each of the frames of a
// clip, [frame, row, column].
//
// The square root is the one of the network's transform, under which the error of a forecast
// by advection grows with its lead time much as it does everywhere, but differs tenfold
// from one kind of rain to another. What it was in the known frames tells which kind it is.
func guessError(ctx context.Context, rain *climate.Field, known climate.KnownFrames) ([]float32, error) {
	hidden := hiddenFrames(known)
	if len(hidden) == 0 {
		return nil, fmt.Errorf("likely error of a first guess: frames %s are known: want at least two", known)
	}
	others := slices.Clone(known[:known.Span()])
	for _, t := range hidden {
		others[t] = false
	}
	forecast, err := Guess(ctx, rain, others)
	if err != nil {
		return nil, err
	}
	height, width := rain.Height(), rain.Width()
	square := make([]float64, height*width)
	for _, t := range hidden {
		observed, guessed := rain.Frame(t), forecast[t*height*width:]
		for i := range square {
			d := math.Sqrt(float64(max(0, observed[i]))) - math.Sqrt(float64(max(0, guessed[i])))
			square[i] += d * d / float64(len(hidden))
		}
	}
	return slices.Repeat(meanAround(square, height, width), len(known)), nil
}

// hiddenFrames returns the known frames that are guessed from the others to see how wrong
// the guess is: the last of a nowcast, and of an interpolation every second one that lies
// between two others.
func hiddenFrames(known climate.KnownFrames) (hidden []int) {
	numbers := known.Numbers()
	if _, nowcast := known.Lead(); nowcast {
		if len(numbers) < 2 {
			return nil
		}
		return numbers[len(numbers)-1:]
	}
	for i := 1; i+1 < len(numbers); i += 2 {
		hidden = append(hidden, numbers[i])
	}
	return hidden
}

// meanAround returns the mean over the surroundings of each cell, without missing values,
// and not less than leastError.
func meanAround(x []float64, height, width int) []float32 {
	// Sums over all cells above and to the left make the sum over a rectangle four values.
	sum, count := make([]float64, (height+1)*(width+1)), make([]float64, (height+1)*(width+1))
	at := func(y, x int) int { return y*(width+1) + x }
	for i := range height {
		for j := range width {
			v, n := x[i*width+j], 1.0
			if math.IsNaN(v) {
				v, n = 0, 0
			}
			sum[at(i+1, j+1)] = v + sum[at(i, j+1)] + sum[at(i+1, j)] - sum[at(i, j)]
			count[at(i+1, j+1)] = n + count[at(i, j+1)] + count[at(i+1, j)] - count[at(i, j)]
		}
	}
	out := make([]float32, height*width)
	for i := range height {
		top, bottom := max(0, i-surroundings), min(height, i+surroundings+1)
		for j := range width {
			left, right := max(0, j-surroundings), min(width, j+surroundings+1)
			over := func(s []float64) float64 {
				return s[at(bottom, right)] - s[at(top, right)] - s[at(bottom, left)] + s[at(top, left)]
			}
			out[i*width+j] = float32(max(leastError, over(sum)/max(1, over(count))))
		}
	}
	return out
}

// errorField returns guessError as a field beside rain, the same in all frames.
func errorField(ctx context.Context, rain *climate.Field, known climate.KnownFrames) (*climate.Field, error) {
	likely, err := guessError(ctx, rain, known)
	if err != nil {
		return nil, err
	}
	return beside(rain, ErrorName, likely), nil
}
