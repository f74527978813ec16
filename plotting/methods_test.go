package plotting

import (
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
)

// A method has the same place in every figure, whatever else is drawn and in which order;
// the others take what is free, and without methods the places are those of the order.
func TestAMethodLooksTheSameInEveryFigure(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  []int
	}{
		{[]string{"a", "b", "c"}, []int{0, 1, 2}},
		{[]string{"network (8 members)", "STEPS", "advection"}, []int{1, 0, 4}},
		{[]string{"advection", "network", "mine", "other"}, []int{4, 1, 0, 2}},
		{[]string{"", "truth"}, []int{0, 6}},
		{[]string{"training", "STEPS"}, []int{0, 1}}, // both want the same place
		{[]string{"ancestral, 250", "ancestral, 1000"}, []int{5, 0}},
		{[]string{"2M, stochastic", "2M, trimmed", "3M (order 3)"}, []int{3, 2, 1}},
	} {
		if got := places(c.names, itself); !slices.Equal(got, c.want) {
			t.Errorf("the places of %q are %v, want %v", c.names, got, c.want)
		}
	}
	many := make([]string, 20)
	many[3] = "network"
	got := places(many, itself)
	if got[0] != 0 || got[1] != 2 || got[3] != 1 {
		t.Errorf("beside a method the others have the places %v", got)
	}
	for name, place := range methods {
		if place < 0 {
			t.Errorf("%s has the place %d", name, place)
		}
	}
	traces, err := seriesTraces([]Series{{Name: "x", X: []float64{0, 1}, Y: []float64{0, 1}}, {Name: "STEPS", X: []float64{0, 1}, Y: []float64{0, 1}}})
	if err != nil {
		t.Fatal(err)
	}
	if traces[1].color != okabeIto[0] || traces[0].color == okabeIto[0] {
		t.Error("STEPS has not its colour in curves, or another line has it, too")
	}
}

func itself(name string) string { return name }

// Every method of the library has a place by the name under which figures show it.
func TestEveryMethodHasAPlace(t *testing.T) {
	names := append(vdm.GuidanceNames(), vdm.SamplerNames()...)
	for _, name := range forecast.Names() {
		by, _, _, err := forecast.Named(name, forecast.NamedOptions{})
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, by.Name())
	}
	for _, name := range names {
		if _, ok := methods[name]; !ok {
			t.Errorf("%q has no place among the colours and marks", name)
		}
	}
}

// The methods that one figure may compare can be told from each other and from the data
// beside them, in colour and in grey.
func TestMethodsOfOneFigureDiffer(t *testing.T) {
	var forecasts []string
	for _, name := range forecast.Names() {
		by, _, _, err := forecast.Named(name, forecast.NamedOptions{})
		if err != nil {
			t.Fatal(err)
		}
		forecasts = append(forecasts, by.Name())
	}
	data := []string{"observed", "network"}
	for what, names := range map[string][]string{
		"forecasts":  append(forecasts, data...),
		"guidance":   append(vdm.GuidanceNames(), "observed"),
		"samplers":   vdm.SamplerNames(),
		"chapter 20": {"Euler–Maruyama", "ancestral", "DDIM", "Heun", "2M, stochastic", "2M", "3M"},
		"report":     {"training", "held out", "generated", "STEPS", "advection", "persistence"},
	} {
		for _, points := range []bool{false, true} {
			series := make([]Series, len(names))
			for i, name := range names {
				series[i] = Series{Name: name, X: []float64{0, 1}, Y: []float64{0, 1}, Points: points}
			}
			traces, err := seriesTraces(series)
			if err != nil {
				t.Fatal(err)
			}
			for i, a := range traces {
				for _, b := range traces[:i] {
					if why := alike(a, b); why != "" {
						t.Errorf("%s: %q and %q, marks %v: %s", what, a.name, b.name, points, why)
					}
				}
			}
		}
	}
}
