package report

import (
	"fmt"
	"slices"
	"strings"
)

// Explain returns the page of a score, of the score to which a value such as csi belongs,
// or of an index of generated clips such as spells, as Markdown that reads well in a terminal; "all" means every page. An unknown
// name is an error that lists the known ones.
func Explain(name string) (string, error) {
	wanted := strings.ToLower(strings.TrimSpace(name))
	if wanted == "all" {
		var all []string
		for _, s := range ScoreNames() {
			all = append(all, explain(s))
		}
		for _, x := range indexPages {
			all = append(all, x.text(x.name, x.keys))
		}
		return strings.Join(all, "\n"), nil
	}
	for _, x := range indexPages {
		if x.name == wanted || slices.Contains(x.keys, wanted) {
			return x.text(x.name, x.keys), nil
		}
	}
	found, err := FindScore(name)
	if err != nil {
		return "", fmt.Errorf("%w; of generated clips there are the indices %s", err, strings.Join(IndexNames(), ", "))
	}
	return explain(found), nil
}

// explain returns the page of a name of the list.
func explain(name string) string {
	p, ofCells := pages[name]
	if !ofCells {
		p = eventPages[name]
	}
	at := slices.IndexFunc(scoreList, func(s listed) bool { return s.name == name })
	return p.text(name, scoreList[at].keys)
}

// text returns the page under a name, with the keys of its figures.
func (p page) text(name string, keys []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s: %s\n\n", name, p.title)
	fmt.Fprintf(&b, "%s\n", filled(p.measures))
	for line := range strings.Lines(strings.TrimRight(p.formula, "\n") + "\n") {
		b.WriteString("    " + line)
	}
	fmt.Fprintf(&b, "\n%s\n**Figures:** %s.\n\nAn example:\n\n", filled("**How to read it.** "+p.read), strings.Join(keys, ", "))
	for line := range strings.Lines(strings.TrimRight(p.example(), "\n") + "\n") {
		b.WriteString(strings.TrimRight("    "+line, " \n") + "\n")
	}
	return b.String()
}

// filled returns a text in lines of at most 88 letters with an empty one at the end.
func filled(text string) string {
	var b strings.Builder
	at := 0
	for _, word := range strings.Fields(text) {
		n := len([]rune(word))
		switch {
		case at > 0 && at+1+n > 88 && word != "+" && word != "-": // these would begin a list
			b.WriteString("\n")
			at = 0
		case at > 0:
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String() + "\n"
}
