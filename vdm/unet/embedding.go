package unet

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// embedLogSNR returns λ [batch] embedded in [batch, 4·dim]: sines, then cosines, of λ
// times dim/2 geometric frequencies (Vaswani et al. 2017, section 3.5), then two linear
// maps with an exact GELU between them.
func (n *network) embedLogSNR(logSNR *Node) *Node {
	half := n.Dim / 2
	freqs := make([]float32, half)
	for i := range freqs {
		freqs[i] = float32(math.Exp(-math.Log(10000) * float64(i) / float64(half-1)))
	}
	angles := Mul(InsertAxes(logSNR, -1), InsertAxes(Const(n.g, freqs), 0))
	x := Concatenate([]*Node{Sin(angles), Cos(angles)}, -1)
	x = gelu(n.linear("time_mlp.1", x))
	return n.linear("time_mlp.3", x)
}

// linear returns x·Wᵀ + b for a small x [rows, in], in float32.
func (n *network) linear(name string, x *Node) *Node {
	return Add(matMul(x, transposed(n.weight(name+".weight"))), InsertAxes(n.weight(name+".bias"), 0))
}

// scaleAndShift returns the two halves of a block's linear map of the
// embedding, [batch, width] each. The halves are taken from the weights, not
// from the result: see part.
func (n *network) scaleAndShift(name string) (scale, shift *Node) {
	half := func(i int) *Node {
		w := part(n.weight(name+".weight"), i, 2)
		b := part(n.weight(name+".bias"), i, 2)
		return Add(matMul(n.embedding, transposed(w)), InsertAxes(b, 0))
	}
	return half(0), half(1)
}

// positionBias returns the bias that temporal attention adds to its logits, [heads,
// query frame, key frame]: a learnt number for each head and bucket of the distance i −
// j (Raffel et al. 2020, section 2.1). Rows of the table are picked by a product with 0s
// and 1s, whose gradient every engine has.
func (n *network) positionBias(frames int) *Node {
	pick := make([]float32, frames*frames*buckets)
	for i := range frames {
		for j := range frames {
			pick[(i*frames+j)*buckets+positionBucket(i-j)] = 1
		}
	}
	table := n.weight("time_rel_pos_bias.relative_attention_bias.weight")
	bias := matMul(constant(n.g, pick, frames*frames, buckets), table)
	return Reshape(transposed(bias), n.Heads, frames, frames)
}

// positionBucket returns the row of the table for a distance in frames: exact up to 7,
// then logarithmic up to 32, with the upper half for keys in the future.
func positionBucket(distance int) int {
	const half, exact, farthest = buckets / 2, buckets / 4, 32
	offset := 0
	if distance < 0 {
		offset, distance = half, -distance
	}
	if distance < exact {
		return offset + distance
	}
	far := exact + int(math.Log(float64(distance)/exact)/math.Log(farthest/exact)*(half-exact))
	return offset + min(half-1, far)
}

// rotations returns the matrices of the rotary embedding (Su et al. 2021), [headDim,
// frame·headDim]: column block f multiplies a head's vector q (a row) to give the
// rotated vector of frame f, q·R_f. Pair m of the first min(32, d) dimensions is rotated
// by the angle f·10000^(−2m/R); the other dimensions stay.
func rotations(g *Graph, frames, headDim int) *Node {
	rotated := min(maxRotary, headDim)
	m := make([]float32, headDim*frames*headDim)
	at := func(row, frame, column int) *float32 { return &m[(row*frames+frame)*headDim+column] }
	for f := range frames {
		for d := range headDim {
			*at(d, f, d) = 1
		}
		for a := 0; a < rotated; a += 2 {
			sin, cos := math.Sincos(float64(f) * rotaryFrequency(a/2, headDim))
			b := a + 1
			*at(a, f, a), *at(b, f, a) = float32(cos), float32(-sin)
			*at(a, f, b), *at(b, f, b) = float32(sin), float32(cos)
		}
	}
	return constant(g, m, headDim, frames*headDim)
}

// rotaryFrequency returns the angle per frame of pair m of a head's dimensions.
func rotaryFrequency(m, headDim int) float64 {
	return math.Pow(10000, -2*float64(m)/float64(min(maxRotary, headDim)))
}

func gelu(x *Node) *Node {
	return Mul(MulScalar(x, 0.5), OnePlus(Erf(MulScalar(x, math.Sqrt2/2))))
}
