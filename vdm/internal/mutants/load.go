package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// loaded is a package whose code can be changed, with its types.
type loaded struct {
	path    string // below the module's
	files   []source
	set     *token.FileSet
	info    *types.Info
	imports types.Importer
}

// source is a file of a package.
type source struct {
	name string // below the root of the module
	text string
	tree *ast.File
}

// load returns packages of the module with all imports of their changed code, and
// compiles what the go command has not stored.
func load(ctx context.Context, root, module string, paths []string) ([]*loaded, error) {
	args := []string{"list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,Module"}
	for _, p := range paths {
		args = append(args, "./"+p)
	}
	c := exec.CommandContext(ctx, "go", append(args, "./vdm/internal/mutants/chosen")...)
	var out, complaints bytes.Buffer
	c.Dir, c.Stdout, c.Stderr = root, &out, &complaints
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", c, err, complaints.Bytes())
	}
	type listed struct {
		ImportPath, Dir, Export string
		GoFiles                 []string
	}
	all := map[string]listed{}
	for decoder := json.NewDecoder(&out); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		all[p.ImportPath] = p
	}
	set := token.NewFileSet()
	imports := importer.ForCompiler(set, "gc", func(path string) (io.ReadCloser, error) {
		if all[path].Export == "" {
			return nil, fmt.Errorf("go list names no export data of %s", path)
		}
		return os.Open(all[path].Export)
	})
	var packages []*loaded
	for _, path := range paths {
		listed, ok := all[module+"/"+path]
		if !ok {
			return nil, fmt.Errorf("there is no package %s", path)
		}
		p := &loaded{path: path, set: set, imports: imports}
		for _, name := range listed.GoFiles {
			text, err := os.ReadFile(filepath.Join(listed.Dir, name))
			if err != nil {
				return nil, err
			}
			p.files = append(p.files, source{name: path + "/" + name, text: string(text)})
		}
		if errs := p.check(nil); len(errs) > 0 {
			return nil, errs[0]
		}
		packages = append(packages, p)
	}
	return packages, nil
}

// check gives the package its trees and types, and returns the errors of a compiler.
// Changed texts of files are checked in the place of the files, and the package then
// keeps its trees.
func (p *loaded) check(changed map[string]string) (errs []types.Error) {
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	set := p.set
	if changed != nil {
		set = token.NewFileSet()
	}
	var trees []*ast.File
	for i, f := range p.files {
		text, ok := changed[f.name]
		if !ok {
			text = f.text
		}
		tree, err := parser.ParseFile(set, f.name, text, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return []types.Error{{Msg: err.Error()}}
		}
		trees = append(trees, tree)
		if changed == nil {
			p.files[i].tree = tree
		}
	}
	config := types.Config{Importer: p.imports, Sizes: types.SizesFor("gc", runtime.GOARCH), Error: func(err error) {
		if e := (types.Error{}); errors.As(err, &e) {
			errs = append(errs, e)
		}
	}}
	_, _ = config.Check(module+"/"+p.path, set, trees, info)
	if changed == nil {
		p.info = info
	}
	return errs
}
