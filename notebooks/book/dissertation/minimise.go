package dissertation

import (
	"fmt"
	"math"
	"slices"
)

// Minimise returns the minimum of f, found from start by the simplex method of Nelder
// and Mead (1965), which needs no derivative. It is started again where it ended, until
// that changes f by less than 1e-14 of its value; parameters are then accurate to some
// 1e-7, as f is flat there.
func Minimise(f func(theta []float64) float64, start []float64) ([]float64, error) {
	best, least := slices.Clone(start), f(start)
	for size := 0.5; size > 1e-6; size /= 4 {
		next, value := simplex(f, best, size)
		if math.IsNaN(value) || value > least {
			return nil, fmt.Errorf("minimising over %d parameters: f is %g at %.4g", len(start), value, next)
		}
		best, least = next, value
	}
	return best, nil
}

type vertex struct {
	at    []float64
	value float64
}

// simplex returns the result of one run with a simplex of the given size around start.
func simplex(f func([]float64) float64, start []float64, size float64) ([]float64, float64) {
	n := len(start)
	s := make([]vertex, n+1)
	for i := range s {
		at := slices.Clone(start)
		if i > 0 {
			at[i-1] += size
		}
		s[i] = vertex{at, f(at)}
	}
	for range 400 * n {
		slices.SortFunc(s, func(a, b vertex) int {
			switch {
			case a.value < b.value:
				return -1
			case a.value > b.value:
				return 1
			}
			return 0
		})
		worst := s[n]
		if worst.value-s[0].value <= 1e-14*math.Abs(s[0].value) {
			break
		}
		centre := make([]float64, n)
		for _, v := range s[:n] {
			for j, x := range v.at {
				centre[j] += x / float64(n)
			}
		}
		try := func(step float64) vertex {
			at := make([]float64, n)
			for j := range at {
				at[j] = centre[j] + step*(worst.at[j]-centre[j])
			}
			return vertex{at, f(at)}
		}
		v := try(-1)
		switch {
		case v.value < s[0].value:
			if far := try(-2); far.value < v.value {
				v = far
			}
		case v.value >= s[n-1].value:
			step := 0.5
			if v.value < worst.value {
				step = -0.5
			}
			v = try(step)
		}
		if v.value < worst.value {
			s[n] = v
			continue
		}
		for i := 1; i <= n; i++ { // shrink
			for j := range s[i].at {
				s[i].at[j] = (s[i].at[j] + s[0].at[j]) / 2
			}
			s[i].value = f(s[i].at)
		}
	}
	least := s[0]
	for _, v := range s {
		if v.value < least.value {
			least = v
		}
	}
	return least.at, least.value
}
