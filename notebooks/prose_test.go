package notebooks

import (
	"fmt"
	"html"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// chapter is an executed notebook as text.
type chapter struct {
	name  string
	prose []string // of each Markdown cell
	code  []string // of each code cell
	shown string   // all that the cells printed, tables and checks included
}

var tags = regexp.MustCompile(`<[^>]*>`)

func readChapters(t *testing.T) (all []chapter) {
	t.Helper()
	for _, book := range readNotebooks(t, "[0-9][0-9]-*.ipynb") {
		c := chapter{name: strings.TrimSuffix(book.path, ".ipynb")}
		for _, cell := range book.Cells {
			if cell.Type == "markdown" {
				c.prose = append(c.prose, string(cell.Source))
				continue
			}
			c.code = append(c.code, string(cell.Source))
			for _, out := range cell.Outputs {
				page := string(out.Data["text/html"])
				c.shown += string(out.Text) + " " + html.UnescapeString(page) + " " + html.UnescapeString(tags.ReplaceAllString(page, " ")) + "\n"
			}
		}
		all = append(all, c)
	}
	return all
}

// unclear are phrases that prose, captions and the comments of cells must not contain, each
// with what to write in its place.
var unclear = []struct{ pattern, instead string }{
	{`\blaws?\b`, `"distribution"`},
	{`\b(is|are|was|were|has|have) to be\b`, `"should", "must", or the verb itself`},
	{`\bthat of\b`, "name the noun again"},
	{`\bholds? (no|nothing|all|none|data|0|values|only|what|every|a|an|its|one)\b`, `"contains"`},
	{`\bat hand\b`, `"available", or say who has it`},
	{`\banew\b`, `"again"`},
	{`\b(network|denoiser|sampler|model|bound|likelihood|cell|clip)s? (hears?|knows?|feels?|forgets?|believes?|sees?|decides?|wants?)\b`, "what it receives, computes or returns"},
	{`\b(is|are|was|were) told\b`, `"receives"`},
	{`\bgoes? on (where|with|from)\b`, `"continues"`},
	{`\bso many\b`, "the number's name"},
	{`\bmeans nothing\b`, `"has no meaning", "is not defined"`},
	{`\bas it should\b`, "say what is right"},
	{`\bnobody would notice\b|\bsaid aloud\b|\bhang together\b|\b(is|are|alone) won by\b`, "say it in the field's words"},
	{`\b(members?|forecasts?|quantiles?) pays?\b`, `"is penalised"`},
}

// Words in which a pattern above is right.
var clear = regexp.MustCompile(`law of total (variance|expectation)`)

var comments = regexp.MustCompile("//[^\n]*")

func TestProseIsPlainEnglish(t *testing.T) {
	texts := map[string]string{}
	for _, book := range readNotebooks(t, "*.ipynb", "labs/solutions/*.ipynb") {
		words := ""
		for _, c := range book.Cells {
			if c.Type == "markdown" {
				words += "\n" + string(c.Source)
			} else {
				words += "\n" + strings.Join(comments.FindAllString(string(c.Source), -1), "\n") + "\n" + string(c.Metadata.Caption)
			}
		}
		texts[book.path] = words
	}
	for _, name := range []string{"GLOSSARY.md", "SCORES.md", "tools/web/book.json"} {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(page)
	}
	for name, words := range texts {
		words = clear.ReplaceAllString(words, "")
		for _, u := range unclear {
			for _, at := range regexp.MustCompile(u.pattern).FindAllStringIndex(words, -1) {
				t.Errorf("%s: “…%s…”: write %s", name, strings.ToValidUTF8(words[max(0, at[0]-40):min(len(words), at[1]+30)], ""), u.instead)
			}
		}
	}
}

// Each chapter opens with what one learns, needs and covers, and in which time, and
// closes with what was found.
func TestChaptersHaveHeadsAndEnds(t *testing.T) {
	for _, c := range readChapters(t) {
		for _, part := range []string{"**You will learn**", "**You need**", "**Covered:**"} {
			if !strings.Contains(c.prose[0], part) {
				t.Errorf("%s: the first text lacks %q", c.name, part)
			}
		}
		if !regexp.MustCompile(`The chapter runs in about (a|two|three|four|five|six) minutes?`).MatchString(c.prose[0]) {
			t.Errorf("%s: the first text does not say how long the chapter runs", c.name)
		}
		if found := strings.Count(strings.Join(c.prose, "\n"), "## What was found"); found != 1 {
			t.Errorf("%s has %d sections “What was found”, want 1", c.name, found)
		}
	}
}

// derived are numbers of the prose that no cell prints: they follow in the sentence itself,
// are given by the reader of an exercise, or come from a source that the sentence names.
var derived = map[string][]string{
	"01": {"1.9", "1.22", "0.58"}, "02": {"0.588"}, "04": {"14.5"}, "05": {"0.75", "0.0014"}, "09": {"0.99"},
	"20": {"8.8", "12.4"}, "21": {"0.25"}, "23": {"0.05"}, "31": {"0.061"}, "40": {"52.489471", "1.898575"},
	"22": {"2.84", "0.27", "2.3", "0.13", "0.19", "0.25", "0.31", "0.68", "163.75", "11.4"},
}

var (
	answers = regexp.MustCompile(`(?s)<details>.*?</details>`)
	// Numbers of equations, sections and figures.
	labels  = regexp.MustCompile(`\\tag\{[^}]*\}|\((?:first draft, )?(?:A|2)\.\d[\d., –A]*\)|(?:A|2)\.\d+–(?:(?:A|2)\.)?\d+|[Ss]ections? [\d.–, and]+|[Ff]igures? [\d., and]+|\d\.\d\.\d+|equations? [\d.–A, ]+`)
	decimal = regexp.MustCompile(`\d+\.\d+`)
	printed = regexp.MustCompile(`\d+(?:\.\d+)?(?:e[-+]?\d+)?`)
)

// A decimal fraction in the prose is in the code or the output of a cell of the chapter,
// where the last digit may be rounded and the unit be per cent.
func TestNumbersInProseArePrinted(t *testing.T) {
	seen := 0
	for _, c := range readChapters(t) {
		var values []float64
		for _, number := range printed.FindAllString(c.shown+"\n"+strings.Join(c.code, "\n"), -1) {
			v, err := strconv.ParseFloat(number, 64)
			if err != nil {
				continue // beyond float64
			}
			values = append(values, v)
		}
		for _, prose := range c.prose {
			for _, number := range decimal.FindAllString(labels.ReplaceAllString(answers.ReplaceAllString(prose, ""), ""), -1) {
				if seen++; slices.Contains(derived[c.name[:2]], number) {
					continue
				}
				digits := len(number) - strings.Index(number, ".") - 1
				if !slices.ContainsFunc(values, func(v float64) bool {
					return fmt.Sprintf("%.*f", digits, v) == number || fmt.Sprintf("%.*f", digits, 100*v) == number || math.Abs(v-parse(number)) < 1e-12
				}) {
					t.Errorf("%s: the prose says %s, which no cell prints: %.80q", c.name, number, prose[max(0, strings.Index(prose, number)-40):])
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no numbers")
	}
}

func parse(number string) float64 {
	v, _ := strconv.ParseFloat(number, 64)
	return v
}
