package backend

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestProjectRoots(t *testing.T) {
	// The working directory of a test is its package, inside the module.
	root := above(".", func(string) bool { return false })
	if root != "" {
		t.Errorf("above nothing: %q", root)
	}
	roots := projectRoots()
	if len(roots) == 0 || !isModuleRoot(roots[0]) {
		t.Errorf("from the package's folder: %q", roots)
	}
	other := t.TempDir()
	writeFile(t, filepath.Join(other, "go.mod"), "// another\nmodule example.com/other\n")
	writeFile(t, filepath.Join(other, "build", "engines", "onnxruntime", "libonnxruntime.so.1"), "")
	t.Chdir(other)
	if roots := projectRoots(); slices.Contains(roots, other) {
		t.Errorf("another module's build/engines would be used: %q", roots)
	}
}

func TestThisMachine(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv(onnxPathEnv, "/some/lib.so")
	t.Setenv(pjrtPathEnv, "/first::/second")
	t.Setenv(enginesEnv, "/engines")
	p := thisMachine()
	if p.onnxDirs[0] != "/engines/onnxruntime" || p.pjrtDirs[2] != "/engines/xla" {
		t.Errorf("%s not obeyed: %+v", enginesEnv, p)
	}
	if p.onnxFile != "/some/lib.so" || !slices.Equal(p.pjrtDirs[:2], []string{"/first", "/second"}) {
		t.Errorf("environment not obeyed: %+v", p)
	}
	for _, dirs := range [][]string{p.onnxDirs, p.pjrtDirs} {
		project := slices.IndexFunc(dirs, func(d string) bool { return strings.Contains(d, filepath.Join("build", "engines")) })
		user := slices.IndexFunc(dirs, func(d string) bool { return strings.HasPrefix(d, home) })
		if project < 0 || user < project {
			t.Errorf("the project's folder before the user's: %q", dirs)
		}
	}
	if !slices.Contains(p.pjrtDirs, filepath.Join(home, ".local", "lib", "go-xla")) {
		t.Errorf("go-xla's own place is missing: %q", p.pjrtDirs)
	}
}

func TestNewestPluginWins(t *testing.T) {
	p := places{pjrtDirs: []string{t.TempDir()}}
	buildLibrary(t, p.pjrtDirs[0], "pjrt_c_api_cpu_v0.113.0_plugin.so", pjrtSymbol, "")
	newest := buildLibrary(t, p.pjrtDirs[0], "pjrt_c_api_cpu_v0.114.0_plugin.so", pjrtSymbol, "")
	writeFile(t, filepath.Join(p.pjrtDirs[0], "pjrt_c_api_cpu_v0.999.0_plugin.tmp"), "half a download")
	if lib, err := p.findPJRT("cpu"); err != nil || lib.path != newest {
		t.Errorf("found %q, %v", lib.path, err)
	}
	plain := buildLibrary(t, p.pjrtDirs[0], "pjrt_c_api_cpu_plugin.so", pjrtSymbol, "")
	if lib, err := p.findPJRT("cpu"); err != nil || lib.path != plain {
		t.Errorf("the plain name is go-xla's choice; found %q, %v", lib.path, err)
	}
}

func TestShort(t *testing.T) {
	home, dir := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	t.Chdir(dir)
	for path, want := range map[string]string{
		filepath.Join(dir, "build", "x"): filepath.Join("build", "x"),
		filepath.Join(home, "lib"):       filepath.Join("~", "lib"),
		"/usr/local/lib":                 "/usr/local/lib",
	} {
		if got := short(path); got != want {
			t.Errorf("short(%q) = %q, want %q", path, got, want)
		}
	}
}
