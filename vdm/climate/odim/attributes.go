package odim

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate/hdf5"
)

// attributes contains what a group "what" or "where" says, and what the groups above it
// say that it does not repeat.
type attributes map[string]hdf5.Attribute

// below returns the attributes with those of a group of an object over them.
func (a attributes) below(o *hdf5.Object, group string) (attributes, error) {
	g, err := o.Child(group)
	if err != nil || g == nil {
		return a, err
	}
	own, err := g.Attributes()
	if err != nil {
		return a, err
	}
	all := maps.Clone(own)
	for name, value := range a {
		if _, ok := all[name]; !ok {
			all[name] = value
		}
	}
	return all, nil
}

func (a attributes) text(name string) string { return a[name].Text }

// number returns a number, also one that is written as text, NaN where there is none.
func (a attributes) number(name string) float64 {
	v, ok := a[name]
	if !ok {
		return math.NaN()
	}
	if len(v.Numbers) > 0 {
		return v.Numbers[0]
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(v.Text), 64)
	if err != nil {
		return math.NaN()
	}
	return x
}

// numbered returns the children of an object that are called by a word and a number, in
// the order of the numbers.
func numbered(o *hdf5.Object, word string) (names []string, err error) {
	children, err := o.Children()
	if err != nil {
		return nil, err
	}
	number := func(name string) int {
		n, err := strconv.Atoi(strings.TrimPrefix(name, word))
		if err != nil || !strings.HasPrefix(name, word) {
			return -1
		}
		return n
	}
	for _, name := range children {
		if number(name) >= 0 {
			names = append(names, name)
		}
	}
	if len(names) > mostDatasets {
		return nil, fmt.Errorf("%s has more than %d of %s", o.Name, mostDatasets, word)
	}
	slices.SortFunc(names, func(a, b string) int { return number(a) - number(b) })
	return names, nil
}
