//go:build !nonetcdf

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// page is what a page of Markdown shows of a shell and of configurations.
type page struct {
	lines []string // of blocks of shell, and indented
	spans []string // in the text: `vdm …`, `make …`, `--flag …`
	yaml  []string // blocks
}

// parsePage reads a page. Blocks in other languages are left out, and so are lines that
// are indented as the rest of an item of a list.
func parsePage(text string) page {
	var p page
	block := regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")
	for _, b := range block.FindAllStringSubmatch(text, -1) {
		switch b[1] {
		case "sh":
			p.lines = append(p.lines, strings.Split(strings.TrimSpace(strings.ReplaceAll(b[2], "\\\n", " ")), "\n")...)
		case "yaml":
			p.yaml = append(p.yaml, b[2])
		}
	}
	text = block.ReplaceAllString(text, "")
	var prose []string
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		if strings.HasPrefix(paragraph, "    ") {
			for line := range strings.Lines(paragraph) {
				p.lines = append(p.lines, strings.TrimSpace(line))
			}
			continue
		}
		prose = append(prose, paragraph)
	}
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(strings.Join(prose, "\n\n"), -1) {
		p.spans = append(p.spans, strings.Join(strings.Fields(m[1]), " "))
	}
	// Of a row of commands only the first has the program before it.
	for _, row := range regexp.MustCompile("(?m)^\\| `vdm ([^|]*)\\|").FindAllStringSubmatch(text, -1) {
		first, others, _ := strings.Cut(row[1], "`")
		before := strings.Fields(first)
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(others, -1) {
			p.spans = append(p.spans, strings.Join(append(append([]string{"vdm"}, before[:len(before)-1]...), m[1]), " "))
		}
	}
	return p
}

// wordsOf splits a line of shell: variables before the program, a comment, and where the
// output goes are left out.
func wordsOf(line string) []string {
	line, _, _ = strings.Cut(line, " #")
	line, _, _ = strings.Cut(line, " >")
	words := regexp.MustCompile(`"[^"]*"|'[^']*'|\S+`).FindAllString(line, -1)
	for i, w := range words {
		words[i] = strings.Trim(w, `"'`)
	}
	for len(words) > 0 && regexp.MustCompile(`^[A-Z_]+=`).MatchString(words[0]) {
		words = words[1:]
	}
	if strings.HasPrefix(strings.Join(words, " "), "go run ./vdm/cmd/vdm ") {
		words = append([]string{"vdm"}, words[3:]...)
	}
	if len(words) > 0 && words[0] == "build/bin/vdm" {
		words[0] = "vdm"
	}
	return words
}

// checkCommand reports a command of vdm, a subcommand or a flag that is not there, and
// arguments that are too many or, in a whole line, too few.
func checkCommand(t *testing.T, line string, args []string, whole bool) {
	t.Helper()
	root := newRoot()
	root.InitDefaultCompletionCmd() // which only running the program adds
	found, rest, err := root.Find(args)
	if err != nil {
		t.Errorf("%q: %v", line, err)
		return
	}
	found.InitDefaultHelpFlag()
	if err := found.ParseFlags(rest); err != nil {
		t.Errorf("%q: %v", line, err)
		return
	}
	given := found.Flags().Args()
	if help := found.Flags().Lookup("help"); help.Changed || !whole && len(given) == 0 {
		return
	}
	if err := found.ValidateArgs(given); err != nil {
		t.Errorf("%q: %v", line, err)
	}
}

// readme returns the README and the project's root.
func readme(t *testing.T) (text, root string) {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data), root
}

// Each file and folder of the project that the README names exists.
func TestTheReadmesPathsExist(t *testing.T) {
	text, root := readme(t)
	paths := regexp.MustCompile("`((?:vdm|notebooks|plotting|docker)/[^`\\s]+)`|\\]\\(([^):]+)\\)").FindAllStringSubmatch(text, -1)
	for _, m := range paths {
		path := m[1] + m[2]
		if found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(path))); err != nil || len(found) == 0 {
			t.Errorf("the README names %s, which does not exist", path)
		}
	}
	if len(paths) < 40 {
		t.Errorf("%d paths were found", len(paths))
	}
}

