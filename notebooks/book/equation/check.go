package equation

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// Claim is one statement about one or more equations, with the values that two
// independent routes gave for it.
type Claim struct {
	Numbers string // numbers of the equations: "2.53", "A.1–A.6, first:A.1"
	Says    string // what the equation states, in a few words
	How     string // the two routes: "quadrature against the closed form"

	Got, Want []float64 // by the one route and by the other, value by value

	Tolerance float64 // limit of the discrepancy
	Because   string  // reason for the tolerance
	Absolute  bool    // the discrepancy is absolute; else relative to the largest |Want|

	definition bool
	slip       string // the notation that the print should have
}

// Definition returns the claim as one about a definition. An equation that is true by
// naming cannot fail; [Holds], [Exceeds] or [Approximates] then check a consequence, and
// the verdict recorded is "definition".
func (c Claim) Definition() Claim {
	c.definition = true
	return c
}

// Slip returns the claim as one about an equation that holds once its notation is
// corrected to form: a symbol or an index is missing, or one stands for another, and its
// meaning is clear all the same. [Holds] or [Exceeds] then check the equation in this
// form, and the verdict recorded is "slip of notation". Use [Completes] for an equation
// that cannot be computed as printed.
func (c Claim) Slip(form string) Claim {
	c.slip = form
	return c
}

// Discrepancy returns the largest difference between the two routes.
func (c Claim) Discrepancy() float64 {
	worst, scale := 0.0, 0.0
	for i := range c.Want {
		worst = math.Max(worst, math.Abs(c.Got[i]-c.Want[i])) // Max passes NaN on
		scale = math.Max(scale, math.Abs(c.Want[i]))
	}
	if c.Absolute || scale == 0 {
		return worst
	}
	return worst / scale
}

// Holds checks an equation and records that it holds.
func Holds(c Claim) { c.within(VerdictHolds, "") }

// Approximates checks how good an approximation (≈, ≃) is and records it.
func Approximates(c Claim) { c.within(VerdictWithin, "") }

// Completes checks the completed form of an equation whose print is incomplete.
func Completes(c Claim, form string) { c.within(VerdictCompleted, form) }

// Exceeds checks an inequality: every Got is at least Want, to the tolerance. The
// recorded discrepancy is the amount by which the worst one is too small, 0 if none is.
func Exceeds(c Claim) {
	r := c.record(VerdictHolds, "")
	short := 0.0
	for i := range c.Want {
		short = math.Max(short, c.Want[i]-c.Got[i])
	}
	r.Discrepancy = short
	if !(short <= c.Tolerance) {
		panic(c.failure("falls short by %.3g, allowed %.3g", short, c.Tolerance))
	}
	show(r, []string{c.values(), c.margin()})
}

// Corrects shows that an equation does not hold as printed and that a corrected form
// does. printed is the claim about the printed form, whose discrepancy must exceed its
// tolerance, and right the one about the corrected form.
func Corrects(printed, right Claim, form string) {
	p := printed.Discrepancy()
	if !(p > printed.Tolerance) {
		panic(printed.failure("was to differ as printed, but only by %.3g (tolerance %.3g)", p, printed.Tolerance))
	}
	right.Numbers = printed.Numbers
	if right.Says == "" {
		right.Says = printed.Says
	}
	d := right.check()
	r := right.record(VerdictCorrected, form)
	r.Discrepancy = d
	show(r, []string{
		"as printed: " + printed.values(),
		fmt.Sprintf("difference %.2g: more than rounding", p),
		"corrected: " + right.values(),
		right.agreement(d),
	})
}

// Defines records an equation that is true by naming, with what it names.
func Defines(numbers, says string) {
	show(Claim{Numbers: numbers, Says: says, How: "a definition: nothing to compare"}.record(VerdictDefinition, ""), nil)
}

func (c Claim) within(v Verdict, form string) {
	d := c.check()
	r := c.record(v, form)
	r.Discrepancy = d
	show(r, []string{c.values(), c.agreement(d)})
}

// check returns the discrepancy, or panics where it is too large.
func (c Claim) check() float64 {
	switch {
	case len(c.Got) != len(c.Want) || len(c.Got) == 0:
		panic(c.failure("%d values against %d", len(c.Got), len(c.Want)))
	case c.Because == "" || c.How == "" || c.Says == "":
		panic(c.failure("say what it states, how it was checked, and why the tolerance is what it is"))
	}
	d := c.Discrepancy()
	if !(d <= c.Tolerance) {
		panic(c.failure("discrepancy %.3g, allowed %.3g (%s): %s", d, c.Tolerance, c.Because, c.values()))
	}
	return d
}

func (c Claim) failure(format string, args ...any) error {
	return fmt.Errorf("equation %s, %s: %s", c.Numbers, c.Says, fmt.Sprintf(format, args...))
}

func (c Claim) record(v Verdict, form string) Record {
	numbers, err := Numbers(c.Numbers)
	if err != nil {
		panic(err)
	}
	r := Record{Numbers: numbers, Says: c.Says, How: c.How, Verdict: v, Form: form}
	switch {
	case c.definition:
		r.Verdict = VerdictDefinition
	case c.slip != "":
		r.Verdict, r.Form, r.Slip = VerdictCompleted, c.slip, true
	}
	return r
}

// agreement returns in words by how much the two routes differ, and by how much they may.
func (c Claim) agreement(difference float64) string {
	return fmt.Sprintf("difference %.2g (tolerance %.2g: %s)", difference, c.Tolerance, c.Because)
}

// margin returns in words how far the left values stay above the right ones.
func (c Claim) margin() string {
	least := math.Inf(1)
	for i := range c.Want {
		least = math.Min(least, c.Got[i]-c.Want[i])
	}
	return fmt.Sprintf("smallest margin %.2g (tolerance %.2g below: %s)", least, c.Tolerance, c.Because)
}

// values returns how the routes were compared, and the first few values of each.
func (c Claim) values() string {
	list := func(x []float64) string {
		var words []string
		for _, v := range x[:min(len(x), 4)] {
			words = append(words, fmt.Sprintf("%.6g", v))
		}
		return strings.Join(words, ", ")
	}
	first := ""
	if n := len(c.Got); n > 4 {
		first = fmt.Sprintf(" (the first four of %d values)", n)
	}
	return fmt.Sprintf("%s: left %s · right %s%s", c.How, list(c.Got), list(c.Want), first)
}

// show displays a record in a notebook, and prints it elsewhere.
func show(r Record, lines []string) {
	if gonbui.IsNotebook {
		settle()
		gonbui.DisplayHTML(r.html(lines))
		gonbui.Sync() // otherwise the last output of a cell may be lost
		return
	}
	fmt.Printf("(%s) %s: %s\n", strings.Join(r.Numbers, ", "), r.Says, r)
	for _, line := range lines {
		fmt.Println("    " + line)
	}
}

// settle waits until the notebook has what the cell printed before: standard output and
// boxes reach it by different pipes.
func settle() { time.Sleep(20 * time.Millisecond) }
