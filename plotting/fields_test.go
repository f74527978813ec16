package plotting

import (
	"math"
	"math/rand/v2"
)

// rainClip is a clip of blobs that drift to the right and grow, in mm/h, with
// large dry areas: row-major frames×n×n.
func rainClip(seed uint64, frames, n int) []float32 {
	rng := rand.New(rand.NewPCG(seed, 7))
	type blob struct{ x, y, r, peak, vx, vy float64 }
	blobs := make([]blob, 5)
	for i := range blobs {
		blobs[i] = blob{rng.Float64(), rng.Float64(), 0.05 + 0.12*rng.Float64(), math.Exp(3.2 * rng.Float64() * 1.5), 0.03 + 0.02*rng.Float64(), 0.02 * rng.NormFloat64()}
	}
	out := make([]float32, 0, frames*n*n)
	for f := range frames {
		for row := range n {
			for col := range n {
				v := 0.0
				for _, b := range blobs {
					dx := float64(col)/float64(n) - b.x - b.vx*float64(f)
					dy := float64(row)/float64(n) - b.y - b.vy*float64(f)
					v += b.peak * math.Exp(-(dx*dx+dy*dy)/(b.r*b.r))
				}
				if v < 0.05 {
					v = 0
				}
				out = append(out, float32(v))
			}
		}
	}
	return out
}

func rainField(seed uint64, n int) Field2D { return NewField(rainClip(seed, 1, n), n, n) }

func init() { goldenCases = append(goldenCases, mapCases...) }

var mapCases = []goldenCase{
	{"map_rain", func(s Style) (*Picture, error) {
		f := rainField(3, 64)
		for row := 20; row < 30; row++ {
			for col := 5; col < 18; col++ {
				f.Data[row*64+col] = math.NaN()
			}
		}
		s.Title = "Rain at 06 UTC"
		return Map(f, MapOptions{Style: s, Scale: RainScale(), Label: "Rain rate", Unit: "mm h^{-1}"})
	}},
	{"map_bias", func(s Style) (*Picture, error) {
		f := Field2D{Height: 20, Width: 30, X: linspace(-5, 2.25, 30), Y: linspace(55, 50.25, 20)}
		for _, y := range f.Y {
			for _, x := range f.X {
				f.Data = append(f.Data, 0.3*math.Sin(x)*math.Cos(y)-0.01*(y-50))
			}
		}
		return Map(f, MapOptions{
			Style: s, Scale: Scale{Kind: Diverging, Limits: [2]float64{-0.25, 0.25}}, Label: "Normalised bias",
			X: Axis{Label: "Longitude", Unit: "°E"}, Y: Axis{Label: "Latitude", Unit: "°N"},
		})
	}},
	{"map_low", func(s Style) (*Picture, error) {
		f := Field2D{Height: 12, Width: 60}
		for i := range 12 * 60 {
			f.Data = append(f.Data, float64(i/60)*0.001+float64(i%60)*0.0002)
		}
		f.Data[0] = math.Inf(1)
		return Map(f, MapOptions{Style: s, Label: "Mixing ratio", Unit: "kg kg^{-1}", Y: Axis{Label: "Level"}, X: Axis{Label: "Column"}})
	}},
	{"map_uneven", func(s Style) (*Picture, error) {
		f := Field2D{Height: 4, Width: 6, X: []float64{0, 1, 3, 7, 15, 31}, Y: []float64{11.8, 5.6, 1.5, 0.1}}
		for i := range 24 {
			f.Data = append(f.Data, float64(i))
		}
		return Map(f, MapOptions{Style: s, Stretch: true, Label: "Index of the cell", X: Axis{Label: "Distance", Unit: "km"}, Y: Axis{Label: "Height", Unit: "km"}})
	}},
}
