package plotting

import (
	"image/color"
	"math"
	"path/filepath"
	"strings"
	"testing"
)

func TestArgumentErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	line := []Series{{Name: "s", X: []float64{0, 1}, Y: []float64{1, 2}}}
	bins := []Counts{{"h", []float64{0, 1, 2}, []float64{1, 2}}}
	field := NewField([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	clip := Clip{Name: "c", Data: make([]float32, 12), Frames: 3, Height: 2, Width: 2}
	other := Clip{Name: "d", Data: make([]float32, 12), Frames: 1, Height: 3, Width: 4}
	curves := func(s []Series, o CurveOptions) func() error {
		return func() error { _, err := Curves(s, o); return err }
	}
	maps := func(f Field2D, o MapOptions) func() error {
		return func() error { _, err := Map(f, o); return err }
	}
	film := func(c []Clip, o FilmStripOptions) func() error {
		return func() error { _, err := FilmStrip(c, o); return err }
	}
	animate := func(c []Clip, o AnimationOptions) func() error {
		return func() error { _, err := Animation(c, o); return err }
	}
	hist := func(c []Counts, o HistogramOptions) func() error {
		return func() error { _, err := Histogram(c, o); return err }
	}
	for name, c := range map[string]struct {
		run  func() error
		want []string // pieces of the message
	}{
		"no series":            {curves(nil, CurveOptions{}), []string{"no series"}},
		"unequal lengths":      {curves([]Series{line[0], {Name: "bad", X: []float64{1}, Y: []float64{1, 2}}}, CurveOptions{}), []string{`1 ("bad")`, "1 values of X", "2 of Y"}},
		"empty series":         {curves([]Series{{Name: "void"}}, CurveOptions{}), []string{`"void"`, "empty"}},
		"nothing finite":       {curves([]Series{{X: []float64{0}, Y: []float64{nan}}}, CurveOptions{}), []string{"no value to show"}},
		"nothing positive":     {curves([]Series{{X: []float64{1}, Y: []float64{-3}}}, CurveOptions{Y: Axis{Label: "L", Log: true}}), []string{"no value to show"}},
		"limits out of order":  {curves(line, CurveOptions{Y: Axis{Label: "L", Limits: [2]float64{2, 1}}}), []string{`"L"`, "[2, 1]"}},
		"limits infinite":      {curves(line, CurveOptions{X: Axis{Limits: [2]float64{0, inf}}}), []string{"+Inf", "NaN"}},
		"log limits":           {curves(line, CurveOptions{Y: Axis{Label: "L", Log: true, Limits: [2]float64{0, 1}}}), []string{`"L"`, "positive"}},
		"width":                {curves(line, CurveOptions{Style: Style{Width: -2}}), []string{"Width", "-2 cm"}},
		"height":               {curves(line, CurveOptions{Style: Style{Height: nan}}), []string{"Height", "NaN cm"}},
		"resolution":           {curves(line, CurveOptions{Style: Style{DPI: 5}}), []string{"DPI", "5"}},
		"letters":              {curves(line, CurveOptions{Style: Style{FontSize: 100}}), []string{"FontSize", "100"}},
		"too many pixels":      {curves(line, CurveOptions{Style: Style{Width: 200, Height: 200, DPI: 1200}}), []string{"pixels"}},
		"legend":               {curves(line, CurveOptions{Legend: 9}), []string{"9", "LegendAuto"}},
		"guide":                {curves(line, CurveOptions{Y: Axis{Log: true}, Guides: []Guide{{Name: "g", At: 0}}}), []string{`"g"`, "0"}},
		"too wide a range":     {curves([]Series{{X: []float64{0, 1}, Y: []float64{-1.7e308, 1.7e308}}}, CurveOptions{}), []string{"double precision"}},
		"edges":                {hist([]Counts{{"h", []float64{0, 1}, []float64{1, 2}}}, HistogramOptions{}), []string{`"h"`, "2 edges", "2 densities"}},
		"descending edges":     {hist([]Counts{{"h", []float64{0, 2, 1}, []float64{1, 2}}}, HistogramOptions{}), []string{"edge 2", "ascending"}},
		"negative density":     {hist([]Counts{{"h", []float64{0, 1, 2}, []float64{1, -2}}}, HistogramOptions{}), []string{"-2", "bin 1"}},
		"no histogram":         {hist(nil, HistogramOptions{}), []string{"no histogram"}},
		"histogram limits":     {hist(bins, HistogramOptions{Y: Axis{Limits: [2]float64{3, 2}}}), []string{"[3, 2]"}},
		"all bins empty":       {hist([]Counts{{"h", []float64{0, 1}, []float64{0}}}, HistogramOptions{Y: Axis{Log: true}}), []string{"Density", "no value"}},
		"field shape":          {maps(NewField([]float64{1, 2, 3}, 2, 2), MapOptions{}), []string{"3 values", "2×2"}},
		"field coordinates":    {maps(Field2D{Data: field.Data, Height: 2, Width: 3, X: []float64{1, 2}}, MapOptions{}), []string{"2 values of X", "want 3"}},
		"not monotone":         {maps(Field2D{Data: field.Data, Height: 2, Width: 3, X: []float64{1, 3, 2}}, MapOptions{}), []string{"X[2] = 2 after 3"}},
		"coordinate NaN":       {maps(Field2D{Data: field.Data, Height: 2, Width: 3, Y: []float64{1, nan}}, MapOptions{}), []string{"Y[1] = NaN"}},
		"coordinates too near": {maps(Field2D{Data: field.Data, Height: 2, Width: 3, Y: []float64{1e16, 1e16 + 2}}, MapOptions{Stretch: true}), []string{"coordinates Y"}},
		"map limits":           {maps(field, MapOptions{X: Axis{Label: "lon", Limits: [2]float64{1, 2}}}), []string{`"lon"`, "neither"}},
		"needle":               {maps(NewField(make([]float64, 100), 100, 1), MapOptions{}), []string{"Stretch"}},
		"scale kind":           {maps(field, MapOptions{Scale: Scale{Kind: 7}}), []string{"7"}},
		"scale limits":         {maps(field, MapOptions{Scale: Scale{Limits: [2]float64{1, 0}}}), []string{"[1, 0]"}},
		"levels":               {maps(field, MapOptions{Scale: Scale{Kind: Classes, Levels: []float64{0, 1}, Colors: []color.Color{color.Black}}}), []string{"2 levels", "1 colours"}},
		"levels out of order":  {maps(field, MapOptions{Scale: Scale{Kind: Classes, Levels: []float64{1, 0}, Colors: []color.Color{color.Black, color.White}}}), []string{"Levels[1]"}},
		"nil colour":           {maps(field, MapOptions{Scale: Scale{Kind: Classes, Levels: []float64{0, 1}, Colors: []color.Color{nil, nil}}}), []string{"Colors[0]"}},
		"stray levels":         {maps(field, MapOptions{Scale: Scale{Levels: []float64{0, 1}}}), []string{"Kind Classes"}},
		"no clip":              {film(nil, FilmStripOptions{}), []string{"no clip"}},
		"clip shape":           {film([]Clip{{Name: "c", Data: make([]float32, 11), Frames: 3, Height: 2, Width: 2}}, FilmStripOptions{}), []string{`"c"`, "11 values", "3×2×2"}},
		"clips differ":         {film([]Clip{clip, other}, FilmStripOptions{}), []string{`"d"`, "3×4", "2×2"}},
		"known":                {film([]Clip{{Data: make([]float32, 4), Frames: 1, Height: 2, Width: 2, Known: []bool{true, false}}}, FilmStripOptions{}), []string{"1 frames", "2"}},
		"frame labels":         {film([]Clip{clip}, FilmStripOptions{FrameLabels: []string{"a"}}), []string{"1 labels for 3 frames"}},
		"fps":                  {animate([]Clip{clip}, AnimationOptions{FPS: 1000}), []string{"FPS", "1000"}},
		"animated labels":      {animate([]Clip{clip}, AnimationOptions{FrameLabels: []string{"a"}}), []string{"1 labels"}},
		"no reference":         {func() error { _, err := QuantilePlot(nil, nil, QuantileOptions{}); return err }, []string{"reference"}},
		"no model":             {func() error { _, err := QuantilePlot([]float64{1}, nil, QuantileOptions{}); return err }, []string{"no model"}},
		"quantile count": {func() error {
			_, err := QuantilePlot([]float64{1, 2}, []Quantiles{{"m", []float64{1}}}, QuantileOptions{})
			return err
		}, []string{`"m"`, "1 quantiles", "2"}},
		"empty grid": {func() error { _, err := Grid([][]*Picture{{nil}, nil}, GridOptions{}); return err }, []string{"2 rows", "panel"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.run()
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range append(c.want, "plotting: ") {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
		})
	}
}

func TestSaveErrors(t *testing.T) {
	p, err := Curves([]Series{{X: []float64{0, 1}, Y: []float64{0, 1}}}, CurveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "absent", "p")
	for _, err := range []error{p.SavePNG(path + ".png"), p.SavePDF(path + ".pdf")} {
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("saving into a folder that does not exist gives %v, want an error with the path", err)
		}
	}
}

// Data of any values give a picture or an error, never a panic or a hang.
func FuzzCurves(f *testing.F) {
	f.Add(0.0, 1.0, 2.0, 3.0, 0.0, 0.0, false, false)
	f.Add(1e-320, 1e308, -1e308, 0.0, math.NaN(), 5.0, true, true)
	f.Add(1.0, 1.0+1e-15, 1.0, 1.0, 1e9, math.NaN(), false, true)
	f.Add(math.Inf(1), 3.0, 5e-324, 1e-300, 1e-310, 1e300, true, true)
	f.Fuzz(func(t *testing.T, a, b, c, d, lo, hi float64, logX, logY bool) {
		p, err := Curves([]Series{{Name: "s", X: []float64{a, b, c}, Y: []float64{b, c, d}}, {X: []float64{c, d}, Y: []float64{a, a}, Points: true}}, CurveOptions{
			Style: Style{Width: 5, Height: 4, DPI: 30},
			X:     Axis{Log: logX}, Y: Axis{Log: logY, Limits: [2]float64{lo, hi}},
		})
		if err == nil && p.Image() == nil {
			t.Error("neither picture nor error")
		}
	})
}

func FuzzMap(f *testing.F) {
	f.Add(0.0, 1.0, 2.0, 3.0, 0.0, 1.0, uint8(0))
	f.Add(math.NaN(), math.NaN(), math.NaN(), math.NaN(), 5.0, 1.0, uint8(1))
	f.Add(1e308, -1e308, 0.0, 5e-324, 1.0, 1.0+1e-15, uint8(0))
	f.Add(7.0, 7.0, 7.0, 7.0, 1e300, -1e300, uint8(2))
	f.Fuzz(func(t *testing.T, a, b, c, d, x0, x1 float64, kind uint8) {
		scale := Scale{Kind: ScaleKind(kind % 2)}
		if kind%3 == 2 {
			scale = RainScale()
		}
		p, err := Map(Field2D{Data: []float64{a, b, c, d}, Height: 2, Width: 2, X: []float64{x0, x1}}, MapOptions{
			Style: Style{Width: 5, DPI: 30}, Scale: scale, Stretch: kind > 128,
		})
		if err == nil && p.Image() == nil {
			t.Error("neither picture nor error")
		}
	})
}
