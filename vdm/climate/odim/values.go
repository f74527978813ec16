package odim

import (
	"errors"
	"fmt"
	"math"
	"slices"
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
