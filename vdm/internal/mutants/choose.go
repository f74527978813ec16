package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// testers lists the packages whose tests cover a package's code, the quickest first. A
// package that is not listed has its own only.
var testers = map[string][]string{
	"vdm":       {"vdm", "vdm/exact"},
	"vdm/train": {"vdm/train", "vdm/run"},
}

func testersOf(pkg string) []string {
	if t := testers[pkg]; t != nil {
		return t
	}
	return []string{pkg}
}

// drawn returns at most n changes in the order in which a seed draws them, no two of the
// same bytes, so that all can be built into one binary.
func drawn(all []change, n int, seed uint64) []change {
	r := rand.New(rand.NewPCG(seed, 0))
	var out []change
	seen := map[string]bool{}
	for _, i := range r.Perm(len(all)) {
		if len(out) == n {
			break
		}
		c := all[i]
		if place := fmt.Sprintf("%s:%d:%d", c.file, c.from, c.to); !seen[place] {
			seen[place] = true
			out = append(out, c)
		}
	}
	// Arguments that change places may be half of another change.
	all = slices.Clone(out)
	return slices.DeleteFunc(out, func(c change) bool {
		return slices.ContainsFunc(all, func(d change) bool {
			return c.file == d.file && c.from < d.from && c.to > d.from && c.to < d.to
		})
	})
}

// inFiles returns the changes of files that match a pattern of path.Match, by their path
// or their name.
func inFiles(all []change, glob string) ([]change, error) {
	if _, err := path.Match(glob, ""); err != nil {
		return nil, fmt.Errorf("-files %s: %w", glob, err)
	}
	return slices.DeleteFunc(all, func(c change) bool {
		whole, _ := path.Match(glob, c.file)
		name, _ := path.Match(glob, path.Base(c.file))
		return !whole && !name
	}), nil
}

// lines is a range of lines of a file, the first and the last.
type lines struct {
	file     string
	from, to int
}

// changedSince returns the lines of the working tree that a commit does not have.
func changedSince(ctx context.Context, root, ref string) ([]lines, error) {
	c := exec.CommandContext(ctx, "git", "diff", "--unified=0", "--no-color", "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/", "--relative", ref, "--", "*.go")
	c.Dir = root
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c, err)
	}
	return hunks(string(out)), nil
}

var hunk = regexp.MustCompile(`^@@ -\S+ \+(\d+)(?:,(\d+))? @@`)

// hunks reads the lines that a diff adds.
func hunks(diff string) (all []lines) {
	file := ""
	for line := range strings.Lines(diff) {
		if name, ok := strings.CutPrefix(line, "+++ b/"); ok {
			file = filepath.ToSlash(strings.TrimSpace(name))
			continue
		}
		m := hunk.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		from, _ := strconv.Atoi(m[1])
		count := 1
		if m[2] != "" {
			count, _ = strconv.Atoi(m[2])
		}
		if count > 0 {
			all = append(all, lines{file, from, from + count - 1})
		}
	}
	return all
}

// onLines returns the changes that begin on some lines.
func onLines(all []change, some []lines) []change {
	return slices.DeleteFunc(all, func(c change) bool {
		return !slices.ContainsFunc(some, func(l lines) bool {
			return l.file == c.file && l.from <= c.line && c.line <= l.to
		})
	})
}

// compilable returns the changes of a package that compile together, tried from the
// first numbers on.
func (p *loaded) compilable(changes []numbered) ([]numbered, error) {
	texts := map[string]string{}
	for _, f := range p.files {
		texts[f.name] = f.text
	}
	for {
		changed := map[string]string{}
		for file, own := range byFile(changes) {
			text, err := switchable(texts[file], own)
			if err != nil {
				return nil, err
			}
			changed[file] = text
		}
		errs := p.check(changed)
		if len(errs) == 0 {
			return changes, nil
		}
		wrong := map[string]bool{}
		for _, e := range errs {
			if e.Fset == nil {
				return nil, fmt.Errorf("changes of %s make code that is none: %s", p.path, e.Msg)
			}
			at := e.Fset.Position(e.Pos)
			line := strings.Split(changed[at.Filename], "\n")[at.Line-1]
			for _, m := range number.FindAllStringSubmatch(line, -1) {
				wrong[m[1]] = true
			}
		}
		before := len(changes)
		changes = slices.DeleteFunc(changes, func(c numbered) bool { return wrong[strconv.Itoa(c.id)] })
		if len(changes) == before {
			return nil, fmt.Errorf("%s does not compile with changes: %w", p.path, errs[0])
		}
	}
}

// number finds the number of a change in changed code.
var number = regexp.MustCompile(regexp.QuoteMeta(prefix) + `\w+(?:\[\w+\])?\((\d+)`)
