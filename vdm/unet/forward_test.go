package unet

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// The tests of this file compare blocks with plain loops in float64, written
// from the definitions and not from the rearrangements that the graph uses.

// forward compares build(x) with want.
func forward(t *testing.T, be compute.Backend, c Config, weights map[string]array, x array, want []float64, build func(n *network, x *graph.Node) *graph.Node) {
	t.Helper()
	in := append([]array{x}, arguments(c, weights)...)
	got := runOnce(t, be, func(nodes []*graph.Node) *graph.Node {
		n := &network{Config: c, g: nodes[0].Graph(), w: Weights{}, dtype: dtypes.Float32}
		for i, v := range c.Variables() {
			n.w[v.Name] = nodes[1+i]
		}
		return inner(func(n *network, x []*graph.Node) *graph.Node { return build(n, x[0]) })(n, nodes[:1])
	}, in...)
	close64(t, got.values, want, 2e-6)
}

var forwardConfig = Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2, HeadDim: 8, Channels: 3}.WithDefaults()

// at indexes x [batch, frame, height, width, channel]; outside the picture it
// is zero.
func (a array) at(b, f, y, x, c int) float64 {
	d := a.dims
	if y < 0 || y >= d[2] || x < 0 || x >= d[3] {
		return 0
	}
	return float64(a.values[(((b*d[1]+f)*d[2]+y)*d[3]+x)*d[4]+c])
}

// eachOutput fills an array of the given shape, in order.
func eachOutput(dims [5]int, f func(b, f, y, x, c int) float64) []float64 {
	var out []float64
	for b := range dims[0] {
		for i := range dims[1] {
			for y := range dims[2] {
				for x := range dims[3] {
					for c := range dims[4] {
						out = append(out, f(b, i, y, x, c))
					}
				}
			}
		}
	}
	return out
}

// TestConvolutions is for stride s, kernel k and padding p: output (i, j) is
// Σ kernel[a, b]·input(s·i + a − p, s·j + b − p).
func TestConvolutions(t *testing.T) {
	c, weights := forwardConfig, variablesOf(forwardConfig, 3)
	for _, one := range []struct {
		name               string
		in, out            int
		kernel, stride, by int
		build              func(n *network, x *graph.Node) *graph.Node
	}{
		{"init_conv", 3, 16, 7, 1, 3, func(n *network, x *graph.Node) *graph.Node { return n.conv("init_conv", x) }},
		{"downs.1.0.block1.proj", 16, 32, 3, 1, 1, func(n *network, x *graph.Node) *graph.Node { return n.conv("downs.1.0.block1.proj", x) }},
		{"final_conv.1", 16, 3, 1, 1, 0, func(n *network, x *graph.Node) *graph.Node { return n.conv("final_conv.1", x) }},
		{"downs.0.4", 16, 16, 4, 2, 1, func(n *network, x *graph.Node) *graph.Node { return n.downsample("downs.0.4", x) }},
	} {
		x := normal(1, 2, 2, 6, 8, one.in)
		w, bias := weights[one.name+".weight"].values, weights[one.name+".bias"].values
		want := eachOutput([5]int{2, 2, 6 / one.stride, 8 / one.stride, one.out}, func(b, f, i, j, o int) float64 {
			sum := float64(bias[o])
			for in := range one.in {
				for ky := range one.kernel {
					for kx := range one.kernel {
						k := float64(w[((o*one.in+in)*one.kernel+ky)*one.kernel+kx])
						sum += k * x.at(b, f, one.stride*i+ky-one.by, one.stride*j+kx-one.by, in)
					}
				}
			}
			return sum
		})
		t.Run(one.name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, be compute.Backend) { forward(t, be, c, weights, x, want, one.build) })
		})
	}
}

