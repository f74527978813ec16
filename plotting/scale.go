package plotting

import (
	"fmt"
	"image/color"
	"math"
	"sort"

	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
)

// ScaleKind is the kind of a colour scale.
type ScaleKind int

const (
	// Sequential runs from dark to light over the range of the data.
	Sequential ScaleKind = iota
	// Diverging runs from blue through light grey to red, with grey at zero.
	// Equal distances from zero have colours of equal strength on both sides.
	Diverging
	// Classes gives each interval between levels one colour.
	Classes
)

// Scale maps values to colours. The zero value is a sequential scale over the
// range of the data; [RainScale] is the scale of rain rates.
type Scale struct {
	Kind ScaleKind

	// Limits are the ends of a continuous scale, as in [Axis]. Values beyond take the
	// colour of the end, and the colour bar then has a pointed end.
	Limits [2]float64

	// Levels of a scale of classes, ascending. Class i contains the values v with
	// Levels[i] ≤ v < Levels[i+1], the last class all from the last level up; values
	// below the first level are in the first class.
	Levels []float64

	// Colors are the colours of the classes, as many as levels. The last is the 'over'
	// colour.
	Colors []color.Color
}

// rainLevels are in mm/h; rainColors are the colours of their classes. In CIELAB the
// lightness falls from 97 to 15 in steps of 6 to 11 while the hue goes from cyan through
// blue and purple to wine red.
var rainLevels = [...]float64{0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100}

var rainColors = [len(rainLevels)]color.RGBA{
	{0xf7, 0xf7, 0xf7, 0xff}, // dry: below 0.1
	{0xc1, 0xed, 0xf5, 0xff}, // 0.1 to 0.2
	{0x93, 0xd9, 0xf3, 0xff}, // 0.2 to 0.5
	{0x6c, 0xc2, 0xf2, 0xff}, // 0.5 to 1
	{0x51, 0xaa, 0xed, 0xff}, // 1 to 2
	{0x50, 0x90, 0xe2, 0xff}, // 2 to 5
	{0x64, 0x73, 0xcc, 0xff}, // 5 to 10
	{0x7a, 0x52, 0xad, 0xff}, // 10 to 20
	{0x87, 0x29, 0x80, 0xff}, // 20 to 50
	{0x7b, 0x00, 0x4d, 0xff}, // 50 to 100
	{0x51, 0x03, 0x1d, 0xff}, // over: 100 and above
}

// RainScale returns the scale of rain rates in mm/h: the classes 0, 0.1, 0.2, 0.5, 1, 2,
// 5, 10, 20, 50, 100 and above.
func RainScale() Scale {
	s := Scale{Kind: Classes, Levels: make([]float64, len(rainLevels)), Colors: make([]color.Color, len(rainColors))}
	for i := range rainLevels {
		s.Levels[i], s.Colors[i] = rainLevels[i], rainColors[i]
	}
	return s
}

// Validate reports levels, colours or limits that do not fit the kind.
func (s Scale) Validate() error {
	switch s.Kind {
	case Sequential, Diverging:
		if len(s.Levels) > 0 || len(s.Colors) > 0 {
			return fmt.Errorf("plotting: a continuous scale has %d levels and %d colours, want none (or Kind Classes)", len(s.Levels), len(s.Colors))
		}
		return Axis{Label: "colour scale", Limits: s.Limits}.Validate()
	case Classes:
		if len(s.Levels) < 2 || len(s.Colors) != len(s.Levels) {
			return fmt.Errorf("plotting: a scale of classes has %d levels and %d colours, want at least 2 levels and as many colours", len(s.Levels), len(s.Colors))
		}
		for i, l := range s.Levels {
			if math.IsNaN(l) || math.IsInf(l, 0) || (i > 0 && l <= s.Levels[i-1]) {
				return fmt.Errorf("plotting: Scale.Levels[%d] is %g, want finite and ascending levels", i, l)
			}
			if s.Colors[i] == nil {
				return fmt.Errorf("plotting: Scale.Colors[%d] is nil", i)
			}
		}
		return nil
	}
	return fmt.Errorf("plotting: Scale.Kind is %d, want Sequential, Diverging or Classes", int(s.Kind))
}

