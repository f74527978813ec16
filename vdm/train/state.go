package train

import "fmt"

// State is the state of training: everything that its next step depends on beside the
// [Problem] and the [Options]. It is a value: training does not change the vectors of a
// state that it received or returned.
type State struct {
	Step    int64       // number of steps taken
	Weights []float32   // the values of all variables; see [Join]
	Moments [][]float32 // in the order of the rule's States, each as long as the weights
	EMA     []float32   // the average of the weights: exponential, or the rule's own
}

// Start returns the state before the first step from initial weights, whose average they
// also are.
func Start(weights []float32, r Rule) State {
	s := State{Weights: weights, EMA: weights}
	for range r.States() {
		s.Moments = append(s.Moments, make([]float32, len(weights)))
	}
	return s
}

// vectors returns the vectors of the state in the order of the programs: weights,
// moments, average.
func (s State) vectors() [][]float32 {
	return append(append([][]float32{s.Weights}, s.Moments...), s.EMA)
}

// stateOf returns the state whose vectors are given, the inverse of vectors.
func stateOf(step int64, vectors [][]float32) State {
	last := len(vectors) - 1
	return State{Step: step, Weights: vectors[0], Moments: vectors[1:last], EMA: vectors[last]}
}

// check returns an error unless the state has the given number of weights and the states
// of the rule.
func (s State) check(weights int, r Rule) error {
	if got, want := len(s.Moments), len(r.States()); got != want {
		return fmt.Errorf("the state has %d moments, the optimiser has %d", got, want)
	}
	for _, v := range s.vectors() {
		if len(v) != weights {
			return fmt.Errorf("a vector of the state has %d numbers, the variables have %d", len(v), weights)
		}
	}
	return nil
}
