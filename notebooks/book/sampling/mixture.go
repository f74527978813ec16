package sampling

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/gomlx/compute"
	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// Three returns a mixture of three Gaussians in the plane, of unequal weights, widths
// and tilts, as clips of one frame, one row and two columns.
func Three() *exact.Mixture {
	m, err := exact.NewMixture([4]int{1, 1, 2, 1}, []float64{0.5, 0.3, 0.2}, []exact.Gaussian{
		{Mean: []float64{-1, 0.4}, Cov: mat.NewSymDense(2, []float64{0.06, 0.05, 0.05, 0.06})},
		{Mean: []float64{1, 0.7}, Cov: mat.NewSymDense(2, []float64{0.01, 0, 0, 0.1})},
		{Mean: []float64{0.3, -1}, Cov: mat.NewSymDense(2, []float64{0.2, -0.02, -0.02, 0.01})},
	})
	if err != nil {
		panic(err)
	}
	return m
}

// Sliced returns the mean over batches of the sliced 2-Wasserstein distance between the
// samples of a batch and a mixture in the plane, and its standard error. A slice is the
// projection on one of 16 directions; the projected mixture is one of Gaussians on a
// line, and the best transport matches its quantiles with the sorted samples.
//
// For samples of the mixture itself it is not 0: it falls with the square root of the
// size of a batch.
func Sliced(m *exact.Mixture, batches [][][]float32) (mean, standardError float64) {
	const directions = 16
	var each []float64
	for _, batch := range batches {
		square := 0.0
		for d := range directions {
			angle := math.Pi * float64(d) / directions
			c, s := math.Cos(angle), math.Sin(angle)
			line := make([]float64, len(batch))
			for i, x := range batch {
				line[i] = c*float64(x[0]) + s*float64(x[1])
			}
			slices.Sort(line)
			for i, q := range quantiles(m, c, s, len(line)) {
				square += (line[i] - q) * (line[i] - q) / float64(len(line)*directions)
			}
		}
		each = append(each, math.Sqrt(square))
	}
	n := float64(len(each))
	for _, w := range each {
		mean += w / n
	}
	for _, w := range each {
		standardError += (w - mean) * (w - mean) / (n * (n - 1))
	}
	return mean, math.Sqrt(standardError)
}

// quantiles returns the quantiles at (i + ½)/n of the mixture projected on the direction
// (c, s).
func quantiles(m *exact.Mixture, c, s float64, n int) []float64 {
	type normal struct{ weight, mean, std float64 }
	var parts []normal
	low, high := math.Inf(1), math.Inf(-1)
	for k, g := range m.Components() {
		p := normal{m.Weights()[k], c*g.Mean[0] + s*g.Mean[1], math.Sqrt(c*c*g.Cov.At(0, 0) + 2*c*s*g.Cov.At(0, 1) + s*s*g.Cov.At(1, 1))}
		parts = append(parts, p)
		low, high = min(low, p.mean-6*p.std), max(high, p.mean+6*p.std)
	}
	below := func(x float64) (sum float64) {
		for _, p := range parts {
			sum += p.weight * math.Erfc((p.mean-x)/(p.std*math.Sqrt2)) / 2
		}
		return sum
	}
	out := make([]float64, n)
	const points = 20000
	at, before := low, below(low)
	i := 0
	for k := 1; k <= points && i < n; k++ {
		x := low + (high-low)*float64(k)/points
		here := below(x)
		for ; i < n && (float64(i)+0.5)/float64(n) <= here; i++ {
			out[i] = at + (x-at)*((float64(i)+0.5)/float64(n)-before)/(here-before)
		}
		at, before = x, here
	}
	for ; i < n; i++ {
		out[i] = high
	}
	return out
}

// Draws returns batches of samples of a mixture by a plan, computed on the host in
// float64: the steps of the compiled program, at a small part of its cost for data of
// two values.
func Draws(m *exact.Mixture, plan vdm.Plan, batches, size int) [][][]float32 {
	out := make([][][]float32, batches)
	var workers sync.WaitGroup
	for b := range out {
		out[b] = make([][]float32, size)
		workers.Go(func() {
			for i := range out[b] {
				out[b][i] = draw(m, plan, uint32(b*size+i))
			}
		})
	}
	workers.Wait()
	return out
}

