package forecasting

import (
	"errors"
	"math"
	"path/filepath"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// Threshold is the rate in mm/h from which a cell counts as wet.
const Threshold = 1.0

// SequenceFolder returns the folder of a model's long sequences with a name.
func SequenceFolder(m *run.Run, name string) string {
	return filepath.Join(m.Dir, run.SamplesDir, name)
}

// Sequences contains statistics of long sequences, frame by frame, over all members.
type Sequences struct {
	Mean   []float64 // mean rate in mm/h
	Wet    []float64 // share of cells with at least Threshold
	Change []float64 // mean absolute change from the frame before; NaN for the first
	Power  []float64 // temporal power (verify.TemporalPower) of stretches of Frames frames
	Freq   []float64 // cycles in such a stretch
}

// SequenceReader reads sequences from somewhere, as run.Sequences does from files.
type SequenceReader interface {
	Members() []int
	Frames(member int) int
	FrameSize() int
	Read(member, from int, x []float32) error
}

// Films are sequences in memory, [member][frame, row, column] in mm/h, of square frames.
type Films struct {
	Side int
	Clip [][]float32
}

// Members returns the numbers of the members.
func (f Films) Members() []int {
	all := make([]int, len(f.Clip))
	for i := range all {
		all[i] = i
	}
	return all
}

// Frames returns the number of frames of a member.
func (f Films) Frames(member int) int { return len(f.Clip[member]) / f.FrameSize() }

// FrameSize returns the number of values of a frame.
func (f Films) FrameSize() int { return f.Side * f.Side }

// Read copies the frames of a member from one of them on.
func (f Films) Read(member, from int, x []float32) error {
	copy(x, f.Clip[member][from*f.FrameSize():])
	return nil
}

// SequenceStatistics returns the statistics of sequences, which it reads frame by frame.
func SequenceStatistics(e SequenceReader) (*Sequences, error) {
	members := e.Members()
	if len(members) == 0 {
		return nil, errors.New("sequences: there are no frames")
	}
	frames := e.Frames(members[0])
	s := &Sequences{Mean: make([]float64, frames), Wet: make([]float64, frames), Change: make([]float64, frames)}
	power, err := verify.NewTemporalPower(Frames)
	if err != nil {
		return nil, err
	}
	size := e.FrameSize()
	scale := 1 / float64(size*len(members))
	x := make([]float32, Frames*size)
	before := make([]float32, size)
	for _, m := range members {
		for from := 0; from < frames; from += Frames {
			part := x[:min(Frames, frames-from)*size]
			if err := e.Read(m, from, part); err != nil {
				return nil, err
			}
			if len(part) == len(x) {
				if err := power.Add(part); err != nil {
					return nil, err
				}
			}
			for i, v := range part {
				t := from + i/size
				s.Mean[t] += float64(v) * scale
				if v >= Threshold {
					s.Wet[t] += scale
				}
				last := before[i%size]
				if i >= size {
					last = part[i-size]
				}
				s.Change[t] += math.Abs(float64(v-last)) * scale
			}
			copy(before, part[len(part)-size:])
		}
	}
	s.Change[0] = nan
	s.Freq, s.Power = power.Value()
	return s, nil
}

// Seam returns the ratio of the mean change into the first frame that a clip adds to the
// mean change into its others, from the second clip on: a ratio above 1 shows a seam.
// first is the first frame that the second clip adds.
func (s *Sequences) Seam(first, stride int) float64 {
	var border, inside float64
	var borders, insides int
	for t := first; t < len(s.Change); t++ {
		if (t-first)%stride == 0 {
			border, borders = border+s.Change[t], borders+1
		} else {
			inside, insides = inside+s.Change[t], insides+1
		}
	}
	return border / float64(borders) / (inside / float64(insides))
}

// Half returns the mean of a series over its first or its second half.
func Half(series []float64, second bool) float64 {
	part := series[:len(series)/2]
	if second {
		part = series[len(series)/2:]
	}
	sum, n := 0.0, 0
	for _, v := range part {
		if v == v {
			sum, n = sum+v, n+1
		}
	}
	return sum / float64(n)
}

// ObservedPower returns the temporal power of clips spread over a source, at most the
// given number, as a curve like those of [Sequences].
func ObservedPower(name string, clips vdm.Clips, most int) (plotting.Series, error) {
	frames, height, width, channels := clips.Shape()
	p, err := verify.NewTemporalPower(frames)
	if err != nil {
		return plotting.Series{}, err
	}
	x := make([]float32, frames*height*width*channels)
	for i := 0; i < clips.Len(); i += max(1, clips.Len()/most) {
		if err := clips.Clip(i, x); err != nil {
			return plotting.Series{}, err
		}
		if err := p.Add(x); err != nil {
			return plotting.Series{}, err
		}
	}
	frequency, power := p.Value()
	return plotting.Series{Name: name, X: frequency, Y: power}, nil
}

// DriftPicture draws the mean rain by frame, for several sets of sequences.
func DriftPicture(names []string, sets []*Sequences) (*plotting.Picture, error) {
	var series []plotting.Series
	for i, s := range sets {
		one := plotting.Series{Name: names[i], Y: s.Mean}
		for t := range s.Mean {
			one.X = append(one.X, float64(t))
		}
		series = append(series, one)
	}
	return plotting.Curves(series, plotting.CurveOptions{
		X: plotting.Axis{Label: "Frame"}, Y: plotting.Axis{Label: "Mean rain", Unit: "mm h^{-1}", Limits: [2]float64{0, nan}}, Legend: plotting.LegendBelow,
	})
}
