package climate

import "strings"

// Called returns what pictures and tables for people call a variable: its long name, else
// its standard name in words, else its name without underscores. Rain in mm/h that has
// only a short name is "Precipitation rate".
func (f *Field) Called() string {
	standard := StandardNameOf(f.StandardName)
	switch {
	case f.LongName != "":
		return f.LongName
	case standard == "" && f.Units == RainUnits && Recognise(Signs{Name: f.Name, Units: f.Units}).Kind == KindRain:
		standard = "precipitation_rate"
	}
	name := strings.TrimPrefix(standard, "lwe_") // as a depth of liquid water, which the unit says
	if name == "" {
		return strings.ReplaceAll(f.Name, "_", " ")
	}
	return strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "_", " ")
}
