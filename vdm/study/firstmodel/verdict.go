package firstmodel

import (
	"fmt"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// margin is the relative difference by which the network's held-out loss must lie below
// the loss of the best stationary linear denoiser: less is possible without a network.
const margin = 0.10

// verdict returns a sentence that says what was trained, and whether it is good. Every
// part of it follows from the numbers of the summary.
func (w *work) verdict() string {
	c := w.model.Config
	what := fmt.Sprintf("A network of %d parameters was trained on %d clips in %d steps of %d clips",
		c.Network.Count(), w.data.train.Len(), w.model.Step(), c.Training.Batch*c.Training.Accumulate)
	return what + ", and " + judged(w.summary.Losses, w.summary.Likeness)
}

// judged returns whether the first of the others in the likeness is like the reference,
// and whether its denoiser is better than the Wiener filter, the second of the losses,
// in words.
func judged(losses *report.Losses, likeness *report.Likeness) string {
	less := 1 - losses.Entries[0].Mean/losses.Entries[1].Mean
	compared := fmt.Sprintf("%.0f %% below", 100*less)
	if less < 0 {
		compared = fmt.Sprintf("%.0f %% above", -100*less)
	}
	failures := likeness.Failures(likeness.Others[0])
	if !(less >= margin) {
		failures = append(failures, fmt.Sprintf("its held-out loss is %s the Wiener filter's, want %.0f %% below", compared, 100*margin))
	}
	if len(failures) > 0 {
		return "the rain that it makes up is not yet like that of the training hours: " + strings.Join(failures, "; ") + "."
	}
	return fmt.Sprintf("the rain that it makes up is like that of the training hours in dry share, heavy rain, power at all scales and variety; its held-out loss is %s the Wiener filter's.", compared)
}
