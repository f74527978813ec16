package equation

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
)

// Record is the result of one claim.
type Record struct {
	Numbers     []string `json:"numbers"` // each number by itself: "2.53", "first:A.1"
	Says        string   `json:"says"`
	How         string   `json:"how"`         // the two routes
	Discrepancy float64  `json:"discrepancy"` // NaN does not occur; 0 for definitions
	Verdict     Verdict  `json:"verdict"`
	Form        string   `json:"form,omitempty"` // the corrected or completed form, or the notation that a slip should have
	Slip        bool     `json:"slip,omitempty"` // only the notation is incomplete: the meaning is clear, and the equation holds
}

// Verdict is the last column of EQUATIONS.md.
type Verdict string

// These are all verdicts.
const (
	VerdictHolds      Verdict = "holds"
	VerdictWithin     Verdict = "holds approximately"
	VerdictCorrected  Verdict = "does not hold as printed"
	VerdictCompleted  Verdict = "incomplete as printed"
	VerdictDefinition Verdict = "definition"
)

// colours gives each verdict its colour: green, blue, red, purple and grey. A slip of notation
// is ochre.
var colours = map[Verdict]string{
	VerdictHolds: "#1a7f37", VerdictWithin: "#0969da", VerdictCorrected: "#cf222e",
	VerdictCompleted: "#8250df", VerdictDefinition: "#57606a",
}

const slipColour = "#9a6700"

// String returns the verdict as the table words it.
func (r Record) String() string {
	if r.Slip {
		return "slip of notation: read " + r.Form
	}
	switch r.Verdict {
	case VerdictWithin:
		return fmt.Sprintf("%s: within %.2g", r.Verdict, r.Discrepancy)
	case VerdictCorrected:
		return fmt.Sprintf("%s: corrected form %s", r.Verdict, r.Form)
	case VerdictCompleted:
		return fmt.Sprintf("%s: completed form %s", r.Verdict, r.Form)
	}
	return string(r.Verdict)
}

// Numbers returns the single numbers of a text such as "2.36–2.38, A.1, first:2.2".
func Numbers(text string) ([]string, error) {
	var out []string
	for _, part := range strings.Split(text, ",") {
		part = strings.TrimSpace(part)
		draft := ""
		if rest, ok := strings.CutPrefix(part, "first:"); ok {
			draft, part = "first:", rest
		}
		from, to, isRange := strings.Cut(part, "–")
		if !isRange {
			to = from
		}
		chapter, low, err := split(from)
		if err != nil {
			return nil, fmt.Errorf("equation numbers %q: %w", text, err)
		}
		other, high, err := split(to)
		if err != nil || other != chapter || high < low {
			return nil, fmt.Errorf("equation numbers %q: %q is no range (write 2.36–2.38 with an en dash)", text, part)
		}
		for n := low; n <= high; n++ {
			out = append(out, fmt.Sprintf("%s%s.%d", draft, chapter, n))
		}
	}
	return out, nil
}

var number = regexp.MustCompile(`^(2|A)\.(\d+)$`)

func split(text string) (chapter string, n int, err error) {
	m := number.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return "", 0, fmt.Errorf("%q is no number of an equation", text)
	}
	n, err = strconv.Atoi(m[2])
	return m[1], n, err
}

const attribute = "data-equation"

// html returns a record for a reader, with the record itself inside.
func (r Record) html(lines []string) string {
	text, _ := json.Marshal(r)
	colour := colours[r.Verdict]
	if r.Slip {
		colour = slipColour
	}
	shown := make([]string, len(r.Numbers))
	for i, n := range r.Numbers {
		shown[i] = "(" + strings.TrimPrefix(n, "first:") + ")"
		if strings.HasPrefix(n, "first:") {
			shown[i] += " of the first draft"
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<div style="margin:.4em 0;padding:.3em .8em;border-left:4px solid %s" %s="%s">`, colour, attribute, html.EscapeString(string(text)))
	fmt.Fprintf(&b, `<b>%s</b> %s — <span style="color:%s">%s</span>`, strings.Join(shown, ", "), html.EscapeString(r.Says), colour, html.EscapeString(r.String()))
	for _, line := range lines {
		fmt.Fprintf(&b, `<br><small>%s</small>`, html.EscapeString(line))
	}
	return b.String() + "</div>"
}

var carried = regexp.MustCompile(attribute + `="([^"]*)"`)

// Read returns the records inside a cell's HTML output.
func Read(output string) ([]Record, error) {
	var records []Record
	for _, m := range carried.FindAllStringSubmatch(output, -1) {
		var r Record
		if err := json.Unmarshal([]byte(html.UnescapeString(m[1])), &r); err != nil {
			return nil, fmt.Errorf("a record of an equation cannot be read: %w", err)
		}
		records = append(records, r)
	}
	return records, nil
}
