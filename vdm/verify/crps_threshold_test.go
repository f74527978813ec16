package verify

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

func normalCDF(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }

func normalPDF(z float64) float64 { return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) }

// squares is the integral of Φ² from −∞ to z.
func squares(z float64) float64 {
	cdf := normalCDF(z)
	return z*cdf*cdf + 2*cdf*normalPDF(z) - normalCDF(math.Sqrt2*z)/math.Sqrt(math.Pi)
}

// tailCRPS is the threshold-weighted CRPS of N(0, 1) at y, by its integral.
func tailCRPS(t, y float64) float64 {
	if y <= t {
		return squares(-t)
	}
	return squares(y) - squares(t) + squares(-y)
}

// The fair score expects the closed form whatever the number of members; the plain one
// is above it by E|v(X) − v(X')|/(2m), which is the integral of Φ(1 − Φ) above t over m.
func TestThresholdCRPSOfAGaussianEnsemble(t *testing.T) {
	const cells = 60_000
	ys := []float64{-1.3, 0.2, 0.9, 2.5}
	truth := make([]float32, cells)
	for i := range truth {
		truth[i] = float32(ys[i/(cells/len(ys))])
	}
	for _, threshold := range []float64{-0.5, 0.7} {
		for _, m := range []int{2, 8} {
			members := make([][]float32, m)
			for i := range members {
				members[i] = make([]float32, cells)
				noise.Key{Seed: 8, Stream: noise.Synthetic, Sample: uint32(i), Step: uint64(m)}.Normal(members[i])
			}
			s := must(NewThresholdCRPS(len(ys), threshold))
			check(t, s.Add(members, truth))
			v := s.Value()
			above := normalPDF(threshold) - threshold*(1-normalCDF(threshold)) - squares(-threshold)
			for lead, y := range ys {
				tol := 5 / math.Sqrt(cells/float64(len(ys))) // the score of one cell has a standard deviation below 1
				want := tailCRPS(threshold, y)
				if got := v.FairByLead[lead]; !(math.Abs(got-want) <= tol) {
					t.Errorf("from %v, %d members, y = %v: fair %v, closed form %v ± %v", threshold, m, y, got, want, tol)
				}
				if got := v.PlainByLead[lead]; !(math.Abs(got-want-above/float64(m)) <= tol) {
					t.Errorf("from %v, %d members, y = %v: plain %v, closed form %v ± %v", threshold, m, y, got, want+above/float64(m), tol)
				}
			}
		}
	}
}

// By hand: members 0, 3, 5 and truth 4 above 2 are 2, 3, 5 and 4. Below all values the
// threshold changes nothing, above all the score is 0.
func TestThresholdCRPS(t *testing.T) {
	members, truth := [][]float32{{0}, {3}, {5}}, []float32{4}
	value := func(threshold float64) (fair, plain float64) {
		s := must(NewThresholdCRPS(1, threshold))
		check(t, s.Add(members, truth))
		return s.Value().Fair, s.Value().Plain
	}
	// Mean |x − y| is 4/3; the pairs sum to 2·(1 + 3 + 2) = 12.
	if fair, plain := value(2); !near(fair, 4.0/3-12.0/12, 1e-12) || !near(plain, 4.0/3-12.0/18, 1e-12) {
		t.Errorf("fair %v, plain %v", fair, plain)
	}
	whole := must(NewCRPS(1))
	check(t, whole.Add(members, truth))
	if fair, plain := value(0); fair != whole.Value().Fair || plain != whole.Value().Plain {
		t.Errorf("from 0 on: fair %v, plain %v; the CRPS is %+v", fair, plain, whole.Value())
	}
	if fair, plain := value(6); fair != 0 || plain != 0 {
		t.Errorf("above all values: fair %v, plain %v", fair, plain)
	}
	if whole.Merge(must(NewThresholdCRPS(1, 2))) == nil || second(NewThresholdCRPS(0, 1)) == nil || second(NewThresholdCRPS(1, math.NaN())) == nil {
		t.Error("another threshold merges, or no lead time or NaN is taken")
	}
	s := must(NewThresholdCRPS(1, 1))
	check(t, s.Add([][]float32{{missing, 1}}, []float32{1, missing}))
	if s.Missing != 2 {
		t.Errorf("%d cells missing, want 2", s.Missing)
	}
}
