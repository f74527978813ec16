package train

import "fmt"

// State is where training stands: all that its next step depends on beside the
// [Problem] and the [Options]. It is a value: no training changes the vectors of a
// state that it was given or has returned.
type State struct {
	Step    int64       // how many steps were taken
	Weights []float32   // of all variables; see [Join]
	Moments [][]float32 // by the rule's States, each as long as the weights
	EMA     []float32   // the exponential moving average of the weights
}

// Start returns the state before the first step from initial weights, which also are
// their own average.
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

// stateOf is the inverse of vectors.
func stateOf(step int64, vectors [][]float32) State {
	last := len(vectors) - 1
	return State{Step: step, Weights: vectors[0], Moments: vectors[1:last], EMA: vectors[last]}
}

// check returns an error where the state is not one of so many weights and states of
// a rule.
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
