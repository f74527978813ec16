package train

import (
	"fmt"
	"slices"
	"strings"
)

// rules lists the update rules by name. The first is the rule of configurations that
// name none; that must not change.
var rules = []struct {
	name     string
	decays   bool // whether the rule has a weight decay
	averages bool // whether its average is its own, and not exponential
	with     func(o RuleOptions) Rule
}{
	{"adam", false, false, func(o RuleOptions) Rule { return Adam(o) }},
	{"adamw", true, false, func(o RuleOptions) Rule { return AdamW(o) }},
	{"muon", true, false, func(o RuleOptions) Rule { return Muon(o) }},
	{"schedule-free", true, true, func(o RuleOptions) Rule { return ScheduleFree(o) }},
	{"soap", true, false, func(o RuleOptions) Rule { return SOAP(o) }},
}

// RuleNames returns the names that [NewRule] takes.
func RuleNames() []string {
	var names []string
	for _, r := range rules {
		names = append(names, r.name)
	}
	return names
}

// NewRule returns the update rule of a name; "" means adam. A weight decay is an error with
// a rule that has none.
func NewRule(name string, o RuleOptions) (Rule, error) {
	if name == "" {
		name = rules[0].name
	}
	i := slices.Index(RuleNames(), name)
	if i < 0 {
		return nil, fmt.Errorf("optimiser %q: want one of %s", name, strings.Join(RuleNames(), ", "))
	}
	if o.WeightDecay != 0 && !rules[i].decays {
		return nil, fmt.Errorf("optimiser %s has no weight decay, and %v is asked for: take adamw", name, o.WeightDecay)
	}
	return rules[i].with(o), nil
}

// HasOwnAverage reports whether the average of the weights is the rule's own under that
// name, and not the exponential one.
func HasOwnAverage(name string) bool {
	i := slices.Index(RuleNames(), name)
	return i >= 0 && rules[i].averages
}
