package vdm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
)

var someSchedules = []Schedule{
	Cosine{},
	Cosine{Min: -60, Max: 60},
	Cosine{Min: -20, Max: 15},
	Cosine{Min: 5, Max: 9},
	Cosine{Min: -52, Max: -41},
	Cosine{Min: -20, Max: 20, Shift: ShiftForResolution(256, 64)},
	Cosine{Min: -15, Max: 30, Shift: 3.7},
	LinearLogSNR{},
	LinearLogSNR{Min: -13.3, Max: 5},
}

// piecewise integrates f over [low, high] by Gauss-Legendre in n equal pieces.
func piecewise(f func(float64) float64, low, high float64, n int) float64 {
	sum := 0.0
	for i := range n {
		a := low + (high-low)*float64(i)/float64(n)
		b := low + (high-low)*float64(i+1)/float64(n)
		sum += quad.Fixed(f, a, b, 20, quad.Legendre{}, 0)
	}
	return sum
}

func TestAlphaSigma(t *testing.T) {
	for logSNR := -60.0; logSNR <= 60; logSNR += 0.73 {
		if e := relativeTo(bigSqrt(bigVariance(logSNR)), Alpha(logSNR)); !(e <= 1e-15) {
			t.Errorf("Alpha(%v): relative error %.1e", logSNR, e)
		}
		if e := relativeTo(bigSqrt(bigVariance(-logSNR)), Sigma(logSNR)); !(e <= 1e-15) {
			t.Errorf("Sigma(%v): relative error %.1e", logSNR, e)
		}
		a, s := Alpha(logSNR), Sigma(logSNR)
		if !(math.Abs(a*a+s*s-1) <= 4e-16) {
			t.Errorf("α²+σ² = 1 %+.1e at λ = %v", a*a+s*s-1, logSNR)
		}
		if back := 2 * (math.Log(a) - math.Log(s)); !(math.Abs(back-logSNR) <= 1e-14*60) {
			t.Errorf("log(α²/σ²) = %v, want λ = %v (2.52)", back, logSNR)
		}
	}
	inf := math.Inf(1)
	if Alpha(inf) != 1 || Sigma(inf) != 0 || Alpha(-inf) != 0 || Sigma(-inf) != 1 || Alpha(-2000) != 0 || Sigma(-2000) != 1 {
		t.Error("limits of α and σ at λ = ±∞ are not 0 and 1")
	}
}

func TestScheduleEnds(t *testing.T) {
	for _, s := range someSchedules {
		min, max := s.Bounds()
		for _, end := range []struct{ t, want float64 }{{0, max}, {1, min}} {
			if got := s.LogSNR(end.t); !(math.Abs(got-end.want) <= 1e-12) || got < min || got > max {
				t.Errorf("%v: λ(%v) = %.17g, want %v within 1e-12 and inside", s, end.t, got, end.want)
			}
			if got := s.Time(end.want); got != end.t {
				t.Errorf("%v: Time(%v) = %v, want %v", s, end.want, got, end.t)
			}
		}
		if s.Time(max+1) != 0 || s.Time(min-1) != 1 || s.Density(max+1) != 0 || s.Density(min-1) != 0 || s.DensitySlope(max+1) != 0 {
			t.Errorf("%v: outside its bounds, Time is not 0 and 1 or the density not 0", s)
		}
		for _, bad := range []float64{-1e-9, 1 + 1e-9, math.NaN()} {
			if got := s.LogSNR(bad); !math.IsNaN(got) {
				t.Errorf("%v: LogSNR(%v) = %v, want NaN", s, bad, got)
			}
		}
	}
}

