package convnet

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

func shape(dims ...int) shapes.Shape { return shapes.Make(dtypes.Float32, dims...) }

func namesOf(c Config) (names []string) {
	for _, v := range c.Variables() {
		names = append(names, v.Name)
	}
	return names
}

func dot(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func norm(a []float32) float64 { return math.Sqrt(dot(a, a)) }

// byLoops computes the network of the test's shape in float64, one cell after
// another, from the description of the package.
func byLoops(c Config, v map[string][]float32, z, logSNR []float32) (out []float64) {
	silu := func(x []float64) []float64 {
		y := make([]float64, len(x))
		for i := range x {
			y[i] = x[i] / (1 + math.Exp(-x[i]))
		}
		return y
	}
	linear := func(name string, x []float64) []float64 {
		m, y := v[name+".weight"], make([]float64, len(v[name+".bias"]))
		for o := range y {
			y[o] = float64(v[name+".bias"][o])
			for i := range x {
				y[o] += x[i] * float64(m[i*len(y)+o])
			}
		}
		return y
	}
	normed := func(x []float64) []float64 {
		mean, variance := 0., 0.
		for _, a := range x {
			mean += a / float64(len(x))
		}
		for _, a := range x {
			variance += (a - mean) * (a - mean) / float64(len(x))
		}
		y := make([]float64, len(x))
		for i := range x {
			y[i] = (x[i] - mean) / math.Sqrt(variance+1e-5)
		}
		return y
	}
	type clip map[[3]int][]float64 // channels of a frame's cell
	each := func(f func(at [3]int) []float64) clip {
		y := clip{}
		for frame := range frames {
			for row := range height {
				for column := range width {
					at := [3]int{frame, row, column}
					y[at] = f(at)
				}
			}
		}
		return y
	}
	// gathered lays the channels of neighbouring cells one after another, zeros
	// where there is none, for the rows of a kernel as of a matrix.
	gathered := func(x clip, at [3]int, channels int, offsets [][3]int) (all []float64) {
		for _, o := range offsets {
			if there, ok := x[[3]int{at[0] + o[0], at[1] + o[1], at[2] + o[2]}]; ok {
				all = append(all, there...)
			} else {
				all = append(all, make([]float64, channels)...)
			}
		}
		return all
	}
	var space [][3]int
	for row := -(c.Kernel / 2); row <= c.Kernel/2; row++ {
		for column := -(c.Kernel / 2); column <= c.Kernel/2; column++ {
			space = append(space, [3]int{0, row, column})
		}
	}
	time := [][3]int{{-1}, {0}, {1}}

	for b := range batch {
		waves := make([]float64, c.Width)
		for i := range c.Width / 2 {
			angle := float64(logSNR[b]) * math.Pow(10000, -float64(i)/float64(c.Width/2))
			waves[i], waves[c.Width/2+i] = math.Sin(angle), math.Cos(angle)
		}
		embedding := silu(linear("embedding", waves))
		noisy := each(func(at [3]int) []float64 {
			x := make([]float64, c.Channels)
			for i := range x {
				x[i] = float64(z[(((b*frames+at[0])*height+at[1])*width+at[2])*c.Channels+i])
			}
			return x
		})
		x := each(func(at [3]int) []float64 { return linear("input", gathered(noisy, at, c.Channels, space)) })
		for k := range c.Depth {
			name := fmt.Sprintf("blocks.%d", k)
			scale, shift := linear(name+".scale", embedding), linear(name+".shift", embedding)
			scaled := each(func(at [3]int) []float64 {
				h := normed(x[at])
				for i := range h {
					h[i] = h[i]*(1+scale[i]) + shift[i]
				}
				return silu(h)
			})
			h := each(func(at [3]int) []float64 { return silu(linear(name+".space", gathered(scaled, at, c.Width, space))) })
			x = each(func(at [3]int) []float64 {
				y := linear(name+".time", gathered(h, at, c.Width, time))
				for i := range y {
					y[i] += x[at][i]
				}
				return y
			})
		}
		for frame := range frames {
			for row := range height {
				for column := range width {
					out = append(out, linear("output", silu(normed(x[[3]int{frame, row, column}])))...)
				}
			}
		}
	}
	return out
}
