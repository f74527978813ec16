package vdm

import "math/big"

// The references below are Taylor series in 400-bit arithmetic: slow, plain, and
// independent of how the package arranges its formulas.

const bigBits = 400

func bigNum(x float64) *big.Float { return new(big.Float).SetPrec(bigBits).SetFloat64(x) }
func bigAdd(a, b *big.Float) *big.Float {
	return new(big.Float).SetPrec(bigBits).Add(a, b)
}
func bigSub(a, b *big.Float) *big.Float {
	return new(big.Float).SetPrec(bigBits).Sub(a, b)
}
func bigMul(a, b *big.Float) *big.Float {
	return new(big.Float).SetPrec(bigBits).Mul(a, b)
}
func bigDiv(a, b *big.Float) *big.Float {
	return new(big.Float).SetPrec(bigBits).Quo(a, b)
}
func bigSqrt(a *big.Float) *big.Float { return new(big.Float).SetPrec(bigBits).Sqrt(a) }

// bigExp sums the series of exp at x/2^12 and squares twelve times.
func bigExp(x *big.Float) *big.Float {
	const halvings = 12
	y := bigDiv(x, bigNum(1<<halvings))
	sum, term := bigNum(1), bigNum(1)
	for n := 1; n < 120; n++ {
		term = bigDiv(bigMul(term, y), bigNum(float64(n)))
		sum = bigAdd(sum, term)
	}
	for range halvings {
		sum = bigMul(sum, sum)
	}
	return sum
}

// bigAtan halves the angle four times, arctan x = 2·arctan(x/(1 + √(1+x²))), and
// sums the series.
func bigAtan(x *big.Float) *big.Float {
	const halvings = 4
	for range halvings {
		x = bigDiv(x, bigAdd(bigNum(1), bigSqrt(bigAdd(bigNum(1), bigMul(x, x)))))
	}
	sum, power, square := bigNum(0), x, bigMul(x, x)
	for n := 0; n < 90; n++ {
		term := bigDiv(power, bigNum(float64(2*n+1)))
		if n%2 == 1 {
			term.Neg(term)
		}
		sum = bigAdd(sum, term)
		power = bigMul(power, square)
	}
	return bigMul(sum, bigNum(1<<halvings))
}

// bigTan is sin/cos by their series.
func bigTan(x *big.Float) *big.Float {
	sin, cos, term := bigNum(0), bigNum(0), bigNum(1)
	for n := 0; n < 90; n++ {
		switch n % 4 {
		case 0:
			cos = bigAdd(cos, term)
		case 1:
			sin = bigAdd(sin, term)
		case 2:
			cos = bigSub(cos, term)
		case 3:
			sin = bigSub(sin, term)
		}
		term = bigDiv(bigMul(term, x), bigNum(float64(n+1)))
	}
	return bigDiv(sin, cos)
}

// bigVariance returns α² = 1/(1 + exp(−λ)), and σ² for −λ.
func bigVariance(logSNR float64) *big.Float {
	return bigDiv(bigNum(1), bigAdd(bigNum(1), bigExp(bigNum(-logSNR))))
}

// relativeTo returns |got − want|/|want|.
func relativeTo(want *big.Float, got float64) float64 {
	d, _ := bigDiv(bigSub(bigNum(got), want), want).Float64()
	if d < 0 {
		return -d
	}
	return d
}
