package equation

import (
	"slices"
	"strings"
	"testing"
)

func TestNumbers(t *testing.T) {
	got, err := Numbers("2.36–2.38, A.1, first:2.2")
	if want := []string{"2.36", "2.37", "2.38", "A.1", "first:2.2"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v (%v), want %v", got, err, want)
	}
	for _, bad := range []string{"", "3.1", "2.4-2.6", "2.6–2.4", "A.1–2.3"} {
		if got, err := Numbers(bad); err == nil {
			t.Errorf("%q gave %v without an error", bad, got)
		}
	}
}

func fails(t *testing.T, f func()) (message string) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			message = r.(error).Error()
			return
		}
		t.Error("a claim that is not met did not fail")
	}()
	f()
	return ""
}

func claim(got, want, tolerance float64) Claim {
	return Claim{Numbers: "2.56", Says: "α is the root of a sigmoid", How: "one against the other",
		Got: []float64{got}, Want: []float64{want}, Tolerance: tolerance, Because: "rounding"}
}

func TestClaimsFail(t *testing.T) {
	if m := fails(t, func() { Holds(claim(1, 1.1, 0.01)) }); !strings.Contains(m, "2.56") || !strings.Contains(m, "discrepancy 0.0909") {
		t.Errorf("message %q names neither the equation nor the discrepancy", m)
	}
	nan := claim(1, 1, 1)
	nan.Got[0] /= 0 * nan.Got[0]
	nan.Got[0] -= nan.Got[0]
	fails(t, func() { Holds(nan) })
	fails(t, func() { Exceeds(claim(1, 1.1, 0.01)) })
	fails(t, func() { Corrects(claim(1, 1, 0.01), claim(1, 1, 0.01), "form") })
	fails(t, func() { Corrects(claim(1, 2, 0.01), claim(1, 2, 0.01), "form") })
	fails(t, func() { Holds(Claim{Numbers: "2.1", Says: "nothing", How: "none", Because: "none"}) })
}

func TestRecordIsReadBack(t *testing.T) {
	r := claim(1, 1, 1e-9).record(VerdictCorrected, `w = 2/(π(t₁−t₀))·"e" & more`)
	r.Discrepancy = 1.5e-12
	got, err := Read("<p>before</p>" + r.html([]string{"a < b"}) + r.html(nil))
	if err != nil || len(got) != 2 {
		t.Fatalf("read %d records (%v), want 2", len(got), err)
	}
	if got[0].Form != r.Form || got[0].Discrepancy != r.Discrepancy || !slices.Equal(got[0].Numbers, r.Numbers) {
		t.Errorf("read %+v, want %+v", got[0], r)
	}
}

func ExampleHolds() {
	Holds(Claim{
		Numbers: "2.56", Says: "α² + σ² = 1", How: "sum against one",
		Got: []float64{0.36 + 0.64}, Want: []float64{1},
		Tolerance: 1e-15, Because: "rounding of float64",
	})
	// Output:
	// (2.56) α² + σ² = 1: holds
	//     sum against one: left 1 · right 1
	//     difference 0 (tolerance 1e-15: rounding of float64)
}
