package notebooks

import (
	"html"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The bibliography's DOIs lead where they say, and those of arXiv have its form: the paper
// was there at most four years before the year under which it is cited, and not after it.
func TestBibliographysDOIs(t *testing.T) {
	text, err := os.ReadFile("BIBLIOGRAPHY.md")
	if err != nil {
		t.Fatal(err)
	}
	doi := regexp.MustCompile(`\[doi:([^\]]+)\]\(https://doi\.org/([^)]+)\)`)
	arxiv := regexp.MustCompile(`^10\.48550/arXiv\.(\d\d)(0[1-9]|1[0-2])\.(\d{5})$`)
	entry := regexp.MustCompile(`^- \*\*(.+) (\d{4})\*\*`)
	seen, preprints := map[string]string{}, 0
	for line := range strings.Lines(string(text)) {
		named := entry.FindStringSubmatch(line)
		if named == nil {
			continue
		}
		name := named[1] + " " + named[2]
		if strings.ContainsAny(line[strings.LastIndex(line, "*"):], "<>") {
			t.Errorf("%s: the signs < and > would be taken for HTML", name)
		}
		found := doi.FindStringSubmatch(line)
		if found == nil {
			if !strings.Contains(line, "https://") && named[1] != "Herbert" {
				t.Errorf("%s: neither a DOI nor another address", name)
			}
			continue
		}
		shown := html.UnescapeString(found[1])
		if leads, err := url.PathUnescape(found[2]); err != nil || leads != shown {
			t.Errorf("%s: doi:%s leads to %s (%v)", name, shown, found[2], err)
		}
		if other, twice := seen[shown]; twice {
			t.Errorf("%s has the DOI of %s", name, other)
		}
		seen[shown] = name
		if !strings.Contains(shown, "arXiv") {
			continue
		}
		preprints++
		parts := arxiv.FindStringSubmatch(shown)
		if parts == nil {
			t.Errorf("%s: %s, want 10.48550/arXiv.YYMM.NNNNN", name, shown)
			continue
		}
		year, _ := strconv.Atoi(named[2])
		if posted, _ := strconv.Atoi("20" + parts[1]); posted > year || posted < year-4 {
			t.Errorf("%s: %s was posted in %d", name, shown, posted)
		}
	}
	if preprints == 0 {
		t.Error("no preprint")
	}
}
