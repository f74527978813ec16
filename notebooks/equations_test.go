// Package notebooks holds no code: its tests keep EQUATIONS.md true to the
// notebooks beside it.
package notebooks

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/notebooks/book/equation"
)

var update = flag.Bool("update", false, "write EQUATIONS.md from what the executed notebooks show")

const table = "EQUATIONS.md"

// The drafts and their numbered equations.
var drafts = []struct{ title, prefix, numbers string }{
	{"Draft of 12 April 2023", "", "2.1–2.86, A.1–A.43"},
	{"Draft of 28 March 2023", "first:", "first:2.1–2.5, first:A.1–A.12"},
}

// librarySources are the folders whose code the equation chapters run; a change
// there asks for the notebooks to be run again.
var librarySources = []string{
	"../vdm", "../vdm/noise", "../notebooks/book/equation",
	"../notebooks/book/dissertation", "../notebooks/book/dissertation/stochastic",
}

// found is a record with the place it comes from.
type found struct {
	equation.Record
	notebook string
	cell     int // code cells count from 1
}

// readRecords returns all records and a hash of each notebook's code cells.
func readRecords(t *testing.T) (records []found, hashes map[string]string) {
	t.Helper()
	hashes = map[string]string{}
	for _, book := range readNotebooks(t, "*.ipynb") {
		sum, has := sha256.New(), false
		for i, c := range book.code() {
			fmt.Fprintf(sum, "%s\x00", c.Source)
			for _, out := range c.Outputs {
				rs, err := equation.Read(string(out.Data["text/html"]))
				if err != nil {
					t.Fatalf("%s, cell %d: %v", book.path, i+1, err)
				}
				for _, r := range rs {
					records = append(records, found{r, book.path, i + 1})
					has = true
				}
			}
		}
		if has {
			hashes[book.path] = hex.EncodeToString(sum.Sum(nil))[:16]
		}
	}
	return records, hashes
}

// generate writes the table.
func generate(t *testing.T) []byte {
	t.Helper()
	records, hashes := readRecords(t)
	byNumber := map[string][]found{}
	for _, r := range records {
		for _, n := range r.Numbers {
			byNumber[n] = append(byNumber[n], r)
		}
	}
	library, err := codeHash(librarySources...)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	fmt.Fprint(&b, "# Equations of the dissertation\n\n",
		"What the notebooks found about every numbered equation when they were last run. Generated: `make notebooks`\n",
		"runs them and writes this page; do not edit it. Where an equation\n",
		"has several checks, the row tells of the gravest. Discrepancies are relative unless the notebook says otherwise.\n\n",
		"Library code: `", library, "`. Code cells: ")
	var books []string
	for path, hash := range hashes {
		books = append(books, fmt.Sprintf("%s `%s`", path, hash))
	}
	slices.Sort(books)
	fmt.Fprintf(&b, "%s.\n", strings.Join(books, ", "))
	for _, d := range drafts {
		numbers, err := equation.Numbers(d.numbers)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "\n## %s\n\n| number | says | notebook, cell | how it was checked | discrepancy | verdict |\n|---|---|---|---|---|---|\n", d.title)
		for _, n := range numbers {
			label := strings.TrimPrefix(n, d.prefix)
			if len(byNumber[n]) == 0 {
				fmt.Fprintf(&b, "| %s | | | | | **not checked yet** |\n", label)
			}
			if len(byNumber[n]) > 0 {
				fmt.Fprintln(&b, row(label, byNumber[n]))
			}
		}
	}
	return b.Bytes()
}

// gravity orders the verdicts: of several checks of one equation the gravest
// speaks in its row.
var gravity = []equation.Verdict{
	equation.VerdictDefinition, equation.VerdictHolds, equation.VerdictWithin,
	equation.VerdictCompleted, equation.VerdictCorrected,
}

// row is the line of one equation; the cells of all its checks are named.
func row(label string, checks []found) string {
	gravest := checks[0]
	var cells []string
	for _, c := range checks {
		heavier := slices.Index(gravity, c.Verdict) - slices.Index(gravity, gravest.Verdict)
		if heavier > 0 || heavier == 0 && c.Discrepancy > gravest.Discrepancy {
			gravest = c
		}
		cell := fmt.Sprintf("%s, %d", strings.TrimSuffix(c.notebook, ".ipynb"), c.cell)
		if !slices.Contains(cells, cell) {
			cells = append(cells, cell)
		}
	}
	gap := fmt.Sprintf("%.1e", gravest.Discrepancy)
	if gravest.Verdict == equation.VerdictDefinition {
		gap = "—"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s |", label, escape(gravest.Says), strings.Join(cells, "; "), escape(gravest.How), gap, escape(gravest.String()))
}

// escape returns text as it stands in a cell of a Markdown table: bars, and outside of
// code the underscores and asterisks that would become emphasis, have a backslash.
func escape(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "|", `\|`), "\n", " ")
	parts := strings.Split(s, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = strings.NewReplacer("_", `\_`, "*", `\*`).Replace(parts[i])
	}
	return strings.Join(parts, "`")
}

// EQUATIONS.md is what the executed notebooks say, by the code as it is.
func TestEquationsAreCurrent(t *testing.T) {
	want := generate(t)
	if *update {
		if err := os.WriteFile(table, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the notebooks show by the code as it is: run make notebooks, which runs them and writes it", table)
	}
	if missing := regexp.MustCompile(`(?m)^\| (\S+) .*not checked yet`).FindAllSubmatch(got, -1); len(missing) > 0 {
		t.Errorf("%d equations are in no notebook, the first is (%s)", len(missing), missing[0][1])
	}
}

// The numbers above are those of the drafts themselves.
func TestNumbersAreThoseOfTheDrafts(t *testing.T) {
	for file, numbers := range map[string]string{"draft-2023-04-12.md": drafts[0].numbers, "draft-2023-03-28.md": drafts[1].numbers} {
		raw, err := os.ReadFile(filepath.Join("..", "..", "shared", "dissertation", file))
		if err != nil {
			t.Skipf("the dissertation is not beside the project: %v", err)
		}
		seen := map[string]bool{}
		for _, m := range regexp.MustCompile(`\\?\((?:\\text\{)?((?:2|A)\.\d+)(?:\}\\?)?\)\$\$`).FindAllSubmatch(raw, -1) {
			seen[string(m[1])] = true
		}
		want, err := equation.Numbers(strings.ReplaceAll(numbers, "first:", ""))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range want {
			if !seen[n] {
				t.Errorf("%s has no equation (%s)", file, n)
			}
			delete(seen, n)
		}
		for n := range seen {
			t.Errorf("%s numbers an equation (%s) that the list lacks", file, n)
		}
	}
}
