package forecast

import (
	"fmt"
	"strings"
)

// NamedOptions are the settings that some forecasters need beside a case.
type NamedOptions struct {
	Kilometres, Minutes float64 // side of a cell, time between frames; 0 where unknown
	Windows             Source  // source of climatology's windows
}

// byName has a line for every forecaster that commands know by name.
var byName = []struct {
	name     string
	ensemble bool
	known    int // frames that must be known
	start    func(NamedOptions) Forecaster
}{
	{"persistence", false, 1, func(NamedOptions) Forecaster { return Persistence{} }},
	{"linear", false, 1, func(NamedOptions) Forecaster { return Linear{} }},
	{"advection", false, 1, func(NamedOptions) Forecaster { return Advection{} }},
	{"steps", true, 2, func(o NamedOptions) Forecaster {
		if o.Kilometres <= 0 || o.Minutes <= 0 {
			return STEPS{}
		}
		return STEPS{Kilometres: o.Kilometres, Minutes: o.Minutes}
	}},
	{"climatology", true, 0, func(o NamedOptions) Forecaster { return Climatology{Windows: o.Windows} }},
}

// Names returns the names of the forecasters that [Named] makes.
func Names() (names []string) {
	for _, f := range byName {
		names = append(names, f.name)
	}
	return names
}

// Named returns a forecaster by name, with settings that suit the data, whether its
// members differ, and how many frames must be known. Use it where a user names a
// forecaster. An unknown name is an error that lists the known ones.
func Named(name string, o NamedOptions) (by Forecaster, ensemble bool, known int, err error) {
	for _, f := range byName {
		if f.name == strings.ToLower(name) {
			return f.start(o), f.ensemble, f.known, nil
		}
	}
	return nil, false, 0, fmt.Errorf("there is no forecaster %q; the forecasters are %s", name, strings.Join(Names(), ", "))
}
