package firstmodel

import (
	"fmt"
	"strings"
)

// margin is by how much the network's held-out loss must lie below that of the best
// stationary linear denoiser: less can be had without a network.
const margin = 0.10

// verdict is a sentence: what was trained, and whether it is any good. Every part of
// it follows from the numbers of the summary.
func (w *work) verdict() string {
	s, c := w.summary, w.model.Config
	network, wiener := s.Losses.Entries[0].Mean, s.Losses.Entries[1].Mean
	less := 1 - network/wiener
	failures := s.Likeness.Failures(s.Likeness.Others[0])
	if !(less >= margin) {
		failures = append(failures, fmt.Sprintf("its held-out loss is %s, want %.0f %% below", belowOrAbove(less), 100*margin))
	}
	what := fmt.Sprintf("A network of %d parameters was trained on %d clips in %d steps of %d clips",
		c.Network.Count(), w.data.train.Len(), w.model.Step(), c.Training.Batch*c.Training.Accumulate)
	if len(failures) == 0 {
		return fmt.Sprintf("%s, and the rain that it makes up is like that of the training hours in dry share, heavy rain, power at all scales and variety, and its held-out loss is %s.", what, belowOrAbove(less))
	}
	return fmt.Sprintf("%s, and the rain that it makes up is not yet like that of the training hours: %s.", what, strings.Join(failures, "; "))
}

// belowOrAbove says where a loss lies that is less by a share than the Wiener
// filter's.
func belowOrAbove(less float64) string {
	if less < 0 {
		return fmt.Sprintf("%.0f %% above the Wiener filter's", -100*less)
	}
	return fmt.Sprintf("%.0f %% below the Wiener filter's", 100*less)
}
