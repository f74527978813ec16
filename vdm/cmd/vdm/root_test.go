//go:build !nonetcdf

package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/climate-vdm/climate-vdm/vdm"
)

func TestHelp(t *testing.T) {
	root := newRoot()
	listed := succeed(t, "--help")
	if succeed(t) != listed {
		t.Error("vdm alone does not print the help")
	}
	commands := 0
	every(root, func(c *cobra.Command) {
		commands++
		args := strings.Fields(c.CommandPath())[1:]
		text := succeed(t, append(args, "--help")...)
		if c.Short == "" || !strings.Contains(text, "Usage:\n  "+c.CommandPath()) {
			t.Errorf("%s: help without a line of what it is\n%s", c.CommandPath(), text)
		}
		if strings.Contains(text, "(default )") || strings.Contains(text, "(default [])") {
			t.Errorf("%s: a default that says nothing\n%s", c.CommandPath(), text)
		}
		if c.Name() != "version" && !strings.Contains(c.Example, c.CommandPath()) {
			t.Errorf("%s: no example to paste", c.CommandPath())
		}
		if !c.HasParent() || c.Parent() == root {
			if c.GroupID == "" || !strings.Contains(listed, "  "+c.Name()+" ") {
				t.Errorf("%s is not listed in a group of vdm --help", c.CommandPath())
			}
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" || strings.HasSuffix(f.Usage, ".") {
				t.Errorf("%s --%s: usage %q", c.CommandPath(), f.Name, f.Usage)
			}
		})
	})
	if commands < 13 {
		t.Errorf("%d commands", commands)
	}
	for _, line := range strings.Split(listed, "\n") {
		if len([]rune(line)) > 100 {
			t.Errorf("a line of the help is %d wide: %s", len([]rune(line)), line)
		}
	}
}

// Every example's command lines parse: their flags exist and their arguments
// count.
func TestExamplesParse(t *testing.T) {
	every(newRoot(), func(c *cobra.Command) {
		for line := range strings.Lines(c.Example) {
			line, _, _ = strings.Cut(line, "#")
			line, _, _ = strings.Cut(line, ">")
			words := strings.Fields(line)
			for len(words) > 0 && words[0] != "vdm" { // a variable before the command
				words = words[1:]
			}
			if len(words) == 0 {
				continue
			}
			root := newRoot()
			found, rest, err := root.Find(words[1:])
			if err != nil || found == root {
				t.Errorf("example %q is of %s (%v)", line, found.CommandPath(), err)
				continue
			}
			if err := found.ParseFlags(rest); err != nil {
				t.Errorf("example %q: %v", line, err)
			}
			if err := found.ValidateArgs(found.Flags().Args()); err != nil {
				t.Errorf("example %q: %v", line, err)
			}
		}
	})
}

