package vdm

import (
	"math"
	"slices"

	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// BoundObservation is an observation whose values are nodes of a graph: the form in
// which a [Guidance] receives it. [Sampler] makes one for each compiled step,
// [Observation.Fixed] one of constants.
type BoundObservation struct {
	parts []BoundMeasurement
	// Noise is standard normal, shaped as z and fresh at every step.
	Noise       *g.Node
	replaceable bool    // one measurement, without noise, whose rows are orthogonal
	orthogonal  bool    // all rows of A are orthogonal to each other
	total       *g.Node // values observed in the whole batch, a scalar
}

// BoundMeasurement is one measurement y = A·x + noise inside a graph. Its nodes are
// shaped as A·x, [batch, frame, row, column, channel].
type BoundMeasurement struct {
	Of          Operator
	Seen        *g.Node // 1 where a value was observed, else 0
	Y, Variance *g.Node // the values and the variance of their noise; 0 where nothing was observed
}

// Measurements returns the measurements of the observation, in the order in which the
// [Observation] lists them.
func (o *BoundObservation) Measurements() []BoundMeasurement { return o.parts }

// squares returns the diagonal of AAᵀ of a measurement in which every value was
// observed, [1, frame, row, column, 1].
func (p BoundMeasurement) squares() *g.Node {
	dims := slices.Clone(p.Y.Shape().Dimensions)
	dims[0], dims[4] = 1, 1
	var flat []float32
	for _, n := range p.Of.squares([3]int(dims[1:4])) {
		flat = append(flat, float32(n))
	}
	return g.Reshape(g.Const(p.Y.Graph(), flat), dims...)
}

// Values contains one node for each measurement of an observation, each shaped as A·x:
// [batch, frame, row, column, channel].
type Values []*g.Node

// Apply returns A·x for x shaped as a batch of clips, and 0 where nothing was observed.
func (o *BoundObservation) Apply(x *g.Node) Values {
	return o.each(func(p BoundMeasurement) *g.Node { return g.Mul(p.Seen, p.Of.Graph(x)) })
}

// Adjoint returns Aᵀ·y, shaped as a batch of clips. Values of y where nothing was
// observed do not count.
func (o *BoundObservation) Adjoint(y Values) *g.Node {
	var sum *g.Node
	for i, p := range o.parts {
		back := p.Of.transpose().Graph(g.Mul(p.Seen, y[i]))
		if sum == nil {
			sum = back
		} else {
			sum = g.Add(sum, back)
		}
	}
	return sum
}

// Misfit returns y − A·x, the observed values minus what x would give, and 0 where
// nothing was observed.
func (o *BoundObservation) Misfit(x *g.Node) Values {
	ax := o.Apply(x)
	for i, p := range o.parts {
		ax[i] = g.Sub(p.Y, ax[i])
	}
	return ax
}

func (o *BoundObservation) each(f func(p BoundMeasurement) *g.Node) Values {
	v := make(Values, len(o.parts))
	for i, p := range o.parts {
		v[i] = f(p)
	}
	return v
}

// Dot returns the inner product of v and w for each sample, [batch, 1, 1, 1, 1], summed
// over all measurements.
func (v Values) Dot(w Values) *g.Node {
	var sum *g.Node
	for i := range v {
		s := g.ReduceAndKeep(g.Mul(v[i], w[i]), g.ReduceSum, 1, 2, 3, 4)
		if sum == nil {
			sum = s
		} else {
			sum = g.Add(sum, s)
		}
	}
	return sum
}

// Replaceable reports whether forward samples can replace the known part of z; see
// [Observation.Replaceable].
func (o *BoundObservation) Replaceable() bool { return o.replaceable }

// direct reports whether the one measurement observes the cells themselves, without
// averaging.
func (o *BoundObservation) direct() bool { return len(o.parts) == 1 && o.parts[0].Of.identity() }

// Replace returns z with A·z replaced by the given values, z + A⁺(values − A·z). The
// observation must be Replaceable.
func (o *BoundObservation) Replace(z, values *g.Node) *g.Node {
	p := o.parts[0]
	if o.direct() {
		return g.Where(g.GreaterThan(p.Seen, g.ZerosLike(p.Seen)), values, z)
	}
	return g.Add(z, o.pseudoInverse(g.Sub(values, p.Of.Graph(z))))
}

// pseudoInverse returns A⁺·y with A⁺ = Aᵀ(AAᵀ)⁻¹. The observation must be Replaceable.
func (o *BoundObservation) pseudoInverse(y *g.Node) *g.Node {
	return o.Adjoint(Values{g.Div(y, o.parts[0].squares())})
}

// Unknown returns d − A⁺A·d, the part of a change d of x that does not change A·x. The
// observation must be Replaceable.
func (o *BoundObservation) Unknown(d *g.Node) *g.Node {
	if o.direct() {
		return g.Mul(g.OneMinus(o.parts[0].Seen), d)
	}
	return g.Sub(d, o.pseudoInverse(o.parts[0].Of.Graph(d)))
}

// resolved is an observation on the host that was checked against the shape of the clips
// and the number of samples.
type resolved struct {
	Observation
	clip    [4]int
	samples int

	replaceable, orthogonal bool // as in BoundObservation
}

// resolve checks the observation against the shape of the clips and the number of
// samples. It returns nil where there are no measurements.
func (o Observation) resolve(clip [4]int, samples int) (*resolved, error) {
	if len(o) == 0 {
		return nil, nil
	}
	if err := o.Validate(clip, samples); err != nil {
		return nil, err
	}
	r := &resolved{Observation: o, clip: clip, samples: samples}
	r.orthogonal = len(o) == 1 && o[0].Of.orthogonal()
	r.replaceable = o.Replaceable()
	return r, nil
}

// inputs returns the observed values of one batch of samples, three tensors for each
// measurement. Samples past the last repeat the last one.
func (r *resolved) inputs(first, batch int) []*tensors.Tensor {
	var out []*tensors.Tensor
	for _, m := range r.Observation {
		shape, _ := m.Of.Shape(r.clip)
		n := m.size(r.clip)
		seen, y, variance := make([]float32, batch*n), make([]float32, batch*n), make([]float32, batch*n)
		for i := range batch {
			for j, v := range m.sample(min(first+i, r.samples-1), r.clip) {
				if !math.IsNaN(float64(v)) {
					seen[i*n+j], y[i*n+j], variance[i*n+j] = 1, v, float32(m.variance(j))
				}
			}
		}
		dims := append([]int{batch}, shape[:]...)
		for _, flat := range [][]float32{seen, y, variance} {
			out = append(out, tensors.FromFlatDataAndDimensions(flat, dims...))
		}
	}
	return out
}

// graph returns the observation inside a graph whose inputs are the tensors of the
// method inputs, with the noise of one step.
func (r *resolved) graph(inputs []*g.Node, noise *g.Node) *BoundObservation {
	o := &BoundObservation{Noise: noise, replaceable: r.replaceable, orthogonal: r.orthogonal}
	for i, m := range r.Observation {
		in := inputs[3*i:]
		o.parts = append(o.parts, BoundMeasurement{Of: m.Of, Seen: in[0], Y: in[1], Variance: in[2]})
		count := g.ReduceAllSum(in[0])
		if i > 0 {
			count = g.Add(o.total, count)
		}
		o.total = count
	}
	return o
}

// Fixed returns the observation inside a graph as constants, for a batch shaped as z and
// with the noise of one step. It serves a denoiser that is used outside [SampleFrom].
// The error names a value or shape that does not fit.
func (o Observation) Fixed(z, noise *g.Node) (*BoundObservation, error) {
	dims := z.Shape().Dimensions
	r, err := o.resolve([4]int(dims[1:]), dims[0])
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, errNothingKnown
	}
	var nodes []*g.Node
	for _, t := range r.inputs(0, dims[0]) {
		nodes = append(nodes, g.ConstTensor(z.Graph(), t))
	}
	return r.graph(nodes, noise), nil
}

// putBack writes the exactly known cells of a sample over the generated ones.
func (r *resolved) putBack(clip []float32, sample int) {
	for _, m := range r.Observation {
		if !m.Of.identity() {
			continue
		}
		for j, v := range m.sample(sample, r.clip) {
			if m.variance(j) == 0 && !math.IsNaN(float64(v)) {
				clip[j] = v
			}
		}
	}
}
