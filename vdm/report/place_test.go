package report

import (
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

func TestValidTimes(t *testing.T) {
	place := func(step float64, n int) *climate.Place {
		p := &climate.Place{Calendar: climate.Standard, Epoch: climate.Epoch}
		for i := range n {
			p.Times = append(p.Times, 415656+22+float64(i)*step) // 2017-06-02 22:00
		}
		return p
	}
	for _, c := range []struct {
		place  *climate.Place
		title  string
		labels []string
	}{
		{place(0.5, 3), "Valid on 2017-06-02, UTC", []string{"22:00", "22:30", "23:00"}},
		{place(1, 4), "Valid from 2017-06-02 to 2017-06-03, UTC", []string{"22:00", "23:00", "06-03 00:00", "01:00"}},
		{place(24, 2), "Valid from 2017-06-02 to 2017-06-03", []string{"2017-06-02", "2017-06-03"}},
		{&climate.Place{Times: []float64{0, 1}, Epoch: climate.RelativeEpoch}, "", nil},
		{nil, "", nil},
	} {
		if title, labels := ValidTimes(c.place); title != c.title || !slices.Equal(labels, c.labels) {
			t.Errorf("%q, %q; want %q, %q", title, labels, c.title, c.labels)
		}
	}
}

// Axes are in degrees on a grid of degrees and in km elsewhere, and coasts are drawn where
// the grid says its places.
func TestAxesAndCoastsOfAGrid(t *testing.T) {
	degrees := &climate.Grid{Height: 20, Width: 30, YStandardName: "latitude", XStandardName: "longitude"}
	metres := &climate.Grid{Height: 20, Width: 30, YUnits: "m", XUnits: "m"}
	for i := range 30 {
		degrees.X, metres.X = append(degrees.X, float64(i)/2), append(metres.X, 5e5+2000*float64(i))
		if i < 20 {
			degrees.Y, metres.Y = append(degrees.Y, 45+float64(i)/2), append(metres.Y, 2000*float64(i))
		}
	}
	if a := AxesOf(degrees); a == nil || a.XLabel != "°E" || a.X[1] != 0.5 || len(Coasts(degrees)) == 0 {
		t.Errorf("axes %+v and %d coasts of a grid of degrees over the North Sea", a, len(Coasts(degrees)))
	}
	if a := AxesOf(metres); a == nil || a.YLabel != "km" || a.X[0] != 0 || a.X[2] != 4 || Coasts(metres) != nil {
		t.Errorf("axes %+v and coasts %v of a grid of metres without places", a, Coasts(metres))
	}
	if AxesOf(nil) != nil || AxesOf(&climate.Grid{Height: 4, Width: 4}) != nil {
		t.Error("axes of a grid without coordinates")
	}
}
