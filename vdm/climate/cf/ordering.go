package cf

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// ordering is the grid with the order in which stored rows and columns are read
// (nil: as stored).
type ordering struct {
	grid       climate.Grid
	rows, cols []int
	notes      []string
}

func (o *ordering) note(name, note string) {
	if note != "" {
		o.notes = append(o.notes, fmt.Sprintf("coordinate %s: %s", name, note))
	}
}

// turn reverses an order, and drops the coordinate that would then descend.
func (o *ordering) turn(order *[]int, axis *[]float64, n int) {
	if *order == nil {
		*order = descending(n)
	} else {
		slices.Reverse(*order)
	}
	*axis = nil
}

func placed(order []int, i int) int {
	if order == nil {
		return i
	}
	return order[i]
}

func descending(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = n - 1 - i
	}
	return order
}

// normaliseAxis returns a 1-D coordinate in ascending order. Longitudes (angular) beyond
// 360 are brought back: an axis that begins beyond 180 is shifted as a whole, one that
// goes around the globe is cut at 360 and joined at the other end. order contains the
// former place of each value, nil if none has moved.
func normaliseAxis(values []float64, angular bool) (axis []float64, order []int, note string, err error) {
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, nil, "", fmt.Errorf("value %d is missing", i)
		}
	}
	axis = slices.Clone(values)
	var notes []string
	if angular {
		turns, unwrapped := 0.0, false
		for i := 1; i < len(axis); i++ {
			switch step := values[i] - values[i-1]; {
			case step < -180:
				turns, unwrapped = turns+360, true
			case step > 180:
				turns, unwrapped = turns-360, true
			}
			axis[i] += turns
		}
		if unwrapped {
			notes = append(notes, "made continuous across the cut of the globe")
		}
		if k := joint(axis); unwrapped && k > 0 {
			order = make([]int, len(axis))
			for i := range order {
				order[i] = (k + i) % len(axis)
			}
			axis = slices.Concat(axis[k:], axis[:k])
		}
	}
	if len(axis) > 1 && axis[0] > axis[len(axis)-1] {
		slices.Reverse(axis)
		if order == nil {
			order = make([]int, len(axis))
			for i := range order {
				order[i] = i
			}
		}
		slices.Reverse(order)
		notes = append(notes, "reversed to ascend")
	}
	for i := 1; i < len(axis); i++ {
		if axis[i] <= axis[i-1] {
			return nil, nil, "", fmt.Errorf("values %d and %d (%g, %g) neither ascend nor descend with the others", i-1, i, axis[i-1], axis[i])
		}
	}
	if angular && len(axis) > 0 {
		first, last := axis[0], axis[len(axis)-1]
		switch {
		case first < -180:
			shift(axis, 360*math.Ceil((-180-first)/360))
			notes = append(notes, "360 added")
		case last > 360 && first >= 180:
			shift(axis, -360*math.Floor((first+180)/360))
			notes = append(notes, "360 subtracted")
		case last > 360:
			cut := 0
			for axis[cut] <= 360 {
				cut++
			}
			step := (last - first) / float64(len(axis)-1)
			join := first - (last - 360) // across the joint the grid must continue as it does elsewhere
			if join <= 0 || join > 1.5*step {
				break
			}
			rolled := make([]float64, 0, len(axis))
			from := make([]int, 0, len(axis))
			for i := range axis {
				k := (cut + i) % len(axis)
				from = append(from, placed(order, k))
				if k >= cut {
					rolled = append(rolled, axis[k]-360)
				} else {
					rolled = append(rolled, axis[k])
				}
			}
			axis, order = rolled, from
			notes = append(notes, "columns beyond 360 moved to the front")
		}
	}
	return axis, order, strings.Join(notes, ", "), nil
}

// joint returns the place at which an axis should begin so that it runs in one direction,
// 0 where it does or cannot: a box across Greenwich whose longitudes from 0 to 360 were
// sorted has its west after its east.
func joint(axis []float64) int {
	var rising, falling []int
	for i := 1; i < len(axis); i++ {
		if axis[i] > axis[i-1] {
			rising = append(rising, i)
		} else {
			falling = append(falling, i)
		}
	}
	odd := falling
	if len(rising) < len(falling) {
		odd = rising
	}
	if len(odd) != 1 || len(axis) < 4 {
		return 0
	}
	k := odd[0]
	width, join := math.Abs(axis[len(axis)-1]-axis[k])+math.Abs(axis[k-1]-axis[0]), axis[0]-axis[len(axis)-1]
	usual := width / float64(len(axis)-2)
	if (join > 0) != (len(falling) == 1) || math.Abs(join) > 1.5*usual {
		return 0
	}
	return k
}

func shift(axis []float64, by float64) {
	for i := range axis {
		axis[i] += by
	}
}
