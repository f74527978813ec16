package learnt

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// Shape describes what a transform makes of rain.
type Shape struct {
	AtDrizzle, AtOne, AtTen float64 // y of 0.01, 1 and 10 mm/h
	Dry                     float64 // dy/dx at 0, in h/mm
	Rain                    float64 // share of [−1, 1] that is left for rain from 0.1 mm/h to the largest
	Error                   float64 // mm/h by which rain of 1 mm/h is wrong where y is wrong by 0.01
}

// Measure returns the shape of a transform of rain from 0 to the largest value.
func Measure(s transform.Spec) (Shape, error) {
	t, err := s.Build()
	if err != nil {
		return Shape{}, err
	}
	return Shape{
		AtDrizzle: t.Forward(0.01), AtOne: t.Forward(1), AtTen: t.Forward(10),
		Dry:   math.Exp(t.LogDerivative(0)),
		Rain:  (1 - t.Forward(0.1)) / 2,
		Error: 0.01 / math.Exp(t.LogDerivative(1)),
	}, nil
}

// Variant is a form of the fit with a name.
type Variant struct {
	Name string
	Options
}

// Variants returns the forms that the study compares: the fit as it was run and corrected,
// and both with what made it collapse, the slope of 0.001 without a mask.
func Variants() []Variant {
	return []Variant{
		{"as it was run", Options{EndsConstant: true}},
		{"corrected", Options{}},
		{"slope 0.001, no mask, as it was run", Options{EndsConstant: true, Unmasked: true, Slope: 0.001}},
		{"slope 0.001, no mask, corrected", Options{Unmasked: true, Slope: 0.001}},
		{"slope 0.001, mask, corrected", Options{Slope: 0.001}},
		{"slope 0.1, no mask, corrected", Options{Unmasked: true}},
	}
}

// Table returns the shapes of variants as a table.
func Table(variants []Variant, shapes []Shape) report.Table {
	t := report.Table{
		Title:   "What the learnt transform makes of rain",
		Columns: []string{"form", "y(0.01)", "y(1)", "y(10)", "dy/dx at 0, h/mm", "range for rain ≥ 0.1", "error of 1 mm/h at 0.01 in y, mm/h"},
	}
	for i, v := range variants {
		s := shapes[i]
		t.Rows = append(t.Rows, []string{v.Name, fmt.Sprintf("%.3f", s.AtDrizzle), fmt.Sprintf("%.3f", s.AtOne), fmt.Sprintf("%.3f", s.AtTen), report.Format(s.Dry), report.Percent(s.Rain), report.Format(s.Error)})
	}
	return t
}
