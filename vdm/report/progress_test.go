package report

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm"
)

func TestTerminalWritesLinesToALog(t *testing.T) {
	var out strings.Builder
	bar := Terminal{Out: &out, every: time.Hour}.Bar("training")
	for step := range int64(50) {
		bar(vdm.Progress{Step: step + 1, Steps: 50, Loss: 0.25, HeldOut: math.NaN(), PerSecond: 2, Left: time.Minute})
	}
	if got, want := out.String(), "training: step 50 of 50, loss 0.2500, 2.00 steps/s\n"; got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
	got := Describe(vdm.Progress{Step: 5, Steps: 50, Loss: 0.25, HeldOut: 0.5, PerSecond: 2, Left: 90 * time.Second})
	if want := "step 5 of 50, loss 0.2500, held out 0.5000, 2.00 steps/s, 1m30s left"; got != want {
		t.Errorf("described as %q, want %q", got, want)
	}
}
