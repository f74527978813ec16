package report

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/plotting"
)

// LossPart is the loss of a band of noise levels in two parts that add up.
type LossPart struct {
	LogSNR   float64 // mean λ of the band's noisy clips
	Share    float64 // share of the noisy clips
	ClipMean float64 // due to the error of each clip's mean, mean over the band
	Rest     float64 // due to the error of what varies within a clip, mean over the band
}

// partEdges are the limits of λ between bands.
var partEdges = []float64{-8, -6, -4, -2, 0, 2, 4, 6, 8}

// Parts returns the losses of an entry by bands of λ, those without clips left out; nil
// for an entry without parts.
func (l *Losses) Parts(entry int) (parts []LossPart) {
	e := l.Entries[entry]
	if len(e.ClipMean) != len(e.Each) {
		return nil
	}
	for band := 0; band <= len(partEdges); band++ {
		low, high := math.Inf(-1), math.Inf(1)
		if band > 0 {
			low = partEdges[band-1]
		}
		if band < len(partEdges) {
			high = partEdges[band]
		}
		var p LossPart
		n := 0.0
		for i, λ := range l.LogSNR {
			if λ >= low && λ < high {
				n++
				p.LogSNR += λ
				p.ClipMean += e.ClipMean[i]
				p.Rest += e.Each[i] - e.ClipMean[i]
			}
		}
		if n > 0 {
			parts = append(parts, LossPart{p.LogSNR / n, n / float64(len(l.LogSNR)), p.ClipMean / n, p.Rest / n})
		}
	}
	return parts
}

// ClipMeanShare returns the share of an entry's loss that is due to clips' means, NaN
// where it is not known.
func (l *Losses) ClipMeanShare(entry int) float64 {
	mean, all := 0.0, 0.0
	for _, p := range l.Parts(entry) {
		mean += p.Share * p.ClipMean
		all += p.Share * (p.ClipMean + p.Rest)
	}
	return mean / all
}

// drawnParts is how many entries the picture shows: the network and the Wiener denoiser.
const drawnParts = 2

// LossParts draws the loss over λ in two parts, the error of the clip's mean and the
// rest, of the network and of the first reference: which noise levels carry the amount of
// a whole clip, and which its texture. It is an error where no entry has parts.
func LossParts(l *Losses) (*plotting.Picture, error) {
	var series []plotting.Series
	for i := range min(drawnParts, len(l.Entries)) {
		mean := plotting.Series{Name: l.Entries[i].Name + ": clip mean", Dashed: i > 0}
		rest := plotting.Series{Name: l.Entries[i].Name + ": the rest", Dashed: i > 0}
		for _, p := range l.Parts(i) {
			mean.X, mean.Y = append(mean.X, p.LogSNR), append(mean.Y, p.ClipMean)
			rest.X, rest.Y = append(rest.X, p.LogSNR), append(rest.Y, p.Rest)
		}
		if len(mean.X) > 0 {
			series = append(series, mean, rest)
		}
	}
	if len(series) == 0 {
		return nil, fmt.Errorf("parts of the loss: results of an older program have none")
	}
	return plotting.Curves(series, plotting.CurveOptions{
		X:      plotting.Axis{Label: "Log signal-to-noise ratio λ (noise on the left)"},
		Y:      plotting.Axis{Label: "Squared error of v̂", Log: true},
		Legend: plotting.LegendBelow,
		Style:  plotting.Style{Height: 10.5},
	})
}

// drawParts returns the picture of the parts with the shares, none for results that have
// no parts.
func (l *Losses) drawParts(held string) ([]Drawing, error) {
	if len(l.Entries) == 0 || l.Parts(0) == nil {
		return nil, nil
	}
	p, err := LossParts(l)
	if err != nil {
		return nil, err
	}
	shares := ""
	for i := range min(drawnParts, len(l.Entries)) {
		if i > 0 {
			shares += ", "
		}
		shares += fmt.Sprintf("%s of the loss of the %s", Percent(l.ClipMeanShare(i)), l.Entries[i].Name)
	}
	return []Drawing{{File: "loss-parts.png", Title: "Loss in two parts", Picture: p,
		Caption: "The error of each " + held + " clip's mean, and of what varies within the clip, by noise level. The clip's mean is " + shares + "."}}, nil
}
