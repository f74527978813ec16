package report

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/plotting"
)

// indexFigure is one number of the indices of a set, with a key for files and a label for
// tables.
type indexFigure struct {
	key, label string
	text       string
	value      float64
	low, high  float64
}

// figures returns the numbers of the indices in the order of a table.
func (x *Indices) figures(units string) (all []indexFigure) {
	one := func(key, label string, v Value) {
		all = append(all, indexFigure{key, label, Format(float64(v)), float64(v), nan, nan})
	}
	for i, a := range x.Amounts {
		key, hours := fmt.Sprintf("_%gh", a.Hours), fmt.Sprintf("%g h", a.Hours)
		one("wettest"+key, "wettest "+hours+", mm", a.Wettest)
		one("maximum"+key, "largest "+hours+" of a cell in a clip, mean, mm", a.Maximum)
		for _, l := range a.Levels {
			all = append(all, indexFigure{fmt.Sprintf("level%s_%g", key, l.Clips), fmt.Sprintf("return level of %s, once in %g clips, mm", hours, l.Clips),
				l.text(), float64(l.Level), float64(l.From), float64(l.To)})
		}
		if i == 0 || a.Hours == 24 {
			one("intensity"+key, fmt.Sprintf("mean of %s with ≥ %g mm, mm", hours, a.WetFrom), a.Intensity)
		}
	}
	for _, s := range []struct {
		name string
		*Spell
	}{{"dry", x.Dry}, {"wet", x.Wet}} {
		if s.Spell != nil {
			one(s.name+"_spell", s.name+" spells, mean frames", s.Mean)
		}
	}
	for i, v := range x.Lags {
		if i == 0 || i == 4 {
			one(fmt.Sprintf("lag_%d", i+1), fmt.Sprintf("correlation at lag %d", i+1), Value(v))
		}
	}
	if x.Diurnal != nil {
		one("diurnal_amplitude", "diurnal cycle, amplitude, "+units, x.Diurnal.Amplitude)
		one("diurnal_peak", "diurnal cycle, hour of the maximum", x.Diurnal.Peak)
	}
	return all
}

// IndexTable returns the indices of all sets, a column each.
func (v *Verification) IndexTable() Table {
	t := Table{Title: fmt.Sprintf("What users of climate data ask of %s", v.Variable), Columns: []string{"index"}}
	row := map[string]int{} // of a key
	for column, s := range v.All() {
		t.Columns = append(t.Columns, s.Name)
		if s.Indices == nil {
			continue
		}
		for _, f := range s.Indices.figures(v.Units) {
			i, ok := row[f.key]
			if !ok {
				i = len(t.Rows)
				row[f.key] = i
				t.Rows = append(t.Rows, []string{f.label})
			}
			for len(t.Rows[i]) <= column {
				t.Rows[i] = append(t.Rows[i], "–")
			}
			t.Rows[i] = append(t.Rows[i], f.text)
		}
	}
	for i := range t.Rows {
		for len(t.Rows[i]) < len(t.Columns) {
			t.Rows[i] = append(t.Rows[i], "–")
		}
	}
	if x := v.Reference.Indices; x != nil && x.Dry != nil {
		t.Notes = append(t.Notes, fmt.Sprintf("Spells: dry is below %g; those that a clip cuts at its end are right-censored, not left out. Explained by `vdm verify --explain spells`.", wetSpell))
	}
	if x := v.Reference.Indices; x != nil && len(x.Amounts) > 0 {
		t.Notes = append(t.Notes, "Return levels are of the largest amount of any cell in a clip: a GEV by L-moments with 95 % intervals by the parametric bootstrap; from fewer than 20 wet clips the empirical quantile, which says nothing beyond them.")
	}
	return t
}

// Tables returns the statistics and, where they exist, the indices of climate.
func (v *Verification) Tables() []Table {
	tables := []Table{v.Table()}
	if t := v.IndexTable(); len(t.Rows) > 0 {
		tables = append(tables, t)
	}
	return tables
}

// IndexLine is one number of the indices of a set, for files: its key, its label with
// the unit, its value and the ends of its 95 % confidence interval, NaN where it has none.
type IndexLine struct {
	Key, Label       string
	Value, Low, High float64
}

// IndexLines returns the numbers of the indices of a set in the order of the table.
func (s Scores) IndexLines(units string) (all []IndexLine) {
	if s.Indices == nil {
		return nil
	}
	for _, f := range s.Indices.figures(units) {
		all = append(all, IndexLine{f.key, f.label, f.value, f.low, f.high})
	}
	return all
}

// drawIndices returns the pictures of the indices that exist for the reference.
func (v *Verification) drawIndices() (out []Drawing, err error) {
	curves := func(file, title, caption string, x, y plotting.Axis, series func(*Indices) (xs, ys []float64)) {
		if err != nil {
			return
		}
		var all []plotting.Series
		for i, s := range v.All() {
			if s.Indices == nil {
				continue
			}
			one := plotting.Series{Name: s.Name, Dashed: i > 0}
			xs, ys := series(s.Indices)
			for j := range ys {
				if !math.IsNaN(ys[j]) && !(y.Log && ys[j] <= 0) {
					one.X, one.Y = append(one.X, xs[j]), append(one.Y, ys[j])
				}
			}
			if len(one.X) > 1 {
				all = append(all, one)
			}
		}
		if len(all) == 0 {
			return
		}
		var p *plotting.Picture
		if p, err = plotting.Curves(all, plotting.CurveOptions{X: x, Y: y}); err == nil {
			out = append(out, Drawing{File: file, Title: title, Caption: caption, Picture: p})
		}
	}
	from := func(first int, ys []float64) (xs []float64) {
		for i := range ys {
			xs = append(xs, float64(first+i))
		}
		return xs
	}
	for _, s := range []struct {
		name string
		of   func(*Indices) *Spell
	}{{"dry", func(x *Indices) *Spell { return x.Dry }}, {"wet", func(x *Indices) *Spell { return x.Wet }}} {
		curves(s.name+"-spells.png", title(s.name)+" spells", "Share of "+s.name+" spells that last longer than a number of frames; spells that a clip cuts are right-censored (Kaplan and Meier).",
			plotting.Axis{Label: "Length", Unit: "frames"}, plotting.Axis{Label: "Share that lasts longer", Log: true}, func(x *Indices) ([]float64, []float64) {
				if s.of(x) == nil {
					return nil, nil
				}
				return from(0, s.of(x).Longer), s.of(x).Longer
			})
	}
	curves("lag-correlation.png", "Lag correlation", "Correlation of a cell with itself some frames later, over all cells and clips.",
		plotting.Axis{Label: "Lag", Unit: "frames"}, plotting.Axis{Label: "Correlation"}, func(x *Indices) ([]float64, []float64) { return from(1, x.Lags), x.Lags })
	curves("diurnal-cycle.png", "Diurnal cycle", "Mean by the hour of the day, in the time of the data; only sets with dates have one.",
		plotting.Axis{Label: "Hour of the day"}, plotting.Axis{Label: "Mean " + inside(v.Called), Unit: v.Units}, func(x *Indices) ([]float64, []float64) {
			if x.Diurnal == nil {
				return nil, nil
			}
			return x.Diurnal.Hours, x.Diurnal.Mean
		})
	return out, err
}
