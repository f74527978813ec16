package report

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/plotting"
)

// HistogramPicture draws the densities of all sets on a logarithmic axis, in bins of
// one unit.
func (v *Verification) HistogramPicture() (*plotting.Picture, error) {
	return v.densities(func(s Scores) Density { return s.Histogram })
}

// LowHistogramPicture draws the densities up to 0.3: drizzle, and false drizzle.
func (v *Verification) LowHistogramPicture() (*plotting.Picture, error) {
	return v.densities(func(s Scores) Density { return s.Low })
}

func (v *Verification) densities(density func(Scores) Density) (*plotting.Picture, error) {
	_, unit := scaleOf(v.Units)
	var all []plotting.Counts
	for _, s := range v.All() {
		d := density(s)
		all = append(all, plotting.Counts{Name: s.Name, Edges: d.Edges, Density: d.Values})
	}
	return plotting.Histogram(all, plotting.HistogramOptions{
		X: plotting.Axis{Label: v.Called, Unit: unit}, Y: plotting.Axis{Label: "Density", Log: true},
	})
}

// fewest is how many values must lie above a quantile for it to be drawn: with fewer,
// the quantile depends on single cells.
const fewest = 20

// QuantilePicture draws the quantiles of the other sets over those of the reference, as
// far into the tail as the smallest set allows.
func (v *Verification) QuantilePicture() (*plotting.Picture, error) {
	_, unit := scaleOf(v.Units)
	cells := v.Reference.Cells
	for _, s := range v.Others {
		cells = min(cells, s.Cells)
	}
	keep := 0
	for _, level := range v.Levels {
		if (1-level)*float64(cells) >= fewest || keep == 0 {
			keep++
		}
	}
	var models []plotting.Quantiles
	for _, s := range v.Others {
		models = append(models, plotting.Quantiles{Name: s.Name, Values: s.Quantiles[:keep]})
	}
	return plotting.QuantilePlot(v.Reference.Quantiles[:keep], models, plotting.QuantileOptions{
		Unit: unit, ReferenceLabel: "Quantile of " + v.Reference.Name, ModelLabel: "Quantile of the others",
	})
}

// SpatialPicture draws the spatial power spectra.
func (v *Verification) SpatialPicture() (*plotting.Picture, error) {
	return v.spectra(func(s Scores) Spectrum { return s.Spatial }, plotting.Axis{Label: "Wavenumber", Unit: "waves across the clip"})
}

// TemporalPicture draws the temporal power spectra.
func (v *Verification) TemporalPicture() (*plotting.Picture, error) {
	return v.spectra(func(s Scores) Spectrum { return s.Temporal }, plotting.Axis{Label: "Frequency", Unit: "cycles a frame"})
}

func (v *Verification) spectra(spectrum func(Scores) Spectrum, x plotting.Axis) (*plotting.Picture, error) {
	_, unit := scaleOf(v.Units)
	var all []plotting.Series
	for i, s := range v.All() {
		p := spectrum(s)
		all = append(all, plotting.Series{Name: s.Name, X: p.X, Y: p.Power, Dashed: i > 0})
	}
	return plotting.Spectra(all, plotting.SpectrumOptions{X: x, Y: plotting.Axis{Label: "Power", Unit: "(" + unit + ")^{2}"}})
}

// BiasPicture draws the map of the normalised bias of the first of the others.
func (v *Verification) BiasPicture() (*plotting.Picture, error) {
	largest := 0.1
	for _, x := range v.Bias.Map {
		if !math.IsNaN(x) {
			largest = math.Max(largest, math.Abs(x))
		}
	}
	return plotting.Map(plotting.Field2D{Data: v.Bias.Map, Height: v.Bias.Height, Width: v.Bias.Width}, plotting.MapOptions{
		Scale: plotting.Scale{Kind: plotting.Diverging, Limits: [2]float64{-largest, largest}},
		Label: fmt.Sprintf("(%s − %s)/%[2]s", v.Others[0].Name, v.Reference.Name), X: plotting.Axis{Label: "Column"}, Y: plotting.Axis{Label: "Row"},
	})
}

// Draw draws all pictures of the verification.
func (v *Verification) Draw() ([]Drawing, error) {
	generated, reference := v.Others[0].Name, v.Reference.Name
	type job struct {
		file, title, caption string
		draw                 func() (*plotting.Picture, error)
	}
	jobs := []job{
		{"histogram.png", "Histogram", "Density of the " + inside(v.Called) + ", bins of 1 " + v.Units + "; an empty bin falls to the floor.", v.HistogramPicture},
		{"histogram-low.png", "Low range", "Density up to 0.3 " + v.Units + ": drizzle, and false drizzle.", v.LowHistogramPicture},
		{"quantiles.png", "Quantiles", "On the line " + generated + " and " + reference + " agree. Drawn as far as 20 values lie above a quantile in every set.", v.QuantilePicture},
		{"bias.png", "Bias map", "Normalised bias of the mean of " + generated + " against " + reference + ". With few clips it is mostly chance; the pattern counts only where windows always lie at one place.", v.BiasPicture},
	}
	if len(v.Reference.Spatial.X) > 0 {
		jobs = append(jobs, job{"spatial-power.png", "Spatial power", "Isotropic power spectrum of the frames.", v.SpatialPicture})
	}
	if len(v.Reference.Temporal.X) > 1 {
		jobs = append(jobs, job{"temporal-power.png", "Temporal power", "Power spectrum along the frames of a clip, mean over cells.", v.TemporalPicture})
	}
	var out []Drawing
	for _, j := range jobs {
		p, err := j.draw()
		if err != nil {
			return nil, err
		}
		out = append(out, Drawing{File: j.file, Title: j.title, Caption: j.caption, Picture: p})
	}
	more, err := v.drawIndices()
	return append(out, more...), err
}