// TestTransposedConvolution scatters: output 2i+a−1 receives input i times tap
// a of the kernel [in, out, 1, 4, 4].
func TestTransposedConvolution(t *testing.T) {
	c, weights := forwardConfig, variablesOf(forwardConfig, 3)
	const batch, frames, height, width, channels = 2, 2, 3, 5, 16
	x := normal(1, batch, frames, height, width, channels)
	w, bias := weights["ups.0.4.weight"].values, weights["ups.0.4.bias"].values
	want := eachOutput([5]int{batch, frames, 2 * height, 2 * width, channels}, func(_, _, _, _, o int) float64 { return float64(bias[o]) })
	for b := range batch {
		for f := range frames {
			for i := range height {
				for j := range width {
					for a := range 4 {
						for e := range 4 {
							y, z := 2*i+a-1, 2*j+e-1
							if y < 0 || y >= 2*height || z < 0 || z >= 2*width {
								continue
							}
							for in := range channels {
								for o := range channels {
									want[(((b*frames+f)*2*height+y)*2*width+z)*channels+o] +=
										x.at(b, f, i, j, in) * float64(w[((in*channels+o)*4+a)*4+e])
								}
							}
						}
					}
				}
			}
		}
	}
	eachEngine(t, func(t *testing.T, be compute.Backend) {
		forward(t, be, c, weights, x, want, func(n *network, x *graph.Node) *graph.Node { return n.upsample("ups.0.4", x) })
	})
}

// TestGroupNorm has groups of two channels, statistics over frames and cells
// together, and an input far from zero, so that a misplaced mean, variance or
// epsilon shows.
func TestGroupNorm(t *testing.T) {
	c, weights := forwardConfig, variablesOf(forwardConfig, 3)
	dims := [5]int{2, 3, 4, 5, 16}
	x := normal(1, dims[:]...)
	for i := range x.values {
		x.values[i] = 0.02*x.values[i] + 0.05*float32(i%16) // deviation near √eps
	}
	gain, offset := weights["downs.0.0.block1.norm.weight"].values, weights["downs.0.0.block1.norm.bias"].values
	scale, shift := normal(2, 2, 16), normal(3, 2, 16)
	var mean, variance [2][8]float64
	const count = 3 * 4 * 5 * 2
	eachOutput(dims, func(b, f, y, z, ch int) float64 {
		mean[b][ch/2] += x.at(b, f, y, z, ch) / count
		return 0
	})
	eachOutput(dims, func(b, f, y, z, ch int) float64 {
		variance[b][ch/2] += math.Pow(x.at(b, f, y, z, ch)-mean[b][ch/2], 2) / count
		return 0
	})
	for _, conditioned := range []bool{false, true} {
		want := eachOutput(dims, func(b, f, y, z, ch int) float64 {
			v := (x.at(b, f, y, z, ch) - mean[b][ch/2]) / math.Sqrt(variance[b][ch/2]+1e-5)
			v = v*float64(gain[ch]) + float64(offset[ch])
			if conditioned {
				v = v*(float64(scale.values[b*16+ch])+1) + float64(shift.values[b*16+ch])
			}
			return v / (1 + math.Exp(-v))
		})
		eachEngine(t, func(t *testing.T, be compute.Backend) {
			forward(t, be, c, weights, x, want, func(n *network, x *graph.Node) *graph.Node {
				var a, b *graph.Node
				if conditioned {
					a, b = constant(n.g, scale.values, scale.dims...), constant(n.g, shift.values, shift.dims...)
				}
				return n.normSiLU("downs.0.0.block1.norm", x, a, b)
			})
		})
	}
}

