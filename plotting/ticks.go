package plotting

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// linearTicks returns about n labelled ticks at round values in [lo, hi], with
// unlabelled ones between.
func linearTicks(lo, hi float64, n int) []plot.Tick {
	if !(hi > lo) {
		return nil
	}
	step, minor := roundStep((hi - lo) / float64(max(n, 1)))
	decimals := stepDecimals(step)
	exponent := commonExponent(lo, hi, step)
	slack := 1e-9 * (hi - lo)
	var ticks []plot.Tick
	small := step / float64(minor)
	first, last := math.Ceil((lo-slack)/small), math.Floor((hi+slack)/small)
	if !(math.Max(math.Abs(first), math.Abs(last)) < 1<<53) {
		return nil // beyond double precision, where adding a step changes nothing
	}
	for i := first; i <= last; i++ {
		t := plot.Tick{Value: clamp(i*small, lo, hi)}
		if math.Mod(i, float64(minor)) == 0 {
			t.Label = tickNumber(i*small, decimals, exponent)
		}
		ticks = append(ticks, t)
	}
	return ticks
}

// roundStep returns the smallest step of 1, 2, 2.5 or 5 times a power of ten that is at
// least raw, and into how many parts its minor ticks divide it.
func roundStep(raw float64) (step float64, minor int) {
	pow := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, s := range []struct {
		mantissa float64
		minor    int
	}{{1, 5}, {2, 4}, {2.5, 5}, {5, 5}} {
		if s.mantissa*pow >= raw*(1-1e-9) {
			return s.mantissa * pow, s.minor
		}
	}
	return 10 * pow, 5
}

// stepDecimals returns how many decimals show every multiple of the step.
func stepDecimals(step float64) int {
	for d := 0; d < 15; d++ {
		if v := step * math.Pow(10, float64(d)); math.Abs(v-math.Round(v)) < 1e-6*v {
			return d
		}
	}
	return 15
}

// commonExponent returns the power of ten that is taken out of the labels where plain
// decimals would be long; 0 means plain decimals.
func commonExponent(lo, hi, step float64) int {
	largest := math.Max(math.Abs(lo), math.Abs(hi))
	if largest >= 1e5 || step < 0.9e-4 {
		return int(math.Floor(math.Log10(largest)))
	}
	return 0
}

func tickNumber(v float64, decimals, exponent int) string {
	if v == 0 || math.Abs(v) < 1e-300 {
		return "0"
	}
	if exponent == 0 {
		return minus(strconv.FormatFloat(v, 'f', decimals, 64))
	}
	mantissa := strconv.FormatFloat(v/math.Pow(10, float64(exponent)), 'g', 6, 64)
	return minus(mantissa) + "×" + power(exponent)
}

func power(exponent int) string { return "10^{" + strconv.Itoa(exponent) + "}" }

// minus returns a number with a minus sign for its hyphen, and 0 for a rounded -0.
func minus(s string) string {
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return strings.Replace(s, "-", "−", 1)
}

// logTicks returns ticks for a logarithmic axis: labels at powers of ten, at
// most about n of them, or at 1, 2, 5 times a power where the axis is short;
// decimals while they are short, powers otherwise.
func logTicks(lo, hi float64, n int) []plot.Tick {
	if !(lo > 0 && hi > lo) {
		return nil
	}
	n = max(n, 2)
	const slack = 1e-9
	first := int(math.Ceil(math.Log10(lo) - slack))
	last := int(math.Floor(math.Log10(hi) + slack))
	decades := last - first + 1
	if decades < 2 {
		return shortLogTicks(lo, hi, n)
	}
	stride := (decades + n - 1) / n
	plain := first >= -3 && last <= 4
	var ticks []plot.Tick
	for e := first - 1; e <= last; e++ {
		value := math.Pow(10, float64(e))
		if e >= first {
			t := plot.Tick{Value: clamp(value, lo, hi)}
			if mod(e, stride) == 0 {
				if t.Label = power(e); plain {
					t.Label = strconv.FormatFloat(value, 'f', max(0, -e), 64)
				}
			}
			ticks = append(ticks, t)
		}
		if stride > 2 {
			continue // too dense to read
		}
		for m := 2.0; m < 10; m++ {
			if v := m * value; v >= lo && v <= hi {
				ticks = append(ticks, plot.Tick{Value: v})
			}
		}
	}
	return ticks
}

// shortLogTicks returns ticks for an axis of less than two powers of ten.
func shortLogTicks(lo, hi float64, n int) []plot.Tick {
	var major []float64
	for _, multiples := range [][]float64{{1, 2, 5}, {1, 2, 3, 4, 5, 6, 7, 8, 9}} {
		major = major[:0]
		for e := math.Floor(math.Log10(lo)); e <= math.Ceil(math.Log10(hi)); e++ {
			for _, m := range multiples {
				if v := m * math.Pow(10, e); v >= lo*(1-1e-9) && v <= hi*(1+1e-9) {
					major = append(major, v)
				}
			}
		}
		if len(major) >= 3 {
			break
		}
	}
	if len(major) < 3 {
		return linearTicks(lo, hi, n)
	}
	stride := (len(major) + n - 1) / n
	var ticks []plot.Tick
	for i, v := range major {
		t := plot.Tick{Value: clamp(v, lo, hi)}
		if i%stride == 0 {
			t.Label = shortNumber(v)
		}
		ticks = append(ticks, t)
	}
	return ticks
}

// shortNumber returns a number with up to six digits, in powers of ten where decimals
// would be long.
func shortNumber(v float64) string {
	if a := math.Abs(v); v != 0 && (a < 1e-3 || a >= 1e5) {
		e := int(math.Floor(math.Log10(a) + 1e-9))
		m := strconv.FormatFloat(v/math.Pow(10, float64(e)), 'g', 6, 64)
		if m == "1" {
			return power(e)
		}
		return minus(m) + "×" + power(e)
	}
	return minus(strconv.FormatFloat(v, 'g', 6, 64))
}

func clamp(v, lo, hi float64) float64 { return math.Min(math.Max(v, lo), hi) }

func mod(a, n int) int { return ((a % n) + n) % n }
