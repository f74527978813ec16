package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	s := search{trials: trials{out: os.Stdout}, texts: map[string]string{}}
	only := flag.String("only", "", "names of changes of the table, with commas between; all by default")
	flag.IntVar(&s.count, "random", 0, "draw so many changes instead of those of the table")
	flag.Uint64Var(&s.seed, "seed", 1, "of the draw")
	packages := flag.String("packages", "vdm,vdm/train,vdm/run,vdm/verify,vdm/transform", "packages to change, with commas between; vdm/exact, vdm/forecast and others can be named, too")
	flag.StringVar(&s.glob, "files", "", "change only files whose path or name matches this `pattern`")
	flag.StringVar(&s.ref, "changed", "", "change only lines that differ from this `commit`")
	flag.BoolVar(&s.retry, "retry", false, "try those again that survived; without -random, those of the file of results alone")
	flag.DurationVar(&s.until, "for", 0, "try no more changes after so long; builds and the first runs of the tests do not count")
	flag.StringVar(&s.tests, "run", "", "run only tests whose names match this `pattern`")
	flag.StringVar(&s.results, "results", "build/mutants.jsonl", "`file` of results, below the root of the project")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("%q: settings only, see -help", flag.Args())
	}
	mod, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return fmt.Errorf("go env GOMOD: %w", err)
	}
	s.root = filepath.Dir(strings.TrimSpace(string(mod)))
	s.results = filepath.Join(s.root, s.results)
	s.packages = strings.Split(*packages, ",")
	if s.folder, err = os.MkdirTemp("", "mutants"); err != nil {
		return err
	}
	defer os.RemoveAll(s.folder)
	if s.count > 0 || s.retry {
		if s.reasons, err = arguments(s.root); err != nil {
			return err
		}
		return s.run(ctx)
	}
	names := strings.FieldsFunc(*only, func(r rune) bool { return r == ',' })
	survivors, err := runNamed(ctx, s.root, s.folder, table, names, os.Stdout)
	if err == nil && survivors > 0 {
		err = errors.New("there are changes that no test notices")
	}
	return err
}
