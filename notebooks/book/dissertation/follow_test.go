package dissertation

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// Latents end on the data: each near one of two far points, and at each in the
// share of its weight; on the way they have the variance of the noised data.
func TestFollowEndsOnTheData(t *testing.T) {
	m := Isotropic{Weights: []float64{0.75, 0.25}, Means: [][]float64{{2, 0}, {-2, 1}}, Std: []float64{0.1, 0.1}}
	plan, err := vdm.UniformTime(vdm.Cosine{Min: -12, Max: 12}, 200).Ancestral(vdm.LowerBound)
	if err != nil {
		t.Fatal(err)
	}
	const n = 1000
	path := m.Follow(plan, n, 1)
	if len(path) != 201 || len(path[200]) != n {
		t.Fatalf("%d places of %d latents", len(path), len(path[200]))
	}
	first := 0.0
	for _, z := range path[200] {
		near := math.Inf(1)
		for _, mean := range m.Means {
			near = min(near, math.Hypot(z[0]-mean[0], z[1]-mean[1]))
		}
		if near > 0.6 {
			t.Fatalf("a latent ends at %v", z)
		}
		if z[0] > 0 {
			first += 1.0 / n
		}
	}
	if se := math.Sqrt(0.75 * 0.25 / n); math.Abs(first-0.75) > 4*se {
		t.Errorf("%.3f ± %.3f of the latents end at the first point, want 0.75", first, se)
	}
	if again := m.Follow(plan, 3, 1); again[200][2][0] != path[200][2][0] {
		t.Error("a latent depends on how many are drawn")
	}
}
