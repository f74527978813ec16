// Package tiles lets a denoiser of windows denoise fields that are larger.
//
// A network that was trained on windows may belong to their size: its attention has seen
// no other, or a linear denoiser was fitted on their waves. A field is then cut into
// windows that overlap, all of them are denoised at each step of a sampler, and x̂ of a cell
// is the mean over the windows in which it lies (Bar-Tal, Yariv, Lipman and Dekel 2023,
// MultiDiffusion: fusing diffusion paths for controlled image generation). The noise
// belongs to the whole field, so that the windows are parts of one sample.
package tiles

import (
	"errors"
	"fmt"
	"math"

	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// Tiling says how a field is covered by windows.
type Tiling struct {
	Height, Width int // of a window, in cells
	Overlap       int // the least number of cells that two neighbours have in common
}

// String returns the size of a window and the overlap, in cells, as recipes name them.
func (t Tiling) String() string {
	return fmt.Sprintf("%d × %d cells, overlap %d", t.Height, t.Width, t.Overlap)
}

// Validate returns an error that names the settings with which a field of height × width
// cells cannot be covered.
func (t Tiling) Validate(height, width int) error {
	if t.Height < 1 || t.Width < 1 {
		return fmt.Errorf("tiles of %d × %d cells: want at least 1 × 1", t.Height, t.Width)
	}
	if height < t.Height || width < t.Width {
		return fmt.Errorf("a field of %d × %d cells is smaller than a tile, which is %d × %d", height, width, t.Height, t.Width)
	}
	var errs []error
	for _, axis := range []struct {
		name       string
		field, one int
	}{{"rows", height, t.Height}, {"columns", width, t.Width}} {
		if t.Overlap < 0 || axis.field > axis.one && t.Overlap >= axis.one {
			errs = append(errs, fmt.Errorf("tiles of %d %s with an overlap of %d: want 0 to %d", axis.one, axis.name, t.Overlap, axis.one-1))
		}
	}
	return errors.Join(errs...)
}

// Count returns the number of tiles that cover a field of height × width cells: how many
// times the work of one window a field is.
func (t Tiling) Count(height, width int) int {
	return len(starts(height, t.Height, t.Overlap)) * len(starts(width, t.Width, t.Overlap))
}

// starts returns the first cells of tiles of n cells that cover a line of a field: as few
// as have the overlap, at even distances.
func starts(field, n, overlap int) []int {
	gaps := 0
	if field > n {
		gaps = (field - n + n - overlap - 1) / (n - overlap)
	}
	out := []int{0}
	for i := 1; i <= gaps; i++ {
		out = append(out, (i*(field-n)+gaps/2)/gaps)
	}
	return out
}

// cutter returns the matrix, [cell of the field][cell of tiles one after another], that
// cuts a line of a field into tiles.
func cutter(field, n int, starts []int) [][]float64 {
	m := make([][]float64, field)
	for i := range m {
		m[i] = make([]float64, n*len(starts))
	}
	for k, start := range starts {
		for i := range n {
			m[start+i][k*n+i] = 1
		}
	}
	return m
}

// joiner returns the matrix, [cell of tiles][cell of the field], of the weighted mean over
// the tiles of a line. A tile counts less towards its ends (sin², Hann's window), where it
// sees least of what lies around, and so that no cell differs from its neighbour because
// it lies in another tile.
func joiner(field, n int, starts []int) [][]float64 {
	m := make([][]float64, n*len(starts))
	sum := make([]float64, field)
	weight := func(i int) float64 { s := math.Sin(math.Pi * (float64(i) + 0.5) / float64(n)); return s * s }
	for _, start := range starts {
		for i := range n {
			sum[start+i] += weight(i)
		}
	}
	for k, start := range starts {
		for i := range n {
			m[k*n+i] = make([]float64, field)
			m[k*n+i][start+i] = weight(i) / sum[start+i]
		}
	}
	return m
}

// Denoiser returns a denoiser of fields of height × width cells made of one of windows. It
// denoises all tiles of a field in one pass, as if they were samples of one batch: the
// memory of a sample is as much as [Tiling.Count] windows need.
func (t Tiling) Denoiser(d vdm.Denoiser, height, width int) vdm.Denoiser {
	if t.Height == height && t.Width == width {
		return d
	}
	rows, columns := starts(height, t.Height, t.Overlap), starts(width, t.Width, t.Overlap)
	count := len(rows) * len(columns)
	cutRows, cutColumns := cutter(height, t.Height, rows), cutter(width, t.Width, columns)
	joinRows, joinColumns := joiner(height, t.Height, rows), joiner(width, t.Width, columns)

	// Tiles are cut and joined by products with matrices, because slices must not occur
	// where gradients flow.
	cut := func(x *g.Node) *g.Node {
		s := x.Shape().Dimensions
		x = engine.AlongAxis(engine.AlongAxis(x, 2, cutRows), 3, cutColumns)
		x = g.Reshape(x, s[0], s[1], len(rows), t.Height, len(columns), t.Width, s[4])
		x = g.TransposeAllAxes(x, 2, 4, 0, 1, 3, 5, 6)
		return g.Reshape(x, count*s[0], s[1], t.Height, t.Width, s[4])
	}
	join := func(x *g.Node) *g.Node {
		s := x.Shape().Dimensions
		x = g.Reshape(x, len(rows), len(columns), s[0]/count, s[1], t.Height, t.Width, s[4])
		x = g.TransposeAllAxes(x, 2, 3, 0, 4, 1, 5, 6)
		x = g.Reshape(x, s[0]/count, s[1], len(rows)*t.Height, len(columns)*t.Width, s[4])
		return engine.AlongAxis(engine.AlongAxis(x, 2, joinRows), 3, joinColumns)
	}
	return func(z *g.Node, at vdm.Level, in vdm.Batch) vdm.Prediction {
		batch := z.Shape().Dim(0)
		level := vdm.Level{LogSNR: g.Reshape(g.BroadcastToDims(g.Reshape(at.LogSNR, 1, batch), count, batch), count*batch)}
		if at.Map != nil {
			level.Map = cut(at.Map)
		}
		tile := vdm.Batch{Covariates: map[string]*g.Node{}}
		for name, x := range in.Covariates {
			tile.Covariates[name] = cut(x)
		}
		// The mean of x̂ follows from the mean of v̂, since x̂ = αz − σv̂ with one z.
		return vdm.Prediction{Z: z, At: at, V: join(d(cut(z), level, tile).V)}
	}
}
