package tiles

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// Every cell lies in a tile, neighbours overlap by what was asked for, and no tile could
// be left out.
func TestTilesCoverTheField(t *testing.T) {
	for field := 8; field < 60; field++ {
		for _, overlap := range []int{0, 1, 3, 7} {
			at := starts(field, 8, overlap)
			if at[0] != 0 || at[len(at)-1] != field-8 {
				t.Fatalf("%d cells, overlap %d: tiles begin at %v", field, overlap, at)
			}
			for i := 1; i < len(at); i++ {
				if shared := at[i-1] + 8 - at[i]; shared < overlap {
					t.Errorf("%d cells: tiles at %d and %d share %d cells, want %d", field, at[i-1], at[i], shared, overlap)
				}
			}
			if fewer := len(at) - 1; fewer > 0 && field <= 8+(fewer-1)*(8-overlap) {
				t.Errorf("%d cells, overlap %d: %d tiles where %d are enough", field, overlap, len(at), fewer)
			}
		}
	}
}

// A denoiser of single cells does the same in tiles and without.
func TestTilesOfCellByCell(t *testing.T) {
	alone := exact.Exponential(1, 1, 1)
	eye := func(n int) *mat.SymDense {
		m := mat.NewSymDense(n, nil)
		for i := range n {
			m.SetSym(i, i, 1)
		}
		return m
	}
	window, field := process(t, alone, eye(3), eye(4)), process(t, alone, eye(5), eye(9))
	tiled := Tiling{Height: 3, Width: 4, Overlap: 1}.Denoiser(window.Denoiser(), 5, 9)
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		got, want := law(t, be, tiled, field.Shape()), law(t, be, field.Denoiser(), field.Shape())
		if m, c := got.Distance(want); m > 1e-4 || c > 1e-4 {
			t.Errorf("mean and covariance differ by %.1e and %.1e", m, c)
		}
	})
}

// Windows of a field whose neighbours are related make a field without seams: what changes
// from cell to cell across the edge of a tile, over what changes elsewhere, is within 5 %
// of the field's own. Without an overlap it is not, so that the test can tell.
func TestTilesHaveNoSeams(t *testing.T) {
	const rows, columns, side = 4, 24, 12
	along := func(n int) *mat.SymDense { return exact.SquaredExponential(n, 2.5, 1) }
	frames := exact.Exponential(1, 1, 1)
	window := process(t, frames, along(rows), along(side))
	be := enginetest.Small(t)
	for _, overlap := range []int{0, 6} {
		tiling := Tiling{Height: rows, Width: side, Overlap: overlap}
		l := law(t, be, tiling.Denoiser(window.Denoiser(), rows, columns), [4]int{1, rows, columns, 1})
		edges := starts(columns, side, overlap)
		var across, elsewhere, nAcross, nElsewhere float64
		variance := 0.0
		for y := range rows {
			for x := range columns - 1 {
				i, j := y*columns+x, y*columns+x+1
				change := l.Cov.At(i, i) + l.Cov.At(j, j) - 2*l.Cov.At(i, j)
				if slices.Contains(edges, x+1) || slices.Contains(edges, x+1-side) {
					across, nAcross = across+change, nAcross+1
				} else {
					elsewhere, nElsewhere = elsewhere+change, nElsewhere+1
				}
				variance += l.Cov.At(i, i) / float64(rows*(columns-1))
			}
		}
		ratio := across / nAcross / (elsewhere / nElsewhere)
		t.Logf("overlap %d: tiles at %v, change across their edges over change elsewhere %.3f, variance of a cell %.3f", overlap, edges, ratio, variance)
		if seamless := ratio > 0.95 && ratio < 1.05; seamless != (overlap > 0) {
			t.Errorf("overlap %d: change across edges over change elsewhere is %.3f", overlap, ratio)
		}
	}
}

// The slope of a tiled denoiser is that of its formula: guidance needs it.
func TestTilesHaveTheRightSlope(t *testing.T) {
	window := process(t, exact.Exponential(1, 1, 1), exact.Exponential(2, 2, 1), exact.Exponential(3, 2, 1))
	d := Tiling{Height: 2, Width: 3, Overlap: 1}.Denoiser(window.Denoiser(), 2, 5)
	z := make([]float32, 10)
	for i := range z {
		z[i] = float32(i%4) - 1.2
	}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		sum := func(z *g.Node) *g.Node {
			z = g.Reshape(z, 1, 1, 2, 5, 1)
			v := d(z, vdm.Level{LogSNR: g.Const(z.Graph(), []float32{-0.5})}, vdm.Batch{}).V
			return g.ReduceAllSum(g.Square(v))
		}
		value := func(z []float32) float32 {
			return enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node { return []*g.Node{sum(in[0])} }, z)[0][0]
		}
		slope := enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node { return g.Gradient(sum(in[0]), in[0]) }, z)[0]
		for i := range z {
			const h = 1e-2
			up, down := slices.Clone(z), slices.Clone(z)
			up[i], down[i] = up[i]+h, down[i]-h
			numeric := (value(up) - value(down)) / (2 * h)
			if d := slope[i] - numeric; d > 2e-3 || d < -2e-3 {
				t.Errorf("slope %d: %v, by differences %v", i, slope[i], numeric)
			}
		}
	})
}

func TestTilingsAreRefused(t *testing.T) {
	for says, c := range map[string]struct {
		Tiling
		height, width int
	}{
		"smaller than a tile":             {Tiling{8, 8, 2}, 8, 7},
		"want at least 1 × 1":             {Tiling{0, 8, 2}, 8, 8},
		"8 rows with an overlap of 8":     {Tiling{8, 8, 8}, 9, 8},
		"8 columns with an overlap of -1": {Tiling{8, 8, -1}, 9, 9},
	} {
		if err := c.Validate(c.height, c.width); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
	if err := (Tiling{8, 8, 2}).Validate(8, 30); err != nil {
		t.Error(err)
	}
}

func process(t *testing.T, frames, rows, columns *mat.SymDense) *exact.GaussianProcess {
	t.Helper()
	p, err := exact.NewGaussianProcess(nil, frames, rows, columns)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func law(t *testing.T, be compute.Backend, d vdm.Denoiser, shape [4]int) exact.Gaussian {
	t.Helper()
	plan, err := vdm.NewPlan("dpm++3m", "logsnr", vdm.Cosine{Min: -12, Max: 12}, 25)
	if err != nil {
		t.Fatal(err)
	}
	l, err := exact.DistributionOf(context.Background(), be, d, plan, shape, nil, nil)
	if err != nil {
		t.Fatal(fmt.Errorf("%v: %w", shape, err))
	}
	return l
}
