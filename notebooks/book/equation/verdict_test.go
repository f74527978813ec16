package equation

import (
	"strings"
	"testing"
)

// A claim about a definition or with a slip of notation is checked as any other,
// and its record says which it is, also once read back.
func TestDefinitionsAndSlips(t *testing.T) {
	fails(t, func() { Holds(claim(1, 1.1, 0.01).Definition()) })
	fails(t, func() { Holds(claim(1, 1.1, 0.01).Slip("q_φ for q")) })
	fails(t, func() { Exceeds(claim(1, 1.1, 0.01).Slip("p_θ for p")) })

	r := claim(1, 1, 1e-9).Slip("q_φ for q").record(VerdictHolds, "")
	defined := claim(1, 1, 1e-9).Definition().record(VerdictWithin, "")
	got, err := Read(r.html(nil) + defined.html(nil))
	if err != nil || len(got) != 2 {
		t.Fatalf("read %d records (%v), want 2", len(got), err)
	}
	if !got[0].Slip || got[0].String() != "slip of notation: read q_φ for q" {
		t.Errorf("a slip is read back as %+v: %s", got[0], got[0])
	}
	if got[1].Verdict != VerdictDefinition || got[1].String() != "definition" || got[1].How == "" {
		t.Errorf("a definition with a check is read back as %+v", got[1])
	}
	// A slip weighs more than an equation that holds, in the table's row of both.
	if got[0].Verdict != VerdictCompleted || strings.Contains(got[0].String(), "incomplete") {
		t.Errorf("a slip has the verdict %q and reads %q", got[0].Verdict, got[0])
	}
}

func ExampleClaim_Slip() {
	Exceeds(Claim{
		Numbers: "2.82", Says: "a bound", How: "one against the other",
		Got: []float64{2}, Want: []float64{1},
		Because: "an inequality",
	}.Slip("p_θ(z_t) for p(z_t)"))
	// Output:
	// (2.82) a bound: slip of notation: read p_θ(z_t) for p(z_t)
	//     one against the other: left 2 · right 1
	//     smallest margin 1 (tolerance 0 below: an inequality)
}
