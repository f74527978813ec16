package plotting_test

import (
	"bytes"
	"fmt"
	"image/png"
	"math"

	"github.com/climate-vdm/climate-vdm/plotting"
)

// A curve with a logarithmic axis. In a notebook the bytes are shown as a PNG.
func ExampleCurves() {
	var step, loss []float64
	for k := 1.0; k <= 1000; k *= 1.1 {
		step, loss = append(step, k), append(loss, 1/math.Sqrt(k))
	}
	p, err := plotting.Curves([]plotting.Series{{Name: "training", X: step, Y: loss}}, plotting.CurveOptions{
		Style:  plotting.Style{Title: "Loss"},
		X:      plotting.Axis{Label: "Step"},
		Y:      plotting.Axis{Label: "Mean squared error of v̂", Log: true},
		Guides: []plotting.Guide{{Name: "linear denoiser", At: 0.05}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := p.PNG()
	if err != nil {
		fmt.Println(err)
		return
	}
	img, err := png.Decode(bytes.NewReader(b))
	fmt.Println(img.Bounds().Size(), err)
	// Output: (827,531) <nil>
}

// A map of rain with missing cells and coordinates.
func ExampleMap() {
	field := plotting.NewField([]float32{
		0, 0.3, 12,
		0, float32(math.NaN()), 140,
	}, 2, 3)
	field.X = []float64{-2.1, -2.0, -1.9}
	field.Y = []float64{52.4, 52.5} // ascending: row 0 is drawn at the bottom
	p, err := plotting.Map(field, plotting.MapOptions{
		Scale: plotting.RainScale(), Label: "Rain rate", Unit: "mm h^{-1}",
		X: plotting.Axis{Label: "Longitude", Unit: "°E"},
		Y: plotting.Axis{Label: "Latitude", Unit: "°N"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	w, _ := p.Size()
	fmt.Printf("%.0f cm wide\n", w)

	// Errors say what does not fit.
	field.X = field.X[:2]
	_, err = plotting.Map(field, plotting.MapOptions{})
	fmt.Println(err)
	// Output:
	// 12 cm wide
	// plotting: field of the shape 2×3 has 2 values of X, want 3
}

// Two panels side by side, with their axes in line.
func ExampleGrid() {
	t := make([]float64, 101)
	alpha, sigma := make([]float64, 101), make([]float64, 101)
	for i := range t {
		t[i] = float64(i) / 100
		sigma[i], alpha[i] = math.Sincos(math.Pi / 2 * t[i])
	}
	var row []*plotting.Picture
	for _, c := range []struct {
		name string
		y    []float64
	}{{"α_{t}", alpha}, {"σ_{t}", sigma}} {
		p, err := plotting.Curves([]plotting.Series{{X: t, Y: c.y}}, plotting.CurveOptions{
			Style: plotting.Style{Width: 8, Height: 7},
			X:     plotting.Axis{Label: "t"}, Y: plotting.Axis{Label: c.name},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		row = append(row, p)
	}
	p, err := plotting.Grid([][]*plotting.Picture{row}, plotting.GridOptions{Letters: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	w, _ := p.Size()
	fmt.Printf("%.0f cm wide\n", w)
	// Output: 16 cm wide
}

// Three frames of which the first was given.
func ExampleFilmStrip() {
	clip := plotting.Clip{
		Name: "member 1", Data: make([]float32, 3*4*4), Frames: 3, Height: 4, Width: 4,
		Known: []bool{true, false, false},
	}
	p, err := plotting.FilmStrip([]plotting.Clip{clip}, plotting.FilmStripOptions{
		Scale: plotting.RainScale(), Label: "Rain rate", Unit: "mm h^{-1}",
		FrameLabels: []string{"now", "+1 h", "+2 h"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	film, err := plotting.Animation([]plotting.Clip{clip}, plotting.AnimationOptions{Scale: plotting.RainScale(), FPS: 2})
	fmt.Println(p.Image() != nil, len(film) > 0, err)
	// Output: true true <nil>
}