// The reference is (2.53–2.55) exactly as printed, in 400 bits, so that neither
// tan near π/2 nor t₁ − t₀ loses anything.
func TestCosineAgainstBigFloat(t *testing.T) {
	one := bigNum(1)
	halfPi := bigMul(bigNum(2), bigAtan(one))
	for _, s := range []Cosine{{}, {Min: -60, Max: 60}, {Min: -52, Max: -41}, {Min: -15, Max: 30, Shift: 3.7}} {
		min, max := s.Bounds()
		t0 := bigDiv(bigAtan(bigExp(bigNum(-(max-s.Shift)/2))), halfPi)
		t1 := bigDiv(bigAtan(bigExp(bigNum(-(min-s.Shift)/2))), halfPi)
		width := bigSub(t1, t0)
		times := []float64{0, 1, 0.5, 0.25, 0.75, 0.1, 0.9}
		for k := 3; k <= 53; k += 5 {
			times = append(times, math.Ldexp(1, -k), 1-math.Ldexp(1, -k))
		}
		for _, time := range times {
			tan := bigTan(bigMul(halfPi, bigAdd(t0, bigMul(bigNum(time), width))))
			// exp(−(λ−Shift)/2) = tan ψ: compare without a logarithm.
			e := relativeTo(tan, math.Exp(-(s.LogSNR(time)-s.Shift)/2))
			if !(e <= 2e-14) {
				t.Errorf("%v: λ(%v) = %.17g is off by %.1e", s, time, s.LogSNR(time), 2*e)
			}
		}
		// (2.58) as printed.
		for _, u := range []float64{0.01, 0.3, 0.77, 0.99} {
			logSNR := min + u*(max-min)
			half := bigExp(bigNum((logSNR - s.Shift) / 2))
			sech := bigDiv(bigNum(2), bigAdd(half, bigDiv(one, half)))
			want := bigDiv(sech, bigMul(bigMul(bigNum(4), halfPi), width))
			if e := relativeTo(want, s.Density(logSNR)); !(e <= 2e-14) {
				t.Errorf("%v: p(%v) = %v, relative error %.1e", s, logSNR, s.Density(logSNR), e)
			}
		}
	}
}

// λ → t → λ can be no better than the resolution of t: an error of one unit in
// the last place of t (or of the smallest step near 1) divided by p_Λ.
func TestScheduleInverse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range someSchedules {
		min, max := s.Bounds()
		for range 2000 {
			logSNR := min + r.Float64()*(max-min)
			time := s.Time(logSNR)
			ulp := math.Nextafter(time, 2) - time
			if back := s.LogSNR(time); !(math.Abs(back-logSNR) <= 4*ulp/s.Density(logSNR)+1e-13*60) {
				t.Fatalf("%v: λ = %.17g → t = %.17g → %.17g", s, logSNR, time, back)
			}
			time = r.Float64()
			if back := s.Time(s.LogSNR(time)); !(math.Abs(back-time) <= 1e-14) {
				t.Fatalf("%v: t = %.17g → λ = %.17g → %.17g", s, time, s.LogSNR(time), back)
			}
		}
	}
}

func TestScheduleDecreases(t *testing.T) {
	for _, s := range someSchedules {
		last := math.Inf(1)
		for i := range 10001 {
			logSNR := s.LogSNR(float64(i) / 10000)
			if !(logSNR < last) {
				t.Fatalf("%v: λ does not fall at t = %v", s, float64(i)/10000)
			}
			last = logSNR
		}
	}
}

func TestDensity(t *testing.T) {
	for _, s := range someSchedules {
		min, max := s.Bounds()
		if mass := piecewise(s.Density, min, max, 200); !(math.Abs(mass-1) <= 1e-12) {
			t.Errorf("%v: the density's integral is 1 %+.1e", s, mass-1)
		}
		for i := 1; i < 40; i++ {
			logSNR := min + (max-min)*float64(i)/40
			// The mass above λ is the time there.
			if mass := piecewise(s.Density, logSNR, max, 200); !(math.Abs(mass-s.Time(logSNR)) <= 1e-12) {
				t.Errorf("%v: ∫p above λ = %v is %v, t is %v", s, logSNR, mass, s.Time(logSNR))
			}
			const h = 1e-4
			slope := (s.Density(logSNR+h) - s.Density(logSNR-h)) / (2 * h)
			if !(math.Abs(slope-s.DensitySlope(logSNR)) <= 1e-8*s.Density(logSNR)) {
				t.Errorf("%v: p′(%v) = %v, finite difference %v", s, logSNR, s.DensitySlope(logSNR), slope)
			}
		}
	}
}

