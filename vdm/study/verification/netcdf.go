package verification

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// table collects lines as arrays along labels.
type table struct {
	labels map[string][]string // of each dimension
	arrays []*cf.Array
}

// at returns the place of a label along a dimension, to which it is added if it is new.
func (t *table) at(dim, label string) int {
	if i := slices.Index(t.labels[dim], label); i >= 0 {
		return i
	}
	t.labels[dim] = append(t.labels[dim], label)
	return len(t.labels[dim]) - 1
}

// place returns the dimensions along which a line lies, with its labels.
func (l *Line) place() (dims, labels []string) {
	group := l.Group
	if l.By != "" {
		group = l.By + ": " + l.Group
	}
	if l.Group == "" {
		group = "all"
	}
	switch {
	case l.Against != "":
		return []string{"pair"}, []string{l.Forecaster + " − " + l.Against}
	case l.Lead != "":
		return []string{"lead", "forecaster"}, []string{l.Lead, l.Forecaster}
	}
	return []string{"group", "forecaster"}, []string{group, l.Forecaster}
}

// saveNetCDF writes lines as arrays: a score by group and forecaster, its ends by the
// suffixes _low and _high, the score by lead by _by_lead (leads in numbers are lead_minutes), a difference of a pair by
// _difference.
func saveNetCDF(path string, lines []Line) error {
	t := &table{labels: map[string][]string{}}
	several := slices.ContainsFunc(lines, func(l Line) bool { return l.Variable != lines[0].Variable })
	for _, l := range lines { // all labels come first, because arrays need their shape
		dims, labels := l.place()
		for i := range dims {
			t.at(dims[i], labels[i])
		}
	}
	minutes := slices.Repeat([]float64{math.NaN()}, len(t.labels["lead"]))
	for _, l := range lines {
		if l.Lead != "" {
			minutes[t.at("lead", l.Lead)] = l.Minutes
		}
	}
	index := map[string]*cf.Array{}
	put := func(name string, l *Line, label string, value float64) {
		dims, labels := l.place()
		a := index[name]
		if a == nil {
			a = &cf.Array{Name: name, Dims: dims, Attributes: map[string]string{"long_name": label}}
			if l.Threshold == l.Threshold {
				a.Attributes["threshold"] = fmt.Sprintf("%g", l.Threshold)
			}
			if l.Window > 0 {
				a.Attributes["window"] = fmt.Sprintf("%d cells", l.Window)
			}
			size := 1
			for _, d := range dims {
				a.Shape = append(a.Shape, len(t.labels[d]))
				size *= len(t.labels[d])
			}
			a.Values = slices.Repeat([]float64{math.NaN()}, size)
			index[name], t.arrays = a, append(t.arrays, a)
		}
		at := 0
		for i, d := range dims {
			at = at*a.Shape[i] + t.at(d, labels[i])
		}
		a.Values[at] = value
	}
	for _, l := range lines {
		name := strings.NewReplacer(".", "p", "-", "m", " ", "_").Replace(l.Key)
		if several {
			name = l.Variable + "_" + name
		}
		switch {
		case l.Against != "":
			name += "_difference"
		case l.Lead != "":
			name += "_by_lead"
		}
		put(name, &l, l.Label, l.Value)
		if l.Low == l.Low {
			put(name+"_low", &l, l.Label+", lower end of its interval", l.Low)
			put(name+"_high", &l, l.Label+", upper end of its interval", l.High)
		}
	}
	var arrays []cf.Array
	for _, dim := range []string{"group", "forecaster", "lead", "pair"} {
		if labels := t.labels[dim]; len(labels) > 0 {
			arrays = append(arrays, cf.Array{Name: dim, Dims: []string{dim}, Shape: []int{len(labels)}, Labels: labels, Attributes: map[string]string{"long_name": dim}})
		}
	}
	if slices.ContainsFunc(minutes, func(x float64) bool { return x == x }) {
		arrays = append(arrays, cf.Array{Name: "lead_minutes", Dims: []string{"lead"}, Shape: []int{len(minutes)}, Values: minutes, Attributes: map[string]string{"long_name": "lead", "units": "min"}})
	}
	for _, a := range t.arrays {
		arrays = append(arrays, *a)
	}
	return cf.WriteArrays(path, arrays, map[string]string{"title": "Scores of forecasts", "Conventions": "CF-1.8", "history": "climate-vdm " + run.Version() + ": vdm verify"})
}
