package house

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// licences are those of all modules of go.mod.
var licences = map[string]string{
	"codeberg.org/go-fonts/liberation": "BSD-3-Clause", "codeberg.org/go-latex/latex": "BSD-3-Clause", "codeberg.org/go-pdf/fpdf": "MIT",
	"git.sr.ht/~sbinet/gg": "MIT", "github.com/ajstarks/svgo": "CC-BY-4.0", "github.com/cpuguy83/go-md2man/v2": "MIT",
	"github.com/edsrzf/mmap-go": "BSD-3-Clause", "github.com/fhs/go-netcdf": "MIT", "github.com/go-logr/logr": "Apache-2.0",
	"github.com/goccy/go-yaml": "MIT", "github.com/gofrs/flock": "BSD-3-Clause", "github.com/gofrs/uuid": "MIT",
	"github.com/golang/freetype": "FTL", "github.com/gomlx/compute": "Apache-2.0", "github.com/gomlx/compute-onnx": "Apache-2.0",
	"github.com/gomlx/go-xla": "Apache-2.0", "github.com/gomlx/gomlx": "Apache-2.0", "github.com/google/go-cmp": "BSD-3-Clause",
	"github.com/inconshreveable/mousetrap": "Apache-2.0", "github.com/janpfeifer/gonb": "MIT", "github.com/kettek/apng": "BSD-3-Clause",
	"github.com/klauspost/compress": "BSD-3-Clause", "github.com/mitchellh/colorstring": "MIT", "github.com/pierrec/lz4/v4": "BSD-3-Clause",
	"github.com/pkg/errors": "BSD-2-Clause", "github.com/rivo/uniseg": "MIT", "github.com/russross/blackfriday/v2": "BSD-2-Clause",
	"github.com/schollz/progressbar/v3": "MIT", "github.com/spf13/cobra": "Apache-2.0", "github.com/spf13/pflag": "BSD-3-Clause",
	"go.yaml.in/yaml/v3": "MIT", "golang.org/x/exp": "BSD-3-Clause", "golang.org/x/image": "BSD-3-Clause", "golang.org/x/sys": "BSD-3-Clause",
	"golang.org/x/term": "BSD-3-Clause", "golang.org/x/text": "BSD-3-Clause", "gonum.org/v1/gonum": "BSD-3-Clause", "gonum.org/v1/plot": "BSD-3-Clause",
	"google.golang.org/protobuf": "BSD-3-Clause", "k8s.io/klog/v2": "Apache-2.0",
}

// says are words of each licence in lower case, without line breaks; the longer BSD licence has the
// words of the shorter one, too.
var says = map[string]string{
	"MIT":          "permission is hereby granted, free of charge",
	"BSD-3-Clause": "neither the name", "BSD-2-Clause": "redistribution and use in source and binary forms",
	"Apache-2.0": "apache license", "CC-BY-4.0": "creative commons attribution 4.0", "FTL": "freetype license",
}

// text returns a file of the project.
func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// required are the modules of go.mod, and whether each is needed by others only.
func required(t *testing.T) map[string]bool {
	t.Helper()
	out, err := exec.Command("go", "mod", "edit", "-json", filepath.Join(root, "go.mod")).Output()
	if err != nil {
		t.Skipf("no go command: %v", err)
	}
	var file struct {
		Require []struct {
			Path, Version string
			Indirect      bool
		}
		Replace []any
	}
	if err := json.Unmarshal(out, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Replace) > 0 {
		t.Errorf("go.mod replaces modules: %v", file.Replace)
	}
	sums, all := text(t, "go.sum"), map[string]bool{}
	for _, r := range file.Require {
		all[r.Path] = r.Indirect
		if !strings.Contains(sums, r.Path+" "+r.Version+"/go.mod h1:") {
			t.Errorf("go.sum has no checksum of %s %s", r.Path, r.Version)
		}
	}
	return all
}

// Every module that the project names is in the README's table with its reason, and the
// table has no other.
func TestDependenciesAreListed(t *testing.T) {
	_, section, found := strings.Cut(text(t, "README.md"), "\n## Dependencies\n")
	section, _, _ = strings.Cut(section, "\n## ")
	if !found {
		t.Fatal("the README has no section Dependencies")
	}
	var listed []string
	for line := range strings.Lines(section) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || strings.HasPrefix(cells[1], "---") || strings.TrimSpace(cells[1]) == "module" {
			continue
		}
		if strings.TrimSpace(cells[2]) == "" {
			t.Errorf("no reason: %s", line)
		}
		listed = append(listed, regexp.MustCompile(`[A-Za-z0-9./_-]+`).FindAllString(cells[1], -1)...)
	}
	direct := 0
	for module, indirect := range required(t) {
		if indirect {
			continue
		}
		direct++
		short := strings.TrimPrefix(regexp.MustCompile(`/v[0-9]+$`).ReplaceAllString(module, ""), "github.com/")
		if !slices.ContainsFunc(listed, func(word string) bool { return word == short || word == filepath.Base(short) && word == "pflag" }) {
			t.Errorf("the README's table of dependencies does not have %s (as %s)", module, short)
		}
	}
	if direct < 10 || len(listed) > 2*direct+6 {
		t.Errorf("%d direct modules and %d words in the table: the test does not read it", direct, len(listed))
	}
}

