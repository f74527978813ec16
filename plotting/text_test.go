package plotting

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/font"
)

func TestSpans(t *testing.T) {
	for in, want := range map[string][]span{
		"mm h^{-1}":   {{"mm h", 0}, {"−1", 1}},
		"mm h⁻¹":      {{"mm h", 0}, {"−1", 1}},
		"α_{t}² + σₜ": {{"α", 0}, {"t", -1}, {"2", 1}, {" + σ", 0}, {"t", -1}},
		"run_1/a^2":   {{"run_1/a^2", 0}},
		"open ^{x":    {{"open ^{x", 0}},
		"":            nil,
		"a\xffb":      {{"a\uFFFDb", 0}},
	} {
		if d := cmp.Diff(want, spans(in), cmp.AllowUnexported(span{})); d != "" {
			t.Errorf("spans(%q): %s", in, d)
		}
	}
}

func width(s string) float64 { return float64(label{text: s, size: 10}.width()) }

func TestTextWidth(t *testing.T) {
	face := font.DefaultCache.Lookup(sans(10), 10)
	for _, s := range []string{"Rain rate", "AVATAR", "0.125"} {
		if got, want := width(s), float64(face.Width(s)); got < want-0.01 || got > want+0.01 {
			t.Errorf("%q is %g points wide, gonum says %g", s, got, want)
		}
	}
	if got, want := width("x\u0302"), width("x"); got != want {
		t.Errorf("x with a hat is %g points wide, x alone %g", got, want)
	}
	if got, want := width("10^{-3}"), width("10")+scriptSize*width("−3"); got < want-0.01 || got > want+0.01 {
		t.Errorf("10^{-3} is %g points wide, want %g", got, want)
	}
}

func TestWrapped(t *testing.T) {
	l := label{text: "a title that is long enough to be broken into lines", size: 12}
	w := l.wrapped(100)
	if len(w.lines()) < 3 || w.width() > 100 || w.size != 12 {
		t.Errorf("wrapped to 100 points: %q, %g wide, size %g", w.text, w.width(), w.size)
	}
	w = label{text: "unbreakablyverylongword", size: 12}.wrapped(90)
	if w.width() > 90.01 || w.size >= 12 {
		t.Errorf("a long word in 90 points: %g wide, size %g", w.width(), w.size)
	}
}

// Every letter that the dissertation's labels need is in the font.
func TestLettersExist(t *testing.T) {
	face := font.DefaultCache.Lookup(sans(10), 10).Face
	for _, r := range "αβγδεζηθικλμνξπρστφχψωΓΔΘΛΞΠΣΦΨΩ°±×−·≤≥≈∞√∂∫∑‖µ–—…ℓ\u0302\u0303\u0304" {
		if i, err := face.GlyphIndex(nil, r); err != nil || i == 0 {
			t.Errorf("%q (%U) is not in the font", r, r)
		}
	}
}
