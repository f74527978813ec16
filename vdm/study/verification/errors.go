package verification

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// ErrorsByLead returns the root mean square errors by frame ahead of each forecaster, in
// the order of the table, of all cases of the first variable in results that [Save] wrote
// as JSON. Use it for weights of a blend.
func ErrorsByLead(saved []byte) (all [][]float64, err error) {
	var r struct {
		Forecasts []struct {
			By      string `json:"by"`
			Entries []struct {
				Name   string                  `json:"name"`
				Scores map[string]report.Score `json:"scores"`
			} `json:"entries"`
		} `json:"forecasts"`
	}
	if err := json.Unmarshal(saved, &r); err != nil {
		return nil, fmt.Errorf("no results of vdm verify as JSON: %w", err)
	}
	for _, g := range r.Forecasts {
		if g.By != "" {
			continue
		}
		for _, e := range g.Entries {
			s, ok := e.Scores["rmse"]
			if !ok || len(s.ByFrame) == 0 {
				return nil, fmt.Errorf("no RMSE of %s by frame: verify with --score spread", e.Name)
			}
			all = append(all, s.ByFrame)
		}
		return all, nil
	}
	return nil, errors.New("no results of forecasts")
}
