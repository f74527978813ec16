//go:build !nonetcdf

package forecasting

import (
	"math"
	"testing"

	_ "github.com/climate-vdm/climate-vdm/vdm/climate/netcdf"
)

// Cases of the event are windows of the field, the wettest in the known frames; the
// baselines keep what is known, and do not see the rest.
func TestCasesOfTheEvent(t *testing.T) {
	for _, known := range [][]bool{FirstKnown(4), EverySecondKnown()} {
		e, err := OpenEvent(known, 2, 32)
		if err != nil {
			t.Fatal(err)
		}
		if e.Len() != 2 || e.places[0].Rain.Date(0) >= e.places[1].Rain.Date(0) {
			t.Fatalf("%d cases, want two in order of time", e.Len())
		}
		for i, c := range e.places {
			other := c.Window
			other.X = (other.X + 64) % 224
			if sumOf(e.Known.Of(other.Cut(c.Rain))) > sumOf(e.Known.Of(e.Truth[i])) {
				t.Errorf("case %d is not the wettest window", i)
			}
		}
		made, err := e.Baselines(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		if want := 3 + len(e.Known.Ahead())%2; len(made) != want { // 6 frames ahead, or 5 between
			t.Fatalf("%d baselines, want %d", len(made), want)
		}
		for _, f := range made {
			for j, v := range f.Members[1][0] {
				if e.Known[j/1024] && v != e.Truth[1][j] || math.IsNaN(float64(v)) {
					t.Fatalf("%s: value %d is %v", f.Name, j, v)
				}
			}
		}
		if n := len(made[len(made)-1].Members[0]); n != 2 {
			t.Errorf("%d members, want 2", n)
		}
	}
	if _, err := OpenEvent(FirstKnown(4), 1, 300); err == nil {
		t.Error("windows larger than the field are cut")
	}
}

// The record is both events, without a window across the years between them.
func TestTwoEvents(t *testing.T) {
	t.Setenv("VDM_FORECASTING", t.TempDir())
	r, err := Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f := r.Fields[0]
	first, last := r.Split.Train[0], r.Split.Test[0]
	if got := f.Date(first.From) + ", " + f.Date(last.From); got != "2010-08-26 00:00:00, 2016-09-28 14:45:00" {
		t.Errorf("the events begin at %s", got)
	}
	if gaps := f.Gaps(); len(gaps) != 1 || first.To != last.From || math.Abs(60*f.Step()-5) > 1e-6 {
		t.Errorf("gaps %v, step %v h, split %+v", gaps, f.Step(), r.Split)
	}
}

func sumOf(x []float32) (sum float64) {
	for _, v := range x {
		sum += float64(v)
	}
	return sum
}
