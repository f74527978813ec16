package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

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
