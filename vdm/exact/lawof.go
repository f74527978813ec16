package exact

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// affineTolerance is the largest allowed difference between the graph and the affine map
// that was evaluated from it, as a share of the terms that add up to the value and of
// the root mean square of what the map adds: float32 rounding is some 1e-6 of the terms,
// and the rounding of a guidance that solves equations some 1e-5 of the whole.
const affineTolerance = 1e-4

// DistributionOf returns the exact distribution of the samples of [vdm.SampleFrom] where the
// denoiser, guided or not, is affine in z and in the noise of the observation, as on
// Gaussian data: at each step the affine map is found by evaluating the graph at unit
// vectors, and mean and covariance are propagated in float64. It is an error if the
// graph is not affine, which is checked at random points.
//
//   - shape: frames, rows, columns and channels of a clip, n values in all. A
//     step costs an evaluation of a batch of some 2n clips and of the order of
//     10·n³ operations, so n is some hundreds at most.
//   - given: of one sample; empty means none. A nil guidance means vdm.Replacement.
//
// A guidance that depends on the size of the batch ([vdm.Reconstruction] with Mean) is
// taken as in batches of one.
func DistributionOf(ctx context.Context, be compute.Backend, d vdm.Denoiser, plan vdm.Plan, shape [4]int, given vdm.Observation, guidance vdm.Guidance) (Gaussian, error) {
	law, err := distributionOf(ctx, be, d, plan, shape, given, guidance)
	if err != nil {
		return Gaussian{}, fmt.Errorf("law of %s: %w", plan.Name, err)
	}
	return law, nil
}

func distributionOf(ctx context.Context, be compute.Backend, d vdm.Denoiser, plan vdm.Plan, shape [4]int, given vdm.Observation, guidance vdm.Guidance) (Gaussian, error) {
	if err := plan.Validate(); err != nil {
		return Gaussian{}, err
	}
	switch {
	case len(given) > 0:
		if err := given.Validate(shape, 1); err != nil {
			return Gaussian{}, err
		}
		if guidance == nil {
			guidance = vdm.Replacement{}
		}
		if err := guidance.Validate(); err != nil {
			return Gaussian{}, err
		}
	case guidance != nil:
		return Gaussian{}, fmt.Errorf("%s without an observation", guidance)
	}
	r, err := newReader(be, d, shape, given, guidance)
	if err != nil {
		return Gaussian{}, err
	}
	defer r.exec.Finalize()
	// The state is z and, where the plan uses them, z₋₁, x̂₋₁ and x̂₋₂ below it.
	n, rows := r.n, r.n
	if looksBack(plan) {
		rows = 4 * n
	}
	mean, cov := mat.NewDense(rows, 1, nil), mat.NewSymDense(rows, nil)
	for i := range n {
		cov.SetSym(i, i, 1)
	}
	// This loop differs from [vdm.Plan.Follow]: that takes one z through a plan, this
	// takes a mean and a covariance.
	for _, s := range plan.Steps {
		if ctx.Err() != nil {
			return Gaussian{}, vdm.ErrInterrupted
		}
		step, err := r.read(s)
		if err != nil {
			return Gaussian{}, err
		}
		mean, cov = step.propagate(s, mean, cov)
	}
	law := Gaussian{Mean: mat.Col(nil, 0, mean.Slice(0, n, 0, 1)), Cov: mat.NewSymDense(n, nil)}
	for i := range n {
		for j := range i + 1 {
			law.Cov.SetSym(i, j, cov.At(i, j))
		}
	}
	law.putBack(given)
	return law, nil
}

// putBack sets exactly known cells to their values, as SampleFrom does at the end.
func (g Gaussian) putBack(o vdm.Observation) {
	for _, m := range o {
		if m.Of.Frames != nil || m.Of.Rows != nil || m.Of.Columns != nil {
			continue
		}
		for j, y := range m.Y {
			if math.IsNaN(float64(y)) || m.Std != 0 && m.StdOf == nil || m.StdOf != nil && m.StdOf[j] != 0 {
				continue
			}
			g.Mean[j] = float64(y)
			for i := range g.Mean {
				g.Cov.SetSym(i, j, 0)
			}
		}
	}
}

// reader evaluates the guided denoiser and the hook of a step, for a batch of the zero
// vector, the unit vectors of each input and some random vectors.
type reader struct {
	exec   *g.Exec
	n      int
	inputs int // z; the noise of the observation; the result of the step without the hook
	hooked bool
	points []*tensors.Tensor
	probes []float32 // the random points, [probe][input][n]
	batch  int
}

const probes = 2