// Each command, subcommand and flag of vdm and each target of make that the README shows
// or names exists.
func TestTheReadmesCommandsExist(t *testing.T) {
	text, root := readme(t)
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	p := parsePage(text)
	commands, targets, flags := 0, 0, 0
	check := func(line string, whole bool) (known bool) {
		words := wordsOf(line)
		switch {
		case len(words) == 0:
			return false
		case words[0] == "vdm":
			commands++
			checkCommand(t, line, strings.Fields(strings.ReplaceAll(strings.Join(words[1:], " "), "COMMAND", "train")), whole)
		case words[0] == "make":
			for _, target := range words[1:] {
				targets++
				if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(target) + `:`).Match(makefile) {
					t.Errorf("%q: the Makefile has no target %s", line, target)
				}
			}
		default:
			return false
		}
		return true
	}
	for _, line := range p.lines {
		if !check(line, true) {
			t.Errorf("%q is a line of shell that is checked by nothing: it runs neither vdm nor make", line)
		}
	}
	known := map[string]bool{}
	every(newRoot(), func(c *cobra.Command) {
		c.Flags().VisitAll(func(f *pflag.Flag) { known["--"+f.Name] = true })
	})
	for _, span := range p.spans {
		if name, _, _ := strings.Cut(span, " "); strings.HasPrefix(name, "--") {
			flags++
			if !known[name] {
				t.Errorf("no command has the flag of %q", span)
			}
			continue
		}
		check(span, false)
	}
	if len(p.lines) < 8 || commands < 25 || targets < 8 || flags < 15 {
		t.Errorf("%d lines of shell, %d commands of vdm, %d targets of make, %d flags were found", len(p.lines), commands, targets, flags)
	}
}

// The README names every flag that says how files are read.
func TestTheReadmeNamesTheFlagsOfFiles(t *testing.T) {
	text, _ := readme(t)
	c := &cobra.Command{}
	new(readFlags).addTo(c)
	spans := parsePage(text).spans
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(spans, "--"+f.Name) {
			t.Errorf("--%s is not in the README", f.Name)
		}
	})
}

// quick reports whether a command line ends within seconds and writes to no folder.
func quick(args []string) bool {
	return slices.Contains([]string{"version", "inspect", "schedule", "--help"}, args[0]) ||
		slices.Contains(args, "--help") || slices.Contains(args, "--print-config")
}

// The README's command lines that take seconds run, with the configuration that stands
// beside them, and each prints something.
func TestTheReadmesQuickLinesRun(t *testing.T) {
	text, root := readme(t)
	p := parsePage(text)
	if len(p.yaml) != 1 {
		t.Fatalf("%d configurations in the README, want one", len(p.yaml))
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine.yaml"), []byte(p.yaml[0]), 0o644); err != nil {
		t.Fatal(err)
	}
	// The file that make run fetches, else another one.
	storm := filepath.Join("build", "data", "test_stageiv_xyt.nc")
	if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(storm)), 0o755); err != nil {
		t.Fatal(err)
	}
	from := filepath.Join(root, storm)
	if _, err := os.Stat(from); err != nil {
		from = filepath.Join(root, "vdm", "climate", "netcdf", "testdata", "ukcp18-small.nc")
	}
	if err := os.Symlink(from, filepath.Join(dir, storm)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	ran := map[string]string{}
	for _, line := range p.lines {
		words := wordsOf(line)
		if len(words) < 2 || words[0] != "vdm" || !quick(words[1:]) {
			continue
		}
		out := succeed(t, words[1:]...)
		if strings.TrimSpace(out) == "" {
			t.Errorf("%q prints nothing", line)
		}
		ran[words[1]] += out
	}
	for name, want := range map[string]string{
		"--help": "Usage:", "inspect": "mm", "schedule": "-12", "train": "preconditioning: spectrum", "version": "vdm ",
	} {
		if !strings.Contains(ran[name], want) {
			t.Errorf("vdm %s was not run or does not print %q:\n%s", name, want, ran[name])
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("the lines left %v (%v)", entries, err)
	}
}
