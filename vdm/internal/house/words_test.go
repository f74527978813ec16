package house

import (
	"regexp"
	"strings"
	"testing"
)

// fontWidths are advances of Helvetica's letters, in thousandths of the size; other
// letters count as 556.
var fontWidths = []struct {
	width   int
	letters string
}{
	{222, "ijl.,:;'|!"}, {278, "ftI/()[] ·"}, {333, "r-"}, {500, "ckszvxyJ"}, {611, "FTLZ"}, {667, "ABEKPSVXY&"},
	{722, "CDHNRUw"}, {778, "GOQ"}, {833, "mM"}, {944, "W…"},
}

// textWidth returns how wide a text is at most in the sans-serif fonts that a
// browser may take, in the unit of the size. They are up to a tenth wider than
// Helvetica, and bold is as much again.
func textWidth(text string, size float64, bold bool) float64 {
	sum := 0
	for _, r := range text {
		width := 556
		for _, group := range fontWidths {
			if strings.ContainsRune(group.letters, r) {
				width = group.width
			}
		}
		sum += width
	}
	scale := 1.1
	if bold {
		scale *= 1.07
	}
	return float64(sum) * size / 1000 * scale
}

var (
	opening  = regexp.MustCompile(`^(Package|Command) \S+ (is |contains |are )?`)
	asides   = regexp.MustCompile(` ?\([^)]*\)?`)
	ends     = regexp.MustCompile(`[:;—]|, (and|or|as|so|opens|each|which|after|in turn|among|from|some|by) `)
	brackets = strings.NewReplacer("[", "", "]", "", "`", "", "**", "")
)

// fewWords returns the start of a description's first sentence without the package's
// name and asides, up to where a clause ends, in at most so many lines
// of a width; a clause of three words or fewer says too little. What does not fit is cut between words.
func fewWords(doc string, lines int, width, size float64) []string {
	text := opening.ReplaceAllString(strings.Join(strings.Fields(doc), " "), "")
	text = brackets.Replace(asides.ReplaceAllString(text, ""))
	for _, end := range ends.FindAllStringIndex(text, -1) {
		if strings.Count(text[:end[0]], " ") > 2 {
			text = text[:end[0]]
			break
		}
	}
	text = strings.TrimRight(text, ".,")
	var out []string
	line := ""
	words := strings.Fields(text)
	for _, word := range words {
		longer := strings.TrimSpace(line + " " + word)
		if line == "" || textWidth(longer, size, false) <= width {
			line = longer
			continue
		}
		out, line = append(out, line), word
	}
	if line != "" {
		out = append(out, line)
	}
	if len(out) <= lines {
		return out
	}
	out = out[:lines]
	last := strings.Fields(out[lines-1])
	for len(last) > 1 && (textWidth(strings.Join(last, " ")+" …", size, false) > width || dangling[last[len(last)-1]]) {
		last = last[:len(last)-1]
	}
	out[lines-1] = strings.TrimRight(strings.Join(last, " "), ",") + " …"
	return out
}

// dangling are words after which no text should break off.
var dangling = map[string]bool{"a": true, "an": true, "and": true, "by": true, "for": true, "from": true, "in": true, "into": true, "of": true, "on": true, "or": true, "that": true, "the": true, "to": true, "with": true, "its": true, "is": true}

func TestFewWords(t *testing.T) {
	for doc, want := range map[string]string{
		"": "",
		"Package unet is the dissertation's 3D U-Net (section 2.7.10, left\nempty).": "the dissertation's 3D|U-Net",
		"Command engine prints which engine runs the graphs, and can fetch one.":     "prints which engine|runs the graphs",
		"Package a scores clips of the many kinds that there are of them.":           "scores clips of the|many kinds …",
		"Package tests is for tests: an engine without XLA.":                         "for tests: an engine|without XLA",
		"Package netcdf reads a [climate.Field] or two, each in turn.":               "reads a|climate.Field or two",
	} {
		if got := strings.Join(fewWords(doc, 2, 110, 11), "|"); got != want {
			t.Errorf("of %q the words %q are left, want %q", doc, got, want)
		}
	}
}