func newReader(be compute.Backend, d vdm.Denoiser, shape [4]int, given vdm.Observation, guidance vdm.Guidance) (*reader, error) {
	r := &reader{n: shape[0] * shape[1] * shape[2] * shape[3], inputs: 1}
	after, hooked := guidance.(vdm.StepGuidance)
	if r.hooked = hooked; hooked {
		r.inputs = 3
	} else if len(given) > 0 {
		r.inputs = 2
	}
	r.batch = 1 + r.inputs*r.n + probes
	if mean, ok := guidance.(vdm.Reconstruction); ok && mean.Mean {
		if mean.Weight == 0 {
			mean.Weight = 1
		}
		mean.Weight *= float64(r.batch) // the mean is over the whole batch
		guidance = mean
	}
	r.probes = make([]float32, probes*r.inputs*r.n)
	noise.Key{Stream: noise.Probe}.Normal(r.probes)
	dims := append([]int{r.batch}, shape[:]...)
	for k := range r.inputs {
		flat := make([]float32, r.batch*r.n)
		for j := range r.n {
			flat[(1+k*r.n+j)*r.n+j] = 1
		}
		for p := range probes {
			copy(flat[(r.batch-probes+p)*r.n:], r.probes[(p*r.inputs+k)*r.n:][:r.n])
		}
		r.points = append(r.points, tensors.FromFlatDataAndDimensions(flat, dims...))
	}
	exec, err := g.NewExec(be, func(in []*g.Node) []*g.Node {
		z, from, to := in[0], vdm.Level{LogSNR: in[r.inputs]}, vdm.Level{LogSNR: in[r.inputs+1]}
		den := d
		var o *vdm.BoundObservation
		if len(given) > 0 {
			var err error
			if o, err = given.Fixed(z, in[1]); err != nil {
				panic(err)
			}
			den = guidance.Guide(d, o)
		}
		p := den(z, from, vdm.Batch{})
		own := func(x *g.Node) *g.Node { return g.Add(x, g.ZerosLike(x)) } // no output is an input: some engines free those
		out := []*g.Node{own(p.Z), p.X()}
		if hooked {
			out = append(out, own(after.After(p, to, in[2], o)))
		}
		return out
	})
	if err != nil {
		return nil, err
	}
	r.exec = exec.WithName("affine map of a step")
	return r, nil
}

// affine is the map value = offset + Σ parts[k]·input k.
type affine struct {
	offset []float64
	parts  []*mat.Dense // [n][n] for each input
}

// affineStep contains the affine maps of one step.
type affineStep struct {
	seen, x affine // the input of the denoiser, and x̂
	after   *affine
}

func (r *reader) read(s vdm.PlanStep) (step affineStep, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: %v", r.exec.Name(), p)
		}
	}()
	level := func(l float64) []float32 {
		out := make([]float32, r.batch)
		for i := range out {
			out[i] = float32(l)
		}
		return out
	}
	var args []any
	for _, p := range r.points {
		args = append(args, p)
	}
	out, err := r.exec.Call(append(args, level(s.LogSNRT), level(s.LogSNRS))...)
	if err != nil {
		return step, err
	}
	var maps []affine
	for i, t := range out {
		flat, err := tensors.CopyFlatData[float32](t)
		if err != nil {
			return step, err
		}
		_ = t.FinalizeAll()
		m, err := r.affine(flat)
		if err != nil {
			return step, fmt.Errorf("%s at λ = %.4g: %w", [3]string{"what the denoiser looks at", "x̂", "the end of the step"}[i], s.LogSNRT, err)
		}
		maps = append(maps, m)
	}
	step.seen, step.x = maps[0], maps[1]
	if r.hooked {
		step.after = &maps[2]
	}
	return step, nil
}

// affine returns the map with the given values at the points, and checks it at the
// probes.
func (r *reader) affine(flat []float32) (affine, error) {
	n := r.n
	a := affine{offset: make([]float64, n)}
	square := 0.0
	for i := range n {
		a.offset[i] = float64(flat[i])
		square += a.offset[i] * a.offset[i] / float64(n)
	}
	for k := range r.inputs {
		part := mat.NewDense(n, n, nil)
		for j := range n {
			row := flat[(1+k*n+j)*n:][:n]
			for i, v := range row {
				part.Set(i, j, float64(v)-a.offset[i])
			}
		}
		a.parts = append(a.parts, part)
	}
	for p := range probes {
		for i, got := range flat[(r.batch-probes+p)*n:][:n] {
			want, size := a.offset[i], math.Abs(a.offset[i])+math.Sqrt(square)
			for k, part := range a.parts {
				for j, v := range part.RawRowView(i) {
					term := v * float64(r.probes[(p*r.inputs+k)*n+j])
					want, size = want+term, size+math.Abs(term)+math.Abs(a.offset[i])/float64(n)
				}
			}
			if !(math.Abs(float64(got)-want) <= affineTolerance*size) {
				return a, fmt.Errorf("not affine: value %d is %v at a random point, the affine map read at unit vectors gives %.7g", i, got, want)
			}
		}
	}
	return a, nil
}

