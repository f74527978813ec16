package scaling

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// Result is what the clips of one setting are like beside the test clips. Ratios are
// generated over test.
type Result struct {
	Setting
	Steps int `json:"steps"` // of training
	Clips int `json:"clips"` // drawn
	Tests int `json:"test_clips"`

	Mean        report.Value  `json:"mean"`                         // ratio
	Levels      report.Values `json:"quantile_levels"`              // 0.9, 0.99, 0.999, 0.9999
	Quantiles   report.Values `json:"quantiles"`                    // ratios
	Spatial     report.Values `json:"spatial_power"`                // ratios at wavenumbers from 1
	Temporal    report.Values `json:"temporal_power"`               // ratios at frequencies from the lowest above 0
	Drizzle     [2]float64    `json:"below_a_tenth"`                // share of cells below 0.1 mm/h: generated, test
	BelowOne    [2]float64    `json:"below_one"`                    // share of cells below 1 mm/h: generated, test
	MeanAbs     report.Value  `json:"mean_absolute_bias"`           // of the map, normalised
	Chance      report.Value  `json:"mean_absolute_bias_by_chance"` // the same of as many training clips
	AgainstMean report.Value  `json:"r2_bias_mean"`                 // of the map of the bias and the map of the tests' mean
	Bias        report.Values `json:"bias"`                         // the map, rows from south to north
}

// quantileLevels are those that the results contain.
var quantileLevels = []float64{0.9, 0.99, 0.999, 0.9999}

func newResult(s Setting, steps int, summary *report.Summary) Result {
	v := summary.Verification
	test, drawn := v.Reference, v.Others[0]
	r := Result{
		Setting: s, Steps: steps, Clips: drawn.Clips, Tests: test.Clips,
		Mean: drawn.Mean / test.Mean, Levels: quantileLevels, MeanAbs: v.Bias.MeanAbs, Bias: rounded(v.Bias.Map),
		Drizzle: [2]float64{float64(drawn.Drizzle), float64(test.Drizzle)}, BelowOne: [2]float64{drawn.Below(1), test.Below(1)},
	}
	for _, level := range quantileLevels {
		r.Quantiles = append(r.Quantiles, v.Quantile(drawn, level)/v.Quantile(test, level))
	}
	r.Quantiles = rounded(r.Quantiles)
	r.Spatial, r.Temporal = rounded(drawn.Spatial.Over(test.Spatial)), rounded(drawn.Temporal.Over(test.Temporal))
	return r
}

// addMaps adds what needs the mean of each cell.
func (r *Result) addMaps(data string, o Options, bias report.Bias) error {
	prepared, err := climate.OpenPrepared(data)
	if err != nil {
		return err
	}
	defer prepared.Close()
	split := prepared.Split()
	tests, err := climate.NewWindows(climate.WindowOptions{Frames: o.Frames, Ranges: split.Test, StrideT: o.Frames}, prepared.Fields()...)
	if err != nil {
		return err
	}
	training, err := climate.NewWindows(climate.WindowOptions{Frames: o.Frames, Ranges: split.Train}, prepared.Fields()...)
	if err != nil {
		return err
	}
	test, err := meanMap(tests, r.Tests)
	if err != nil {
		return err
	}
	other, err := meanMap(training, r.Clips)
	if err != nil {
		return err
	}
	var chance, biases, means []float64 // of the cells that have rain in the tests
	for i, mean := range test {
		if mean > 0 {
			chance = append(chance, math.Abs(other[i]-mean)/mean)
			biases, means = append(biases, bias.Map[i]), append(means, mean)
		}
	}
	r.Chance = report.Value(stat.Mean(chance, nil))
	r.AgainstMean = report.Value(squaredCorrelation(biases, means))
	return nil
}

// meanMap returns the mean of each cell over a number of clips at even distances.
func meanMap(clips vdm.Clips, count int) ([]float64, error) {
	frames, height, width, _ := clips.Shape()
	mean, clip := make([]float64, height*width), make([]float32, frames*height*width)
	count = min(count, clips.Len())
	for i := range count {
		if err := clips.Clip(i*clips.Len()/count, clip); err != nil {
			return nil, err
		}
		for j, x := range clip {
			mean[j%len(mean)] += float64(x) / float64(count*frames)
		}
	}
	return mean, nil
}

func squaredCorrelation(a, b []float64) float64 {
	c := stat.Correlation(a, b, nil)
	return c * c
}

// rounded returns the values with four digits after the point, for small files.
func rounded(values []float64) (out report.Values) {
	for _, v := range values {
		out = append(out, math.Round(v*1e4)/1e4)
	}
	return out
}

//go:embed results.json
var shipped []byte

// Shipped returns the results that ship with the project.
func Shipped() ([]Result, error) {
	var all []Result
	if err := json.Unmarshal(shipped, &all); err != nil {
		return nil, fmt.Errorf("scaling: the shipped results: %w", err)
	}
	return all, nil
}

// Keep adds a result to a file of results, in the place of an earlier one of the same
// setting.
func Keep(path string, r Result) error {
	var all []Result
	raw, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(raw, &all)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", path, err)
	}
	if i := slices.IndexFunc(all, func(old Result) bool { return old.Setting == r.Setting }); i >= 0 {
		all[i] = r
	} else {
		all = append(all, r)
	}
	return writeJSON(path, all)
}