func TestChannelNorm(t *testing.T) {
	c, weights := forwardConfig, variablesOf(forwardConfig, 3)
	dims := [5]int{2, 2, 3, 4, 16}
	x := normal(1, dims[:]...)
	for i := range x.values {
		x.values[i] = 0.01*x.values[i] + 0.3
	}
	gain := weights["downs.0.3.fn.norm.gamma"].values
	want := eachOutput(dims, func(b, f, y, z, ch int) float64 {
		var mean, variance float64
		for j := range 16 {
			mean += x.at(b, f, y, z, j) / 16
		}
		for j := range 16 {
			variance += math.Pow(x.at(b, f, y, z, j)-mean, 2) / 16
		}
		return (x.at(b, f, y, z, ch) - mean) / math.Sqrt(variance+1e-5) * float64(gain[ch])
	})
	// The mean of each position, 0.3, is thirty times the deviation: float32
	// leaves 3·2⁻²⁴·30 of it.
	eachEngine(t, func(t *testing.T, be compute.Backend) {
		forward(t, be, c, weights, x, want, func(n *network, x *graph.Node) *graph.Node {
			return n.channelNorm("downs.0.3.fn.norm", x)
		})
	})
}

// TestLinearAttention is for more cells than channels and for fewer, which take
// the products in another order.
func TestLinearAttention(t *testing.T) {
	c, weights := forwardConfig, variablesOf(forwardConfig, 3)
	for _, one := range []struct {
		name          string
		width         int
		height, cells int
	}{{"downs.0.2", 16, 4, 24}, {"downs.1.2", 32, 2, 8}} {
		x := normal(1, 2, 2, one.height, one.cells/one.height, one.width)
		gain, qkv := weights[one.name+".fn.norm.gamma"].values, weights[one.name+".fn.fn.to_qkv.weight"].values
		out, bias := weights[one.name+".fn.fn.to_out.weight"].values, weights[one.name+".fn.fn.to_out.bias"].values
		inner := c.Heads * spatialHead
		var want []float64
		for picture := range 2 * 2 {
			in := x.values[picture*one.cells*one.width:][:one.cells*one.width]
			p := make([][]float64, one.cells) // q, k and v of each cell
			for i := range p {
				cell := in[i*one.width:][:one.width]
				var mean, variance float64
				for _, v := range cell {
					mean += float64(v) / float64(one.width)
				}
				for _, v := range cell {
					variance += math.Pow(float64(v)-mean, 2) / float64(one.width)
				}
				p[i] = make([]float64, 3*inner)
				for o := range p[i] {
					for j, v := range cell {
						p[i][o] += float64(qkv[o*one.width+j]) * (float64(v) - mean) / math.Sqrt(variance+1e-5) * float64(gain[j])
					}
				}
			}
			for h := range c.Heads {
				for i := range p { // over the head's dimensions
					q := p[i][h*spatialHead:][:spatialHead]
					softmax64(spatialHead, func(d int) *float64 { return &q[d] })
					for d := range q {
						q[d] /= math.Sqrt(spatialHead)
					}
				}
				for d := range spatialHead { // over the cells
					softmax64(one.cells, func(i int) *float64 { return &p[i][inner+h*spatialHead+d] })
				}
			}
			for i := range p {
				y := make([]float64, inner)
				for o := range y {
					first := o / spatialHead * spatialHead
					for d := first; d < first+spatialHead; d++ {
						for j := range p {
							y[o] += p[i][d] * p[j][inner+d] * p[j][2*inner+o]
						}
					}
				}
				for w := range one.width {
					sum := float64(bias[w]) + float64(in[i*one.width+w])
					for o := range y {
						sum += float64(out[w*inner+o]) * y[o]
					}
					want = append(want, sum)
				}
			}
		}
		t.Run(one.name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, be compute.Backend) {
				forward(t, be, c, weights, x, want, func(n *network, x *graph.Node) *graph.Node { return n.linearAttention(one.name, x) })
			})
		})
	}
}

// softmax64 replaces n numbers by their softmax.
func softmax64(n int, at func(i int) *float64) {
	var sum float64
	for i := range n {
		*at(i) = math.Exp(*at(i))
		sum += *at(i)
	}
	for i := range n {
		*at(i) /= sum
	}
}

