package main

import (
	"bytes"
	"fmt"
	"go/format"
	"slices"
	"strings"
)

// leftOut lists the tests that make no sense away from their package's folder, or in a
// program that links more than their package, each with the reason.
var leftOut = map[string]string{
	"vdm/backend.TestNoEngineLinked": "it asks for an engine in a program that links none; this one links all",
	"vdm/backend.TestProjectRoots":   "it looks for the checkout that it stands in",
	"vdm/backend.TestThisMachine":    "it looks for the checkout that it stands in",
}

// checkLeftOut refuses names that no test of the given packages has.
func checkLeftOut(all []tested, leftOut map[string]string) error {
	for name := range leftOut {
		path, test, _ := strings.Cut(name, ".")
		for _, t := range all {
			if t.path == path && !slices.Contains(t.internal.tests, test) && !slices.Contains(t.external.tests, test) {
				return fmt.Errorf("%s is to be left out, and is not there", name)
			}
		}
	}
	return nil
}

// table returns the program's main package.
func table(module string, all []tested, leftOut map[string]string) ([]byte, error) {
	if err := checkLeftOut(all, leftOut); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	put := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	put("package main\n\nimport (\n\t\"testing\"\n\t\"testing/linked\"\n\n\t%q\n", "github.com/climate-vdm/climate-vdm/vdm/bench/gpu/suite")
	for i, t := range all {
		for _, part := range t.parts(i) {
			put("\t%s %q\n", part.alias, part.importPath)
		}
	}
	put(")\n\nfunc start(p suite.Package) *testing.M {\n")
	put("\tlinked.SetPaths(%q, %q+p.Path)\n", module, module+"/")
	put("\treturn testing.MainStart(linked.Deps{}, p.Tests, p.Benchmarks, p.Fuzz, p.Examples)\n}\n\n")
	put("func main() {\n\tsuite.Main(start, []suite.Package{\n")
	for i, t := range all {
		parts := t.parts(i)
		put("\t\t{\n\t\t\tPath: %q,\n", t.path)
		for _, part := range parts {
			if part.main {
				put("\t\t\tMain: %s.TestMain,\n", part.alias)
			}
		}
		put("\t\t\tTests: []testing.InternalTest{\n")
		for _, part := range parts {
			for _, name := range part.tests {
				if why := leftOut[t.path+"."+name]; why != "" {
					put("\t\t\t\t{Name: %q, F: suite.LeftOut(%q)},\n", name, why)
				} else {
					put("\t\t\t\t{Name: %q, F: %s.%s},\n", name, part.alias, name)
				}
			}
		}
		put("\t\t\t},\n\t\t\tBenchmarks: []testing.InternalBenchmark{\n")
		for _, part := range parts {
			for _, name := range part.benchmarks {
				put("\t\t\t\t{Name: %q, F: %s.%s},\n", name, part.alias, name)
			}
		}
		put("\t\t\t},\n\t\t\tFuzz: []testing.InternalFuzzTarget{\n")
		for _, part := range parts {
			for _, name := range part.fuzzTests {
				put("\t\t\t\t{Name: %q, Fn: %s.%s},\n", name, part.alias, name)
			}
		}
		put("\t\t\t},\n\t\t\tExamples: []testing.InternalExample{\n")
		for _, part := range parts {
			for _, e := range part.examples {
				put("\t\t\t\t{Name: %q, F: %s.Example%s, Output: %q, Unordered: %t},\n", "Example"+e.Name, part.alias, e.Name, e.Output, e.Unordered)
			}
		}
		put("\t\t\t},\n\t\t},\n")
	}
	put("\t})\n}\n")
	return format.Source(b.Bytes())
}

// part is one of the two packages that a package's test files make, as the
// table imports it.
type part struct {
	functions
	alias, importPath string
}

func (t tested) parts(i int) []part {
	var parts []part
	if !t.internal.empty() {
		parts = append(parts, part{t.internal, fmt.Sprintf("p%d", i), t.importPath})
	}
	if !t.external.empty() {
		parts = append(parts, part{t.external, fmt.Sprintf("p%dx", i), t.importPath + "/" + external})
	}
	return parts
}
