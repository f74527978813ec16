package scaling

import (
	"cmp"
	"encoding/json"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// The dissertation drew with 1000 evaluations of the ancestral sampler at uniform times.
// With a quarter of them the whole study takes an hour less.
const (
	recommendedSampler     = "dpm++3m"
	recommendedEvaluations = 25
	ancestralEvaluations   = 250
)

// Options are the sizes of the study. The zero value is the study as it ships.
type Options struct {
	Out        string // folder of data and runs
	Hours      int    // hours of rain; 0 means 15 seasons, of which 3 are for tests
	Season     int    // hours of a season; 0 means 2160
	Side       int    // rows and columns; 0 means 32
	Frames     int    // of a clip; 0 means 10
	Steps      int    // of training, with batches of 4 clips; 0 means 600
	Clips      int    // clips to draw; 0 means 64
	References int    // test clips; 0 means 1000
	FitSteps   int    // steps of the learnt transform's fit; 0 means 4000

	Network unet.Config // the zero value means 222,209 parameters
	Log     report.Log  // nil means silence
}

func (o Options) withDefaults() Options {
	o.Season, o.Side, o.Frames = cmp.Or(o.Season, 2160), cmp.Or(o.Side, 32), cmp.Or(o.Frames, 10)
	o.Hours = cmp.Or(o.Hours, 15*o.Season)
	o.Steps, o.Clips, o.References, o.FitSteps = cmp.Or(o.Steps, 600), cmp.Or(o.Clips, 64), cmp.Or(o.References, 1000), cmp.Or(o.FitSteps, 4000)
	if o.Network.Dim == 0 {
		o.Network = unet.Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2, HeadDim: 32}
	}
	if o.Log == nil {
		o.Log = report.Quiet{}
	}
	return o
}

func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		return err
	}
	return checkpoint.WriteBytes(path, append(text, '\n'))
}
