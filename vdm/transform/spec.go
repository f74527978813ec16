package transform

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// These are the kinds of a Step.
const (
	KindIdentity    = "identity"
	KindNonNegative = "nonnegative"
	KindSqrt        = "sqrt"
	KindCbrt        = "cbrt"
	KindLog         = "log"
	KindLogPlus     = "logplus"
	KindDB          = "db"
	KindStandardise = "standardise"
	KindAffine      = "affine"
	KindNormalScore = "normal-score"
	KindLearnt      = "learnt"
)

// These chains are used where no other is asked for. Noise schedules assume data of
// about unit variance, so both end in standardise. The cube root of rain is nearer to
// normal than its square root (Sloughter et al. 2007), so that heavy rain has less to be
// learnt: vdm/bench/optimisers/RESULTS.md.
const (
	DefaultRain = "cbrt+standardise" // for rain rates and other values ≥ 0 with a long tail
	Default     = "standardise"      // for any other variable
)

// Step is one step of a chain. Epsilon, Offset and Floor must be given, and all numbers of
// learnt, which is fitted together with a network. Min and Max, Mean and Std, X and Y are
// absent until the step is fitted.
type Step struct {
	Kind    string    `json:"kind" yaml:"kind"`
	Epsilon *float64  `json:"epsilon,omitempty" yaml:"epsilon,omitempty"` // of log
	Offset  *float64  `json:"offset,omitempty" yaml:"offset,omitempty"`   // of logplus
	Floor   *float64  `json:"floor,omitempty" yaml:"floor,omitempty"`     // of db
	Mean    *float64  `json:"mean,omitempty" yaml:"mean,omitempty"`       // of standardise
	Std     *float64  `json:"std,omitempty" yaml:"std,omitempty"`
	Min     *float64  `json:"min,omitempty" yaml:"min,omitempty"` // of affine
	Max     *float64  `json:"max,omitempty" yaml:"max,omitempty"` // of affine and learnt
	X       []float64 `json:"x,omitempty" yaml:"x,omitempty"`     // of normal-score
	Y       []float64 `json:"y,omitempty" yaml:"y,omitempty"`
	Slope   *float64  `json:"slope,omitempty" yaml:"slope,omitempty"` // of learnt
	Weights []float64 `json:"weights,omitempty" yaml:"weights,omitempty"`
}

// Spec describes a transform as a chain of steps; the zero value is the identity. It is
// read from YAML and JSON as {steps: [{kind: sqrt}, {kind: affine}]} or as the string
// that [Parse] takes, and is then validated.
type Spec struct {
	Steps []Step `json:"steps" yaml:"steps"`
}

// parameter is a number of a step with its name.
type parameter struct {
	name string
	at   **float64
}

// parameters returns the numbers that the kind of a step has, in the order in which they
// are written, except the lists of normal-score and learnt.
func (s *Step) parameters() []parameter {
	switch s.Kind {
	case KindLog:
		return []parameter{{"epsilon", &s.Epsilon}}
	case KindLogPlus:
		return []parameter{{"offset", &s.Offset}}
	case KindDB:
		return []parameter{{"floor", &s.Floor}}
	case KindStandardise:
		return []parameter{{"mean", &s.Mean}, {"std", &s.Std}}
	case KindAffine:
		return []parameter{{"min", &s.Min}, {"max", &s.Max}}
	case KindLearnt:
		return []parameter{{"max", &s.Max}, {"slope", &s.Slope}}
	}
	return nil
}

// fits reports whether the numbers of the step come from data.
func (s Step) fits() bool {
	return s.Kind == KindStandardise || s.Kind == KindAffine || s.Kind == KindNormalScore
}

// fitted reports whether every number is present.
func (s Step) fitted() bool {
	if s.Kind == KindNormalScore {
		return len(s.X) > 0
	}
	for _, p := range s.parameters() {
		if *p.at == nil {
			return false
		}
	}
	return true
}

