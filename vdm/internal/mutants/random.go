package main

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// search is a search for holes with random changes.
type search struct {
	trials
	packages  []string
	count     int
	seed      uint64
	glob, ref string            // of files, and of the commit since which they changed; "" means all
	retry     bool              // changes that survived; only these where count is 0
	until     time.Duration     // time limit for trying changes; 0 means none
	texts     map[string]string // of files
	reasons   map[string]string // arguments, by the places of changes
}

// run draws changes, tries those that have no result yet, and prints what survives.
func (s search) run(ctx context.Context) error {
	before, err := read(s.results)
	if err != nil {
		return err
	}
	changes, err := s.draw(ctx, before)
	if err != nil {
		return err
	}
	var open []numbered
	for _, c := range changes {
		if r, ok := before[s.key(c.change)]; !ok || r.By == "" && (s.retry || r.Tests != s.tests) {
			open = append(open, c)
		}
	}
	fmt.Fprintf(s.out, "%d changes drawn, of which %d are to be tried\n", len(changes), len(open))
	if len(open) > 0 {
		overlay, err := overlay(s.root, s.folder, changes) // a subset would be another binary
		if err != nil {
			return err
		}
		left := s.until
		for _, pkg := range s.packages {
			var own []numbered
			for _, c := range open {
				if path.Dir(c.file) == pkg {
					own = append(own, c)
				}
			}
			if err := s.try(ctx, pkg, own, overlay, &left); err != nil {
				return err
			}
		}
	}
	after, err := read(s.results)
	if err != nil {
		return err
	}
	s.summary(changes, after)
	return nil
}

func (s search) key(c change) string { return keyOf(c, s.texts[c.file]) }

// draw returns the changes of the packages, numbered: as many as are drawn, or all that
// survived before.
func (s search) draw(ctx context.Context, before map[string]result) (changes []numbered, err error) {
	packages, err := load(ctx, s.root, module, s.packages)
	if err != nil {
		return nil, err
	}
	var all []change
	for _, p := range packages {
		all = append(all, p.changes()...)
		for _, f := range p.files {
			s.texts[f.name] = f.text
		}
	}
	if s.glob != "" {
		if all, err = inFiles(all, s.glob); err != nil {
			return nil, err
		}
	}
	if s.ref != "" {
		some, err := changedSince(ctx, s.root, s.ref)
		if err != nil {
			return nil, err
		}
		all = onLines(all, some)
	}
	fmt.Fprintf(s.out, "%d places for a change in %s\n", len(all), strings.Join(s.packages, ", "))
	count := s.count
	if count == 0 {
		all = slices.DeleteFunc(all, func(c change) bool {
			r, ok := before[s.key(c)]
			return !ok || r.By != ""
		})
		count = len(all)
	}
	for i, c := range drawn(all, count, s.seed) {
		changes = append(changes, numbered{c, i})
	}
	var compiled []numbered
	for _, p := range packages {
		own := slices.DeleteFunc(slices.Clone(changes), func(c numbered) bool { return path.Dir(c.file) != p.path })
		own, err := p.compilable(own)
		if err != nil {
			return nil, err
		}
		compiled = append(compiled, own...)
	}
	return compiled, nil
}

// try tries changes of one package: by its own tests, and those that survive by the
// tests of each further package that covers its code. After the time limit no change is
// begun, and those in progress are finished, because survivors take longest and the
// share of noticed changes must not depend on the limit.
func (s search) try(ctx context.Context, pkg string, changes []numbered, overlay string, left *time.Duration) error {
	results := make([]result, len(changes))
	for i, c := range changes {
		results[i] = result{
			Key: s.key(c.change), File: c.file, Line: c.line, Kind: c.kind, Old: s.texts[c.file][c.from:c.to], New: c.wrong,
			Packages: strings.Join(testersOf(pkg), " "), Tests: s.tests,
		}
	}
	open := make([]int, len(changes))
	for i := range changes {
		open[i] = i
	}
	for n, by := range testersOf(pkg) {
		if len(open) == 0 {
			return nil
		}
		t, err := s.reach(ctx, by, overlay)
		if err != nil {
			return err
		}
		var survive []int
		for _, i := range open {
			if n == 0 && s.until > 0 && *left <= 0 {
				fmt.Fprintln(s.out, "the time is over: run again to go on")
				break
			}
			began := time.Now()
			if err := t.notice(ctx, changes[i].id, &results[i]); err != nil {
				return err
			}
			*left -= time.Since(began)
			if last := n == len(testersOf(pkg))-1; results[i].By == "" && !last {
				survive = append(survive, i)
				continue
			}
			if err := results[i].appendTo(s.results); err != nil {
				return err
			}
		}
		open = survive
	}
	return nil
}

// summary prints what survived and has no argument, and the share that was noticed.
func (s search) summary(changes []numbered, results map[string]result) {
	noticed, tried, reasoned := map[string]int{}, map[string]int{}, map[string]int{}
	for _, c := range changes {
		r, ok := results[s.key(c.change)]
		if !ok {
			continue
		}
		pkg := path.Dir(c.file)
		tried[pkg]++
		tried[""]++
		if r.By != "" {
			noticed[pkg]++
			noticed[""]++
			continue
		}
		if why := s.reasons[c.place()]; why != "" {
			reasoned[pkg]++
			reasoned[""]++
			fmt.Fprintf(s.out, "%s:%d: makes no difference (%s); argued: %s\n", c.file, c.line, c.kind, why)
			continue
		}
		fmt.Fprintf(s.out, "%s:%d: SURVIVES %d tests (%s)\n%s", c.file, c.line, r.Reached, c.kind, c.diff(s.texts[c.file]))
	}
	share := func(name, pkg string) {
		low, high := wilson(noticed[pkg], tried[pkg])
		fmt.Fprintf(s.out, "%s: %d of %d noticed, %.1f %% (95 %% interval %.1f to %.1f %%); %d of the others argued, %d open\n",
			name, noticed[pkg], tried[pkg], 100*float64(noticed[pkg])/float64(max(1, tried[pkg])), 100*low, 100*high,
			reasoned[pkg], tried[pkg]-noticed[pkg]-reasoned[pkg])
	}
	for _, pkg := range s.packages {
		if tried[pkg] > 0 {
			share(pkg+" by the tests of "+strings.Join(testersOf(pkg), ", "), pkg)
		}
	}
	share("all", "")
}

// diff returns the lines of a change before and after.
func (c change) diff(text string) string {
	start := strings.LastIndex(text[:c.from], "\n") + 1
	end := len(text)
	if n := strings.Index(text[c.to:], "\n"); n >= 0 {
		end = c.to + n
	}
	before, after := text[start:end], text[start:c.from]+c.wrong+text[c.to:end]
	out := ""
	for _, l := range strings.Split(before, "\n") {
		out += "-" + l + "\n"
	}
	for _, l := range strings.Split(after, "\n") {
		out += "+" + l + "\n"
	}
	return out
}
