package forecasting

import (
	"context"
	"fmt"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// Refinement is a set of held-out clips of which only block means are known.
type Refinement struct {
	*Cases
	By     vdm.Coarsening
	Coarse [][]float32 // block means of each case
}

// Refine returns the refinement of the cases' clips, which are the truth, from their
// means over blocks.
func (c *Cases) Refine(by vdm.Coarsening) (*Refinement, error) {
	r := &Refinement{Cases: &Cases{Known: make(climate.KnownFrames, len(c.Known)), Windows: c.Windows, Index: c.Index, Truth: c.Truth, train: c.train, like: c.like, height: c.height, width: c.width}, By: by}
	for _, truth := range c.Truth {
		coarse, err := r.Means(truth)
		if err != nil {
			return nil, err
		}
		r.Coarse = append(r.Coarse, coarse)
	}
	return r, nil
}

// shape returns the shape of a clip, with one channel.
func (r *Refinement) shape() [4]int {
	frames, height, width, _ := r.Windows.Shape()
	return [4]int{frames, height, width, 1}
}

// Means returns the block means of a clip.
func (r *Refinement) Means(clip []float32) ([]float32, error) {
	a, err := r.By.Operator(r.shape())
	if err != nil {
		return nil, err
	}
	x := make([]float64, len(clip))
	for i, v := range clip {
		x[i] = float64(v)
	}
	y, err := a.Apply(x, r.shape())
	if err != nil {
		return nil, err
	}
	means := make([]float32, len(y))
	for i, v := range y {
		means[i] = float32(v)
	}
	return means, nil
}

// Model returns the downscaled members of each case, drawn now or read from the file
// where they were drawn before.
func (r *Refinement) Model(ctx context.Context, m *run.Run, name, file string, members int, o run.SampleOptions) (Forecasts, error) {
	var coarse []float32
	for _, y := range r.Coarse {
		for range members {
			coarse = append(coarse, y...)
		}
	}
	o.Count = r.Len() * members
	drawn, err := archive.Downscale(ctx, m, file, archive.Place{Like: r.Windows.Fields()}, coarse, r.By, o)
	if err != nil {
		return Forecasts{}, err
	}
	f := Forecasts{Name: name}
	for i := range r.Len() {
		var all [][]float32
		for k := range members {
			all = append(all, drawn.At(i*members+k))
		}
		f.Members = append(f.Members, all)
	}
	return f, nil
}

// Nearest returns the forecast that gives every cell its block's mean.
func (r *Refinement) Nearest() Forecasts {
	return r.each("nearest", func(coarse []float32, height, width int, y, x float64) float32 {
		return coarse[int(y+0.5)*width+int(x+0.5)]
	})
}

// Bilinear returns the forecast that interpolates linearly between the centres of
// blocks, constant beyond the outermost ones.
func (r *Refinement) Bilinear() Forecasts {
	return r.each("bilinear", func(coarse []float32, height, width int, y, x float64) float32 {
		at := func(v float64, n int) (int, int, float64) {
			v = min(max(v, 0), float64(n-1))
			low := min(int(v), max(n-2, 0))
			return low, min(low+1, n-1), v - float64(low)
		}
		y0, y1, fy := at(y, height)
		x0, x1, fx := at(x, width)
		row := func(y int) float64 {
			return (1-fx)*float64(coarse[y*width+x0]) + fx*float64(coarse[y*width+x1])
		}
		return float32((1-fy)*row(y0) + fy*row(y1))
	})
}

// each returns the forecast that evaluates a coarse frame at the centre of each fine
// cell, whose place is in blocks from the centre of the first. Frames are repeated where
// time is coarse.
func (r *Refinement) each(name string, value func(coarse []float32, height, width int, y, x float64) float32) Forecasts {
	s, cells, frames := r.shape(), max(1, r.By.Cells), max(1, r.By.Frames)
	height, width := s[1]/cells, s[2]/cells
	f := Forecasts{Name: name}
	for _, coarse := range r.Coarse {
		var clip []float32
		for t := range s[0] {
			frame := coarse[t/frames*height*width:][:height*width]
			for y := range s[1] {
				for x := range s[2] {
					clip = append(clip, value(frame, height, width, (float64(y)+0.5)/float64(cells)-0.5, (float64(x)+0.5)/float64(cells)-0.5))
				}
			}
		}
		f.Members = append(f.Members, [][]float32{clip})
	}
	return f
}

// LargestMisfit returns the largest difference between a mean of a generated clip and
// the given one, divided by the largest given one.
func (r *Refinement) LargestMisfit(f Forecasts) (float64, error) {
	misfit, largest := 0.0, 0.0
	for i, members := range f.Members {
		for _, m := range members {
			means, err := r.Means(m)
			if err != nil {
				return 0, err
			}
			for j, v := range means {
				misfit = max(misfit, abs(float64(v-r.Coarse[i][j])))
				largest = max(largest, abs(float64(r.Coarse[i][j])))
			}
		}
	}
	return misfit / largest, nil
}

func abs(v float64) float64 { return max(v, -v) }

// SpectrumPicture draws the mean spatial power of forecasts beside the truth's.
func (c *Cases) SpectrumPicture(forecasts ...Forecasts) (*plotting.Picture, error) {
	comparison, err := c.comparison()
	if err != nil {
		return nil, err
	}
	height, width := comparison.Height, comparison.Width
	curve := func(name string, clips [][]float32) (plotting.Series, error) {
		p, err := verify.NewSpatialPower(height, width)
		if err != nil {
			return plotting.Series{}, err
		}
		for _, clip := range clips {
			if err := p.Add(comparison.Known.Unknown(clip)); err != nil {
				return plotting.Series{}, err
			}
		}
		k, power := p.Value()
		return plotting.Series{Name: name, X: k, Y: power}, nil
	}
	truth, err := curve("observed", c.Truth)
	if err != nil {
		return nil, err
	}
	series := []plotting.Series{truth}
	for _, f := range forecasts {
		var all [][]float32
		for _, members := range f.Members {
			all = append(all, members...)
		}
		s, err := curve(f.Name, all)
		if err != nil {
			return nil, err
		}
		series = append(series, s)
	}
	return plotting.Curves(series, plotting.CurveOptions{
		X: plotting.Axis{Label: fmt.Sprintf("Waves across %d cells", width), Log: true},
		Y: plotting.Axis{Label: "Power", Log: true}, Legend: plotting.LegendBelow,
	})
}
