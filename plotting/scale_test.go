package plotting

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"testing"
)

// linear is a colour in linear sRGB, from 0 to 1.
func linear(c color.RGBA) [3]float64 {
	f := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return [3]float64{f(c.R), f(c.G), f(c.B)}
}

// cielab of linear sRGB under D65.
func cielab(c [3]float64) [3]float64 {
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return t*841/108 + 4.0/29
	}
	x := f((0.4124564*c[0] + 0.3575761*c[1] + 0.1804375*c[2]) / 0.95047)
	y := f(0.2126729*c[0] + 0.7151522*c[1] + 0.0721750*c[2])
	z := f((0.0193339*c[0] + 0.1191920*c[1] + 0.9503041*c[2]) / 1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// sight are the three forms of full colour blindness in linear sRGB, from
// Machado, Oliveira and Fernandes (2009), table 1 at severity 1.
var sight = map[string][3][3]float64{
	"normal": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protan": {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deutan": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritan": {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

func seen(c color.RGBA, m [3][3]float64) [3]float64 {
	in, out := linear(c), [3]float64{}
	for i := range out {
		for j := range in {
			out[i] += m[i][j] * in[j]
		}
		out[i] = clamp(out[i], 0, 1)
	}
	return cielab(out)
}

func distance(a, b [3]float64) float64 {
	return math.Sqrt((a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2]))
}

// The rain classes must darken step by step for every kind of sight, and be
// told from each neighbour.
func TestRainColoursKeepTheirOrder(t *testing.T) {
	const (
		leastStep     = 4.5 // of lightness; 100 from black to white
		leastDistance = 7   // CIE76; about 2 is just noticeable side by side
	)
	for name, m := range sight {
		for i := 1; i < len(rainColors); i++ {
			a, b := seen(rainColors[i-1], m), seen(rainColors[i], m)
			if a[0]-b[0] < leastStep {
				t.Errorf("%s sight: class %d has lightness %.1f after %.1f, want %g less at least", name, i, b[0], a[0], leastStep)
			}
			if d := distance(a, b); d < leastDistance {
				t.Errorf("%s sight: classes %d and %d are %.1f apart, want %d at least", name, i-1, i, d, leastDistance)
			}
		}
	}
	// Missing cells are grey, which no class but the dry one is.
	grey := seen(missingGrey, sight["normal"])
	for i, c := range rainColors {
		if d := distance(grey, seen(c, sight["normal"])); d < 20 {
			t.Errorf("missing cells and class %d are only %.1f apart", i, d)
		}
	}
}

// Any two places differ in colour for every kind of sight, in grey print too, or by dashes
// and marks, whatever is drawn: lines, dashed lines, marks.
func TestPlacesDifferInColourAndInGrey(t *testing.T) {
	for i := range lookCount {
		for j := range i {
			for _, s := range []Series{{}, {Dashed: true}, {Points: true}} {
				s.Name = "named"
				if why := alike(lineTrace(j, s), lineTrace(i, s)); why != "" {
					t.Errorf("places %d and %d, dashed %v, marks %v: %s", j, i, s.Dashed, s.Points, why)
				}
			}
			// A line beside a dashed one.
			if why := alike(lineTrace(j, Series{Name: "a"}), lineTrace(i, Series{Name: "b", Dashed: true})); why != "" {
				t.Errorf("a line of place %d and a dashed one of %d: %s", j, i, why)
			}
		}
	}
	// A colour has its dashes whichever place its series has, and by whichever name it comes.
	edge := Series{Dashed: true, Color: color.Black}
	for i := range lookCount {
		if a, b := lineTrace(0, edge), lineTrace(i, edge); !slices.Equal(a.line.Dashes, b.line.Dashes) || !slices.Equal(a.line.Dashes, patterns[6]) {
			t.Errorf("black lines of places 0 and %d have the dashes %v and %v", i, a.line.Dashes, b.line.Dashes)
		}
	}
	if alike(trace{color: okabeIto[0]}, trace{color: okabeIto[1]}) == "" {
		t.Error("blue and vermilion lines without dashes pass for different in grey")
	}
}

// alike says why two traces cannot be told from each other, and nothing where they can.
func alike(a, b trace) string {
	const (
		leastDistance = 11 // CIE76
		leastGrey     = 15 // of lightness; 100 from black to white
	)
	if a.mark != b.mark || a.mark == noMark && !slices.Equal(a.line.Dashes, b.line.Dashes) {
		return ""
	}
	one, other := a.color.(color.RGBA), b.color.(color.RGBA)
	for name, m := range sight {
		if d := distance(seen(one, m), seen(other, m)); d < leastDistance {
			return fmt.Sprintf("%s sight: the colours are %.1f apart, want %d at least", name, d, leastDistance)
		}
	}
	if d := math.Abs(seen(one, sight["normal"])[0] - seen(other, sight["normal"])[0]); d < leastGrey {
		return fmt.Sprintf("in grey the colours are %.1f apart, want %d at least", d, leastGrey)
	}
	return ""
}

func settled(t *testing.T, s Scale, values ...float64) *coloring {
	t.Helper()
	data := emptyRange()
	for _, v := range values {
		data.add(v)
	}
	k, err := s.settle(data)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestRainClasses(t *testing.T) {
	k := settled(t, RainScale(), 0)
	for _, c := range []struct {
		rate  float64
		class int
	}{
		{-0.01, 0}, {0, 0}, {0.0999, 0}, {0.1, 1}, {0.1999, 1}, {0.2, 2}, {0.5, 3}, {0.99, 3}, {1, 4},
		{2, 5}, {5, 6}, {10, 7}, {20, 8}, {50, 9}, {99.9, 9}, {100, 10}, {1e9, 10},
	} {
		if got := k.at(c.rate); got != rainColors[c.class] {
			t.Errorf("%g mm/h has the colour %v, want class %d: %v", c.rate, got, c.class, rainColors[c.class])
		}
	}
	// The caller's copy is its own.
	s := RainScale()
	s.Colors[0], s.Levels[1] = color.Black, 0.3
	if again := RainScale(); again.Colors[0] == color.Black || again.Levels[1] != 0.1 {
		t.Error("changing one RainScale changes the next")
	}
}

func TestContinuousScales(t *testing.T) {
	k := settled(t, Scale{}, 2, 10)
	if k.lo != 2 || k.hi != 10 || k.over || k.under || k.missing {
		t.Errorf("sequential scale over [2, 10] is %g to %g (under %v, over %v, missing %v)", k.lo, k.hi, k.under, k.over, k.missing)
	}
	last := -1.0
	for v := 2.0; v <= 10; v += 0.5 {
		l := seen(k.at(v), sight["deutan"])[0]
		if l <= last {
			t.Errorf("sequential scale: lightness %g at %g, not above %g before", l, v, last)
		}
		last = l
	}

	// The centre is neutral, and equal distances are equally strong although the
	// limits are not symmetric.
	k = settled(t, Scale{Kind: Diverging, Limits: [2]float64{-2, 4}}, 6, -4, math.NaN())
	if !k.over || !k.under || !k.missing {
		t.Errorf("data beyond both limits and missing: under %v, over %v, missing %v", k.under, k.over, k.missing)
	}
	mid := k.at(0)
	if spread := max(mid.R, mid.G, mid.B) - min(mid.R, mid.G, mid.B); spread > 4 {
		t.Errorf("the centre has the colour %v, want grey", mid)
	}
	below, above := k.at(-1.9), k.at(1.9)
	if below.B <= below.R || above.R <= above.B {
		t.Errorf("below the centre is %v and above %v, want blue and red", below, above)
	}
	if a, b := seen(below, sight["normal"])[0], seen(above, sight["normal"])[0]; math.Abs(a-b) > 3 {
		t.Errorf("equal distances from the centre have lightness %.1f and %.1f", a, b)
	}
	if k = settled(t, Scale{Kind: Diverging}, -1, 4); k.lo != -4 || k.hi != 4 {
		t.Errorf("diverging scale of data from -1 to 4 is %g to %g, want -4 to 4", k.lo, k.hi)
	}
	if k = settled(t, Scale{}, math.NaN()); !(k.lo < k.hi) || !k.missing {
		t.Errorf("scale of missing data is %g to %g, missing %v", k.lo, k.hi, k.missing)
	}
	if k = settled(t, Scale{}, 3, 3); !(k.lo < 3 && k.hi > 3) {
		t.Errorf("scale of one value 3 is %g to %g", k.lo, k.hi)
	}
	if k = settled(t, Scale{Limits: [2]float64{0, math.NaN()}}, 3, 8); k.lo != 0 || k.hi != 8 {
		t.Errorf("scale with one limit is %g to %g, want 0 to 8", k.lo, k.hi)
	}
}
