package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// inverse lists functions, each with another that takes the same arguments.
var inverse = map[string]string{
	"math.Sin": "Cos", "math.Cos": "Sin", "math.Floor": "Ceil", "math.Ceil": "Floor", "math.Log": "Log1p", "math.Log1p": "Log",
	"math.Exp": "Expm1", "math.Expm1": "Exp", "math.Min": "Max", "math.Max": "Min",
	graph + ".Add": "Sub", graph + ".Sub": "Add", graph + ".Mul": "Div", graph + ".Div": "Mul", graph + ".Sin": "Cos", graph + ".Cos": "Sin",
	graph + ".AddScalar": "MulScalar", graph + ".MulScalar": "AddScalar", graph + ".Exp": "Expm1", graph + ".Expm1": "Exp",
}

const graph = "github.com/gomlx/gomlx/core/graph"

// symmetric are functions whose arguments may change places.
var symmetric = []string{
	"math.Min", "math.Max", "math.Hypot", "slices.Equal", "maps.Equal",
	graph + ".Add", graph + ".Mul", graph + ".Min", graph + ".Max",
}

// call offers another function and another order of arguments, and reports whether to
// look inside.
func (f *finder) call(n *ast.CallExpr) bool {
	if f.info.Types[n.Fun].IsType() {
		return true // a conversion
	}
	name, inside := f.called(n.Fun)
	switch {
	case inside && slices.Contains([]string{"fmt", "errors", "log"}, strings.Split(name, ".")[0]):
		return false
	case name == "panic":
		return false
	case name == "make" && len(n.Args) == 3:
		f.skipped[n.Args[2]] = true
	case (name == "min" || name == "max") && len(n.Args) == 2 && f.value(n):
		other, function := "max", "Min"
		if name == "max" {
			other, function = "min", "Max"
		}
		f.offer(n, "call", other+"("+f.text(n.Args[0])+", "+f.text(n.Args[1])+")", function, n.Args...)
		return true
	case inverse[name] != "":
		wrong := inverse[name]
		if s, ok := n.Fun.(*ast.SelectorExpr); ok {
			wrong = f.text(s.X) + "." + wrong
		}
		f.add(n.Fun, "call", wrong, func(id int, _ func(int, int) string) string {
			return fmt.Sprintf(prefix+"Pick(%d, %s, %s)", id, wrong, f.text(n.Fun))
		})
	}
	if name == "min" || name == "max" || slices.Contains(symmetric, name) {
		return true
	}
	for i := 1; i < len(n.Args); i++ {
		f.swap(n, n.Args[i-1], n.Args[i])
	}
	return true
}

// called returns the name of a function, with the path of its package where it belongs
// to one, which the second value reports.
func (f *finder) called(e ast.Expr) (name string, inside bool) {
	var id *ast.Ident
	switch e := e.(type) {
	case *ast.Ident:
		id = e
	case *ast.SelectorExpr:
		id = e.Sel
	default:
		return "", false
	}
	function, ok := f.info.Uses[id].(*types.Func)
	if !ok || function.Pkg() == nil || function.Signature().Recv() != nil {
		return id.Name, false
	}
	return function.Pkg().Path() + "." + id.Name, true
}

// swap offers a call in which two neighbouring arguments of one type change places.
func (f *finder) swap(call *ast.CallExpr, a, b ast.Expr) {
	s, t := f.info.TypeOf(a), f.info.TypeOf(b)
	if s == nil || t == nil || !types.Identical(s, t) || !f.pure(a) || !f.pure(b) || f.text(a) == f.text(b) ||
		!f.value(a) && !f.value(b) || f.info.Types[a].IsNil() || f.info.Types[b].IsNil() {
		return
	}
	x, y := f.offset(a.Pos()), f.offset(b.End())
	between := f.source.text[f.offset(a.End()):f.offset(b.Pos())]
	at := f.set.Position(a.Pos())
	f.found = append(f.found, change{f.name, x, y, at.Line, "order", f.text(b) + between + f.text(a),
		func(id int, part func(int, int) string) string {
			p, q := f.in(a, part), f.in(b, part)
			return fmt.Sprintf("%[1]sPick(%[2]d, %[4]s, %[3]s), %[1]sPick(%[2]d, %[3]s, %[4]s)", prefix, id, p, q)
		}})
}

// pure reports whether an expression can be computed twice without side effects.
func (f *finder) pure(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident, *ast.BasicLit:
		return true
	case *ast.SelectorExpr:
		return f.pure(e.X)
	case *ast.ParenExpr:
		return f.pure(e.X)
	case *ast.UnaryExpr:
		return e.Op != token.ARROW && f.pure(e.X)
	case *ast.BinaryExpr:
		return f.pure(e.X) && f.pure(e.Y)
	case *ast.IndexExpr:
		return f.pure(e.X) && f.pure(e.Index)
	case *ast.SliceExpr:
		return f.pure(e.X) && (e.Low == nil || f.pure(e.Low)) && (e.High == nil || f.pure(e.High)) && e.Max == nil
	case *ast.CallExpr:
		return f.info.Types[e.Fun].IsType() && f.pure(e.Args[0])
	}
	return false
}
