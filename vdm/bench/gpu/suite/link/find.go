package main

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tested lists the functions in a package's test files.
type tested struct {
	path, importPath string
	internal         functions // of the package itself
	external         functions // of the package foo_test
}

// functions are names by kind.
type functions struct {
	main                         bool
	tests, benchmarks, fuzzTests []string
	examples                     []*doc.Example
}

func (f functions) empty() bool {
	return !f.main && len(f.tests)+len(f.benchmarks)+len(f.fuzzTests)+len(f.examples) == 0
}

func find(p listing) (tested, error) {
	t := tested{path: p.path(), importPath: p.ImportPath}
	var err error
	if t.internal, err = functionsOf(p.Dir, p.TestGoFiles); err != nil {
		return t, err
	}
	t.external, err = functionsOf(p.Dir, p.XTestGoFiles)
	return t, err
}

// functionsOf returns the functions that `go help testfunc` defines as tests.
func functionsOf(dir string, files []string) (functions, error) {
	var found functions
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, file), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return found, err
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil {
				continue
			}
			name := f.Name.Name
			switch {
			case name == "TestMain" && takes(f, "M"):
				found.main = true
			case named(name, "Test") && takes(f, "T"):
				found.tests = append(found.tests, name)
			case named(name, "Benchmark") && takes(f, "B"):
				found.benchmarks = append(found.benchmarks, name)
			case named(name, "Fuzz") && takes(f, "F"):
				found.fuzzTests = append(found.fuzzTests, name)
			}
		}
		for _, e := range doc.Examples(parsed) {
			if e.Output != "" || e.EmptyOutput {
				found.examples = append(found.examples, e)
			}
		}
	}
	return found, nil
}

// named reports whether a name is the prefix, or continues after it with no lower-case
// letter.
func named(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	first, _ := utf8.DecodeRuneInString(rest)
	return ok && (rest == "" || !unicode.IsLower(first))
}

// takes reports whether a function's only parameter is a *testing.T, B, F or M.
func takes(f *ast.FuncDecl, kind string) bool {
	if f.Type.Results != nil || len(f.Type.Params.List) != 1 || len(f.Type.Params.List[0].Names) > 1 {
		return false
	}
	pointer, ok := f.Type.Params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	selector, ok := pointer.X.(*ast.SelectorExpr)
	return ok && selector.Sel.Name == kind
}
