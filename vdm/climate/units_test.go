package climate

import (
	"math"
	"strings"
	"testing"
)

func TestRainUnits(t *testing.T) {
	for _, c := range []struct {
		units  string
		factor float64
		amount bool
	}{
		{"mm/h", 1, false}, {"mm/hour", 1, false}, {"mm/hr", 1, false}, {"mm h-1", 1, false}, {"mm hour-1", 1, false},
		{"mm h^-1", 1, false}, {"mm.h-1", 1, false}, {"mm h**-1", 1, false}, {"mm per hour", 1, false}, {" mm  hr-1 ", 1, false},
		{"mm/day", 1.0 / 24, false}, {"mm d-1", 1.0 / 24, false}, {"mm/d", 1.0 / 24, false}, {"mm day-1", 1.0 / 24, false},
		{"mm s-1", 3600, false}, {"mm/s", 3600, false}, {"m s-1", 3.6e6, false}, {"m s**-1", 3.6e6, false}, {"m/s", 3.6e6, false},
		{"kg m-2 s-1", 3600, false}, {"kg m^-2 s^-1", 3600, false}, {"kg m**-2 s**-1", 3600, false}, {"kg/m2/s", 3600, false},
		{"kg/(m2 s)", 3600, false}, {"kg m-2 h-1", 1, false}, {"g m-2 s-1", 3.6, false}, {"kg·m⁻²·s⁻¹", 3600, false},
		{"kg/m^2/day", 1.0 / 24, false}, {"inch/hour", 25.4, false}, {"cm/h", 10, false}, {"L m-2 h-1", 1, false},
		{"0.1 mm/h", 0.1, false}, {"1e-3 m h-1", 1, false}, {"mm (10 min)-1", 6, false}, {"mm/min", 60, false},
		{"Millimeters per Hour", 1, false},
		{"Kg/m^2/s", 3600, false}, {"KG/M2/S", 3600, false}, {"KG M-2 S-1", 3600, false}, {"MM/HR", 1, false}, {"MM/H", 1, false}, {"MM/DAY", 1.0 / 24, false},
		{"mmhr-1", 1, false}, {"mm hr^{-1}", 1, false}, {"[mm/h]", 1, false}, {"[kg m-2 s-1]", 3600, false}, {"10^-5 m s-1", 36, false}, {"10**-3 m/h", 1, false},
		{"um/s", 3.6, false}, {"µm/s", 3.6, false}, {"mm water/h", 1, false}, {"mm of water / hour", 1, false}, {"mm w.e. h-1", 1, false}, {"kg H2O m-2 s-1", 3600, false},
		{"lwe mm/h", 1, false}, {"mm of water", 1, true}, {"mm of water equivalent", 1, true}, {"MM", 1, true}, {"KG M-2", 1, true}, {"kg.m-2", 1, true},
		{"mm", 1, true}, {"m", 1000, true}, {"cm", 10, true}, {"kg m-2", 1, true}, {"kg m^-2", 1, true}, {"kg/m2", 1, true},
		{"inches", 25.4, true}, {"kg m**-2", 1, true}, {"millimetres", 1, true}, {"l m-2", 1, true},
	} {
		got, err := ParseRainUnits(c.units)
		if err != nil {
			t.Errorf("%q: %v", c.units, err)
			continue
		}
		if math.Abs(got.Factor/c.factor-1) > 1e-12 || got.Amount != c.amount {
			t.Errorf("%q: %+v, want factor %v, amount %v", c.units, got, c.factor, c.amount)
		}
		if c.factor == 1 && got.Factor != 1 {
			t.Errorf("%q: factor %v is not exactly 1", c.units, got.Factor)
		}
	}
}

func TestRainUnitsRefused(t *testing.T) {
	for _, units := range []string{"", "1", "K", "dBZ", "mm/m", "mm/month", "mm/3h", "kg m-2 s-2", "kg m-3", "W m-2", "%", "mm/", "/",
		"(mm", "mm)", "mm h-", "mm h-99", "mm..h", "M/H", "MM3/H", "s", "h-1", "0 mm", "1e999 mm", "mm/h/h",
		strings.Repeat("(", 60), strings.Repeat("mm ", 50), "kg m -2 s-1x"} {
		got, err := ParseRainUnits(units)
		if err == nil {
			t.Errorf("%q is accepted as %+v", units, got)
			continue
		}
		if !strings.Contains(err.Error(), AcceptedRainUnits) {
			t.Errorf("%q: the error gives no list of what is accepted: %v", units, err)
		}
	}
}

func TestNormalizeUnits(t *testing.T) {
	for in, want := range map[string]string{"m s**-1": "m s-1", " kg  m^-2 ": "kg m-2", "K": "K", "degree_C": "degree_C", "": ""} {
		if got := NormalizeUnits(in); got != want {
			t.Errorf("NormalizeUnits(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzRainUnits(f *testing.F) {
	for _, s := range []string{"mm/h", "kg m-2 s-1", "kg/(m2 s)", "0.1 mm per 2 hours", "mm (10 min)-1", "1e-3 m h-1", "m s**-1", "⁻"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, units string) {
		NormalizeUnits(units)
		got, err := ParseRainUnits(units)
		if err == nil && !(got.Factor > 0 && !math.IsInf(got.Factor, 0)) {
			t.Errorf("%q has the factor %v", units, got.Factor)
		}
	})
}

func TestSameUnits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{{"m/s", "m s-1", true}, {"K", "kelvin", true}, {"degC", "celsius", true}, {"kg m-2 s-1", "mm s-1", false}, {"mm/h", "mm/day", false},
		{"K", "degC", false}, {"", "", true}, {"", "m", false}, {"1", "%", false}, {"Pa", "hPa", false}} {
		if got := SameUnits(c.a, c.b); got != c.same {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}
