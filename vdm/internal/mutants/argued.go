package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// argued lists random changes that make no difference, and why: what has an argument in
// the place of a test. The tests check that the code of each is still as it was when the
// argument was made, and that the change is one that the program makes.
var argued = []named{
	{name: "padding", file: "vdm/elbo.go", in: "min(from+k, evaluations-1)%o.Levels", old: "1", new: "(1 - 1)",
		what: "only places after the last evaluation, whose results are not used, get another level"},
	{name: "half-way", file: "vdm/schedule_cosine.go", old: "psi < rest", new: "psi <= rest",
		what: "where ψ is π/4 either form is the shift to rounding"},
	{name: "infinite deviation", file: "vdm/observation.go", in: "math.IsInf(float64(s), 1)", old: "1", new: "(1 + 1)",
		what: "any number above 0 asks for +Inf"},
}

// arguments returns the reasons of argued changes by their places.
func arguments(root string) (map[string]string, error) {
	all := map[string]string{}
	for _, a := range argued {
		text, err := os.ReadFile(filepath.Join(root, a.file))
		if err != nil {
			return nil, err
		}
		c, err := a.change(string(text))
		if err != nil {
			return nil, fmt.Errorf("an argument whose code has gone: %w", err)
		}
		all[c.place()] = a.what
	}
	return all, nil
}

// place names a change by its file, its bytes and what they become.
func (c change) place() string { return fmt.Sprintf("%s:%d-%d %s", c.file, c.from, c.to, c.wrong) }
