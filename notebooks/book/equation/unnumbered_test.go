package equation

import (
	"math"
	"strings"
	"testing"
)

func TestChecksWithoutANumberFail(t *testing.T) {
	if m := fails(t, func() { Check(claim(1, 1.1, 0.01)) }); !strings.Contains(m, "without a number") || !strings.Contains(m, "0.0909") {
		t.Errorf("message %q", m)
	}
	fails(t, func() { Check(claim(math.NaN(), 1, 1)) })
	fails(t, func() { Differs(claim(1, 1.001, 0.01)) })
	fails(t, func() { AtLeast(claim(0.98, 1, 0.01)) })
	fails(t, func() { AtLeast(claim(math.NaN(), 1, 0.01)) })
	AtLeast(claim(0.995, 1, 0.01))
	fails(t, func() { Differs(claim(math.NaN(), 1, 0.01)) })
	fails(t, func() { Differs(Claim{Says: "nothing", How: "none", Because: "none"}) })
}

func ExampleCheck() {
	Check(Claim{
		Says: "a fifth of five is one", How: "division against one",
		Got: []float64{5.0 / 5}, Want: []float64{1},
		Tolerance: 1e-15, Because: "rounding of float64",
	})
	// Output:
	// a fifth of five is one
	//     division against one: left 1 · right 1
	//     difference 0 (tolerance 1e-15: rounding of float64)
}