func draw(m *exact.Mixture, plan vdm.Plan, sample uint32) []float32 {
	r := noise.Key{Stream: noise.Latent, Sample: sample}.Rand()
	z := []float64{r.NormFloat64(), r.NormFloat64()}
	noise := func(step int) []float64 {
		if plan.Steps[step].Noise == 0 {
			return []float64{0, 0}
		}
		return []float64{r.NormFloat64(), r.NormFloat64()}
	}
	for _, now := range plan.Follow(z, m.Estimate, noise) {
		z = now.Z
	}
	return []float32{float32(z[0]), float32(z[1])}
}

// Itself returns batches of samples of the mixture.
func Itself(m *exact.Mixture, batches, size int) [][][]float32 {
	out := make([][][]float32, batches)
	for i := range batches * size {
		out[i/size] = append(out[i/size], m.Draw(1, i))
	}
	return out
}

// MixtureTable returns a table of the Sliced distance of samplers with the given number
// of evaluations, of 1000 ancestral steps, and of samples of the mixture itself.
func MixtureTable(m *exact.Mixture, evaluations, batches, size int) (report.Table, error) {
	table := report.Table{
		Title:   fmt.Sprintf("Three Gaussians in the plane: sliced distance of %d batches of %d samples", batches, size),
		Columns: []string{"sampler", "grid", "evaluations", "distance", "standard error"},
	}
	add := func(sampler, grid, n string, draws [][][]float32) {
		w, e := Sliced(m, draws)
		table.Rows = append(table.Rows, []string{sampler, grid, n, fmt.Sprintf("%.4f", w), fmt.Sprintf("%.4f", e)})
	}
	add("the mixture itself", "–", "–", Itself(m, batches, size))
	for _, c := range []struct {
		sampler, grid string
		evaluations   int
	}{
		{"ancestral", "time", 1000}, {vdm.DefaultSampler, vdm.DefaultGrid, evaluations}, {"dpm++2m", "trimmed", evaluations},
		{"dpm++2m", "time", evaluations}, {"dpm++2m-sde", "trimmed", evaluations}, {"dpm++2m-sde", "time", evaluations},
		{"heun", "trimmed", evaluations}, {"heun", "time", evaluations}, {"ddim", "time", evaluations}, {"ancestral", "time", evaluations},
	} {
		plan, err := vdm.NewPlan(c.sampler, c.grid, vdm.Cosine{}, c.evaluations)
		if err != nil {
			return table, err
		}
		add(c.sampler, c.grid, fmt.Sprint(plan.Evaluations()), Draws(m, plan, batches, size))
	}
	return table, nil
}

// Paths returns the paths of the first samples of a mixture in the plane through a plan:
// the noise of a sample is a function of its number and the step, so that the first
// steps of a plan are a plan of their own.
func Paths(be compute.Backend, m *exact.Mixture, plan vdm.Plan, count int) ([]plotting.Series, error) {
	paths := make([]plotting.Series, count)
	for k := 1; k <= len(plan.Steps); k++ {
		part := vdm.Plan{Name: plan.Name, Steps: plan.Steps[:k]}
		s, err := vdm.SampleFrom(context.Background(), be, m.Denoiser(), part, m.Shape(), nil, vdm.DrawOptions{Count: count, Batch: count})
		if err != nil {
			return nil, err
		}
		for i := range paths {
			paths[i].X, paths[i].Y = append(paths[i].X, float64(s.At(i)[0])), append(paths[i].Y, float64(s.At(i)[1]))
		}
	}
	return paths, nil
}

// Density returns p(x) of a mixture in the plane on n×n cells of [−2, 2]².
func Density(m *exact.Mixture, n int) plotting.Field2D {
	data, at := make([]float64, n*n), make([]float64, n)
	for i := range at {
		at[i] = -2 + 4*(float64(i)+0.5)/float64(n)
	}
	for row, y := range at {
		for column, x := range at {
			data[row*n+column] = math.Exp(m.LogDensity([]float64{x, y}, math.Inf(1)))
		}
	}
	field := plotting.NewField(data, n, n)
	field.X, field.Y = at, at
	return field
}