// The licence of each module is known, is in its files, and lets the project be what it is.
func TestLicences(t *testing.T) {
	all := required(t)
	if known, want := slices.Sorted(maps.Keys(licences)), slices.Sorted(maps.Keys(all)); !slices.Equal(known, want) {
		t.Errorf("licences are known of\n%v, go.mod has\n%v", known, want)
	}
	c := exec.Command("go", append([]string{"list", "-m", "-f", "{{.Path}}\t{{.Dir}}"}, slices.Sorted(maps.Keys(all))...)...)
	c.Dir = root
	out, err := c.Output()
	if err != nil {
		t.Skipf("the modules are not here: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		module, dir, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if dir == "" { // not downloaded: only other systems need it
			continue
		}
		files, err := filepath.Glob(filepath.Join(dir, "[LlCc][IiOo][CcPp][EeYy]*"))
		if err != nil {
			t.Fatal(err)
		}
		var words string
		for _, file := range files {
			if b, err := os.ReadFile(file); err == nil {
				words += strings.ToLower(strings.Join(strings.Fields(string(b)), " "))
			}
		}
		if want := says[licences[module]]; want == "" || !strings.Contains(words, want) {
			t.Errorf("%s: %q of %s is not in its %d licence files", module, want, licences[module], len(files))
		}
	}
}

// Only what reads web addresses and what fetches engines speaks to a network.
func TestWhoUsesTheNetwork(t *testing.T) {
	may := map[string]string{
		"vdm/climate/zarr":       "a store whose name is a web address",
		"vdm/backend/cmd/engine": "the set-up fetches engines",
	}
	files, err := goFiles(root)
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	network := regexp.MustCompile(`(?m)^\s*(_ |\. |\w+ )?"net(/http|/rpc|/smtp)?"$`)
	for name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.Contains(name, "testdata/") || !network.MatchString(text(t, name)) {
			continue
		}
		dir := filepath.ToSlash(filepath.Dir(name))
		if used[dir] = true; may[dir] == "" {
			t.Errorf("%s uses the network", name)
		}
	}
	for dir := range may {
		if !used[dir] {
			t.Errorf("%s does not use the network: take it from the list", dir)
		}
	}
}

// Downloads of the set-up are pinned; Jupyter listens on this machine only and asks for its
// token; the container's programs do not run as root.
func TestSetUpIsPinned(t *testing.T) {
	setup := text(t, "notebooks/tools/setup.sh")
	for _, want := range []string{`npm pack "onnxruntime-node@$onnx_version"`, `check_sum sha512sum`, `check_sum sha256sum "$sum"`, `check_sum sha256sum "$data_sum"`} {
		if !strings.Contains(setup, want) {
			t.Errorf("setup.sh has no %s", want)
		}
	}
	for line := range strings.Lines(setup) {
		for _, bad := range []string{"curl ", "wget ", "@latest"} {
			if !strings.HasPrefix(strings.TrimSpace(line), "#") && strings.Contains(line, bad) {
				t.Errorf("setup.sh: %s", line)
			}
		}
	}
	for line := range strings.Lines(text(t, "vdm/bench/torch/requirements.txt")) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !strings.Contains(line, "==") {
			t.Errorf("not pinned: %s", line)
		}
	}
	for requirement := range strings.SplitSeq(strings.ReplaceAll(text(t, "notebooks/tools/lab.txt"), "\\\n", ""), "\n") {
		if requirement != "" && requirement[0] != '#' && !regexp.MustCompile(`^\S+==\S+( +--hash=sha256:[0-9a-f]{64})+$`).MatchString(strings.TrimSpace(requirement)) {
			t.Errorf("not pinned by its files' checksums: %.80s", requirement)
		}
	}
	if !strings.Contains(setup, "--require-hashes --only-binary=:all:") {
		t.Error("setup.sh installs JupyterLab without its checksums")
	}
	if !regexp.MustCompile(`sha256:\s+"[0-9a-f]{64}"`).MatchString(text(t, "vdm/backend/cmd/engine/wheel.go")) {
		t.Error("XLA's plugin has no checksum")
	}

	lab := text(t, "notebooks/tools/lab.sh")
	if !strings.Contains(lab, "--ip=localhost") || regexp.MustCompile(`token=|password=|disable_check_xsrf`).MatchString(lab) {
		t.Error("lab.sh does not bind Jupyter to localhost, or changes its token")
	}
	docker := text(t, "docker/Dockerfile")
	users := regexp.MustCompile(`(?m)^USER (\S+)`).FindAllStringSubmatch(docker, -1)
	if len(users) == 0 || slices.ContainsFunc(users, func(u []string) bool { return u[1] != "vdm" }) {
		t.Errorf("users of the container: %v", users)
	}
	if i := strings.LastIndex(docker, "\nFROM "); !strings.HasPrefix(docker[i+1:], "FROM cpu ") {
		t.Errorf("the last stage does not continue the one with a user: %s", fmt.Sprintf("%.40s", docker[i+1:]))
	}
}
