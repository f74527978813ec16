package archive

import (
	"fmt"
	"path/filepath"

	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// Attributes are the global attributes of a file of generated clips: where they
// come from, and all that drawing them again takes. The notebooks and the command
// write the same. kind is what was done, "sample" without a condition, else such as
// "nowcast"; what else is known is
// the caller's to add.
func Attributes(m *run.Run, o run.SampleOptions, kind, title string) (map[string]string, error) {
	config, err := m.Config.Encode()
	if err != nil {
		return nil, err
	}
	run, err := filepath.Abs(m.Dir)
	if err != nil {
		return nil, err
	}
	_, choice, err := m.Engine()
	if err != nil {
		return nil, err
	}
	if kind == "sample" {
		o = o.WithDefaults()
	} else {
		o = o.WithConditionalDefaults()
	}
	weights := "exponential moving average"
	if o.LastWeights {
		weights = "last"
	}
	a := map[string]string{
		"title":             title,
		"source":            "github.com/climate-vdm/climate-vdm",
		"vdm_command":       kind,
		"vdm_run":           run,
		"vdm_training_step": fmt.Sprint(m.Step()),
		"vdm_training_data": m.Config.Data,
		"vdm_weights":       weights,
		"vdm_sampler":       fmt.Sprintf("%s, %d evaluations, grid %s", o.Sampler, o.Steps, o.Grid),
		"vdm_seed":          fmt.Sprint(o.Seed),
		"vdm_first_member":  fmt.Sprint(o.First),
		"vdm_engine":        choice.Label,
		"vdm_configuration": string(config),
	}
	if o.Guidance != nil {
		a["vdm_guidance"] = o.Guidance.String()
	}
	return a, nil
}
