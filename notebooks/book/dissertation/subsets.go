package dissertation

import "iter"

// Subsets returns all subsets of {0, …, n−1} with size elements, in order. The slice is
// used again for the next one.
func Subsets(n, size int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		s := make([]int, size)
		for i := range s {
			s[i] = i
		}
		for size <= n {
			if !yield(s) {
				return
			}
			i := size - 1
			for i >= 0 && s[i] == n-size+i {
				i--
			}
			if i < 0 {
				return
			}
			s[i]++
			for j := i + 1; j < size; j++ {
				s[j] = s[j-1] + 1
			}
		}
	}
}

// Tuples returns all sequences of size elements of {0, …, n−1}, with repetition. The
// slice is used again for the next one.
func Tuples(n, size int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		s := make([]int, size)
		for n > 0 {
			if !yield(s) {
				return
			}
			i := size - 1
			for i >= 0 && s[i] == n-1 {
				s[i] = 0
				i--
			}
			if i < 0 {
				return
			}
			s[i]++
		}
	}
}
