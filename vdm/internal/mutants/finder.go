package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// finder collects the possible changes of a file.
type finder struct {
	*loaded
	source
	found []change
	// skipped lists nodes without changes, including everything inside: constants that
	// the language needs as such, messages, and sizes of reserved memory.
	skipped map[ast.Node]bool
}

// add offers a change of a node.
func (f *finder) add(n ast.Node, kind, wrong string, switched func(id int, part func(from, to int) string) string) {
	at := f.set.Position(n.Pos())
	f.found = append(f.found, change{f.name, at.Offset, f.offset(n.End()), at.Line, kind, wrong, switched})
}

// offer offers a change of a node to a call of a function of package chosen.
func (f *finder) offer(n ast.Node, kind, wrong, function string, args ...ast.Expr) {
	f.add(n, kind, wrong, func(id int, part func(int, int) string) string {
		list := fmt.Sprint(id)
		for _, a := range args {
			list += ", " + f.in(a, part)
		}
		return prefix + function + "(" + list + ")"
	})
}

func (f *finder) offset(p token.Pos) int { return f.set.Position(p).Offset }

// text returns a node as the file has it.
func (f *finder) text(n ast.Node) string {
	return f.source.text[f.offset(n.Pos()):f.offset(n.End())]
}

// in returns a node with the changes inside.
func (f *finder) in(n ast.Node, part func(from, to int) string) string {
	return part(f.offset(n.Pos()), f.offset(n.End()))
}

// value reports whether an expression is a value that is computed as the program runs.
func (f *finder) value(e ast.Expr) bool {
	t := f.info.Types[e]
	return t.IsValue() && t.Value == nil
}

func (f *finder) kindOf(e ast.Expr) types.BasicInfo {
	if t := f.info.TypeOf(e); t != nil {
		if b, ok := t.Underlying().(*types.Basic); ok {
			return b.Info()
		}
	}
	return 0
}

func (f *finder) isNumber(e ast.Expr) bool  { return f.kindOf(e)&types.IsNumeric != 0 }
func (f *finder) isInteger(e ast.Expr) bool { return f.kindOf(e)&types.IsInteger != 0 }

// isError reports whether an expression is an error and not nil.
func (f *finder) isError(e ast.Expr) bool {
	t := f.info.Types[e]
	return t.Type != nil && !t.IsNil() && types.Identical(t.Type, types.Universe.Lookup("error").Type())
}

// basic returns the name of an expression's type if it is one of the language's numbers.
func (f *finder) basic(e ast.Expr) (string, bool) {
	b, ok := f.info.TypeOf(e).(*types.Basic)
	if !ok || b.Info()&types.IsNumeric == 0 || b.Info()&types.IsUntyped != 0 {
		return "", false
	}
	return b.Name(), true
}
