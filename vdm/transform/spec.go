package transform

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The kinds of a Step.
const (
	KindIdentity = "identity"
	KindAffine   = "affine"
	KindSqrt     = "sqrt"
	KindLog      = "log"
)

// Step is one member of a chain. Min and Max belong to affine and are both
// absent until it is fitted; Epsilon belongs to log and must be given.
type Step struct {
	Kind    string   `json:"kind" yaml:"kind"`
	Epsilon *float64 `json:"epsilon,omitempty" yaml:"epsilon,omitempty"`
	Min     *float64 `json:"min,omitempty" yaml:"min,omitempty"`
	Max     *float64 `json:"max,omitempty" yaml:"max,omitempty"`
}

// Spec says which transform; the zero value is the identity. It is read from
// YAML and JSON as {steps: [{kind: sqrt}, {kind: affine}]} or as the string
// that [Parse] takes, and what is read is validated.
type Spec struct {
	Steps []Step `json:"steps" yaml:"steps"`
}

// Parse reads a chain by name: steps joined by "+", parameters after ":".
//
//	identity   affine   affine:0:76.97   sqrt   log:0.1   sqrt+affine
//
// An affine without numbers waits for [Spec.Fit].
func Parse(name string) (Spec, error) {
	var s Spec
	for i, word := range strings.Split(name, "+") {
		fields := strings.Split(strings.TrimSpace(word), ":")
		step := Step{Kind: fields[0]}
		var params []*float64
		for _, f := range fields[1:] {
			v, err := strconv.ParseFloat(f, 64)
			if err != nil {
				return Spec{}, fmt.Errorf("transform %q: step %d: %q is not a number", name, i+1, f)
			}
			params = append(params, &v)
		}
		switch {
		case step.Kind == KindLog && len(params) == 1:
			step.Epsilon = params[0]
		case step.Kind == KindAffine && len(params) == 2:
			step.Min, step.Max = params[0], params[1]
		case len(params) > 0:
			return Spec{}, fmt.Errorf("transform %q: step %d: %d parameters for %q; want log:EPSILON or affine:MIN:MAX",
				name, i+1, len(params), step.Kind)
		}
		s.Steps = append(s.Steps, step)
	}
	if err := s.Validate(); err != nil {
		return Spec{}, fmt.Errorf("transform %q: %w", name, err)
	}
	return s, nil
}

// String returns the name that Parse reads back to the same Spec, fitted
// numbers with every digit.
func (s Spec) String() string {
	if len(s.Steps) == 0 {
		return KindIdentity
	}
	words := make([]string, len(s.Steps))
	for i, step := range s.Steps {
		words[i] = step.Kind
		for _, p := range []*float64{step.Epsilon, step.Min, step.Max} {
			if p != nil {
				// 'e' has a sign in its exponent, and "+" separates steps.
				num := strings.Replace(strconv.FormatFloat(*p, 'g', -1, 64), "e+", "e", 1)
				words[i] += ":" + num
			}
		}
	}
	return strings.Join(words, "+")
}

