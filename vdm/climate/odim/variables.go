package odim

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// variables makes one variable of each quantity, with a frame for each time; a second
// image of a quantity at one time is a variable of its own, in the group of its dataset.
func variables(layers []*layer) (all []*cf.Variable) {
	var order []string
	by := map[string][]*layer{}
	for _, l := range layers {
		if by[l.quantity] == nil {
			order = append(order, l.quantity)
		}
		by[l.quantity] = append(by[l.quantity], l)
	}
	for _, name := range order {
		seen := map[[2]float64]bool{}
		twice := false
		for _, l := range by[name] {
			key := [2]float64{l.start, l.end}
			twice = twice || seen[key] || math.IsNaN(l.end) && len(by[name]) > 1
			seen[key] = true
		}
		if !twice {
			all = append(all, newVariable(name, "", by[name]))
			continue
		}
		for _, l := range by[name] {
			group := strings.TrimPrefix(l.path, "/") + "/"
			all = append(all, newVariable(name, group, []*layer{l}))
		}
	}
	return all
}

func newVariable(name, group string, layers []*layer) *cf.Variable {
	k, l := known(name), layers[0]
	text := func(s string) cf.Attribute { return cf.Attribute{Type: cf.Char, Text: s} }
	v := &cf.Variable{
		Name: group + name, Group: group, Type: cf.Float, Kind: k.kind, Dims: []string{"time", "y", "x"}, Shape: []int{len(layers), l.data.Shape[0], l.data.Shape[1]},
		Attributes: map[string]cf.Attribute{"long_name": text(k.long), "units": text(k.units), "cell_methods": text(k.method)},
		Values:     &frames{layers: layers, none: k.none},
		Chunk:      []int{1, l.data.Shape[0], l.data.Shape[1]},
		Notes:      []string{l.inWords(k)},
	}
	return v
}

// coordinate makes a variable of numbers along dimensions; pairs are its attributes.
func coordinate(name string, dims []string, shape []int, values []float64, pairs ...string) *cf.Variable {
	v := &cf.Variable{Name: name, Type: cf.Double, Dims: dims, Shape: shape, Attributes: map[string]cf.Attribute{}, Values: &numbers{shape, values}}
	for i := 0; i < len(pairs); i += 2 {
		v.Attributes[pairs[i]] = cf.Attribute{Type: cf.Char, Text: pairs[i+1]}
	}
	return v
}

// timesOf makes the coordinates of time, one for each list of times that variables have,
// and names the dimensions of the variables by them.
func timesOf(data []*cf.Variable) (all []*cf.Variable) {
	type axis struct {
		times, ends []float64
		name        string
	}
	var axes []axis
	for _, v := range data {
		layers := v.Values.(*frames).layers
		var a axis
		bounded := true
		for _, l := range layers {
			a.times = append(a.times, l.stamp(len(layers) > 1))
			a.ends = append(a.ends, l.start, l.end)
			bounded = bounded && l.start < l.end
		}
		if !bounded || v.Attributes["cell_methods"].Text != "time: sum" {
			a.ends = nil
		}
		if math.IsNaN(a.times[0]) {
			v.Dims[0] = "frame" // without a date; cf says what to do
			continue
		}
		i := slices.IndexFunc(axes, func(b axis) bool { return slices.Equal(a.times, b.times) && slices.Equal(a.ends, b.ends) })
		if i < 0 {
			if i = len(axes); i > 0 {
				a.name = fmt.Sprint(i + 1)
			}
			a.name = "time" + a.name
			axes = append(axes, a)
			const units = "seconds since 1970-01-01"
			c := coordinate(a.name, []string{a.name}, []int{len(a.times)}, a.times, "standard_name", "time", "units", units, "calendar", "standard")
			all = append(all, c)
			if a.ends != nil {
				c.Attributes["bounds"] = cf.Attribute{Type: cf.Char, Text: a.name + "_bnds"}
				all = append(all, coordinate(a.name+"_bnds", []string{a.name, "bnds"}, []int{len(a.times), 2}, a.ends))
			}
		}
		v.Dims[0] = axes[i].name
	}
	return all
}
