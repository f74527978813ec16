package netcdf

import (
	"strings"
	"testing"

	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

func TestInspectReportsWhyNot(t *testing.T) {
	for name, say := range map[string]string{
		"bad-units": "training   no: variable \"pr\": units \"dBZ\"", "bad-missing": "every one of its 36 values",
		"bad-fill": "undeclared fill", "bad-amount": "set Interval", "levels": "choose one (Index)",
		"bad-month": "no reference date", "gap": "one gap, after 2000-01-01 05:00:00", "bad-empty": "empty",
	} {
		r, err := Inspect(made(t, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !strings.Contains(r.String(), say) {
			t.Errorf("%s: the report has no %q:\n%s", name, say, r)
		}
	}
	r, err := Inspect(made(t, "bad-amount"))
	if err != nil || !r.Variables[0].HasStats || r.Variables[0].Units != "mm" || r.Variables[0].Trainable {
		t.Errorf("an amount over an unknown time: %+v, %v", r, err)
	}
}
