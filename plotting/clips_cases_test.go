package plotting

import (
	"fmt"
	"math"
)

// nowcastClips are an observed clip and members of which the first half is
// known.
func nowcastClips(members, frames, n int) []Clip {
	known := make([]bool, frames)
	for f := range frames / 2 {
		known[f] = true
	}
	clips := []Clip{{Name: "observed", Data: rainClip(11, frames, n), Frames: frames, Height: n, Width: n}}
	for m := range members {
		data := rainClip(11, frames, n)
		other := rainClip(20+uint64(m), frames, n)
		for i := frames / 2 * n * n; i < len(data); i++ {
			data[i] = 0.7*data[i] + 0.3*other[i]
		}
		clips = append(clips, Clip{Name: fmt.Sprintf("member %d", m+1), Data: data, Frames: frames, Height: n, Width: n, Known: known})
	}
	return clips
}

func leadTimes(frames int) []string {
	out := make([]string, frames)
	for f := range out {
		out[f] = minus(fmt.Sprintf("%+d h", f+1-frames/2))
	}
	return out
}

func init() { goldenCases = append(goldenCases, clipCases...) }

var clipCases = []goldenCase{
	{"film_nowcast", func(s Style) (*Picture, error) {
		s.Title = "Nowcast of hourly rain"
		return FilmStrip(nowcastClips(3, 10, 32), FilmStripOptions{Style: s, Scale: RainScale(), Label: "Rain rate", Unit: "mm h^{-1}", FrameLabels: leadTimes(10)})
	}},
	{"film_continuous", func(s Style) (*Picture, error) {
		const h, w = 12, 24
		data := make([]float32, 3*h*w)
		for i := range data {
			data[i] = float32(10 * math.Sin(float64(i)/37))
		}
		data[5], data[h*w+40] = float32(math.NaN()), float32(math.NaN())
		return FilmStrip([]Clip{
			{Name: "wind of a model with a long name", Data: data, Frames: 3, Height: h, Width: w},
			{Name: "short", Data: data[:2*h*w], Frames: 2, Height: h, Width: w},
		}, FilmStripOptions{Style: s, Scale: Scale{Kind: Diverging}, Label: "Zonal wind", Unit: "m s⁻¹"})
	}},
	{"film_single", func(s Style) (*Picture, error) {
		return FilmStrip([]Clip{{Data: rainClip(5, 2, 16), Frames: 2, Height: 16, Width: 16}}, FilmStripOptions{Style: s, Scale: RainScale(), Unit: "mm h⁻¹"})
	}},
	{"film_many", func(s Style) (*Picture, error) {
		n := 24
		labels := make([]string, n)
		for i := range labels {
			labels[i] = fmt.Sprintf("%02d UTC", i)
		}
		return FilmStrip([]Clip{
			{Name: "a", Data: rainClip(5, n, 16), Frames: n, Height: 16, Width: 16},
			{Name: "b", Data: rainClip(6, n, 16), Frames: n, Height: 16, Width: 16},
		}, FilmStripOptions{Style: s, Scale: RainScale(), Label: "Rain rate", Unit: "mm h⁻¹", FrameLabels: labels})
	}},
	{"grid_schedule", func(s Style) (*Picture, error) {
		t := linspace(0, 1, 101)
		panel := func(name string, f func(float64) float64, end float64) (*Picture, error) {
			var series []Series
			for _, d := range []float64{64, 128, 256} {
				series = append(series, Series{Name: fmt.Sprintf("d = %g", d), X: t, Y: apply(t, func(t float64) float64 {
					return end * f(math.Atan(math.Tan(math.Pi/2*math.Min(t, 0.9999))*d/64))
				})})
			}
			return Curves(series, CurveOptions{Style: Style{Width: 8.5, Height: 7.5}, X: Axis{Label: "t"}, Y: Axis{Label: name}})
		}
		alpha, err := panel("α_{t}", math.Cos, 1)
		if err != nil {
			return nil, err
		}
		sigma, err := panel("σ_{t} × 1000", math.Sin, 1000)
		if err != nil {
			return nil, err
		}
		s.Title = "Shifted schedules"
		return Grid([][]*Picture{{alpha, sigma}}, GridOptions{Style: s, Letters: true})
	}},
	{"grid_mixed", func(s Style) (*Picture, error) {
		small := Style{Width: 8, Height: 7}
		curve, err := Curves([]Series{{Name: "CRPS", X: linspace(1, 5, 5), Y: []float64{0.1, 0.2, 0.26, 0.3, 0.33}}},
			CurveOptions{Style: small, X: Axis{Label: "Lead time", Unit: "h"}, Y: Axis{Label: "CRPS", Unit: "mm h⁻¹"}})
		if err != nil {
			return nil, err
		}
		field, err := Map(rainField(9, 32), MapOptions{Style: Style{Width: 8, Title: "A field"}, Scale: RainScale(), Unit: "mm h⁻¹"})
		if err != nil {
			return nil, err
		}
		spectrum, err := Spectra([]Series{{X: linspace(1, 16, 16), Y: apply(linspace(1, 16, 16), func(k float64) float64 { return 1e5 / k / k })}},
			SpectrumOptions{Style: small})
		if err != nil {
			return nil, err
		}
		return Grid([][]*Picture{{curve, field}, {spectrum, nil}}, GridOptions{Style: s, Letters: true})
	}},
}