// Parse returns the Spec that a text names: steps joined by "+", parameters after ":".
//
//	identity   nonnegative   sqrt   cbrt   log:EPSILON   logplus:OFFSET   db:FLOOR
//	standardise   standardise:MEAN:STD   affine   affine:MIN:MAX
//	normal-score   normal-score:X:Y:X:Y…
//	learnt:MAX:SLOPE:WEIGHT:WEIGHT…
//
// as in sqrt+standardise or log:0.1+affine. standardise, affine and normal-score wait for
// [Spec.Fit] where they have no numbers.
func Parse(name string) (Spec, error) {
	var s Spec
	for i, word := range strings.Split(name, "+") {
		fields := strings.Split(strings.TrimSpace(word), ":")
		step := Step{Kind: fields[0]}
		var params []float64
		for _, f := range fields[1:] {
			v, err := strconv.ParseFloat(f, 64)
			if err != nil {
				return Spec{}, fmt.Errorf("transform %q: step %d: %q is not a number", name, i+1, f)
			}
			params = append(params, v)
		}
		own := step.parameters()
		switch {
		case step.Kind == KindNormalScore && len(params)%2 == 0:
			for j := 0; j < len(params); j += 2 {
				step.X, step.Y = append(step.X, params[j]), append(step.Y, params[j+1])
			}
		case step.Kind == KindLearnt && len(params) > 2:
			step.Max, step.Slope, step.Weights = &params[0], &params[1], params[2:]
		case len(params) == 0:
		case len(params) != len(own):
			return Spec{}, fmt.Errorf("transform %q: step %d: %d parameters for %q; want log:EPSILON, logplus:OFFSET, db:FLOOR, standardise:MEAN:STD, affine:MIN:MAX, normal-score:X:Y… or learnt:MAX:SLOPE:WEIGHT…",
				name, i+1, len(params), step.Kind)
		default:
			for j, p := range own {
				*p.at = &params[j]
			}
		}
		s.Steps = append(s.Steps, step)
	}
	if err := s.Validate(); err != nil {
		return Spec{}, fmt.Errorf("transform %q: %w", name, err)
	}
	return s, nil
}

