package exercise

import (
	"fmt"
	"math"
	"strings"
)

// Verdict is what is said about an answer.
type Verdict struct {
	Right bool
	Text  string // whole sentences
}

// String returns the text after a mark for right or wrong.
func (v Verdict) String() string {
	if v.Right {
		return "✔ " + v.Text
	}
	return "✘ " + v.Text
}

// answer is what a student wrote, or what is right, as a function of numbers.
type answer func(in []float64) []float64

// question is one exercise.
type question struct {
	name   string
	inputs [][]float64
	point  func(in []float64) string // an input in words
	gives  []string                  // names of the outputs
	right  answer
	// mistakes are tried in order where an answer is wrong.
	mistakes []mistake
	praise   string // said about a right answer
}

type mistake struct {
	made answer
	hint string
}

// tolerance is the largest relative error of an answer that counts as right.
const tolerance = 1e-6

// check says whether an answer is right at all inputs.
func (q question) check(a answer) Verdict {
	q.validate()
	given := make([][]float64, len(q.inputs))
	for i, in := range q.inputs {
		out, failure := try(a, in)
		if failure != "" {
			return Verdict{Text: fmt.Sprintf("%s: at %s the program stopped: %s.", q.name, q.point(in), failure)}
		}
		given[i] = out
	}
	wrong := -1
	for i, in := range q.inputs {
		if !equal(given[i], q.right(in)) {
			wrong = i
			break
		}
	}
	if wrong < 0 {
		return Verdict{Right: true, Text: fmt.Sprintf("%s: right at all %d points. %s", q.name, len(q.inputs), q.praise)}
	}
	in, out := q.inputs[wrong], given[wrong]
	text := fmt.Sprintf("%s: at %s it gives %s; right is %s.", q.name, q.point(in), q.words(out), q.words(q.right(in)))
	return Verdict{Text: text + " " + q.reason(given)}
}

// validate ends the program where a mistake is none: it gives what is right, or what an
// earlier mistake gives, at all inputs.
func (q question) validate() {
	before := []answer{q.right}
	for _, m := range q.mistakes {
		for _, other := range before {
			same := true
			for _, in := range q.inputs {
				same = same && equal(m.made(in), other(in))
			}
			if same {
				panic(fmt.Sprintf("exercise: %s: no input distinguishes the mistake %q from another answer", q.name, m.hint))
			}
		}
		before = append(before, m.made)
	}
}

// reason returns what is likely to be wrong.
func (q question) reason(given [][]float64) string {
	all := func(test func(out []float64, in []float64) bool) bool {
		for i, in := range q.inputs {
			if !test(given[i], in) {
				return false
			}
		}
		return true
	}
	if all(func(out, _ []float64) bool { return allZero(out) }) {
		return "Nothing is written yet: it is 0 everywhere."
	}
	for _, m := range q.mistakes {
		if all(func(out, in []float64) bool { return equal(out, m.made(in)) }) {
			return m.hint
		}
	}
	for i := range q.inputs {
		for _, v := range given[i] {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Sprintf("At %s it is not even finite: is there a division by 0, or a root of a negative number?", q.point(q.inputs[i]))
			}
		}
	}
	right := 0
	for i, in := range q.inputs {
		if equal(given[i], q.right(in)) {
			right++
		}
	}
	if right > 0 {
		return fmt.Sprintf("It is right at %d of %d points: look for what is special about this one.", right, len(q.inputs))
	}
	return "It is wrong at every point: check the formula on paper with these numbers."
}

// try calls an answer; a panic is a failure in words.
func try(a answer, in []float64) (out []float64, failure string) {
	defer func() {
		if r := recover(); r != nil {
			failure = fmt.Sprint(r)
		}
	}()
	return a(append([]float64(nil), in...)), ""
}

func (q question) words(out []float64) string {
	var parts []string
	for i, v := range out {
		if i < len(q.gives) && q.gives[i] != "" {
			parts = append(parts, fmt.Sprintf("%s = %.5g", q.gives[i], v))
		} else {
			parts = append(parts, fmt.Sprintf("%.5g", v))
		}
	}
	return strings.Join(parts, ", ")
}

func equal(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !(math.Abs(a[i]-b[i]) <= tolerance*(1e-3+math.Abs(b[i]))) {
			return false
		}
	}
	return true
}

func allZero(values []float64) bool {
	for _, v := range values {
		if v != 0 {
			return false
		}
	}
	return true
}

// one makes an answer with one output.
func one(f func(in []float64) float64) answer {
	return func(in []float64) []float64 { return []float64{f(in)} }
}
