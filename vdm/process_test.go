package vdm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// The formulas as printed, (2.42), (2.50) and (2.51), in 400 bits.
func TestTransitionAgainstBigFloat(t *testing.T) {
	pairs := [][2]float64{{-3, -1}, {0, 0.5}, {2, 7}, {-30, 30}, {-60, 60}, {-60, -59.999}, {59.9999, 60}, {30 - 1e-9, 30}, {-30, -30 + 1e-9}, {1, 1 + 1e-12}}
	r := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		low := -60 + 120*r.Float64()
		pairs = append(pairs, [2]float64{low, low + (60-low)*math.Pow(r.Float64(), 8)})
	}
	one := bigNum(1)
	for _, pair := range pairs {
		lt, ls := pair[0], pair[1]
		alphaT2, alphaS2 := bigVariance(lt), bigVariance(ls)
		sigmaT2, sigmaS2 := bigSub(one, alphaT2), bigSub(one, alphaS2)
		alpha := bigSqrt(bigDiv(alphaT2, alphaS2))
		sigma2 := bigSub(sigmaT2, bigMul(bigMul(alpha, alpha), sigmaS2))
		got := NewTransition(lt, ls)
		for _, c := range []struct {
			name string
			got  float64
			want interface{ String() string }
			err  float64
		}{
			{"Alpha", got.Alpha, alpha, relativeTo(alpha, got.Alpha)},
			{"Sigma", got.Sigma, bigSqrt(sigma2), relativeTo(bigSqrt(sigma2), got.Sigma)},
			{"Upper", got.Upper, bigSqrt(sigma2), relativeTo(bigSqrt(sigma2), got.Upper)},
			{"MeanZ", got.MeanZ, nil, relativeTo(bigDiv(bigMul(alpha, sigmaS2), sigmaT2), got.MeanZ)},
			{"MeanX", got.MeanX, nil, relativeTo(bigDiv(bigMul(bigSqrt(alphaS2), sigma2), sigmaT2), got.MeanX)},
			{"Lower", got.Lower, nil, relativeTo(bigSqrt(bigDiv(bigMul(sigma2, sigmaS2), sigmaT2)), got.Lower)},
		} {
			if !(c.err < 2e-15*8) {
				t.Errorf("λ_t = %v, λ_s = %v: %s = %v, relative error %.1e", lt, ls, c.name, c.got, c.err)
			}
		}
	}
}

// In the interior the plain float64 formulas are good enough to compare with.
func TestTransitionAgainstPlainFormulas(t *testing.T) {
	for lt := -4.0; lt <= 4; lt += 0.5 {
		for ls := lt + 0.3; ls <= 5; ls += 0.7 {
			at, st, as, ss := Alpha(lt), Sigma(lt), Alpha(ls), Sigma(ls)
			a := at / as
			v := st*st - a*a*ss*ss
			got := NewTransition(lt, ls)
			for _, c := range [][2]float64{
				{got.Alpha, a}, {got.Sigma, math.Sqrt(v)}, {got.MeanZ, a * ss * ss / (st * st)},
				{got.MeanX, as * v / (st * st)}, {got.Lower, math.Sqrt(v) * ss / st}, {got.Upper, math.Sqrt(v)},
			} {
				if !(math.Abs(c[0]-c[1]) <= 1e-13) {
					t.Fatalf("λ_t = %v, λ_s = %v: %+v, plain formula %v where it has %v", lt, ls, got, c[1], c[0])
				}
			}
		}
	}
}

// r → s → t is r → t (A.1), for any levels.
func TestTransitionComposes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 1000 {
		lr := -40 + 90*r.Float64()
		ls := lr - 20*math.Pow(r.Float64(), 6)
		lt := ls - 20*math.Pow(r.Float64(), 6)
		rs, st, rt := NewTransition(ls, lr), NewTransition(lt, ls), NewTransition(lt, lr)
		enginetest.CloseTo(t, "α_{t|r}", st.Alpha*rs.Alpha, rt.Alpha, 1e-14)
		enginetest.CloseTo(t, "σ_{t|r}", math.Hypot(st.Alpha*rs.Sigma, st.Sigma), rt.Sigma, 1e-13)
		// From clean data it is the marginal (2.40).
		enginetest.CloseTo(t, "σ_t", math.Hypot(st.Alpha*Sigma(ls), st.Sigma), Sigma(lt), 1e-14)
	}
}

// A reverse step from z_t ∼ q(z_t|x) has the law q(z_s|x): the mean and variance
// of (2.48–2.51) agree with (2.40). Standard normal data stay so with Upper.
func TestTransitionKeepsTheMarginals(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 1000 {
		ls := -40 + 90*r.Float64()
		lt := ls - 20*math.Pow(r.Float64(), 6)
		tr := NewTransition(lt, ls)
		enginetest.CloseTo(t, "α_s", tr.MeanZ*Alpha(lt)+tr.MeanX, Alpha(ls), 1e-14)
		enginetest.CloseTo(t, "σ_s", math.Hypot(tr.MeanZ*Sigma(lt), tr.Lower), Sigma(ls), 1e-13)
		// For x ∼ N(0, 1) the exact denoiser is x̂ = α_t·z, and q(z_s|z_t) has the
		// standard deviation σ_{t|s} by symmetry: unit variance is kept.
		enginetest.CloseTo(t, "variance", math.Hypot(tr.MeanZ+tr.MeanX*Alpha(lt), tr.Upper), 1, 1e-14)
		if tr.Lower > tr.Upper {
			t.Fatalf("λ_t = %v, λ_s = %v: Lower %v above Upper %v", lt, ls, tr.Lower, tr.Upper)
		}
	}
}

func TestTransitionLimits(t *testing.T) {
	if got := NewTransition(2, 2); got.Alpha != 1 || got.Sigma != 0 || got.MeanZ != 1 || got.MeanX != 0 || got.Lower != 0 || got.Upper != 0 {
		t.Errorf("no step at all: %+v", got)
	}
	inf := math.Inf(1)
	if got := NewTransition(2, inf); got.MeanZ != 0 || got.MeanX != 1 || got.Lower != 0 || got.Alpha != Alpha(2) || got.Sigma != Sigma(2) {
		t.Errorf("the step to clean data: %+v", got)
	}
	if got := NewTransition(-inf, 2); got.MeanZ != 0 || got.MeanX != Alpha(2) || got.Lower != Sigma(2) || got.Alpha != 0 || got.Sigma != 1 {
		t.Errorf("the step from pure noise: %+v", got)
	}
	for _, bad := range [][2]float64{{3, 2}, {math.NaN(), 2}, {2, math.NaN()}, {inf, inf}, {-inf, -inf}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("NewTransition(%v, %v) does not panic", bad[0], bad[1])
				}
			}()
			NewTransition(bad[0], bad[1])
		}()
	}
}

func ExampleNewTransition() {
	s := Cosine{}
	// The first of four reverse steps, from t = 1 to t = 0.75.
	tr := NewTransition(s.LogSNR(1), s.LogSNR(0.75))
	fmt.Printf("z_s = %.4f·z_t + %.4f·x̂ + %.4f·n\n", tr.MeanZ, tr.MeanX, tr.Lower)
	// Output: z_s = 0.0000·z_t + 0.3827·x̂ + 0.9239·n
}
