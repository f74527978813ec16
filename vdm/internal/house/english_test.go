package house

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// phrases are what comments of the code, tests excluded, must not contain, each with
// what to write in its place.
var phrases = []struct{ pattern, instead string }{
	{`\bthat of\b`, `name the noun: "the variance of the noise", not "that of the noise"`},
	{`^\w+ (is|are) (those|such|as) (of|as|in)\b`, "begin with what it is or returns, by its noun"},
	{`\b(is|are|has|have) to be\b`, `"should", "must", or the verb itself`},
	{`\bholds? (a|an|the|its|all|no|one|only|what|every|nothing|none|data|values)\b`, `"contains"`},
	{`\blaws?\b`, `"distribution"`},
	{`\b(is|are) told\b`, `"receives", or "is called with"`},
	{`\b(is|are) there\b`, `"exists" or "is present"`},
	{`\b(goes|go|gone) on (where|with|from)\b`, `"continues"`},
	{`\b(takes?|taken) in\b`, `"adds" or "receives"`},
	{`\bpassed over\b`, `"skipped" or "ignored"`},
	{`\bat hand\b`, `"available"`},
	{`\banew\b`, `"again"`},
	{`\b(of|for|over|from|with|to) (so|that) many\b`, `the parameter's name, or "a number of"`},
	{`\bis the formula\b|\bhas the last word\b`, "say what is returned"},
}

// pronouns are parameter names without a noun in them.
var pronouns = []string{"of", "on", "off", "back", "after", "silent", "apart", "told", "kase"}

// fewestWords is how many words the doc of an exported name has at least.
const fewestWords = 4

// TestEnglish keeps the comments readable for newcomers: docs begin with the name and
// say enough, and words that were found to confuse do not come back. There are no
// exceptions: write the sentence in another way.
func TestEnglish(t *testing.T) {
	files, err := goFiles(root)
	if err != nil {
		t.Fatal(err)
	}
	for name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.Contains(name, "testdata/") {
			continue
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, filepath.Join(root, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range unclear(tree) {
			t.Errorf("%s:%d: %s", name, set.Position(found.at).Line, found.why)
		}
	}
}

// complaint is something unclear in a file.
type complaint struct {
	at  token.Pos
	why string
}

// unclear returns what the rules of English refuse in a file, in its order.
func unclear(file *ast.File) (all []complaint) {
	for _, group := range file.Comments {
		text := strings.Join(strings.Fields(group.Text()), " ")
		for _, p := range phrases {
			if found := regexp.MustCompile(p.pattern).FindString(text); found != "" {
				all = append(all, complaint{group.Pos(), fmt.Sprintf("%q: write %s", found, p.instead)})
			}
		}
	}
	doc := func(name *ast.Ident, group *ast.CommentGroup) {
		text := strings.Join(strings.Fields(group.Text()), " ")
		switch {
		case text == "" || name.Name == "main" || name.Name == "init" || name.Name == "_":
		case !strings.HasPrefix(text, name.Name+" ") && !strings.HasPrefix(text, name.Name+", "):
			all = append(all, complaint{group.Pos(), fmt.Sprintf("the doc of %s does not begin with its name", name.Name)})
		case name.IsExported() && len(strings.Fields(text)) < fewestWords:
			all = append(all, complaint{group.Pos(), fmt.Sprintf("the doc of %s has fewer than %d words", name.Name, fewestWords)})
		}
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			doc(d.Name, d.Doc)
		case *ast.GenDecl:
			if spec, ok := d.Specs[0].(*ast.TypeSpec); ok && !d.Lparen.IsValid() {
				doc(spec.Name, d.Doc)
			}
		}
	}
	literal := map[*ast.FuncType]bool{} // a closure's parameters are read beside their use
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			literal[n.Type] = true
		case *ast.FuncType:
			if literal[n] {
				return true
			}
			for _, list := range []*ast.FieldList{n.Params, n.Results} {
				for i := 0; list != nil && i < len(list.List); i++ {
					for _, name := range list.List[i].Names {
						if slices.Contains(pronouns, name.Name) {
							all = append(all, complaint{name.Pos(), fmt.Sprintf("a parameter is called %q: give it a noun", name.Name)})
						}
					}
				}
			}
		}
		return true
	})
	slices.SortFunc(all, func(a, b complaint) int { return cmp.Compare(a.at, b.at) })
	return all
}

func TestUnclear(t *testing.T) {
	for code, says := range map[string]string{
		"// Mean returns the mean of values.\nfunc Mean(values []float64) float64":       "",
		"// Variance is that of the noise.\nfunc Variance() float64":                     "name the noun",
		"// It returns the mean of values.\nfunc Mean(values []float64) float64":         "does not begin with its name",
		"// Mean averages.\nfunc Mean(values []float64) float64":                         "fewer than 4 words",
		"// Store holds the values by name.\ntype Store map[string]float64":              "contains",
		"// Each calls f with every value.\nfunc Each(f func(on bool), of []float64)":    `called "on"`,
		"// Draw returns clips, of so many members one each.\nfunc Draw() (back []Clip)": "a number of",
	} {
		tree, err := parser.ParseFile(token.NewFileSet(), "", "package p\n\n"+code, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		found := unclear(tree)
		if says == "" && len(found) > 0 || says != "" && (len(found) == 0 || !strings.Contains(fmt.Sprint(found), says)) {
			t.Errorf("of\n%s\nthe complaints are %v, want one that says %q", code, found, says)
		}
	}
}
