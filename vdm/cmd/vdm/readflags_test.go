//go:build !nonetcdf

package main

import (
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// A flag that names a variable acts on that one alone.
func TestFlagsOfOneVariable(t *testing.T) {
	r := readFlags{variables: []string{"tp", "t2m"}, units: []string{"tp=mm"}, kind: []string{"other", "tp=rain"}, interval: []string{"month"},
		fill: []string{"-1,-2", "t2m=0"}, totals: []string{"tp=none"}}
	o, each, err := r.options()
	if err != nil {
		t.Fatal(err)
	}
	tp, t2m := each["tp"], each["t2m"]
	if tp.Units != "mm" || tp.Kind != climate.KindRain || !tp.Months || len(tp.Fill) != 2 || tp.Totals != "none" {
		t.Errorf("tp is read by %+v", tp)
	}
	if t2m.Units != "" || t2m.Kind != climate.KindOther || len(t2m.Fill) != 1 || t2m.Totals != "" || !o.Months || o.Units != "" {
		t.Errorf("t2m is read by %+v, others by %+v", t2m, o)
	}
	for _, c := range []struct {
		r   readFlags
		say string
	}{
		{readFlags{variables: []string{"tp", "t2m"}, units: []string{"mm"}}, "--units tp=mm"},
		{readFlags{variables: []string{"tp"}, units: []string{"pr=mm"}}, "the variables are tp"},
		{readFlags{units: []string{"mm", "m"}}, "given twice"},
		{readFlags{kind: []string{"snow"}}, "--kind"},
		{readFlags{interval: []string{"hour"}}, "--interval"},
		{readFlags{fill: []string{"1,x"}}, "--fill"},
		{readFlags{totals: []string{"tp=often"}}, "--totals"},
		{readFlags{repeated: "any"}, "--repeated"},
	} {
		if _, _, err := c.r.options(); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%+v: error %v, want %q", c.r, err, c.say)
		}
	}
}
