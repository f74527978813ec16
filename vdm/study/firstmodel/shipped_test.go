package firstmodel

import (
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// The page shows a nowcast of the shipped network with its score, and nothing outside the
// project's folder.
func TestNowcastOfTheShippedNetwork(t *testing.T) {
	w := &work{Options: Options{Out: t.TempDir(), Log: report.Quiet{}}}
	drawn, err := w.drawShipped(t.Context(), shippedSize{side: 16, members: 2, evaluations: 2})
	if err != nil {
		t.Fatal(err)
	}
	if len(drawn) != 1 || !strings.Contains(drawn[0].Caption, "2017-05-09 13:30:00 UTC") || !strings.Contains(drawn[0].Caption, "2 members here is ") {
		t.Fatalf("drawn: %+v", drawn)
	}
	t.Chdir(t.TempDir())
	if drawn, err = w.drawShipped(t.Context(), shippedSize{side: 16, members: 1}); err != nil || len(drawn) != 0 {
		t.Errorf("outside the project: %d pictures, error %v", len(drawn), err)
	}
}