// Validate reports the first unknown kind, missing, superfluous, non-finite or
// contradictory parameter, by step and name.
func (s Spec) Validate() error {
	for i, step := range s.Steps {
		if err := step.validate(); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

func (s Step) validate() error {
	params := []struct {
		name string
		v    *float64
		kind string
	}{{"epsilon", s.Epsilon, KindLog}, {"min", s.Min, KindAffine}, {"max", s.Max, KindAffine}}
	switch s.Kind {
	case KindIdentity, KindAffine, KindSqrt, KindLog:
	default:
		return fmt.Errorf("unknown kind %q; want identity, affine, sqrt or log", s.Kind)
	}
	for _, p := range params {
		switch {
		case p.v == nil:
		case p.kind != s.Kind:
			return fmt.Errorf("%s has no parameter %s", s.Kind, p.name)
		case math.IsNaN(*p.v) || math.IsInf(*p.v, 0):
			return fmt.Errorf("%s: %s is %v; want a finite number", s.Kind, p.name, *p.v)
		}
	}
	switch {
	case s.Kind == KindLog && s.Epsilon == nil:
		return fmt.Errorf("log: epsilon is missing; want a positive number, as in log:0.1")
	case s.Kind == KindLog && *s.Epsilon <= 0:
		return fmt.Errorf("log: epsilon is %v; want a positive number", *s.Epsilon)
	case s.Kind == KindAffine && (s.Min == nil) != (s.Max == nil):
		return fmt.Errorf("affine: of min and max only one is given; want both, or neither to have them fitted")
	case s.Kind == KindAffine && s.Min != nil && !(*s.Min < *s.Max):
		return fmt.Errorf("affine: min is %v and max is %v; want min < max", *s.Min, *s.Max)
	case s.Kind == KindAffine && s.Min != nil && math.IsInf(*s.Max-*s.Min, 0):
		return fmt.Errorf("affine: the range from %v to %v overflows", *s.Min, *s.Max)
	}
	return nil
}

// Fitted reports whether every number is there, so that Build will work.
func (s Spec) Fitted() bool {
	for _, step := range s.Steps {
		if step.Kind == KindAffine && step.Min == nil {
			return false
		}
	}
	return true
}

// Build returns the transform. It fails where the Spec is invalid or an affine
// step has not been fitted.
func (s Spec) Build() (Transform, error) {
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("transform %v: %w", s, err)
	}
	if !s.Fitted() {
		return nil, fmt.Errorf("transform %v: an affine step has no min and max; fit it on training data first", s)
	}
	chain := make(Chain, len(s.Steps))
	for i, step := range s.Steps {
		chain[i] = step.build()
	}
	switch len(chain) {
	case 0:
		return Identity{}, nil
	case 1:
		return chain[0], nil
	}
	return chain, nil
}

// build wants a valid, fitted step.
func (s Step) build() Transform {
	switch s.Kind {
	case KindAffine:
		return Affine{Min: *s.Min, Max: *s.Max}
	case KindSqrt:
		return Sqrt{}
	case KindLog:
		return Log{Epsilon: *s.Epsilon}
	}
	return Identity{}
}

// UnmarshalJSON reads the object or the name, and validates.
func (s *Spec) UnmarshalJSON(b []byte) error {
	return s.unmarshal(func(v any) error { return json.Unmarshal(b, v) })
}

// UnmarshalYAML reads the mapping or the name, and validates.
func (s *Spec) UnmarshalYAML(decode func(any) error) error { return s.unmarshal(decode) }

func (s *Spec) unmarshal(decode func(any) error) error {
	var name string
	if decode(&name) == nil {
		parsed, err := Parse(name)
		if err == nil {
			*s = parsed
		}
		return err
	}
	// Through maps, so that a misspelt key is refused whatever the decoder's
	// own strictness.
	var raw map[string][]map[string]any
	if err := decode(&raw); err != nil {
		return fmt.Errorf("transform: want a name or {steps: [{kind: …}, …]}: %w", err)
	}
	for key := range raw {
		if key != "steps" {
			return fmt.Errorf("transform: unknown setting %q; want steps", key)
		}
	}
	for i, step := range raw["steps"] {
		for key := range step {
			switch key {
			case "kind", "epsilon", "min", "max":
			default:
				return fmt.Errorf("transform: step %d: unknown setting %q; want kind, epsilon, min or max", i+1, key)
			}
		}
	}
	type plain Spec // without these methods
	var p plain
	if err := decode(&p); err != nil {
		return fmt.Errorf("transform: %w", err)
	}
	if err := Spec(p).Validate(); err != nil {
		return fmt.Errorf("transform: %w", err)
	}
	*s = Spec(p)
	return nil
}

// Bounded reports whether the chain ends in an affine step, so that training
// data lie in [−1, 1].
func (s Spec) Bounded() bool {
	return len(s.Steps) > 0 && s.Steps[len(s.Steps)-1].Kind == KindAffine
}
