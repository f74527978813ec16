package report

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// Losses are held-out losses of the v-prediction: those of a network and of the
// closed-form references, on the same clips with the same noise.
type Losses struct {
	LogSNR  Values   `json:"log_snr"` // λ of each noisy clip
	Entries []LossOf `json:"entries"` // the network first
	Fitted  int      `json:"fitted"`  // number of clips on which the references were fitted
}

// LossOf is the loss of one denoiser.
type LossOf struct {
	Name string  `json:"name"`
	How  string  `json:"how"`  // description in a few words
	Mean float64 `json:"mean"` // mean over the noisy clips
	Each Values  `json:"each"` // loss of each noisy clip

	// ClipMean is the part of each loss that is due to the error of the clip's mean; nil in
	// results of older programs.
	ClipMean Values `json:"clip_mean,omitempty"`
}

// fittedClips is the number of training clips, at even distances, on which the
// references are fitted: it takes some seconds for 10×32×32, and with more the loss on
// the Wiener spectrum of rain no longer changes in the third digit.
const fittedClips = 800

// MeasureLosses returns the losses on the run's fixed held-out problem
// (run.Run.HeldOutBatches) with the averaged weights and with three references fitted on
// training clips: the mean of v, the pixelwise Gaussian denoiser (one mean and variance,
// since windows lie anywhere) and the Wiener denoiser with mirrored edges, which uses no
// taper. With several channels each has its own reference, and the loss is the mean over
// channels.
func MeasureLosses(m *run.Run, train, heldOut vdm.Clips) (*Losses, error) {
	batches, err := m.HeldOutBatches(heldOut)
	if err != nil {
		return nil, err
	}
	each, clipMean, err := m.HeldOutParts(heldOut)
	if err != nil {
		return nil, err
	}
	l := &Losses{Fitted: min(fittedClips, train.Len())}
	for _, b := range batches {
		for _, logSNR := range b.LogSNR {
			l.LogSNR = append(l.LogSNR, float64(logSNR))
		}
	}
	l.add("network", fmt.Sprintf("%d parameters, %d steps, averaged weights", m.Config.Network.Count(), m.Step()), each, clipMean)

	channels := len(m.Config.Clip.Channels)
	references := make([][]verify.Reference, 3)
	for c := range channels {
		src := &channelSource{model: m, clips: train, channel: c, count: l.Fitted}
		wiener, err := verify.FitWiener(src, verify.Mirrored)
		if err != nil {
			return nil, err
		}
		pixel, err := verify.FitPixelwise(src, false)
		if err != nil {
			return nil, err
		}
		mean, err := verify.FitMean(src)
		if err != nil {
			return nil, err
		}
		for i, r := range []verify.Reference{wiener, pixel, mean} {
			references[i] = append(references[i], r)
		}
	}
	for i, about := range []struct{ name, how string }{
		{"Wiener", "best stationary linear denoiser; mirrored edges, no taper"},
		{"pixelwise Gaussian", "best linear denoiser of each cell alone"},
		{"mean of v", "the same answer whatever it sees"},
	} {
		var each, clipMean []float64
		for _, b := range batches {
			losses, parts := referenceLosses(references[i], b)
			each, clipMean = append(each, losses...), append(clipMean, parts...)
		}
		l.add(about.name, about.how, each, clipMean)
	}
	return l, nil
}

func (l *Losses) add(name, how string, each, clipMean []float64) {
	mean := 0.0
	for _, e := range each {
		mean += e / float64(len(each))
	}
	l.Entries = append(l.Entries, LossOf{Name: name, How: how, Mean: mean, Each: each, ClipMean: clipMean})
}

// referenceLosses returns the weighted loss of each sample of a batch, as
// vdm.WeightedLoss defines it, and its part due to the clip's mean, as
// run.Run.HeldOutParts does; perChannel contains one reference for each channel.
func referenceLosses(perChannel []verify.Reference, b run.HeldOutBatch) (losses, clipMean []float64) {
	n, channels := len(b.LogSNR), len(perChannel)
	size := len(b.Z) / n
	z, v := make([]float32, size/channels), make([]float32, size/channels)
	losses, clipMean = make([]float64, n), make([]float64, n)
	for i := range n {
		sum, count := 0.0, 0.0
		for c, r := range perChannel {
			at := i*size + c
			for j := range z {
				z[j] = b.Z[at+j*channels]
			}
			r.VHat(v, z, float64(b.LogSNR[i]))
			linear, own := 0.0, 0.0
			for j := range v {
				k := at + j*channels
				if b.Mask != nil && b.Mask[k] == 0 {
					continue
				}
				d := float64(b.V[k]) - float64(v[j])
				sum += d * d
				linear += d
				own++
			}
			count += own
			clipMean[i] += linear * linear / math.Max(own, 1)
		}
		factor := float64(b.Factors[i]) / math.Max(count, 1)
		losses[i] = factor * sum
		clipMean[i] *= factor
	}
	return losses, clipMean
}

// channelSource is one channel of evenly spaced clips in the model's units.
type channelSource struct {
	model          *run.Run
	clips          vdm.Clips
	channel, count int
	whole          []float32
}

func (s *channelSource) Len() int { return s.count }

func (s *channelSource) Shape() (frames, height, width int) {
	frames, height, width, _ = s.clips.Shape()
	return frames, height, width
}

func (s *channelSource) Clip(i int, dst []float32) error {
	f, h, w, channels := s.clips.Shape()
	if s.whole == nil {
		s.whole = make([]float32, f*h*w*channels)
	}
	if err := s.clips.Clip(spread(i, s.count, s.clips.Len()), s.whole); err != nil {
		return err
	}
	s.model.Forward(s.whole)
	for j := range dst {
		dst[j] = s.whole[j*channels+s.channel]
	}
	return nil
}

// spread returns the i-th of count places at even distances among n.
func spread(i, count, n int) int { return int(int64(i) * int64(n) / int64(count)) }

// Table returns the losses as a table.
func (l *Losses) Table() Table {
	t := Table{
		Title:   fmt.Sprintf("Held-out loss of the v-prediction (%d noisy clips, the same for all; smaller is better)", len(l.LogSNR)),
		Columns: []string{"denoiser", "loss", "what it is"},
	}
	for _, e := range l.Entries {
		t.Rows = append(t.Rows, []string{e.Name, fmt.Sprintf("%.4f", e.Mean), e.How})
	}
	t.Notes = append(t.Notes, fmt.Sprintf("references fitted on %d training clips", l.Fitted))
	return t
}
