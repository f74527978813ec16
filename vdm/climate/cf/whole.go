package cf

import "fmt"

// readAll returns all values of a small variable, unpacked, in double precision.
func (v *variable) readAll() ([]float64, error) {
	return v.readBlock(make([]int, len(v.shape)), v.shape)
}

// readBlock returns a block of the values, unpacked, in double precision.
func (v *variable) readBlock(start, count []int) ([]float64, error) {
	const most = 1 << 26
	n := 1
	for _, length := range count {
		n *= length
	}
	if n > most {
		return nil, fmt.Errorf("coordinate %q has %d values, more than %d", v.name, n, most)
	}
	u, err := newUnpacker(v, nil)
	if err != nil {
		return nil, fmt.Errorf("coordinate %q: %w", v.name, err)
	}
	s := newSlab(v, u)
	if err := s.read(start, count); err != nil {
		return nil, fmt.Errorf("reading coordinate %q: %w", v.name, err)
	}
	return s.wide(n), nil
}