func TestMisuse(t *testing.T) {
	for _, test := range []struct {
		args, say []string
	}{
		{[]string{"trian"}, []string{`"vdm trian"`, "Did you mean train?", "vdm --help"}},
		{[]string{"nonsense"}, []string{`no command "vdm nonsense"`}},
		{[]string{"weights", "exprt"}, []string{`"vdm weights exprt"`, "export"}},
		{[]string{"train", "--stps", "3"}, []string{"--stps", "Did you mean --steps?", "vdm train --help"}},
		{[]string{"train", "--qqqqqqqq"}, []string{"no flag --qqqqqqqq"}},
		{[]string{"train", "-q"}, []string{"unknown shorthand flag: 'q'"}},
		{[]string{"train", "--steps", "many"}, []string{`--steps is "many": want a whole number`}},
		{[]string{"train", "--data"}, []string{"flag needs an argument: --data"}},
		{[]string{"train"}, []string{"--data is missing"}},
		{[]string{"train", "--data", "x.nc"}, []string{"--out is missing"}},
		{[]string{"train", "--data", "x.nc", "--out", "y", "--missing", "fill"}, []string{`--missing is "fill"`, "skip or mask"}},
		{[]string{"train", "--data", "x.nc", "--out", "y", "--held-out", "-1"}, []string{`invalid argument "-1" for "--held-out"`, "length of time"}},
		// Mistakes are told together.
		{[]string{"train"}, []string{"--data is missing", "; --out is missing"}},
		{[]string{"train", "--stps", "3", "--batch", "many", "--see=1"}, []string{"Did you mean --steps?", `; --batch is "many": want a whole number`, "; there is no flag --see. Did you mean --seed?", "vdm train --help"}},
		{[]string{"sample", "--cout=3", "--seed"}, []string{"Did you mean --count?", "; flag needs an argument: --seed", "; RUN is missing"}},
		{[]string{"sample", "--cout", "a", "--seed=x"}, []string{"Did you mean --count?", `; --seed is "x": want a whole number from 0 on`}},
		{[]string{"nowcast", "a", "--members", "0", "--evaluations", "0", "--around", "x", "--row", "1"}, []string{"--members is 0", "; --evaluations is 0", "; --data is missing", "; give --start or --last", "; --around excludes --row", "; --around: \"x\" is no place"}},
		{[]string{"merge", "a.nc", "--first", "-1"}, []string{"--out is missing", "; --first is -1"}},
		{[]string{"synth", "--format", "grib", "--resolution", "1km"}, []string{"--out is missing", "; --resolution", "; --format"}},
		{[]string{"nowcast"}, []string{"RUN is missing; --data is missing"}},
		{[]string{"verify"}, []string{"is missing; --against is missing"}},
		{[]string{"train", "--data", "x.nc", "--out", "y", "--batch", "0", "--transform", "foo"}, []string{"--batch is 0", "; --transform: ", "foo"}},
		{[]string{"first-model", "--clips", "0", "--sampler-steps", "0"}, []string{"--evaluations is 0", "; --count is 0"}},
		{[]string{"verify", "a.nc", "--threshold", "x", "--evaluations", "y"}, []string{`--threshold is "x": want numbers, with commas between`, `; --evaluations is "y": want a whole number`}},
		{[]string{"sample", "a", "--picture", "x.jpg", "--count", "0"}, []string{"--count is 0", "; --picture is x.jpg: want a name that ends in .png, .svg, .pdf, .apng"}},
		{[]string{"interpolate", "a", "--data", "b", "--start", "1", "--last"}, []string{"give --start or --last or --test"}},
		{[]string{"train", "extra"}, []string{`unexpected argument "extra"`}},
		{[]string{"sample"}, []string{"RUN is missing"}},
		{[]string{"sample", ""}, []string{"RUN is an empty text"}},
		{[]string{"sample", "a", "b"}, []string{`unexpected argument "b"`, "takes only RUN"}},
		{[]string{"sample", "a", "--count", "0"}, []string{"--count is 0"}},
		{[]string{"sample", "a", "--steps", "0"}, []string{"--evaluations is 0"}},
		{[]string{"sample", "a", "--sampler", "best"}, []string{"best", "ancestral", "ddim"}},
		{[]string{"nowcast", "a", "--data", "b", "--start", "1", "--guidance", "reconstruction", "--weight", "-1"}, []string{"guidance is -1"}},
		{[]string{"nowcast", "a", "--data", "b"}, []string{"--start or --last"}},
		{[]string{"nowcast", "a", "--data", "b", "--start", "1", "--last"}, []string{"--start or --last"}},
		{[]string{"interpolate", "a", "--data", "b"}, []string{"give --start or --last or --test"}},
		{[]string{"experiment", "conditional", "--run", "a"}, []string{"--data is missing"}},
		{[]string{"experiment", "conditional", "--data", "a"}, []string{"--run is missing"}},
		{[]string{"experiment", "conditional", "--data", "a", "--run", "b", "--members", "0"}, []string{"--members is 0"}},
		{[]string{"experiment", "conditional", "--data", "a", "--run", "b", "--tasks", "hindcast"}, []string{`"hindcast"`, "nowcast, interpolation"}},
		{[]string{"verify", "a"}, []string{"--against is missing"}},
		{[]string{"inspect"}, []string{"FILE is missing"}},
		{[]string{"inspect", "--kind", "snow", "a"}, []string{`--kind is "snow"`}},
		{[]string{"parity"}, []string{"FILE.safetensors is missing"}},
		{[]string{"weights", "export", "run"}, []string{"FILE.safetensors is missing"}},
		{[]string{"prepare", "a.nc"}, []string{"--out is missing"}},
		{[]string{"first-model", "--steps", "0"}, []string{"--steps is 0"}},
		{[]string{"first-model", "--held-out", "-3"}, []string{"--held-out is -3"}},
		{[]string{"version", "1"}, []string{`unexpected argument "1"`}},
	} {
		refuse(t, exitUsage, test.say, test.args...)
	}
}

func TestVersion(t *testing.T) {
	if got := succeed(t, "version"); !strings.HasPrefix(got, "vdm ") || !strings.Contains(got, "go1.") {
		t.Errorf("version prints %q", got)
	}
}

func TestCompletion(t *testing.T) {
	if got := succeed(t, "completion", "bash"); !strings.Contains(got, "__start_vdm") {
		t.Error("no completion for bash")
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"steps", "steps", 0}, {"stps", "steps", 1}, {"kitten", "sitting", 3}, {"", "abc", 3}, {"abc", "", 3}} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("distance of %q and %q is %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

// A panic becomes a message, and its stack only where it is asked for.
func TestPanicIsAMessage(t *testing.T) {
	broken := func() (stdout, stderr bytes.Buffer, status int) {
		root := newRoot()
		root.AddCommand(&cobra.Command{Use: "break", RunE: func(*cobra.Command, []string) error {
			panic(errors.New("shapes do not\nmatch"))
		}})
		status = execute(root, []string{"break"}, &stdout, &stderr)
		return
	}
	_, stderr, status := broken()
	want := "vdm: internal error: shapes do not; match; "
	if text := stderr.String(); status != exitFailed || !strings.HasPrefix(text, want) || strings.Count(text, "\n") != 1 {
		t.Errorf("status %d, %q", status, text)
	}
	t.Setenv(traceEnv, "1")
	if _, stderr, _ := broken(); !strings.Contains(stderr.String(), "TestPanicIsAMessage") {
		t.Errorf("no stack where it is asked for: %s", stderr.String())
	}
}

func TestConclude(t *testing.T) {
	var stderr bytes.Buffer
	err := errors.Join(errors.New("one is wrong"), errors.New("two is wrong"))
	if status := conclude(t.Context(), err, &stderr); status != exitFailed || stderr.String() != "vdm: one is wrong; two is wrong\n" {
		t.Errorf("status %d, %q", status, stderr.String())
	}
	stderr.Reset()
	if status := conclude(t.Context(), errTold, &stderr); status != exitFailed || stderr.Len() > 0 {
		t.Errorf("status %d, %q", status, stderr.String())
	}
	if status := conclude(t.Context(), vdm.ErrInterrupted, &stderr); status != exitInterrupted {
		t.Errorf("status %d for an interrupt", status)
	}
}

// every calls f with each command that does something.
func every(c *cobra.Command, f func(*cobra.Command)) {
	if len(c.Commands()) == 0 {
		f(c)
	}
	for _, sub := range c.Commands() {
		if sub.Name() != "help" && sub.Name() != "completion" {
			every(sub, f)
		}
	}
}
