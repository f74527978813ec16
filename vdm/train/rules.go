package train

import (
	"fmt"
	"slices"
	"strings"
)

// rules lists the update rules by name. The first is the rule of configurations that
// name none; that must not change.
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

// NewRule returns the update rule of a name; "" means adam.
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