// Shifting then truncating: inside both bounds a shifted schedule has the density
// of the unshifted one moved along λ, up to its normalisation.
func TestCosineShift(t *testing.T) {
	if got, want := ShiftForResolution(64, 64), 0.0; got != want {
		t.Errorf("shift at the reference resolution is %v", got)
	}
	if got, want := ShiftForResolution(256, 64), -2*math.Log(4); !(math.Abs(got-want) <= 1e-15) {
		t.Errorf("ShiftForResolution(256, 64) = %v, want %v", got, want)
	}
	shift := ShiftForResolution(128, 64)
	// As simple diffusion has it: the unshifted λ(t) plus the shift.
	plain, moved := Cosine{Min: -20, Max: 20}, Cosine{Min: -20 + shift, Max: 20 + shift, Shift: shift}
	for i := range 11 {
		time := float64(i) / 10
		if got, want := moved.LogSNR(time), plain.LogSNR(time)+shift; !(math.Abs(got-want) <= 1e-12) {
			t.Errorf("λ_shifted(%v) = %v, want λ + shift = %v", time, got, want)
		}
	}
	kept := Cosine{Min: -20, Max: 20, Shift: shift}
	ratio := kept.Density(1+shift) / plain.Density(1)
	for _, logSNR := range []float64{-15, -3, 0, 8} {
		if got := kept.Density(logSNR+shift) / plain.Density(logSNR); !(math.Abs(got/ratio-1) <= 1e-12) {
			t.Errorf("density ratio %v at λ = %v, elsewhere %v", got, logSNR, ratio)
		}
	}
}

func TestNewSchedule(t *testing.T) {
	for _, c := range []struct {
		name            string
		min, max, shift float64
		want            Schedule
	}{
		{"cosine", 0, 0, 0, Cosine{}},
		{"cosine", -20, 20, -1.5, Cosine{Min: -20, Max: 20, Shift: -1.5}},
		{"linear", -13, 5, 0, LinearLogSNR{Min: -13, Max: 5}},
		{"cosine-float32", 0, 0, 0, FloatCosine{}},
	} {
		got, err := NewSchedule(c.name, c.min, c.max, c.shift)
		if err != nil || got != c.want {
			t.Errorf("NewSchedule(%q, %v, %v, %v) = %v, %v", c.name, c.min, c.max, c.shift, got, err)
		}
	}
	nan := math.NaN()
	for _, c := range []struct {
		name            string
		min, max, shift float64
		says            string
	}{
		{"cosinus", 0, 0, 0, `"cosinus"`},
		{"", 0, 0, 0, "cosine, linear"},
		{"linear", 0, 0, 1, "shift"},
		{"cosine-float32", 0, 0, 1, "shift"},
		{"cosine", 10, -10, 0, "min below max"},
		{"linear", 3, 3, 0, "min below max"},
		{"cosine", nan, 3, 0, "NaN"},
		{"cosine", -1e4, 3, 0, "-10000"},
		{"cosine", 0, 0, nan, "shift NaN"},
		{"cosine", 0, 0, math.Inf(1), "shift"},
		{"cosine-float32", -60, 60, 0, "float32"},
	} {
		_, err := NewSchedule(c.name, c.min, c.max, c.shift)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("NewSchedule(%q, %v, %v, %v): error %v, want one with %q", c.name, c.min, c.max, c.shift, err, c.says)
		}
	}
}

