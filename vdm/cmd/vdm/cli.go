package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// These are the exit statuses.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130 // what a shell returns for a program that SIGINT ended
)

// traceEnv is the environment variable that asks for the stack of an internal error.
const traceEnv = "VDM_TRACE"

// errTold is a failure whose message has already been printed.
var errTold = errors.New("told")

// oneLine returns an error of several lines as one line.
func oneLine(s string) string {
	var parts []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, "; ")
}

const (
	groupWork  = "work"
	groupLook  = "look"
	groupCheck = "check"
)

// asGroup makes a command that only contains others refuse a name that is none of them.
func asGroup(c *cobra.Command) *cobra.Command {
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		hint := ""
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			hint = fmt.Sprintf(" Did you mean %s?", strings.Join(near, " or "))
		}
		return misuse(c, "there is no command %q.%s", strings.TrimSpace(c.CommandPath()+" "+args[0]), hint)
	}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	c.SuggestionsMinimumDistance = 2
	return c
}

// flagError is misuse for what pflag says, with the nearest flag for one that is
// not known.
func flagError(c *cobra.Command, err error) error {
	if invalid := (*pflag.InvalidValueError)(nil); errors.As(err, &invalid) {
		wanted := map[string]string{"int": "a whole number", "uint64": "a whole number from 0 on", "float64": "a number", "bool": "true or false",
			"intSlice": "whole numbers, with commas between", "float64Slice": "numbers, with commas between"}
		if want := wanted[invalid.GetFlag().Value.Type()]; want != "" {
			return misuse(c, "--%s is %q: want %s", invalid.GetFlag().Name, invalid.GetValue(), want)
		}
	}
	unknown := (*pflag.NotExistError)(nil)
	if !errors.As(err, &unknown) || unknown.GetSpecifiedShortnames() != "" {
		return misuse(c, "%v", err)
	}
	name, near, least := unknown.GetSpecifiedName(), "", 3
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if d := distance(name, f.Name); d < least || strings.HasPrefix(f.Name, name) && near == "" {
			near, least = f.Name, min(d, least)
		}
	})
	if near == "" {
		return misuse(c, "there is no flag --%s", name)
	}
	return misuse(c, "there is no flag --%s. Did you mean --%s?", name, near)
}

// distance returns how many letters must be inserted, deleted or replaced to change a
// into b (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// takes returns a check of a command's arguments: exactly the named ones, the last one
// or more times where its name ends in "…".
func takes(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		several := len(names) > 0 && strings.HasSuffix(names[len(names)-1], "…")
		switch {
		case len(args) < len(names):
			return misuse(c, "%s is missing%s", strings.TrimSuffix(names[len(args)], "…"), alsoMissing(c))
		case len(args) > len(names) && !several:
			if len(names) == 0 {
				return misuse(c, "unexpected argument %q: %s takes none", args[0], c.CommandPath())
			}
			return misuse(c, "unexpected argument %q: %s takes only %s", args[len(names)], c.CommandPath(), strings.Join(names, " "))
		}
		for i, a := range args {
			if a == "" {
				return misuse(c, "%s is an empty text", strings.TrimSuffix(names[min(i, len(names)-1)], "…"))
			}
		}
		return nil
	}
}

// alsoMissing says which of the flags in a command's usage line that have no substitute are
// missing besides an argument.
func alsoMissing(c *cobra.Command) (text string) {
	usage, _, _ := strings.Cut(c.Use, " | ")
	for _, name := range []string{"data", "against", "out"} {
		if f := c.Flags().Lookup(name); f != nil && !f.Changed && strings.Contains(usage, "--"+name+" ") {
			text += fmt.Sprintf("; --%s is missing", name)
		}
	}
	return text
}

// say prints a message of a command.
func say(c *cobra.Command, format string, args ...any) {
	fmt.Fprintf(c.ErrOrStderr(), format+"\n", args...)
}

// complain prints an error that does not end the command.
func complain(c *cobra.Command, err error) {
	fmt.Fprintln(c.ErrOrStderr(), "vdm:", oneLine(err.Error()))
}

// emit writes a command's data.
func emit(c *cobra.Command, text string) error {
	_, err := c.OutOrStdout().Write([]byte(text))
	if err != nil {
		return fmt.Errorf("writing the output: %w", err)
	}
	return nil
}

// openRun returns a run and prints its warnings.
func openRun(c *cobra.Command, dir string) (*run.Run, error) {
	m, err := run.Open(dir)
	if err != nil {
		return nil, err
	}
	for _, w := range m.Warnings {
		say(c, "warning: %s", w)
	}
	return m, nil
}
