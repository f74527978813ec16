package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/internal/mutants/chosen"
)

// trials are runs of tests.
type trials struct {
	root, folder string // of the module, and of build results
	results      string // the file
	tests        string // pattern of the names of tests; "" is all
	out          io.Writer
}

// tried is a test binary with the tests that reach each change.
type tried struct {
	binary
	Reach map[int][]string
	Took  map[string]time.Duration
}

// notice runs the tests that reach a change, the quick ones first, and adds their
// outcome to a result.
func (t tried) notice(ctx context.Context, id int, r *result) error {
	names := slices.Clone(t.Reach[id])
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(t.Took[a], t.Took[b]) })
	r.Reached += len(names)
	began, whole := time.Now(), time.Duration(0)
	for _, name := range names {
		whole += t.Took[name]
	}
	defer func() { r.Seconds += time.Since(began).Seconds() }()
	quick, sum := 0, time.Duration(0)
	for quick < len(names) && sum+t.Took[names[quick]] <= whole/8 {
		sum += t.Took[names[quick]]
		quick++
	}
	for _, some := range [][]string{names[:quick], names[quick:]} {
		if len(some) == 0 {
			continue
		}
		limit := 20 * time.Second
		for _, name := range some {
			limit += 4 * t.Took[name]
		}
		o, err := t.run(ctx, "^("+strings.Join(some, "|")+")$", id, limit)
		if err != nil || o.failed {
			r.By = o.by
			return err
		}
	}
	return nil
}

// reach builds the tests of a package, and runs each by itself, without a change, to
// find which changes it reaches and how long it takes. A test that fails so is left out.
// The findings are stored beside the results.
func (s trials) reach(ctx context.Context, pkg, overlay string) (tried, error) {
	b, err := built(ctx, s.root, s.folder, overlay, pkg)
	t := tried{b, map[int][]string{}, map[string]time.Duration{}}
	if err != nil {
		return t, err
	}
	kept, err := s.kept(b)
	if err != nil {
		return t, err
	}
	if text, err := os.ReadFile(kept); err == nil && json.Unmarshal(text, &t) == nil {
		return t, nil
	}
	names, err := b.tests(ctx)
	if err != nil {
		return t, err
	}
	only, err := regexp.Compile(s.tests)
	if err != nil {
		return t, err
	}
	for _, name := range names {
		if !only.MatchString(name) {
			continue
		}
		list := filepath.Join(s.folder, "reached")
		_ = os.Remove(list)
		began := time.Now()
		o, err := t.run(ctx, "^"+name+"$", -1, 10*time.Minute, chosen.Reached+"="+list)
		if err != nil {
			return t, err
		}
		t.Took[name] = time.Since(began)
		if o.failed {
			fmt.Fprintf(s.out, "%s of %s fails without a change, and is left out\n", name, pkg)
			continue
		}
		text, err := os.ReadFile(list)
		if err != nil {
			continue // no change is reached
		}
		for _, line := range strings.Fields(string(text)) {
			id, err := strconv.Atoi(line)
			if err != nil {
				return t, err
			}
			if !slices.Contains(t.Reach[id], name) { // children of a test write too
				t.Reach[id] = append(t.Reach[id], name)
			}
		}
	}
	text, err := json.Marshal(t)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(kept), 0o755)
	}
	if err != nil {
		return t, err
	}
	return t, os.WriteFile(kept, text, 0o644)
}

// kept returns the file for the findings about a binary.
func (s trials) kept(b binary) (string, error) {
	f, err := os.Open(b.path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, _ = io.WriteString(h, s.tests)
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return filepath.Join(filepath.Dir(s.results), "mutants-reach", fmt.Sprintf("%x.json", h.Sum(nil))), nil
}
