package verify

// object is a set of connected cells.
type object struct {
	cells    int
	sum, max float64
	y, x     float64 // centre of mass
}

// objectFinder contains work space for frames of one size.
type objectFinder struct {
	height, width int
	seen          []bool
	stack         []int
}

func newObjectFinder(height, width int) objectFinder {
	return objectFinder{height: height, width: width, seen: make([]bool, height*width)}
}

// find returns the objects of the cells that reach a threshold above 0, in the order of
// their first cell. A cell is connected to its eight neighbours.
func (f *objectFinder) find(field []float64, threshold float64) []object {
	clear(f.seen)
	var objects []object
	for start, v := range field {
		if v < threshold || f.seen[start] {
			continue
		}
		var o object
		f.seen[start] = true
		f.stack = append(f.stack[:0], start)
		for len(f.stack) > 0 {
			i := f.stack[len(f.stack)-1]
			f.stack = f.stack[:len(f.stack)-1]
			y, x := i/f.width, i%f.width
			o.cells++
			o.sum += field[i]
			o.max = max(o.max, field[i])
			o.y += field[i] * float64(y)
			o.x += field[i] * float64(x)
			for ny := max(0, y-1); ny <= min(f.height-1, y+1); ny++ {
				for nx := max(0, x-1); nx <= min(f.width-1, x+1); nx++ {
					if n := ny*f.width + nx; field[n] >= threshold && !f.seen[n] {
						f.seen[n] = true
						f.stack = append(f.stack, n)
					}
				}
			}
		}
		o.y /= o.sum
		o.x /= o.sum
		objects = append(objects, o)
	}
	return objects
}
