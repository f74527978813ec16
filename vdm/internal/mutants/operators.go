package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// changes returns all changes that a package offers, in the order of its files and
// lines. Some may not compile; see [compilable].
func (p *loaded) changes() (all []change) {
	for _, s := range p.files {
		f := &finder{loaded: p, source: s, skipped: map[ast.Node]bool{}}
		ast.Inspect(s.tree, func(n ast.Node) bool {
			if n == nil || f.skipped[n] {
				return false
			}
			return f.visit(n)
		})
		all = append(all, f.found...)
	}
	return all
}

// visit offers the changes of one node, and reports whether to look inside.
func (f *finder) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GenDecl:
		return n.Tok == token.VAR
	case *ast.ArrayType:
		if n.Len != nil {
			f.skipped[n.Len] = true
		}
	case *ast.FuncType, *ast.StructType, *ast.InterfaceType:
		return false
	case *ast.BinaryExpr:
		if n.Op == token.SHL { // an untyped constant on its left takes its type from the context
			f.skipped[n.X] = true
		}
		f.binary(n)
	case *ast.UnaryExpr:
		if n.Op == token.SUB && f.value(n) && f.isNumber(n) {
			f.offer(n, "sign", f.text(n.X), "Negated", n.X)
		}
	case *ast.BasicLit:
		f.literal(n)
	case *ast.AssignStmt:
		f.assignment(n)
	case *ast.IncDecStmt:
		if name, ok := f.basic(n.X); ok && n.Tok == token.INC {
			f.add(n, "constant", f.text(n.X)+" += 0", func(id int, part func(int, int) string) string {
				return fmt.Sprintf("%s += "+prefix+"Pick[%s](%d, 0, 1)", f.in(n.X, part), name, id)
			})
		}
	case *ast.ForStmt:
		if n.Post != nil {
			f.skipped[n.Post] = true // without its step a loop does not end
		}
	case *ast.ReturnStmt:
		if last := len(n.Results) - 1; last > 0 && f.isError(n.Results[last]) {
			for _, r := range n.Results[:last] {
				if _, ok := r.(*ast.BasicLit); ok { // a value beside an error is not used
					f.skipped[r] = true
				}
			}
		}
	case *ast.RangeStmt:
		if f.isInteger(n.X) && f.value(n.X) {
			f.offer(n.X, "index", f.text(n.X)+" - 1", "Before", n.X)
		}
	case *ast.IndexExpr:
		f.index(n.X, n.Index)
	case *ast.SliceExpr:
		for _, i := range []ast.Expr{n.Low, n.High} {
			if i != nil {
				f.index(n.X, i)
			}
		}
	case *ast.CallExpr:
		return f.call(n)
	}
	return true
}

func (f *finder) binary(n *ast.BinaryExpr) {
	if !f.value(n) {
		return
	}
	x, y := f.text(n.X), f.text(n.Y)
	arithmetic := map[token.Token][2]string{
		token.ADD: {"Add", "-"}, token.SUB: {"Sub", "+"}, token.MUL: {"Mul", "/"}, token.QUO: {"Div", "*"},
	}
	negation := map[token.Token]string{
		token.LSS: ">=", token.LEQ: ">", token.GTR: "<=", token.GEQ: "<", token.EQL: "!=", token.NEQ: "==",
	}
	switch {
	case arithmetic[n.Op][0] != "" && f.isNumber(n):
		to := arithmetic[n.Op]
		kind := "operator"
		if n.Op == token.ADD || n.Op == token.SUB {
			kind = "sign"
		}
		f.offer(n, kind, x+" "+to[1]+" "+y, to[0], n.X, n.Y)
	case n.Op == token.LAND || n.Op == token.LOR:
		other := map[token.Token]string{token.LAND: "||", token.LOR: "&&"}[n.Op]
		f.add(n, "logic", x+" "+other+" "+y, func(id int, part func(int, int) string) string {
			a, b := f.in(n.X, part), f.in(n.Y, part)
			return fmt.Sprintf("(!%[1]sIs(%[2]d) && ((%[3]s) %[5]s (%[4]s)) || %[1]sIs(%[2]d) && ((%[3]s) %[6]s (%[4]s)))", prefix, id, a, b, n.Op, other)
		})
	case negation[n.Op] != "":
		if f.info.Types[n.X].IsNil() || f.info.Types[n.Y].IsNil() {
			return // for an error that did not occur
		}
		f.add(n, "comparison", x+" "+negation[n.Op]+" "+y, func(id int, part func(int, int) string) string {
			return fmt.Sprintf("((%s %s %s) != "+prefix+"Is(%d))", f.in(n.X, part), n.Op, f.in(n.Y, part), id)
		})
		if f.kindOf(n.X)&types.IsOrdered == 0 {
			return
		}
		switch n.Op {
		case token.LSS:
			f.offer(n, "comparison", x+" <= "+y, "Less", n.X, n.Y)
		case token.GTR:
			f.offer(n, "comparison", x+" >= "+y, "Less", n.Y, n.X)
		case token.LEQ:
			f.offer(n, "comparison", x+" < "+y, "AtMost", n.X, n.Y)
		case token.GEQ:
			f.offer(n, "comparison", x+" > "+y, "AtMost", n.Y, n.X)
		}
	}
}

// literal offers another number: one more or less of an integer, a fraction that is
// twice as large or has the other sign.
func (f *finder) literal(n *ast.BasicLit) {
	name, ok := f.basic(n)
	if !ok || n.Kind != token.INT && n.Kind != token.FLOAT {
		return
	}
	wrong := []string{"(" + n.Value + " + 1)", "(" + n.Value + " - 1)"}
	if strings.HasPrefix(name, "float") && strings.Trim(n.Value, "0.") != "" {
		wrong = []string{"(2 * " + n.Value + ")", "(-" + n.Value + ")"}
	}
	for _, w := range wrong {
		f.add(n, "constant", w, func(id int, part func(int, int) string) string {
			return fmt.Sprintf(prefix+"Pick[%s](%d, %s, %s)", name, id, w, n.Value)
		})
	}
}

func (f *finder) assignment(n *ast.AssignStmt) {
	if len(n.Rhs) != 1 || !f.isNumber(n.Lhs[0]) {
		return
	}
	y := n.Rhs[0]
	switch n.Tok {
	case token.ADD_ASSIGN, token.SUB_ASSIGN:
		if f.value(y) {
			f.offer(y, "sign", "-("+f.text(y)+")", "Signed", y)
		}
	}
}

// index offers neighbours of an index or of the bound of a slice.
func (f *finder) index(indexed, i ast.Expr) {
	if !f.value(i) || !f.isInteger(i) {
		return
	}
	if t := f.info.TypeOf(indexed); t != nil {
		if _, ok := t.Underlying().(*types.Map); ok {
			return
		}
	}
	f.offer(i, "index", "max(0, "+f.text(i)+" - 1)", "Before", i)
	f.offer(i, "index", f.text(i)+" + 1", "After", i)
}
