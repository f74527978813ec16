package cf

import (
	"fmt"
	"math"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// marshallPalmer are a and b of Z = aRᵇ by which radar reflectivity becomes rain where
// the options set no others (Marshall and Palmer, The distribution of raindrops with size,
// Journal of Meteorology 5, 165-166, 1948, rounded as Marshall, Hitschfeld and Gunn have it
// in Advances in Geophysics 2, 1955).
var marshallPalmer = [2]float64{200, 1.6}

// noEcho is the reflectivity in dBZ of cells in which a radar saw nothing, whose Z is 0,
// where values stay in dBZ: below what any radar detects.
const noEcho = -32

// rainOfEcho converts values in dBZ, as they are read.
type rainOfEcho struct {
	a, b   float64
	rain   bool // to mm/h; else only −∞ is replaced
	silent int  // cells without echo
}

// isReflectivity reports whether units are those of radar reflectivity.
func isReflectivity(units string) bool { return strings.EqualFold(strings.TrimSpace(units), "dBZ") }

// reflectivity returns the conversion of a variable, nil where its units are not dBZ, or
// where neither its format nor the options say that it becomes rain: a name alone, on
// values in dBZ, is refused as it is with other units.
func reflectivity(v *variable, units string, kind climate.Kind, opt *ReadOptions) *rainOfEcho {
	said := v.kind == climate.KindRain || opt.Kind == climate.KindRain || opt.Reflectivity != [2]float64{}
	if !isReflectivity(units) || kind == climate.KindRain && !said {
		return nil
	}
	ab := opt.Reflectivity
	if ab == [2]float64{} {
		ab = marshallPalmer
	}
	return &rainOfEcho{a: ab[0], b: ab[1], rain: kind == climate.KindRain}
}

// recognised says what a variable is: by what its format says of it, else by its
// attributes, where reflectivity may be rain.
func recognised(v *variable, units string, opt *ReadOptions) climate.Finding {
	found := climate.Recognise(climate.Signs{Name: v.base(), LongName: longName(v), StandardName: v.text("standard_name"), Units: units, CellMethods: v.text("cell_methods")})
	switch {
	case v.kind != climate.KindAuto:
		found.Kind, found.Doubt, found.Reason = v.kind, "", fmt.Sprintf("its quantity, %s in %s", longName(v), units)
	case found.Kind == climate.KindRain && v.classes():
		found = climate.Finding{Kind: climate.KindOther, Doubt: "it is called rain, and its flag_values and flag_meanings make classes of it"}
	case isReflectivity(units) && opt.Reflectivity != [2]float64{}:
		found = climate.Finding{Kind: climate.KindRain, Reason: fmt.Sprintf("its units %q and the relation that is set", units)}
	case isReflectivity(units) && found.Kind == climate.KindOther:
		found.Doubt = fmt.Sprintf("its units %q are those of radar reflectivity", units)
	}
	return found
}

// describe gives a field the labels of rain and a note that says by what relation.
func (r *rainOfEcho) describe(f *climate.Field, opt *ReadOptions) {
	by := "as set"
	if opt.Reflectivity == [2]float64{} {
		by = fmt.Sprintf("Marshall and Palmer, 1948; %s sets a and b, %s other keeps dBZ", opt.called("Reflectivity"), opt.called("Kind"))
	}
	f.Notes = append(f.Notes, fmt.Sprintf("reflectivity in dBZ becomes rain in %s by Z = aR^b with a = %g and b = %g (%s)", climate.RainUnits, r.a, r.b, by))
	f.LongName, f.StandardName, f.Units = "rain from "+strings.TrimSpace("radar reflectivity "+f.Name), "rainfall_rate", climate.RainUnits
}

// convert changes values in dBZ where they stand.
func (r *rainOfEcho) convert(values []float32) {
	if r == nil {
		return
	}
	// R = (10^(dBZ/10)/a)^(1/b) = exp(dBZ·slope − level)
	slope, level := math.Ln10/10/r.b, math.Log(r.a)/r.b
	for i, x := range values {
		switch {
		case math.IsInf(float64(x), -1):
			r.silent++
			values[i] = 0
			if !r.rain {
				values[i] = noEcho
			}
		case r.rain:
			values[i] = float32(math.Exp(float64(x)*slope - level))
		}
	}
}

// notes says what was replaced.
func (r *rainOfEcho) notes() []string {
	if r == nil || r.rain || r.silent == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d cells without echo are taken as %d dBZ", r.silent, noEcho)}
}

// classes reports whether whole numbers stand for what flag_meanings says of them.
func (v *variable) classes() bool {
	return !isFloating(v.typ) && v.text("flag_meanings") != "" && (len(v.attrs["flag_values"].Numbers) > 1 || len(v.attrs["flag_masks"].Numbers) > 0)
}
