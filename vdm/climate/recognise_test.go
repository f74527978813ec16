package climate

import "testing"

func TestRecognise(t *testing.T) {
	for _, c := range []struct {
		s     Signs
		kind  Kind
		doubt bool
	}{
		{Signs{Name: "tp", StandardName: "unknown", LongName: "Total precipitation", Units: "m"}, KindRain, false},
		{Signs{Name: "precip", StandardName: "convective precipitation rate", LongName: "Rainfall estimates", Units: "mm/day"}, KindRain, false},
		{Signs{Name: "RAINNC", LongName: "ACCUMULATED TOTAL GRID SCALE PRECIPITATION", Units: "mm"}, KindRain, false},
		{Signs{Name: "cmorph", Units: "mm/hr"}, KindRain, false},
		{Signs{Name: "x", LongName: "rainfall amount in the last hour", Units: "kg m-2"}, KindRain, false},
		{Signs{Name: "precipitation", Units: "mm/hr"}, KindRain, false},
		{Signs{Name: "Grid/precipitation", Units: "mm/hr"}, KindRain, false},
		{Signs{Name: "pr", StandardName: "precipitation_flux", Units: "K"}, KindRain, false}, // refused later, by its units
		{Signs{Name: "pr", StandardName: "rain", Units: "mm h-1"}, KindRain, false},
		{Signs{Name: "data", StandardName: "lwe_precipitation_rate", Units: "mm h-1"}, KindRain, false},
		{Signs{Name: "prate", LongName: "6-hourly precipitation rate", Units: "Kg/m^2/s"}, KindRain, false},

		{Signs{Name: "pr", Units: "1"}, KindRain, false}, // likewise
		{Signs{Name: "pr", Units: "mm/month"}, KindRain, false},

		{Signs{Name: "t2m", StandardName: "unknown", LongName: "2 metre temperature", Units: "K"}, KindOther, false},
		{Signs{Name: "pr", StandardName: "air_pressure", Units: "Pa"}, KindOther, false},
		{Signs{Name: "pwat", LongName: "Precipitable water", Units: "kg m-2"}, KindOther, false},
		{Signs{Name: "sf", LongName: "Snowfall", Units: "m"}, KindOther, false},
		{Signs{Name: "prsn", StandardName: "snowfall_flux", Units: "kg m-2 s-1"}, KindOther, false},
		{Signs{Name: "evspsbl", LongName: "Evaporation", Units: "kg m-2 s-1"}, KindOther, false},
		{Signs{Name: "mrro", StandardName: "runoff_flux", Units: "kg m-2 s-1"}, KindOther, false},
		{Signs{Name: "u10", LongName: "10 metre U wind component", Units: "m s**-1"}, KindOther, false},
		{Signs{Name: "z", LongName: "surface height", Units: "m"}, KindOther, false},
		{Signs{Name: "pop", LongName: "Probability of precipitation", Units: "%"}, KindOther, false},
		{Signs{Name: "precipitationQualityIndex", Units: "1"}, KindOther, false},
		{Signs{Name: "rain_type", LongName: "type of precipitation", Units: "1"}, KindOther, false},
		{Signs{Name: "qr", LongName: "rain water mixing ratio", Units: "kg kg-1"}, KindOther, false},

		{Signs{Name: "field", Units: "mm/h"}, KindOther, true},
		{Signs{Name: "var228", Units: "kg m-2 s-1"}, KindOther, true},
		{Signs{Name: "sum", Units: "mm"}, KindOther, true},
		{Signs{Name: "CUMUL", Units: "1/100 mm"}, KindOther, true},
		{Signs{Name: "rw", Units: "0.1 mm"}, KindOther, true},
	} {
		f := Recognise(c.s)
		if f.Kind != c.kind || (f.Doubt != "") != c.doubt {
			t.Errorf("%+v: %v by %q, doubt %q", c.s, f.Kind, f.Reason, f.Doubt)
		}
		if f.Kind == KindRain && f.Reason == "" {
			t.Errorf("%+v: rain without a reason", c.s)
		}
	}
	for name, want := range map[string]string{"precipitation_flux": "lwe_precipitation_rate", "lwe_thickness_of_convective_precipitation_amount": "lwe_convective_precipitation_rate",
		"rainfall_amount": "rainfall_rate", "unknown": "", "": "", "air_temperature": ""} {
		if got := RateStandardName(name); got != want {
			t.Errorf("RateStandardName(%q) = %q, want %q", name, got, want)
		}
	}
}