// propagate returns the distribution of the state after a step
//
//	z′ = Z·seen + X·x̂ + PreviousZ·z₋₁ + PreviousX·x̂₋₁ + EarlierX·x̂₋₂ + Noise·n
//
// and the hook after it.
func (a affineStep) propagate(s vdm.PlanStep, mean *mat.Dense, cov *mat.SymDense) (*mat.Dense, *mat.SymDense) {
	n := len(a.x.offset)
	rows, _ := mean.Dims()
	noisy := len(a.x.parts) > 1
	offset := mat.NewDense(rows, 1, nil)
	onState := mat.NewDense(rows, rows, nil) // the state's share of the next one
	onNoise := scaledIdentity(n, s.Noise)
	var onKnown *mat.Dense // the share of the observation's noise
	for i := range n {
		offset.Set(i, 0, s.Z*a.seen.offset[i]+s.X*a.x.offset[i])
	}
	next := func(input int) *mat.Dense {
		var sum, x mat.Dense
		sum.Scale(s.Z, a.seen.parts[input])
		x.Scale(s.X, a.x.parts[input])
		sum.Add(&sum, &x)
		return &sum
	}
	block := func(row, column int, m mat.Matrix) {
		onState.Slice(row*n, (row+1)*n, column*n, (column+1)*n).(*mat.Dense).Copy(m)
	}
	block(0, 0, next(0))
	if noisy {
		onKnown = mat.NewDense(rows, n, nil)
		onKnown.Slice(0, n, 0, n).(*mat.Dense).Copy(next(1))
	}
	if rows > n {
		block(0, 1, scaledIdentity(n, s.PreviousZ))
		block(0, 2, scaledIdentity(n, s.PreviousX))
		block(0, 3, scaledIdentity(n, s.EarlierX))
		block(3, 2, scaledIdentity(n, 1))
		for i, m := range []affine{a.seen, a.x} {
			row := i + 1
			block(row, 0, m.parts[0])
			for i, v := range m.offset {
				offset.Set(row*n+i, 0, v)
			}
			if noisy {
				onKnown.Slice(row*n, (row+1)*n, 0, n).(*mat.Dense).Copy(m.parts[1])
			}
		}
	}
	if a.after != nil {
		a.hook(onState, onKnown, onNoise, offset)
	}
	var to mat.Dense
	to.Mul(onState, mean)
	to.Add(&to, offset)
	var left, product mat.Dense
	left.Mul(onState, cov)
	product.Mul(&left, onState.T())
	if noisy {
		addGram(&product, onKnown)
	}
	if s.Noise != 0 {
		addGram(product.Slice(0, n, 0, n).(*mat.Dense), onNoise)
	}
	return &to, symmetric(&product)
}

// hook replaces z′, the first rows, by the result of the hook.
func (a affineStep) hook(onState, onKnown, onNoise, offset *mat.Dense) {
	n := len(a.x.offset)
	replace := func(m *mat.Dense, extra mat.Matrix) {
		_, c := m.Dims()
		top := m.Slice(0, n, 0, c).(*mat.Dense)
		var product mat.Dense
		product.Mul(a.after.parts[2], top)
		top.Copy(&product)
		if extra != nil {
			left := m.Slice(0, n, 0, n).(*mat.Dense)
			left.Add(left, extra)
		}
	}
	replace(onState, a.after.parts[0])
	replace(onKnown, a.after.parts[1])
	replace(onNoise, nil)
	replace(offset, nil)
	for i, v := range a.after.offset {
		offset.Set(i, 0, offset.At(i, 0)+v)
	}
}

func scaledIdentity(n int, by float64) *mat.Dense {
	m := mat.NewDense(n, n, nil)
	for i := range n {
		m.Set(i, i, by)
	}
	return m
}

// addGram adds M·Mᵀ.
func addGram(to, m *mat.Dense) {
	var square mat.Dense
	square.Mul(m, m.T())
	to.Add(to, &square)
}

// symmetric returns the symmetric part of a matrix that is symmetric but for rounding.
func symmetric(m *mat.Dense) *mat.SymDense {
	n, _ := m.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			s.SetSym(i, j, (m.At(i, j)+m.At(j, i))/2)
		}
	}
	return s
}
