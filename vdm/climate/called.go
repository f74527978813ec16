package climate

import (
	"regexp"
	"strings"
)

// amounts are long names of amounts. Rain has been turned into a rate when a picture shows
// it, which such a name would contradict.
var amounts = regexp.MustCompile(`(?i)accumul|\btotal\b|\bamounts?\b|\bsum\b`)

// Called returns what pictures and tables for people call a variable: its long name, else
// its standard name in words, else its name without underscores. Rain in mm/h that has
// only a short name, or the long name of an amount, is "Precipitation rate".
func (f *Field) Called() string {
	standard := StandardNameOf(f.StandardName)
	rain := f.Units == RainUnits && Recognise(Signs{Name: f.Name, LongName: f.LongName, Units: f.Units}).Kind == KindRain
	switch {
	case rain && amounts.MatchString(f.LongName):
		return "Precipitation rate"
	case f.LongName != "":
		return f.LongName
	case standard == "" && rain:
		standard = "precipitation_rate"
	}
	name := strings.TrimPrefix(standard, "lwe_") // as a depth of liquid water, which the unit says
	if name == "" {
		return strings.ReplaceAll(f.Name, "_", " ")
	}
	return strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "_", " ")
}