// tableSize is the number of colours into which a continuous scale is cut: more than 8
// bits a channel can show.
const tableSize = 1024

// coloring is a scale with the range of its data.
type coloring struct {
	scale       Scale
	lo, hi      float64
	table       []color.RGBA // of a continuous scale, from lo to hi
	classes     []color.RGBA
	under, over bool // whether data lie beyond lo, hi
	missing     bool // whether data are missing
}

// valueRange is the range of finite data, and whether any are missing.
type valueRange struct {
	lo, hi  float64
	missing bool
}

func emptyRange() valueRange { return valueRange{lo: math.Inf(1), hi: math.Inf(-1)} }

func (r *valueRange) add(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		r.missing = true
		return
	}
	r.lo, r.hi = math.Min(r.lo, v), math.Max(r.hi, v)
}

// settle returns the scale with the range of the data.
func (s Scale) settle(data valueRange) (*coloring, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	k := &coloring{scale: s, missing: data.missing}
	if s.Kind == Classes {
		n := len(s.Levels)
		k.lo, k.hi = s.Levels[0], s.Levels[n-1]
		for _, c := range s.Colors {
			k.classes = append(k.classes, color.RGBAModel.Convert(c).(color.RGBA))
		}
		k.over = true // always drawn: the last colour is a class like others
		return k, nil
	}
	lo, hi := data.lo, data.hi
	if lo > hi { // all missing: any range will do
		lo, hi = 0, 1
	}
	if s.Kind == Diverging {
		half := math.Max(hi, -lo)
		lo, hi = -half, half
	}
	var err error
	if k.lo, k.hi, err = (Axis{Label: "colour scale", Limits: s.Limits}).extent(lo, hi, 0); err != nil {
		return nil, err
	}
	k.under, k.over = data.lo < k.lo, data.hi > k.hi
	return k, k.fillTable()
}

func (k *coloring) fillTable() error {
	colors, err := sequential()
	lo, hi := k.lo, k.hi
	if k.scale.Kind == Diverging {
		diverging := moreland.SmoothBlueRed()
		half := math.Max(k.hi, -k.lo)
		lo, hi = -half, half
		colors = diverging
	}
	if err != nil {
		return err
	}
	colors.SetMin(0)
	colors.SetMax(1)
	k.table = make([]color.RGBA, tableSize)
	for i := range k.table {
		v := k.lo + (k.hi-k.lo)*(float64(i)+0.5)/tableSize
		c, err := colors.At(clamp((v-lo)/(hi-lo), 0, 1))
		if err != nil {
			return fmt.Errorf("plotting: colour scale at %g: %w", v, err)
		}
		k.table[i] = color.RGBAModel.Convert(c).(color.RGBA)
	}
	return nil
}

// sequential returns a scale of even lightness through the colours of viridis (by van
// der Walt and Smith, in the public domain).
func sequential() (palette.ColorMap, error) {
	return moreland.NewLuminance([]color.Color{
		color.RGBA{0x44, 0x01, 0x54, 0xff},
		color.RGBA{0x3b, 0x52, 0x8b, 0xff},
		color.RGBA{0x21, 0x91, 0x8c, 0xff},
		color.RGBA{0x5e, 0xc9, 0x62, 0xff},
		color.RGBA{0xfd, 0xe7, 0x25, 0xff},
	})
}

// at returns the colour of a finite value.
func (k *coloring) at(v float64) color.RGBA {
	if k.classes != nil {
		i := sort.SearchFloat64s(k.scale.Levels, v)
		if i == len(k.scale.Levels) || k.scale.Levels[i] != v {
			i--
		}
		return k.classes[max(i, 0)]
	}
	i := int(tableSize * (v - k.lo) / (k.hi - k.lo))
	return k.table[min(max(i, 0), tableSize-1)]
}
