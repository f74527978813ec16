package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/climate-vdm/climate-vdm/vdm/report"
)

//go:embed peer.py
var peerProgram string

// peers returns the answers of the other programs for the first forecasts from their
// files.
func (o options) peers(ctx context.Context) (*answer, error) {
	if o.python == "" {
		return nil, errors.New("-python is not given: a python that has scoringrules, xskillscore and pysteps")
	}
	c := exec.CommandContext(ctx, o.python, "-c", peerProgram, made{o}.truthFile(), filepath.Join(o.folder, "forecasts"), strconv.Itoa(o.beside))
	raw, err := c.Output()
	if err != nil {
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			text := exit.Stderr
			return nil, fmt.Errorf("%w: %s", err, text[max(0, len(text)-500):])
		}
		return nil, err
	}
	a := &answer{}
	return a, json.Unmarshal(raw, a)
}

// table prints the time of each score, and the differences of the values.
func table(o options, ours, theirs *answer) {
	t := report.Table{Title: fmt.Sprintf("%d forecasts in memory, ms of processors a forecast", o.beside), Columns: []string{"score", "ours", "theirs", "times", "largest difference"}}
	ms := func(s float64) string { return report.Format(1000 * s / float64(o.beside)) }
	keys := map[string][]string{"crps": {"crps", "crps_fair"}, "twcrps": {"twcrps", "twcrps_fair"}, "energy": {"energy", "energy_fair"}, "quantile": {"quantile_10", "quantile_50", "quantile_90"},
		"interval": {"interval"}, "spread": {"rmse", "spread"}, "power": {"power"}, "contingency": {"csi", "ets", "pod", "far"}, "brier": {"brier", "brier_reliability"}, "roc": {"roc"}, "fss": {"fss"},
		"sal": {"sal_structure", "sal_amplitude", "sal_location"}}
	for _, score := range report.ScoreNames() {
		row := []string{score, ms(ours.Seconds[score])}
		if theirs != nil {
			if s, ok := theirs.Seconds[score]; ok {
				largest, none := 0.0, true
				for _, key := range keys[score] {
					if v, ok := theirs.Values[key]; ok {
						largest, none = max(largest, math.Abs(ours.Values[key]-v)/max(1e-12, math.Abs(v))), false
					}
				}
				difference := fmt.Sprintf("%.1g", largest)
				if none {
					difference = ""
				}
				row = append(row, ms(s), report.Format(s/ours.Seconds[score]), difference)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	fmt.Println(t.Text())
}
