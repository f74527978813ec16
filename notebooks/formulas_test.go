package notebooks

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/notebooks/book/equation"
)

// The formulas that the page of equations shows.
const formulas = "tools/web/formulas.json"

type formula struct{ Number, Printed, Corrected string }

func readFormulas(t *testing.T) (list []formula) {
	t.Helper()
	raw, err := os.ReadFile(formulas)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// Every numbered equation has its formula, and a corrected one exactly where a notebook
// found that the printed one needs it.
func TestEveryEquationHasItsFormula(t *testing.T) {
	var numbers, needed, corrected, listed []string
	for _, d := range drafts {
		all, err := equation.Numbers(d.numbers)
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, all...)
	}
	records, _ := readRecords(t)
	for _, r := range records {
		if r.Verdict == equation.VerdictCompleted || r.Verdict == equation.VerdictCorrected {
			needed = append(needed, r.Numbers...)
		}
	}
	for _, f := range readFormulas(t) {
		listed = append(listed, f.Number)
		if f.Corrected != "" {
			corrected = append(corrected, f.Number)
		}
		if f.Printed == "" && !strings.HasSuffix(f.Number, "A.9") {
			t.Errorf("%s has no printed formula", f.Number)
		}
	}
	if !slices.Equal(listed, numbers) {
		t.Errorf("formulas of %d numbers, want %d in the drafts' order", len(listed), len(numbers))
	}
	slices.Sort(needed)
	slices.Sort(corrected)
	if needed = slices.Compact(needed); !slices.Equal(corrected, needed) {
		t.Errorf("corrected formulas of\n%v, want\n%v", corrected, needed)
	}
}

// What is called printed is what the drafts print.
func TestFormulasAreThoseOfTheDrafts(t *testing.T) {
	var all string
	for _, name := range []string{"draft-2023-04-12.md", "draft-2023-03-28.md"} {
		raw, err := os.ReadFile(filepath.Join("..", "..", "shared", "dissertation", name))
		if err != nil {
			t.Skipf("the dissertation is not beside the project: %v", err)
		}
		all += string(raw)
	}
	blank := regexp.MustCompile(`\s+`)
	all = blank.ReplaceAllString(all, "")
	for _, f := range readFormulas(t) {
		_, label, ok := strings.Cut(f.Number, ":")
		if !ok {
			label = f.Number
		}
		if strings.HasPrefix(label, "A.") {
			label = `\text{` + label + `}`
		}
		tex := blank.ReplaceAllString(f.Printed, "")
		if f.Printed != "" && !strings.Contains(all, `$$`+tex+`\quad(`+label+`)$$`) {
			t.Errorf("%s is not printed as %s", f.Number, f.Printed)
		}
	}
}