// A case of nothing but rounding: FACTS of the original say λ(1) = −30.90.
func TestFloatCosineIsTheOriginal(t *testing.T) {
	s := FloatCosine{}
	if got := s.LogSNR(1); !(math.Abs(got - -30.90354) <= 1e-5) {
		t.Errorf("λ(1) = %v, the original program has −30.9035", got)
	}
	if got := s.LogSNR(0); !(math.Abs(got-30) <= 1e-5) {
		t.Errorf("λ(0) = %v, want 30", got)
	}
	exact := Cosine{}
	for i := range 1000 { // away from t = 1 only rounding separates the two
		time := float64(i) / 1000
		if d := math.Abs(s.LogSNR(time) - exact.LogSNR(time)); d > 5e-4 {
			t.Errorf("t = %v: float32 %v, exact %v", time, s.LogSNR(time), exact.LogSNR(time))
		}
	}
	low, high := s.Bounds()
	if mass := piecewise(s.Density, low, high, 200); !(math.Abs(mass-1) <= 1e-6) {
		t.Errorf("∫p = %v", mass)
	}
	if p := s.Density(-30.9); !(p > 0) {
		t.Errorf("p(−30.9) = %v, want positive: λ(1) is drawn", p)
	}
	last := math.Inf(1)
	for i := range 200001 {
		logSNR := s.LogSNR(1 - float64(200000-i)*1e-9)
		if logSNR > last || logSNR < low {
			t.Fatalf("λ rises or leaves its bounds: %v after %v", logSNR, last)
		}
		last = logSNR
	}
}

func TestTable(t *testing.T) {
	s := Cosine{Min: -15, Max: 15}
	w := Sigmoid{Bias: 2}
	rows := Table(s, w, 5)
	if len(rows) != 5 || rows[0].T != 0 || rows[4].T != 1 || len(Table(s, w, 0)) != 2 {
		t.Fatalf("rows %v", rows)
	}
	for _, r := range rows {
		l := s.LogSNR(r.T)
		if r != (Row{r.T, l, Alpha(l), Sigma(l), s.Density(l), w.W(l), w.NegDW(l)}) {
			t.Errorf("row %+v", r)
		}
	}
}

func ExampleCosine() {
	s := Cosine{} // the dissertation's: λ in [−30, 30]
	fmt.Println(s)
	for _, t := range []float64{0, 0.25, 0.5, 0.75, 1} {
		logSNR := s.LogSNR(t)
		fmt.Printf("t %.2f  λ %8.4f  α %.4f  σ %.4f  p %.2g\n", t, logSNR, Alpha(logSNR), Sigma(logSNR), s.Density(logSNR))
	}
	// Output:
	// cosine, λ in [-30, 30]
	// t 0.00  λ  30.0000  α 1.0000  σ 0.0000  p 9.7e-08
	// t 0.25  λ   1.7627  α 0.9239  σ 0.3827  p 0.11
	// t 0.50  λ   0.0000  α 0.7071  σ 0.7071  p 0.16
	// t 0.75  λ  -1.7627  α 0.3827  σ 0.9239  p 0.11
	// t 1.00  λ -30.0000  α 0.0000  σ 1.0000  p 9.7e-08
}

func ExampleShiftForResolution() {
	shift := ShiftForResolution(256, 64)
	fmt.Println(Cosine{Min: -20, Max: 20, Shift: shift})
	// Output: cosine shifted by -2.77259, λ in [-20, 20]
}

func ExampleTable() {
	s := Cosine{Min: -10, Max: 10}
	for _, r := range Table(s, VelocityWeighting{Schedule: s}, 3) {
		fmt.Printf("%.1f %6.2f %.4f %.4f\n", r.T, r.LogSNR, r.W, r.NegDW)
	}
	// Output:
	// 0.0  10.00 0.0043 0.0022
	// 0.5   0.00 0.6421 0.3211
	// 1.0 -10.00 95.3003 47.6502
}
