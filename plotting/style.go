package plotting

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
)

// Style is what all pictures share. The zero value is ready for use.
type Style struct {
	// Width and Height are the size of the picture in centimetres. Zero means a size
	// that suits the kind of picture and, for maps and clips, the shape of the grid.
	Width, Height float64

	// DPI is the resolution of the image in dots per inch. Zero means 150.
	DPI int

	// Title is written above the picture and wrapped if it is long.
	Title string

	// FontSize is the size of the tick labels in points. Zero means 10. Axis labels and
	// legends are one point larger, the title is two.
	FontSize float64
}

// These are the bounds of a Style: a value beyond them is more likely a typing error
// than a wish.
const (
	minCentimetres, maxCentimetres = 1, 200
	minDPI, maxDPI                 = 20, 1200
	minFont, maxFont               = 4, 48
	maxPixels                      = 1 << 27
)

// Validate reports the first field that is out of range.
func (s Style) Validate() error {
	for _, d := range []struct {
		name  string
		value float64
	}{{"Width", s.Width}, {"Height", s.Height}} {
		if d.value != 0 && !(d.value >= minCentimetres && d.value <= maxCentimetres) {
			return fmt.Errorf("plotting: Style.%s is %g cm, want 0 (automatic) or %d to %d", d.name, d.value, minCentimetres, maxCentimetres)
		}
	}
	if s.DPI != 0 && (s.DPI < minDPI || s.DPI > maxDPI) {
		return fmt.Errorf("plotting: Style.DPI is %d, want 0 (150) or %d to %d", s.DPI, minDPI, maxDPI)
	}
	if s.FontSize != 0 && !(s.FontSize >= minFont && s.FontSize <= maxFont) {
		return fmt.Errorf("plotting: Style.FontSize is %g points, want 0 (10) or %d to %d", s.FontSize, minFont, maxFont)
	}
	return nil
}

// size returns the width and height on paper, with the given defaults in
// centimetres.
func (s Style) size(width, height float64) (w, h vg.Length) {
	if s.Width != 0 {
		width = s.Width
	}
	if s.Height != 0 {
		height = s.Height
	}
	return vg.Length(width) * vg.Centimeter, vg.Length(height) * vg.Centimeter
}

func (s Style) dpi() int {
	if s.DPI == 0 {
		return 150
	}
	return s.DPI
}

func (s Style) tickSize() vg.Length {
	if s.FontSize == 0 {
		return 10
	}
	return vg.Length(s.FontSize)
}

func (s Style) labelSize() vg.Length { return s.tickSize() + 1 }
func (s Style) titleSize() vg.Length { return s.tickSize() + 2 }

// Axis describes one axis. The zero value is a linear axis over the data,
// without a label.
type Axis struct {
	// Label names the quantity and Unit its unit; they are drawn as "Label [Unit]".
	Label, Unit string

	// Log makes the axis logarithmic (base 10).
	Log bool

	// Limits are the ends of the axis. {0, 0} means both from the data; an end that is
	// NaN is taken from the data too.
	Limits [2]float64
}

// Validate reports limits that are out of order or not positive on a
// logarithmic axis.
func (a Axis) Validate() error {
	lo, hi := a.Limits[0], a.Limits[1]
	if lo == 0 && hi == 0 {
		return nil
	}
	for _, v := range a.Limits {
		if math.IsInf(v, 0) {
			return fmt.Errorf("plotting: axis %q has the limits [%g, %g], want finite values or NaN (automatic)", a.Label, lo, hi)
		}
		if a.Log && v <= 0 {
			return fmt.Errorf("plotting: axis %q is logarithmic and has the limits [%g, %g], want positive values", a.Label, lo, hi)
		}
	}
	if lo >= hi {
		return fmt.Errorf("plotting: axis %q has the limits [%g, %g], want the first below the second", a.Label, lo, hi)
	}
	return nil
}

// text returns the label with its unit.
func (a Axis) text() string { return withUnit(a.Label, a.Unit) }

func withUnit(label, unit string) string {
	switch {
	case unit == "":
		return label
	case label == "":
		return "[" + unit + "]"
	}
	return label + " [" + unit + "]"
}

// fixed returns which ends the user has set.
func (a Axis) fixed() (lo, hi bool) {
	if a.Limits[0] == 0 && a.Limits[1] == 0 {
		return false, false
	}
	return !math.IsNaN(a.Limits[0]), !math.IsNaN(a.Limits[1])
}

// extent returns the range of the axis for data between lo and hi. pad is the room
// beyond the data as a fraction of the range, on ends that are not fixed; a linear axis
// whose data start at zero starts there too.
func (a Axis) extent(lo, hi, pad float64) (float64, float64, error) {
	fixLo, fixHi := a.fixed()
	if fixLo {
		lo = a.Limits[0]
	}
	if fixHi {
		hi = a.Limits[1]
	}
	// Data may lie completely beyond a fixed end.
	if lo > hi || math.IsInf(lo, 0) || math.IsInf(hi, 0) {
		switch {
		case fixLo && a.Log:
			hi = 10 * lo
		case fixLo:
			hi = lo + 1
		case fixHi && a.Log:
			lo = hi / 10
		case fixHi:
			lo = hi - 1
		default:
			return 0, 0, fmt.Errorf("plotting: axis %q has no value to show", a.Label)
		}
	}
	if a.Log {
		l, h := math.Log10(lo), math.Log10(hi)
		if h-l < 1e-9 { // one value, as far as ticks can show
			l, h = l-0.5, h+0.5
		}
		d := pad * (h - l)
		if !fixLo {
			lo = math.Pow(10, math.Max(l-d, -307))
		}
		if !fixHi {
			hi = math.Pow(10, math.Min(h+d, 307))
		}
		if !(lo < hi*(1-1e-10)) {
			return 0, 0, fmt.Errorf("plotting: axis %q cannot show the range [%g, %g]", a.Label, lo, hi)
		}
		return lo, hi, nil
	}
	// A range that rounding cannot resolve has no ticks: it is one value.
	if hi-lo <= 1e-12*math.Max(math.Abs(lo), math.Abs(hi)) {
		d := 0.5 * math.Abs(lo)
		if d == 0 {
			d = 1
		}
		if !fixLo {
			lo -= d
		}
		if !fixHi {
			hi += d
		}
	} else {
		d := pad * (hi - lo)
		if !fixLo && lo != 0 {
			lo -= d
		}
		if !fixHi && hi != 0 {
			hi += d
		}
	}
	if !(hi > lo) || math.IsInf(hi-lo, 0) {
		return 0, 0, fmt.Errorf("plotting: axis %q cannot show the range [%g, %g] in double precision", a.Label, lo, hi)
	}
	return lo, hi, nil
}
