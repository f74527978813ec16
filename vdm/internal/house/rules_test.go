package house

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// rule restricts which packages of this module certain packages import, tests
// excluded.
type rule struct {
	name  string
	bound func(path string) bool          // whether the rule is about a package
	may   func(path, imports string) bool // whether such a package may import another
	why   string
	today []string // "importer -> imported" that break the rule today; the list may only become shorter
}

// only returns a rule's may for packages that may import what matches a pattern.
func only(patterns ...string) func(string, string) bool {
	return func(_, imported string) bool { return matchesAny(imported, patterns) }
}

func are(patterns ...string) func(string) bool {
	return func(path string) bool { return matchesAny(path, patterns) }
}

// leaves are what the paper's floor may stand on.
var leaves = []string{
	"vdm/noise", "vdm/weights", "vdm/transform", "vdm/verify", "vdm/forecast", "vdm/checkpoint",
	"vdm/backend", "vdm/internal/engine", "vdm/internal/machine",
}

var rules = []rule{
	{
		name: "the paper stands on leaves", bound: are("vdm"), may: only(leaves...),
		why: "the mathematics knows neither a network nor a folder of a run: what ties them belongs to vdm/run",
	},
	{
		name: "the networks and the exact models belong to the paper", bound: are("vdm/unet", "vdm/convnet", "vdm/spectral", "vdm/tiles", "vdm/exact"),
		may: only(append([]string{"vdm"}, leaves...)...),
		why: "whoever reads the paper's floor should need nothing of the floors above",
	},
	{
		name: "training knows neither diffusion nor folders", bound: are("vdm/train"),
		may: only("vdm/weights", "vdm/noise", "vdm/internal/engine", "vdm/internal/machine"),
		why: "vdm/train takes variables, a loss and batches, and returns a state",
	},
	{
		name: "leaves that others take along import only noise", bound: are("plotting", "vdm/verify", "vdm/noise", "vdm/weights", "vdm/checkpoint"),
		may: only("vdm/noise"),
		why: "pictures, scores, random numbers and snapshots should be usable without the rest",
	},
	{
		name: "nothing imports commands and notebooks", bound: func(path string) bool { return !matches(path, "notebooks/...") },
		may: func(_, imported string) bool {
			return !matchesAny(imported, []string{"vdm/cmd/...", "vdm/backend/cmd/...", "vdm/bench/...", "notebooks/..."})
		},
		why: "what two of them need belongs to a package of the library",
	},
	{
		name: "arrows go down", bound: func(path string) bool { return floorOf(path) >= 0 },
		may: func(path, imported string) bool { return floorOf(path) <= floorOf(imported) },
		why: "a floor of the house stands on those below it",
	},
}

// broken returns the arrows "importer -> imported" that break a rule.
func (r rule) broken(imports map[string][]string) []string {
	var found []string
	for path, imported := range imports {
		for _, i := range imported {
			if r.bound(path) && !r.may(path, i) {
				found = append(found, path+" -> "+i)
			}
		}
	}
	slices.Sort(found)
	return found
}

// complaints returns what is wrong about what was found beside what is known and
// excused today.
func complaints(found, today []string) []string {
	var wrong []string
	for _, f := range found {
		if !slices.Contains(today, f) {
			wrong = append(wrong, fmt.Sprintf("%s breaks it", f))
		}
	}
	for _, e := range today {
		if !slices.Contains(found, e) {
			wrong = append(wrong, fmt.Sprintf("the exception %q is needed no longer: strike it from the list of today", e))
		}
	}
	return wrong
}

// TestRules checks the arrows between packages.
func TestRules(t *testing.T) {
	imports := ourImports(modulePackages(t))
	for _, r := range rules {
		t.Run(strings.ReplaceAll(r.name, " ", "-"), func(t *testing.T) {
			for _, wrong := range complaints(r.broken(imports), r.today) {
				t.Errorf("rule: %s (%s): %s", r.name, r.why, wrong)
			}
		})
	}
}

// Every rule refuses an arrow that it is there to refuse, and an exception that is
// needed no longer is a complaint.
func TestRulesRefuse(t *testing.T) {
	for name, arrow := range map[string][2]string{
		"the paper stands on leaves":                            {"vdm", "vdm/climate"},
		"the networks and the exact models belong to the paper": {"vdm/exact", "vdm/run"},
		"training knows neither diffusion nor folders":          {"vdm/train", "vdm"},
		"leaves that others take along import only noise":       {"plotting", "vdm/climate"},
		"nothing imports commands and notebooks":                {"vdm/study", "notebooks/book/sampling"},
		"arrows go down":                                        {"vdm/climate", "vdm/run"},
	} {
		i := slices.IndexFunc(rules, func(r rule) bool { return r.name == name })
		if i < 0 {
			t.Errorf("there is no rule %q", name)
			continue
		}
		imports := map[string][]string{arrow[0]: {arrow[1], "vdm/noise"}}
		want := arrow[0] + " -> " + arrow[1]
		if got := rules[i].broken(imports); len(got) != 1 || got[0] != want {
			t.Errorf("rule %q: %q break it, want %q alone", name, got, want)
		}
	}
	if got := complaints([]string{"a -> b"}, []string{"a -> c"}); len(got) != 2 {
		t.Errorf("a new arrow and an old exception give the complaints %q, want two", got)
	}
	if got := complaints([]string{"a -> b"}, []string{"a -> b"}); len(got) != 0 {
		t.Errorf("an arrow that is excused gives the complaints %q", got)
	}
}

// TestWithoutNetCDF checks that what goes to machines without the C library of
// NetCDF, and trains there from prepared files, does not link it.
func TestWithoutNetCDF(t *testing.T) {
	const remedy = "a package reads NetCDF only by a blank import in a command, in a file with the build constraint !nonetcdf"
	found := modulePackages(t)
	all, _ := packages()
	imports := map[string][]string{}
	for _, p := range all {
		imports[p.ImportPath] = p.Imports
	}
	for _, path := range []string{"vdm", "vdm/run", "vdm/train", "vdm/climate", "vdm/bench"} {
		if p := found[path]; p != nil {
			if way := wayToNetCDF(p.ImportPath, imports, map[string]bool{}); way != nil {
				t.Errorf("%s; %s", strings.Join(way, " imports "), remedy)
			}
		}
	}
	if command := found["vdm/cmd/vdm"]; command == nil || wayToNetCDF(command.ImportPath, imports, map[string]bool{}) == nil {
		t.Error("the command vdm, as it is built by default, does not read NetCDF")
	}
	without, err := goList("-deps", "-tags", "nonetcdf", "-json=ImportPath", "./vdm/cmd/vdm")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range without {
		if isNetCDF(p.ImportPath) {
			t.Errorf("the command vdm, built with -tags nonetcdf, links %s; %s", p.ImportPath, remedy)
		}
	}
}

func isNetCDF(path string) bool {
	return strings.HasSuffix(path, "/go-netcdf/netcdf") || strings.HasSuffix(path, "/vdm/climate/netcdf")
}

// wayToNetCDF returns a chain of imports from a package to one that links NetCDF.
func wayToNetCDF(path string, imports map[string][]string, seen map[string]bool) []string {
	if isNetCDF(path) {
		return []string{path}
	}
	seen[path] = true
	for _, next := range imports[path] {
		if !seen[next] {
			if way := wayToNetCDF(next, imports, seen); way != nil {
				return append([]string{path}, way...)
			}
		}
	}
	return nil
}
