package verify

import (
	"fmt"
	"math"
)

// BiasMap compares, cell by cell, the mean over time and clips of generated and of test
// clips. Make it with [NewBiasMap]. A cell missing in a frame is left out of that cell's
// mean.
type BiasMap struct {
	Missing int64 // missing values in clips of both kinds

	height, width int
	gen, test     cellMeans
}

type cellMeans struct {
	sum []float64
	n   []int64
}

// NewBiasMap returns an empty map of height·width cells.
func NewBiasMap(height, width int) (*BiasMap, error) {
	if height < 1 || width < 1 {
		return nil, fmt.Errorf("bias map: %d×%d cells; want at least 1×1", height, width)
	}
	empty := func() cellMeans {
		return cellMeans{make([]float64, height*width), make([]int64, height*width)}
	}
	return &BiasMap{height: height, width: width, gen: empty(), test: empty()}, nil
}

// AddGenerated adds a generated clip of any number of frames.
func (b *BiasMap) AddGenerated(clip []float32) error { return b.add(&b.gen, clip) }

// AddTest adds a test clip of any number of frames.
func (b *BiasMap) AddTest(clip []float32) error { return b.add(&b.test, clip) }

// Add adds one forecast: every member as a generated clip, the truth as a test clip.
func (b *BiasMap) Add(members [][]float32, truth []float32) error {
	return b.AddCase(NewCase(members, truth))
}

// AddCase does what Add does, for a forecast that several scores take.
func (b *BiasMap) AddCase(k *Case) error {
	if err := k.fits("bias map", 0); err != nil {
		return err
	}
	for _, m := range k.Members {
		if err := b.AddGenerated(m); err != nil {
			return err
		}
	}
	return b.AddTest(k.Truth)
}

func (b *BiasMap) add(m *cellMeans, clip []float32) error {
	cells := b.height * b.width
	if err := wholeFrames("bias map", len(clip), b.height, b.width); err != nil {
		return err
	}
	for ; len(clip) > 0; clip = clip[cells:] {
		for c, v := range clip[:cells] {
			if v != v {
				b.Missing++
				continue
			}
			m.sum[c] += float64(v)
			m.n[c]++
		}
	}
	return nil
}

// wholeFrames refuses a clip that is not a whole number of frames.
func wholeFrames(who string, n, height, width int) error {
	if n == 0 || n%(height*width) != 0 {
		return fmt.Errorf("%s: a clip of %d values; want whole frames of %d×%d", who, n, height, width)
	}
	return nil
}

// Merge adds the data of o, which must have the same size.
func (b *BiasMap) Merge(o *BiasMap) error {
	if b.height != o.height || b.width != o.width {
		return fmt.Errorf("bias map: merging %d×%d cells with %d×%d; want equal sizes", b.height, b.width, o.height, o.width)
	}
	b.Missing += o.Missing
	b.gen.merge(o.gen)
	b.test.merge(o.test)
	return nil
}

func (m *cellMeans) merge(o cellMeans) {
	for c := range m.sum {
		m.sum[c] += o.sum[c]
		m.n[c] += o.n[c]
	}
}

// Means returns the mean of the generated and of the test clips in every cell
// (height·width), in the units of the data; NaN in a cell without values.
func (b *BiasMap) Means() (generated, test []float64) { return b.gen.value(), b.test.value() }

func (m cellMeans) value() []float64 {
	out := make([]float64, len(m.sum))
	for c := range out {
		out[c] = m.sum[c] / float64(m.n[c])
	}
	return out
}

// Value returns the normalised bias (mean generated − mean test)/mean test in every cell
// (height·width): 0.1 means 10 % too wet. It is NaN where either has no value or the
// test mean is 0, as after a dry test set.
func (b *BiasMap) Value() []float64 {
	gen, test := b.Means()
	for c := range gen {
		if test[c] == 0 {
			gen[c] = math.NaN()
			continue
		}
		gen[c] = (gen[c] - test[c]) / test[c]
	}
	return gen
}

// MeanAbs returns the mean absolute normalised bias over the cells where Value is
// defined, and the number of these cells; the mean is NaN where there is none.
func (b *BiasMap) MeanAbs() (mean float64, cells int) {
	sum := 0.0
	for _, v := range b.Value() {
		if !math.IsNaN(v) {
			sum += math.Abs(v)
			cells++
		}
	}
	return sum / float64(cells), cells
}
