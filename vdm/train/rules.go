package train

import (
	"fmt"
	"slices"
	"strings"
)

// RuleOptions are the settings of update rules. A rule uses those that it has.
type RuleOptions struct {
	Beta1   float64 // decay of the mean of the gradient, in [0, 1)
	Beta2   float64 // decay of the mean of its square, in [0, 1)
	Epsilon float64 // added to the root of that mean
}

// rules are the update rules by name. The first is the one of configurations that
// name none, for ever.
var rules = []struct {
	name string
	with func(o RuleOptions) Rule
}{
	{"adam", func(o RuleOptions) Rule { return Adam(o) }},
}

// RuleNames returns the names that [NewRule] takes.
func RuleNames() []string {
	var names []string
	for _, r := range rules {
		names = append(names, r.name)
	}
	return names
}

// NewRule returns the update rule of a name; "" is adam.
func NewRule(name string, o RuleOptions) (Rule, error) {
	if name == "" {
		name = rules[0].name
	}
	i := slices.Index(RuleNames(), name)
	if i < 0 {
		return nil, fmt.Errorf("optimiser %q: want one of %s", name, strings.Join(RuleNames(), ", "))
	}
	return rules[i].with(o), nil
}
