package cf

import "fmt"

// Numbers reads the first n values of a variable of one dimension, unpacked; NaN is
// missing.
func Numbers(v *Variable, n int) ([]float64, error) {
	own := newVariable(v)
	u, err := newUnpacker(own, nil)
	if err != nil {
		return nil, err
	}
	if !own.isNumeric() || len(v.Shape) != 1 || n > v.Shape[0] {
		return nil, fmt.Errorf("variable %q has no %d numbers along one dimension", v.Name, n)
	}
	s := newSlab(own, u)
	if err := s.read([]int{0}, []int{n}); err != nil {
		return nil, err
	}
	return s.wide(n), nil
}
