package notebooks

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// codeHash returns a short checksum of the declarations in the Go files of
// several folders, tests excluded. Comments, imports, layout, the names of files
// and the order of declarations do not enter: whoever mends a comment or moves a
// function to another file of its folder need not run the notebooks again.
func codeHash(folders ...string) (string, error) {
	var all []string
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			return "", err
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			code, err := os.ReadFile(file)
			if err != nil {
				return "", err
			}
			found, err := declarations(file, code)
			if err != nil {
				return "", err
			}
			all = append(all, found...)
		}
	}
	slices.Sort(all)
	sum := sha256.New()
	for _, d := range all {
		fmt.Fprintf(sum, "%s\x00", d)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// declarations returns the tokens of each top-level declaration but imports,
// separated by blanks.
func declarations(file string, code []byte) ([]string, error) {
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, file, code, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, d := range tree.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			continue
		}
		out = append(out, tokens(code[files.Position(d.Pos()).Offset:files.Position(d.End()).Offset]))
	}
	return out, nil
}

// tokens returns the tokens of code without comments and without the semicolons
// that ends of lines stand for.
func tokens(code []byte) string {
	files := token.NewFileSet()
	var s scanner.Scanner
	s.Init(files.AddFile("", -1, len(code)), code, nil, 0)
	var words []string
	for {
		_, kind, literal := s.Scan()
		switch {
		case kind == token.EOF:
			return strings.Join(words, " ")
		case kind == token.SEMICOLON:
		case literal != "":
			words = append(words, literal)
		default:
			words = append(words, kind.String())
		}
	}
}

func TestCodeHash(t *testing.T) {
	hash := func(files map[string]string) string {
		folder := t.TempDir()
		for name, code := range files {
			if err := os.WriteFile(filepath.Join(folder, name), []byte("package p\n"+code), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		sum, err := codeHash(folder)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	const f, g = "func f() int {\n\treturn 1\n}\n", "func g(x float64) {}\n"
	base := hash(map[string]string{"a.go": f + g})
	for name, files := range map[string]map[string]string{
		"a comment":            {"a.go": "// f is one.\nfunc f() int {\n\t// why\n\n\treturn 1 // one\n}\n" + g},
		"a move":               {"a.go": g, "b.go": f},
		"another order":        {"a.go": g + f},
		"an import and a test": {"a.go": "import _ \"fmt\"\n" + f + g, "a_test.go": "func h() {}\n"},
	} {
		if got := hash(files); got != base {
			t.Errorf("%s changes the checksum", name)
		}
	}
	for name, files := range map[string]map[string]string{
		"a number":      {"a.go": strings.Replace(f, "1", "2", 1) + g},
		"a name":        {"a.go": f + strings.Replace(g, "x", "y", 1)},
		"a lost file":   {"a.go": f},
		"a string's //": {"a.go": f + g + "const c = \"// text\"\n"},
	} {
		if got := hash(files); got == base {
			t.Errorf("%s does not change the checksum", name)
		}
	}
}
