package equation

import (
	"fmt"
	"html"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
)

// Check checks a claim without a number in the drafts: it is shown, and leaves no
// record.
func Check(c Claim) {
	d := c.unnumbered().check()
	say(c, c.agreement(d))
}

// AtLeast checks an inequality without a number in the drafts: every Got is at least Want,
// to the tolerance. It leaves no record.
func AtLeast(c Claim) {
	c = c.unnumbered()
	for i := range c.Want {
		if !(c.Got[i] >= c.Want[i]-c.Tolerance) {
			panic(c.failure("value %d is %.6g, want at least %.6g less %.3g", i, c.Got[i], c.Want[i], c.Tolerance))
		}
	}
	say(c, c.margin())
}

// Differs checks that two things are not the same: their discrepancy exceeds
// the tolerance. It leaves no record.
func Differs(c Claim) {
	c = c.unnumbered()
	allow := c
	allow.Tolerance = c.Discrepancy()
	if d := allow.check(); !(d > c.Tolerance) {
		panic(c.failure("was to differ by more than %.3g, but differs by %.3g: %s", c.Tolerance, d, c.values()))
	}
	say(c, fmt.Sprintf("difference %.2g (more than %.2g: %s)", allow.Tolerance, c.Tolerance, c.Because))
}

func (c Claim) unnumbered() Claim {
	c.Numbers = "without a number"
	return c
}

func say(c Claim, verdict string) {
	lines := []string{c.Says, c.values(), verdict}
	if !gonbui.IsNotebook {
		fmt.Println(strings.Join(lines, "\n    "))
		return
	}
	settle()
	gonbui.DisplayHTML(fmt.Sprintf(`<div style="margin:.4em 0;padding:.3em .8em;border-left:4px solid #57606a">%s<br><small>%s<br>%s</small></div>`,
		html.EscapeString(lines[0]), html.EscapeString(lines[1]), html.EscapeString(lines[2])))
	gonbui.Sync()
}
