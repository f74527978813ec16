package main

import (
	"errors"
	"fmt"
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
		return errors.Join(errs...)
	}
	return &usageError{strings.Join(messages, "; "), command}
}

// mistakes are those of a command line, as far as they are seen without reading anything.
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

// flagErrors makes a function for cobra that reports every flag that cannot be meant, where
// cobra stops at the first, and arguments that are missing beside them.
func flagErrors(root *cobra.Command, args []string) func(*cobra.Command, error) error {
	return func(c *cobra.Command, err error) error {
		_, rest, found := root.Find(args)
		if found != nil {
			return flagError(c, err)
		}
		m := mistakes{command: c}
		const most = 8
		countable := true // what is left is the arguments
		for range most {
			m.add(flagError(c, err))
			var guessed, ok bool
			if rest, guessed, ok = without(rest, err); !ok {
				return m.err()
			}
			countable = countable && !guessed
			if err = c.ParseFlags(rest); err == nil {
				break
			}
			if errors.Is(err, pflag.ErrHelp) {
				return m.err()
			}
		}
		if countable && err == nil {
			m.add(c.ValidateArgs(c.Flags().Args()))
		}
		return m.err()
	}
}

// without leaves out of a command line the flag that an error is about, with its value.
// guessed says that the word after a flag that nobody knows is taken for its value.
func without(args []string, err error) (left []string, guessed, ok bool) {
	var name string
	var value *string
	unknown, needs, invalid := (*pflag.NotExistError)(nil), (*pflag.ValueRequiredError)(nil), (*pflag.InvalidValueError)(nil)
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		name = unknown.GetSpecifiedName()
	case errors.As(err, &needs):
		name = needs.GetSpecifiedName()
	case errors.As(err, &invalid):
		name = invalid.GetFlag().Name
		text := invalid.GetValue()
		value = &text
	default:
		return args, false, false
	}
	for i, word := range args {
		flag, given, joined := strings.Cut(word, "=")
		if flag != "--"+name || joined && value != nil && given != *value {
			continue
		}
		following := i+1 < len(args) && !joined
		switch {
		case value != nil && following && args[i+1] != *value:
			continue
		case value != nil && following:
			return slices.Delete(slices.Clone(args), i, i+2), false, true
		case unknown != nil && following && !strings.HasPrefix(args[i+1], "-"):
			return slices.Delete(slices.Clone(args), i, i+2), true, true
		}
		return slices.Delete(slices.Clone(args), i, i+1), false, true
	}
	return args, false, false
}

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

// counted is a flag of a number that has to be 1 or more.
type counted struct {
	flag  string
	value int
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
