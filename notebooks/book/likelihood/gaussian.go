package likelihood

import (
	"math"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
)

// Engine returns the engine that runs the graphs; the program must link one.
func Engine() (compute.Backend, error) {
	be, _, err := backend.Open()
	return be, err
}

// Clips returns the first n clips that the process draws with seed 0.
func Clips(p *exact.GaussianProcess, n int) *vdm.Samples {
	s := p.Shape()
	clips := vdm.NewSamples(n, s[0], s[1], s[2], s[3])
	for i := range n {
		copy(clips.At(i), p.Draw(0, i))
	}
	return clips
}

// Exact returns −log p of each clip in nats, for the process blurred with the variance
// exp(−λ_max) of the schedule's last noise level: of z = α·x there, with the volume of
// α.
func Exact(p *exact.GaussianProcess, clips *vdm.Samples, s vdm.Schedule) []float64 {
	_, high := s.Bounds()
	alpha := vdm.Alpha(high)
	out := make([]float64, clips.Len())
	z := make([]float64, clips.Size())
	for i := range out {
		for j, x := range clips.At(i) {
			z[j] = alpha * float64(x)
		}
		out[i] = -p.LogDensity(z, high) - float64(len(z))*math.Log(alpha)
	}
	return out
}

// Differences returns the mean of a − b over clips, with its standard error.
func Differences(a, b []float64) vdm.Nats {
	n := float64(len(a))
	mean, square := 0.0, 0.0
	for i := range a {
		mean += (a[i] - b[i]) / n
	}
	for i := range a {
		square += math.Pow(a[i]-b[i]-mean, 2)
	}
	return vdm.Nats{Mean: mean, StdErr: math.Sqrt(square / (n - 1) / n)}
}

// Power returns first·(x/x[0])^exponent: a straight line on logarithmic axes.
func Power(x []float64, first, exponent float64) []float64 {
	y := make([]float64, len(x))
	for i := range x {
		y[i] = first * math.Pow(x[i]/x[0], exponent)
	}
	return y
}