// String returns the text from which Parse makes the same Spec, fitted numbers with
// every digit.
func (s Spec) String() string {
	if len(s.Steps) == 0 {
		return KindIdentity
	}
	words := make([]string, len(s.Steps))
	for i, step := range s.Steps {
		words[i] = step.Kind
		add := func(v float64) {
			// Plus signs are removed, because 'e' has one in its exponent and "+"
			// separates steps.
			words[i] += ":" + strings.Replace(strconv.FormatFloat(v, 'g', -1, 64), "e+", "e", 1)
		}
		for _, p := range step.parameters() {
			if *p.at != nil {
				add(**p.at)
			}
		}
		for j := range step.X {
			add(step.X[j])
			add(step.Y[j])
		}
		for _, w := range step.Weights {
			add(w)
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
	switch s.Kind {
	case KindIdentity, KindNonNegative, KindSqrt, KindCbrt, KindLog, KindLogPlus, KindDB, KindStandardise, KindAffine, KindNormalScore, KindLearnt:
	default:
		return fmt.Errorf("unknown kind %q; want identity, nonnegative, sqrt, cbrt, log, logplus, db, standardise, affine, normal-score or learnt", s.Kind)
	}
	own := s.parameters()
	for _, p := range []parameter{{"epsilon", &s.Epsilon}, {"offset", &s.Offset}, {"floor", &s.Floor}, {"mean", &s.Mean}, {"std", &s.Std}, {"min", &s.Min}, {"max", &s.Max}, {"slope", &s.Slope}} {
		switch v := *p.at; {
		case v == nil:
		case !slices.ContainsFunc(own, func(o parameter) bool { return o.name == p.name }):
			return fmt.Errorf("%s has no parameter %s", s.Kind, p.name)
		case math.IsNaN(*v) || math.IsInf(*v, 0):
			return fmt.Errorf("%s: %s is %v; want a finite number", s.Kind, p.name, *v)
		}
	}
	if s.Kind != KindNormalScore && len(s.X)+len(s.Y) > 0 {
		return fmt.Errorf("%s has no parameters x and y", s.Kind)
	}
	if s.Kind != KindLearnt && len(s.Weights) > 0 {
		return fmt.Errorf("%s has no weights", s.Kind)
	}
	switch s.Kind {
	case KindLog, KindLogPlus, KindDB:
		p := own[0]
		if *p.at == nil {
			return fmt.Errorf("%s: %s is missing; want a positive number, as in %s:0.1", s.Kind, p.name, s.Kind)
		}
		if **p.at <= 0 {
			return fmt.Errorf("%s: %s is %v; want a positive number", s.Kind, p.name, **p.at)
		}
	case KindStandardise:
		if (s.Mean == nil) != (s.Std == nil) {
			return fmt.Errorf("standardise: of mean and std only one is given; want both, or neither to have them fitted")
		}
		if s.Std != nil && !(*s.Std > 0) {
			return fmt.Errorf("standardise: std is %v; want a positive number", *s.Std)
		}
	case KindAffine:
		switch {
		case (s.Min == nil) != (s.Max == nil):
			return fmt.Errorf("affine: of min and max only one is given; want both, or neither to have them fitted")
		case s.Min != nil && !(*s.Min < *s.Max):
			return fmt.Errorf("affine: min is %v and max is %v; want min < max", *s.Min, *s.Max)
		case s.Min != nil && math.IsInf(*s.Max-*s.Min, 0):
			return fmt.Errorf("affine: the range from %v to %v overflows", *s.Min, *s.Max)
		}
	case KindNormalScore:
		return checkKnots(s.X, s.Y)
	case KindLearnt:
		return checkLearnt(s.Max, s.Slope, s.Weights)
	}
	return nil
}

// Fitted reports whether every number is present, so that Build succeeds.
func (s Spec) Fitted() bool {
	return !slices.ContainsFunc(s.Steps, func(step Step) bool { return step.fits() && !step.fitted() })
}

// Unfitted returns the chain without the numbers that Fit may set, also those that were
// given.
func (s Spec) Unfitted() Spec {
	out := Spec{Steps: slices.Clone(s.Steps)}
	for i, step := range out.Steps {
		if step.fits() {
			out.Steps[i] = Step{Kind: step.Kind}
		}
	}
	return out
}

// NeedsValues reports whether [Spec.Fit] must read every value of the training data;
// otherwise the smallest and the largest are enough.
func (s Spec) NeedsValues() bool {
	return slices.ContainsFunc(s.Steps, func(step Step) bool {
		return step.fits() && !step.fitted() && step.Kind != KindAffine
	})
}

// Build returns the transform. It is an error if the Spec is invalid or a step has not
// been fitted.
func (s Spec) Build() (Transform, error) {
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("transform %v: %w", s, err)
	}
	if !s.Fitted() {
		return nil, fmt.Errorf("transform %v: a step (affine, standardise or normal-score) has no numbers; fit it on training data first", s)
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

// build returns the transform of a valid, fitted step.
func (s Step) build() Transform {
	switch s.Kind {
	case KindNonNegative:
		return NonNegative{}
	case KindSqrt:
		return Sqrt{}
	case KindCbrt:
		return Cbrt{}
	case KindLog:
		return Log{Epsilon: *s.Epsilon}
	case KindLogPlus:
		return LogPlus{Offset: *s.Offset}
	case KindDB:
		return DB{Floor: *s.Floor}
	case KindStandardise:
		return Standardise{Mean: *s.Mean, Std: *s.Std}
	case KindAffine:
		return Affine{Min: *s.Min, Max: *s.Max}
	case KindNormalScore:
		return NewNormalScore(s.X, s.Y)
	case KindLearnt:
		return NewLearnt(*s.Max, *s.Slope, s.Weights)
	}
	return Identity{}
}

// UnmarshalJSON reads the object or the text of a Spec, and validates it.
func (s *Spec) UnmarshalJSON(b []byte) error {
	return s.unmarshal(func(v any) error { return json.Unmarshal(b, v) })
}

// UnmarshalYAML reads the mapping or the text of a Spec, and validates it.
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
	// Decoding goes through maps, so that a misspelt key is refused whether or not the
	// decoder is strict.
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
			case "kind", "epsilon", "offset", "floor", "mean", "std", "min", "max", "x", "y", "slope", "weights":
			default:
				return fmt.Errorf("transform: step %d: unknown setting %q; want kind, epsilon, offset, floor, mean, std, min, max, x, y, slope or weights", i+1, key)
			}
		}
	}
	type plain Spec // the type without these methods
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

// Bounded reports whether the chain ends in an affine or a learnt step, so that training
// data lie in [−1, 1] and values beyond are beyond the extremes of training. Other chains
// have only the bounds of nature, which Inverse keeps.
func (s Spec) Bounded() bool {
	if len(s.Steps) == 0 {
		return false
	}
	last := s.Steps[len(s.Steps)-1].Kind
	return last == KindAffine || last == KindLearnt
}
