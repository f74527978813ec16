package odim

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// frames reads the values of a variable, a layer a frame.
type frames struct {
	layers []*layer
	none   float64 // the value of undetect
	room   []float64
}

// Read fills dst, a slice of float32, with a block of frames, rows and columns.
func (f *frames) Read(dst any, start, count []int) error {
	out, ok := dst.([]float32)
	if !ok {
		return fmt.Errorf("values of %T, expected []float32", dst)
	}
	cells := count[1] * count[2]
	f.room = slices.Grow(f.room[:0], cells)[:cells]
	for t := range count[0] {
		l := f.layers[start[0]+t]
		if err := l.data.Read(f.room, start[1:], count[1:]); err != nil {
			return err
		}
		l.unpack(out[t*cells:(t+1)*cells], f.room, float32(f.none))
	}
	return nil
}

// unpack converts stored numbers. The marks of cells without a value may be given in
// another precision than the numbers.
func (l *layer) unpack(dst []float32, stored []float64, none float32) {
	nodata, undetect := l.nodata, l.undetect
	single := [2]float64{float64(float32(nodata)), float64(float32(undetect))}
	for i, x := range stored {
		switch x {
		case nodata, single[0]:
			dst[i] = float32(math.NaN())
		case undetect, single[1]:
			dst[i] = none
		default:
			dst[i] = float32(l.gain*x + l.offset)
		}
	}
}

// Texts is an error: images have none.
func (f *frames) Texts() ([]string, error) { return nil, errors.New("an image holds no texts") }

// Why has nothing to add to an error.
func (f *frames) Why() string { return "" }

// numbers are the values of a coordinate.
type numbers struct {
	shape  []int
	values []float64
}

// Read fills dst, a slice of float64, with a block.
func (n *numbers) Read(dst any, start, count []int) error {
	out, ok := dst.([]float64)
	if !ok {
		return fmt.Errorf("values of %T, expected []float64", dst)
	}
	if len(n.shape) == 0 {
		copy(out, n.values)
		return nil
	}
	if len(n.shape) == 1 {
		copy(out, n.values[start[0]:start[0]+count[0]])
		return nil
	}
	for y := range count[0] {
		from := (start[0]+y)*n.shape[1] + start[1]
		copy(out[y*count[1]:(y+1)*count[1]], n.values[from:from+count[1]])
	}
	return nil
}

// Texts is an error: coordinates have none.
func (n *numbers) Texts() ([]string, error) { return nil, errors.New("a coordinate holds no texts") }

// Why has nothing to add to an error.
func (n *numbers) Why() string { return "" }

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
