package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// module is the path of the module, and prefix the name of package chosen in changed
// files.
const (
	module = "github.com/climate-vdm/climate-vdm"
	prefix = "mutantchosen."
)

// change is one change of the code.
type change struct {
	file     string // below the root of the module
	from, to int    // the bytes of the file that are replaced
	line     int    // counted from 1
	kind     string
	wrong    string // the changed text of the bytes
	// switched returns an expression with the value of the code, or the changed value
	// where package chosen has its number. part returns some of the file's bytes, with
	// the changes that lie inside.
	switched func(id int, part func(from, to int) string) string
}

// picked returns a change that chooses between two expressions without side effects.
func (c change) picked() change {
	c.switched = func(id int, part func(int, int) string) string {
		return fmt.Sprintf(prefix+"Pick(%d, %s, %s)", id, c.wrong, part(c.from, c.to))
	}
	return c
}

// numbered is a change in a test binary.
type numbered struct {
	change
	id int
}

// switchable returns the text of a file with all its changes built in. Changes may lie
// in each other; two of the same bytes are one in the other.
func switchable(text string, changes []numbered) (string, error) {
	if len(changes) == 0 {
		return text, nil
	}
	sorted := slices.SortedStableFunc(slices.Values(changes), func(a, b numbered) int {
		return cmp.Or(a.from-b.from, b.to-a.to)
	})
	for i, a := range sorted {
		for _, b := range sorted[i+1:] {
			if b.from < a.to && b.to > a.to {
				return "", fmt.Errorf("%s: the changes at bytes %d to %d and %d to %d overlap", a.file, a.from, a.to, b.from, b.to)
			}
		}
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, sorted[0].file, text, parser.PackageClauseOnly)
	if err != nil {
		return "", err
	}
	// The import is on the line of the package clause, so that all lines keep their
	// numbers.
	clause := set.Position(tree.Name.End()).Offset
	return text[:clause] + "; import " + strings.TrimSuffix(prefix, ".") + ` "` + module + `/vdm/internal/mutants/chosen"` +
		rendered(text, clause, len(text), sorted), nil
}

// rendered returns some bytes of a text with sorted changes built in.
func rendered(text string, from, to int, changes []numbered) string {
	var out strings.Builder
	for i := 0; i < len(changes); {
		c := changes[i]
		inside := i + 1
		for inside < len(changes) && changes[inside].to <= c.to {
			inside++
		}
		within := changes[i+1 : inside]
		i = inside
		if c.from < from || c.to > to {
			continue
		}
		out.WriteString(text[from:c.from])
		out.WriteString(c.switched(c.id, func(a, b int) string {
			var some []numbered
			for _, w := range within {
				if w.from >= a && w.to <= b {
					some = append(some, w)
				}
			}
			return rendered(text, a, b, some)
		}))
		from = c.to
	}
	return out.String() + text[from:to]
}

// byFile returns changes by the file that they are in.
func byFile(changes []numbered) map[string][]numbered {
	files := map[string][]numbered{}
	for _, c := range changes {
		files[c.file] = append(files[c.file], c)
	}
	return files
}

// overlay writes the changed files to a folder with the overlay file of the go command,
// and returns the path of the latter.
func overlay(root, folder string, changes []numbered) (string, error) {
	replace := map[string]string{}
	for file, own := range byFile(changes) {
		path := filepath.Join(root, file)
		text, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		changed, err := switchable(string(text), own)
		if err != nil {
			return "", err
		}
		replace[path] = filepath.Join(folder, strings.ReplaceAll(file, "/", "-"))
		if err := os.WriteFile(replace[path], []byte(changed), 0o644); err != nil {
			return "", err
		}
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "overlay.json")
	return path, os.WriteFile(path, list, 0o644)
}
