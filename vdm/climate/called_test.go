package climate

import "testing"

func TestCalled(t *testing.T) {
	for want, f := range map[string]Field{
		"Rain of the radar":                   {Name: "pr", LongName: "Rain of the radar", StandardName: "lwe_precipitation_rate"},
		"Precipitation rate":                  {Name: "pr", Units: "mm/h"},
		"Stratiform precipitation rate":       {Name: "x", StandardName: "lwe_stratiform_precipitation_rate"},
		"Air temperature":                     {Name: "tas", StandardName: "air_temperature", Units: "K"},
		"wind at 10 m":                        {Name: "wind_at_10_m", Units: "m s-1"},
		"pr":                                  {Name: "pr", Units: "K"},
		"snow":                                {Name: "snow", Units: "mm/h"},
		"Total cloud cover":                   {Name: "clt", LongName: "Total cloud cover", Units: "%"},
		"Thickness of snow, by nobody's name": {Name: "s", LongName: "Thickness of snow, by nobody's name", StandardName: "not_set"},
	} {
		if got := f.Called(); got != want {
			t.Errorf("%+v is called %q, want %q", f, got, want)
		}
	}
	// The values are rates, whatever was in the file.
	for _, long := range []string{"Total precipitation (1_Hour Accumulation) @ Ground or water surface", "Total precipitation", "Precipitation amount"} {
		f := Field{Name: "tp", LongName: long, Units: RainUnits}
		if got := f.Called(); got != "Precipitation rate" {
			t.Errorf("%q in mm/h is called %q", long, got)
		}
	}
}

// A run's pictures have the names of the data, and do without where nobody wrote them down.
func TestOriginNamesItsVariables(t *testing.T) {
	o := &Origin{Variables: []OriginVariable{{Name: "tas", LongName: "Temperature at 2 m", Units: "K"}}}
	for _, c := range []struct {
		origin     *Origin
		name, want string
	}{{o, "tas", "Temperature at 2 m"}, {o, "uas", "uas"}, {nil, "tas", "tas"}} {
		if got := c.origin.Field(c.name, "K"); got.Called() != c.want || got.Name != c.name || got.Units != "K" {
			t.Errorf("%s is called %q, want %q", c.name, got.Called(), c.want)
		}
	}
}
