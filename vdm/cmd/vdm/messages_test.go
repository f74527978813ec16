//go:build !nonetcdf

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// optionInWords finds the names of Go's options in a message: as words of their own
// with a capital.
func optionInWords(message string) string {
	for i := range reflect.TypeFor[cf.ReadOptions]().NumField() {
		field := reflect.TypeFor[cf.ReadOptions]().Field(i)
		if !field.IsExported() {
			continue
		}
		// A unit is called units in a sentence, a kind a kind; it is the capital, not
		// at the beginning of a sentence, that names the option.
		if found := regexp.MustCompile(`[a-z,;(] ?\(?` + field.Name + `\b`).FindString(message); found != "" {
			return field.Name
		}
	}
	return ""
}

var flagInWords = regexp.MustCompile(`--[a-z][a-z-]*[a-z]`)

// speaks says whether a message speaks the language of a command: every flag that it
// names exists there, and no option of Go is named.
func speaks(c *cobra.Command, message string) error {
	if name := optionInWords(message); name != "" {
		return fmt.Errorf("names the option %s of Go: %s", name, message)
	}
	for _, flag := range flagInWords.FindAllString(message, -1) {
		if c.Flags().Lookup(strings.TrimPrefix(flag, "--")) == nil {
			return fmt.Errorf("names %s, which %q does not have: %s", flag, c.Name(), message)
		}
	}
	return nil
}

// Every option of the readers has a flag, in every command that reads data.
func TestOptionsHaveFlags(t *testing.T) {
	options := reflect.TypeFor[cf.ReadOptions]()
	commands := 0
	for _, c := range newRoot().Commands() {
		if c.Flags().Lookup("variable") == nil || c.Flags().Lookup("interval") == nil {
			continue
		}
		commands++
		for i := range options.NumField() {
			field := options.Field(i)
			if !field.IsExported() || field.Name == "Name" {
				continue
			}
			flag := flagOf(field.Name)
			if !strings.HasPrefix(flag, "--") || c.Flags().Lookup(strings.TrimPrefix(flag, "--")) == nil {
				t.Errorf("%s: option %s is called %q, which is no flag of it", c.Name(), field.Name, flag)
			}
		}
	}
	if commands < 6 {
		t.Errorf("%d commands read data", commands)
	}
}

// What the readers say of files, on the way to a refusal or in a note, is in the
// command's words.
func TestMessagesNameFlags(t *testing.T) {
	if err := exec.Command("/usr/bin/python3", "-c", "import netCDF4").Run(); err != nil {
		t.Skipf("no python3 with netCDF4 to write the files: %v", err)
	}
	dir := t.TempDir()
	for _, script := range []string{"people.py", "archives.py"} {
		if out, err := exec.Command("/usr/bin/python3", filepath.Join("..", "..", "climate", "netcdf", "testdata", script), dir).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", script, err, out)
		}
	}
	inspect := newInspect()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) < 100 {
		t.Fatalf("%d files, %v", len(entries), err)
	}
	named := map[string]bool{}
	look := func(name string, opt cf.ReadOptions) {
		opt.Name = flagOf
		report, err := cf.InspectWith(filepath.Join(dir, name), opt)
		said := []error{err}
		if report != nil {
			for _, v := range report.Variables {
				said = append(said, errors.New(v.Why))
				for _, note := range v.Notes {
					said = append(said, errors.New(note))
				}
			}
		}
		for _, message := range said {
			if message == nil {
				continue
			}
			if err := speaks(inspect, message.Error()); err != nil {
				t.Errorf("%s: a message %v", name, err)
			}
			for _, flag := range flagInWords.FindAllString(message.Error(), -1) {
				named[flag] = true
			}
		}
	}
	for _, e := range entries {
		look(e.Name(), cf.ReadOptions{})
		look(e.Name(), cf.ReadOptions{Interval: 1})
		look(e.Name(), cf.ReadOptions{Totals: "start"})
	}
	for _, flag := range []string{"--interval", "--totals", "--kind", "--fill", "--index", "--dims", "--repeated", "--clip-negative", "--ignore-valid-range", "--time-units"} {
		if !named[flag] {
			t.Errorf("no message names %s", flag)
		}
	}
	for _, opt := range []cf.ReadOptions{{Interval: -1}, {Totals: "no"}, {Repeated: "no"}, {Dims: map[string]string{"z": "z"}}} {
		opt.Name = flagOf
		if err := speaks(inspect, opt.Validate().Error()); err != nil {
			t.Error(err)
		}
	}
}