// TestRotations turns pairs (a, b) of a query by hand. Heads of 40 turn their
// first 32 dimensions only.
func TestRotations(t *testing.T) {
	for _, headDim := range []int{8, 32, 40} {
		const frames, rows = 11, 5
		q := normal(1, rows, headDim)
		turned := min(32, headDim)
		var want []float64
		for r := range rows {
			for f := range frames {
				for d := range headDim {
					v := float64(q.values[r*headDim+d])
					if d < turned {
						angle := float64(f) * math.Pow(10000, -float64(d/2*2)/float64(turned))
						if other := float64(q.values[r*headDim+(d^1)]); d%2 == 0 {
							v = v*math.Cos(angle) - other*math.Sin(angle)
						} else {
							v = v*math.Cos(angle) + other*math.Sin(angle)
						}
					}
					want = append(want, v)
				}
			}
		}
		eachEngine(t, func(t *testing.T, be compute.Backend) {
			got := runOnce(t, be, func(in []*graph.Node) *graph.Node {
				return matMul(in[0], rotations(in[0].Graph(), frames, headDim))
			}, q)
			close64(t, got.values, want, 2e-7)
		})
	}
}

// TestPositionBuckets has the rows worked out by hand from the formula.
func TestPositionBuckets(t *testing.T) {
	past := []int{0, 1, 2, 3, 4, 5, 6, 7, // exact
		8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 12, 12, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, 15, 15, 15, 15}
	for n, want := range past {
		if got := positionBucket(n); got != want {
			t.Errorf("distance %d: row %d, want %d", n, got, want)
		}
		if n > 0 {
			if got := positionBucket(-n); got != 16+want {
				t.Errorf("distance %d: row %d, want %d", -n, got, 16+want)
			}
		}
	}
	if got := positionBucket(1000); got != 15 {
		t.Errorf("distance 1000: row %d, want 15", got)
	}
}

// TestPositionBias checks that queries and keys are not exchanged.
func TestPositionBias(t *testing.T) {
	c, weights := forwardConfig, variablesOf(forwardConfig, 3)
	const frames = 12
	table := weights["time_rel_pos_bias.relative_attention_bias.weight"].values
	var want []float64
	for h := range c.Heads {
		for query := range frames {
			for key := range frames {
				want = append(want, float64(table[positionBucket(query-key)*c.Heads+h]))
			}
		}
	}
	eachEngine(t, func(t *testing.T, be compute.Backend) {
		forward(t, be, c, weights, normal(1, 1), want, func(n *network, _ *graph.Node) *graph.Node { return n.positionBias(frames) })
	})
}

func TestEmbedding(t *testing.T) {
	c, weights := forwardConfig, variablesOf(forwardConfig, 3)
	lambda := array{[]int{3}, []float32{-29.5, 0.25, 17}}
	linear := func(name string, x []float64) []float64 {
		w, b := weights[name+".weight"], weights[name+".bias"].values
		y := make([]float64, w.dims[0])
		for o := range y {
			y[o] = float64(b[o])
			for i, v := range x {
				y[o] += v * float64(w.values[o*len(x)+i])
			}
		}
		return y
	}
	var want []float64
	for _, l := range lambda.values {
		x := make([]float64, 16)
		for i := range 8 {
			angle := float64(l) * math.Exp(-math.Log(10000)*float64(i)/7)
			x[i], x[8+i] = math.Sin(angle), math.Cos(angle)
		}
		h := linear("time_mlp.1", x)
		for i, v := range h {
			h[i] = v / 2 * (1 + math.Erf(v/math.Sqrt2))
		}
		want = append(want, linear("time_mlp.3", h)...)
	}
	eachEngine(t, func(t *testing.T, be compute.Backend) {
		forward(t, be, c, weights, lambda, want, func(n *network, x *graph.Node) *graph.Node { return n.embedLogSNR(x) })
	})
}
