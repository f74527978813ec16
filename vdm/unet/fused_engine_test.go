package unet

import (
	"fmt"
	"maps"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// flashing is an engine with the fused attention that it lacks, put together
// from its other operators, under the rules that XLA's on CUDA has: positions
// before heads, no mask, no bias, and a backward pass that gets the logarithm
// of each softmax's sum and gives gradients to q, k and v alone. It computes in
// float32, and takes float32 too, so that gradients can be compared closely.
type flashing struct{ compute.Backend }

func (b flashing) Name() string { return "flashing " + b.Backend.Name() }

func (b flashing) Capabilities() compute.Capabilities {
	c := b.Backend.Capabilities()
	c.Operations = maps.Clone(c.Operations)
	c.Operations[compute.OpTypeFusedScaledDotProductAttention] = true
	c.Operations[compute.OpTypeFusedScaledDotProductAttentionVJP] = true
	return c
}

func (b flashing) Builder(name string) compute.Builder {
	return flashingBuilder{b.Backend.Builder(name)}
}

type flashingBuilder struct{ compute.Builder }

func (b flashingBuilder) Main() compute.Function { return flashingFunction{b.Builder.Main()} }

type flashingFunction struct{ compute.Function }

func (f flashingFunction) FusedScaledDotProductAttention(query, key, value compute.Value, layout compute.AttentionAxesLayout,
	o *compute.ScaledDotProductAttentionConfig) (y compute.Value, states []compute.Value, err error) {
	defer caught(&err)
	m := f.attention(query, key, value, layout, o)
	e := must(f.Exp(must(f.Sub(m.logits, m.over(must(f.ReduceMax(m.logits, 3)), m.logits, 0, 1, 2)))))
	sum := must(f.ReduceSum(e, 3))
	stats := must(f.Add(must(f.Log(sum)), must(f.ReduceMax(m.logits, 3))))
	p := must(f.Exp(must(f.Sub(m.logits, m.over(stats, m.logits, 0, 1, 2)))))
	return m.positionsFirst(m.product(p, 3, 0, 1, m.v, 1, 0, 2)), []compute.Value{stats}, nil
}

func (f flashingFunction) FusedScaledDotProductAttentionVJP(query, key, value compute.Value, layout compute.AttentionAxesLayout,
	o *compute.ScaledDotProductAttentionConfig, output compute.Value, states []compute.Value, gradient compute.Value) (dq, dk, dv compute.Value, err error) {
	defer caught(&err)
	m := f.attention(query, key, value, layout, o)
	p := must(f.Exp(must(f.Sub(m.logits, m.over(states[0], m.logits, 0, 1, 2)))))
	y, dy := m.full(output), m.full(gradient)
	dp := m.product(dy, 3, 0, 2, m.v, 3, 0, 2)
	delta := must(f.Transpose(must(f.ReduceSum(must(f.Mul(y, dy)), 3)), 0, 2, 1))
	ds := must(f.Mul(p, must(f.Sub(dp, m.over(delta, dp, 0, 1, 2)))))
	return m.positionsFirst(m.product(ds, 3, 0, 1, m.k, 1, 0, 2)),
		m.positionsFirst(m.product(ds, 2, 0, 1, m.q, 1, 0, 2)),
		m.positionsFirst(m.product(p, 2, 0, 1, dy, 1, 0, 2)), nil
}

// attentionMaker has q, k and v [batch, position, head, width] in float32, and
// their logits [batch, head, query, key].
type attentionMaker struct {
	f               compute.Function
	dtype           dtypes.DType
	q, k, v, logits compute.Value
}

func (f flashingFunction) attention(q, k, v compute.Value, layout compute.AttentionAxesLayout, o *compute.ScaledDotProductAttentionConfig) attentionMaker {
	dims := must(f.Shape(q)).Dimensions
	switch {
	case layout != compute.AttentionAxesLayoutBSHD || o == nil || o.Scale != 1:
		panic(fmt.Errorf("layout %s, options %+v: %w", layout, o, compute.ErrNotImplemented))
	case o.Bias != nil || o.Mask != nil || o.Causal || o.QuerySeqLen != nil:
		panic(fmt.Errorf("options %+v: %w", o, compute.ErrNotImplemented))
	case len(dims) != 4 || dims[3]%8 != 0 || dims[3] > 128:
		panic(fmt.Errorf("queries %v: %w", dims, compute.ErrNotImplemented))
	}
	m := attentionMaker{f: f.Function, dtype: must(f.Shape(q)).DType}
	m.q, m.k, m.v = m.full(q), m.full(k), m.full(v)
	m.logits = m.product(m.q, 3, 0, 2, m.k, 3, 0, 2)
	return m
}

// product contracts one axis of a with one of b for each batch and head.
func (m attentionMaker) product(a compute.Value, contractA, batchA, headA int, b compute.Value, contractB, batchB, headB int) compute.Value {
	return must(m.f.DotGeneral(a, []int{contractA}, []int{batchA, headA}, b, []int{contractB}, []int{batchB, headB}, compute.DotGeneralConfig{}))
}

// over broadcasts x to the shape of full, whose given axes it has.
func (m attentionMaker) over(x, full compute.Value, axes ...int) compute.Value {
	return must(m.f.BroadcastInDim(x, must(m.f.Shape(full)), axes))
}

func (m attentionMaker) full(x compute.Value) compute.Value {
	if must(m.f.Shape(x)).DType == dtypes.Float32 {
		return x
	}
	return must(m.f.ConvertDType(x, dtypes.Float32))
}

// positionsFirst turns [batch, head, position, width] to the operator's order
// and type.
func (m attentionMaker) positionsFirst(x compute.Value) compute.Value {
	x = must(m.f.Transpose(x, 0, 2, 1, 3))
	if m.dtype == dtypes.Float32 {
		return x
	}
	return must(m.f.ConvertDType(x, m.dtype))
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

func caught(err *error) {
	if r := recover(); r != nil {
		e, ok := r.(error)
		if !ok {
			panic(r)
		}
		*err = e
	}
}

var (
	_ compute.Backend  = flashing{}
	_ compute.Builder  = flashingBuilder{}
	_ compute.Function = flashingFunction{}
)
