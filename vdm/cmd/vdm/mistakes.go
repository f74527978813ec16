package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usageError is a command line that cannot be meant.
type usageError struct {
	message string
	command string // whose help says more
}

func (e *usageError) Error() string { return fmt.Sprintf("%s (see: %s --help)", e.message, e.command) }

// misuse is a usageError with a hint at the command's help.
func misuse(c *cobra.Command, format string, args ...any) error {
	return &usageError{strings.TrimRight(fmt.Sprintf(format, args...), "."), c.CommandPath()}
}

// together makes one error of all mistakes of a command line, so that none is found only
// after another has been mended; nil where there is none.
func together(errs ...error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(errs) < 2 {
		return errors.Join(errs...)
	}
	var messages []string
	command := ""
	for _, err := range errs {
		message := err.Error()
		if usage := (*usageError)(nil); errors.As(err, &usage) {
			message, command = usage.message, usage.command
		}
		if !slices.Contains(messages, message) {
			messages = append(messages, message)
		}
	}
	if command == "" {
		return errors.New(strings.Join(messages, "; "))
	}
	return &usageError{strings.Join(messages, "; "), command}
}

// mistakes collects the mistakes of a command line that show without reading anything.
type mistakes struct {
	command *cobra.Command
	all     []error
}

// when adds a mistake where there is one.
func (m *mistakes) when(wrong bool, format string, args ...any) {
	if wrong {
		m.all = append(m.all, misuse(m.command, format, args...))
	}
}

// add adds an error, if not nil.
func (m *mistakes) add(err error) { m.all = append(m.all, err) }

// err returns all of them as one error, nil for none.
func (m *mistakes) err() error { return together(m.all...) }

// alsoCalled lets a flag be given by former names, which no help shows.
func alsoCalled(f *pflag.FlagSet, name string, former ...string) {
	before := f.GetNormalizeFunc()
	f.SetNormalizeFunc(func(f *pflag.FlagSet, given string) pflag.NormalizedName {
		if slices.Contains(former, given) {
			given = name
		}
		return before(f, given)
	})
}

// counted is a flag of a number that must be 1 or more.
type counted struct {
	flag  string
	value int
}

// present refuses files and folders that are not there, of a flag for data; web addresses
// are found out about later.
func present(flag string, paths []string) error {
	var wrong []error
	for _, p := range paths {
		if strings.Contains(p, "://") {
			continue
		}
		if _, err := os.Stat(p); err != nil {
			wrong = append(wrong, fmt.Errorf("--%s: %w", flag, err))
		}
	}
	return together(wrong...)
}

// atLeastOne refuses numbers below 1: 0 would mean the default, which nobody who types it
// means.
func atLeastOne(c *cobra.Command, all []counted) error {
	m := mistakes{command: c}
	for _, n := range all {
		m.when(n.value < 1, "--%s is %d: want at least 1", n.flag, n.value)
	}
	return m.err()
}
