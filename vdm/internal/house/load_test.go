package house

import (
	"bytes"
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
	"strings"
	"sync"
	"testing"
)

// root is the folder of go.mod as seen from this package.
const root = "../../.."

// rooms are the folders of the module's packages. Below build tests of other packages
// make packages of their own for a while.
var rooms = []string{"./vdm/...", "./plotting/...", "./notebooks/..."}

// listed is what `go list` says of one package.
type listed struct {
	ImportPath, Dir, Doc, Export string
	GoFiles, CgoFiles, Imports   []string
	Module                       *struct {
		Path string
		Main bool
	}
}

// ours reports whether the package belongs to this module.
func (p *listed) ours() bool { return p.Module != nil && p.Module.Main }

// files returns the names of the files that are built by default, tests excluded.
func (p *listed) files() []string {
	return append(p.GoFiles[:len(p.GoFiles):len(p.GoFiles)], p.CgoFiles...)
}

// goList runs `go list` with arguments in the root of the module.
func goList(args ...string) ([]*listed, error) {
	if _, err := exec.LookPath("go"); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoGo, err)
	}
	var out, complaints bytes.Buffer
	c := exec.Command("go", append([]string{"list", "-buildvcs=false"}, args...)...)
	c.Dir, c.Stdout, c.Stderr = root, &out, &complaints
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", c, err, complaints.Bytes())
	}
	var all []*listed
	for decoder := json.NewDecoder(&out); ; {
		p := new(listed)
		if err := decoder.Decode(p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", c, err)
		}
		all = append(all, p)
	}
}

var errNoGo = errors.New("there is no go command")

// packages is the module's packages and all that they depend on.
var packages = sync.OnceValues(func() ([]*listed, error) {
	return goList(append([]string{"-deps", "-json=ImportPath,Dir,Doc,GoFiles,CgoFiles,Imports,Module"}, rooms...)...)
})

// exports is the files of export data of the same packages, by import path. What the
// compiler has not left in its cache is compiled.
var exports = sync.OnceValues(func() (map[string]string, error) {
	all, err := goList(append([]string{"-export", "-deps", "-json=ImportPath,Export"}, rooms...)...)
	files := map[string]string{}
	for _, p := range all {
		files[p.ImportPath] = p.Export
	}
	return files, err
})

// modulePackages returns the packages of this module that contain code, by their
// path below the module's.
func modulePackages(t *testing.T) map[string]*listed {
	t.Helper()
	all, err := packages()
	if errors.Is(err, errNoGo) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*listed{}
	for _, p := range all {
		if path, ok := short(p); ok && len(p.files()) > 0 {
			found[path] = p
		}
	}
	if len(found) == 0 {
		t.Fatal("go list ./... names no package of this module")
	}
	return found
}

// short returns a package's path below the module's, and whether it belongs to it.
func short(p *listed) (string, bool) {
	if !p.ours() {
		return "", false
	}
	return strings.CutPrefix(p.ImportPath, p.Module.Path+"/")
}

// ourImports returns, for each package of this module, which others it imports.
func ourImports(all map[string]*listed) map[string][]string {
	imports := map[string][]string{}
	for path, p := range all {
		imports[path] = nil
		for _, i := range p.Imports {
			if of, ok := strings.CutPrefix(i, p.Module.Path+"/"); ok && all[of] != nil {
				imports[path] = append(imports[path], of)
			}
		}
	}
	return imports
}

// checker type-checks packages from source against the export data of what they
// import.
type checker struct {
	set      *token.FileSet
	importer types.Importer
}

func newChecker(exports map[string]string) *checker {
	set := token.NewFileSet()
	return &checker{set, importer.ForCompiler(set, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("go list names no export data of %s", path)
		}
		return os.Open(exports[path])
	})}
}

// check returns the package's types and what each of its identifiers means.
func (c *checker) check(p *listed) (*types.Package, *types.Info, error) {
	var trees []*ast.File
	for _, name := range p.files() {
		tree, err := parser.ParseFile(c.set, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, nil, err
		}
		trees = append(trees, tree)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}
	config := types.Config{Importer: c.importer, FakeImportC: true, Sizes: types.SizesFor("gc", runtime.GOARCH)}
	checked, err := config.Check(p.ImportPath, c.set, trees, info)
	return checked, info, err
}

// fileArrows returns the package's files and which of them use a package-level
// name, a method or a field that another of them declares.
func (c *checker) fileArrows(p *listed) (*digraph, *types.Package, error) {
	checked, info, err := c.check(p)
	if err != nil {
		return nil, nil, err
	}
	g := newDigraph(p.files())
	use := func(from token.Pos, used types.Object) {
		if used == nil || used.Pkg() != checked || !reachable(used, checked) {
			return
		}
		g.arrow(filepath.Base(c.set.Position(from).Filename), filepath.Base(c.set.Position(used.Pos()).Filename))
	}
	for name, used := range info.Uses {
		use(name.Pos(), used)
	}
	for selector, s := range info.Selections { // the embedded fields on the way to a promoted one
		path := s.Index()
		for at := s.Recv(); len(path) > 1; path = path[1:] {
			if pointer, ok := at.Underlying().(*types.Pointer); ok {
				at = pointer.Elem()
			}
			fields, ok := at.Underlying().(*types.Struct)
			if !ok {
				break
			}
			use(selector.Sel.Pos(), fields.Field(path[0]))
			at = fields.Field(path[0]).Type()
		}
	}
	return g, checked, nil
}

// reachable reports whether other files can use an object: whether it is a
// package-level name, a method or a field.
func reachable(o types.Object, of *types.Package) bool {
	switch o := o.(type) {
	case *types.Var:
		return o.IsField() || o.Parent() == of.Scope()
	case *types.Func:
		return true
	}
	return o.Parent() == of.Scope()
}
