package house

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// What is measured today; each number may only become smaller.
const (
	largestKnot = 2  // files of one package that all need each other; the aim is 3
	vdmKnot     = 0  // the same, of package vdm
	allBack     = 3  // arrows that go back, of all packages together; the aim is 25
	vdmNames    = 94 // exported top-level names of package vdm; the aim is 95
)

// TestKnots counts, in every package and with the tests left out, the knots (files
// of which each needs all others, directly or not) and the back arrows (the fewest
// arrows between files that go against an order in which all others go forward).
func TestKnots(t *testing.T) {
	found := modulePackages(t)
	data, err := exports()
	if err != nil {
		t.Fatal(err)
	}
	check := newChecker(data)
	largest, inAll, unproven := []string(nil), 0, ""
	for _, path := range slices.Sorted(maps.Keys(found)) {
		g, checked, err := check.fileArrows(found[path])
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		knots := g.knots()
		back, proven := g.backArrows()
		inAll += back
		mark := ""
		if !proven {
			mark = " at most"
			unproven = ", an upper bound"
		}
		if len(knots) > 0 {
			var sizes []string
			for _, k := range knots {
				sizes = append(sizes, fmt.Sprint(len(k)))
			}
			t.Logf("%s: %d files, %d arrows, knots of %s,%s %d back", path, len(g.names), g.arrows(), strings.Join(sizes, ", "), mark, back)
			if len(knots[0]) > len(largest) {
				largest = knots[0]
			}
		}
		if path == "vdm" {
			knot, exported := 0, 0
			if len(knots) > 0 {
				knot = len(knots[0])
			}
			hold(t, "files in the largest knot of package vdm", "vdmKnot", knot, vdmKnot)
			for _, name := range checked.Scope().Names() {
				if checked.Scope().Lookup(name).Exported() {
					exported++
				}
			}
			hold(t, "exported top-level names of package vdm", "vdmNames", exported, vdmNames)
		}
	}
	t.Logf("largest knot: %d files (%s)", len(largest), strings.Join(largest, ", "))
	t.Logf("the module: %d back arrows%s", inAll, unproven)
	hold(t, "files in the largest knot", "largestKnot", len(largest), largestKnot)
	hold(t, "back arrows in the module", "allBack", inAll, allBack)
}

// hold fails where a number is larger than it was, and where it is smaller and the
// constant does not say so yet.
func hold(t *testing.T, what, constant string, measured, today int) {
	t.Helper()
	switch {
	case measured > today:
		t.Errorf("%d %s, and there were %d: move what ties files together, or unexport the new name, instead of raising %s", measured, what, today, constant)
	case measured < today:
		t.Errorf("%d %s, fewer than the %d of before: set %s to %d, so that it stays so", measured, what, today, constant, measured)
	}
}
