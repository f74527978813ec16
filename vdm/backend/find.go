package backend

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// These environment variables are read beside GOMLX_BACKEND.
const (
	onnxPathEnv = "ONNXRUNTIME_SHARED_LIBRARY_PATH"
	pjrtPathEnv = "PJRT_PLUGIN_LIBRARY_PATH"
	enginesEnv  = "VDM_ENGINES" // a folder like build/engines; the notebook kernel sets it
)

const modulePath = "github.com/climate-vdm/climate-vdm"

// places lists the paths at which engines' libraries may lie on this machine.
type places struct {
	onnxFile   string   // ONNXRUNTIME_SHARED_LIBRARY_PATH
	onnxDirs   []string // in order of preference
	pjrtDirs   []string // in order of preference
	gpuDevices []string // patterns of device files by which an NVIDIA GPU is recognised
}

// thisMachine returns the places of this machine, user and working directory.
func thisMachine() places {
	p := places{
		onnxFile: os.Getenv(onnxPathEnv),
		// /dev/dxg is the GPU of Windows' Linux subsystem.
		gpuDevices: []string{"/dev/nvidia[0-9]*", "/dev/nvidiactl", "/dev/dxg"},
	}
	for _, dir := range filepath.SplitList(os.Getenv(pjrtPathEnv)) {
		if dir != "" {
			p.pjrtDirs = append(p.pjrtDirs, dir)
		}
	}
	var folders []string
	if dir := os.Getenv(enginesEnv); dir != "" {
		folders = append(folders, dir)
	}
	for _, root := range projectRoots() {
		if dir := filepath.Join(root, "build", "engines"); !slices.Contains(folders, dir) {
			folders = append(folders, dir)
		}
	}
	for _, dir := range folders {
		p.onnxDirs = append(p.onnxDirs, filepath.Join(dir, "onnxruntime"))
		p.pjrtDirs = append(p.pjrtDirs, filepath.Join(dir, "xla"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		lib := filepath.Join(home, ".local", "lib")
		if runtime.GOOS == "darwin" {
			lib = filepath.Join(home, "Library", "Application Support")
		}
		p.onnxDirs = append(p.onnxDirs, filepath.Join(lib, "onnxruntime"))
		p.pjrtDirs = append(p.pjrtDirs, filepath.Join(lib, "go-xla"))
	}
	p.onnxDirs = append(p.onnxDirs, "/usr/local/lib")
	p.pjrtDirs = append(p.pjrtDirs, "/usr/local/lib/go-xla")
	return p
}

// projectRoots returns the directories whose build/engines may be used. Above the
// working directory only a checkout of this module counts: loading libraries from an
// arbitrary directory would be unsafe.
func projectRoots() []string {
	var roots []string
	if dir, err := os.Getwd(); err == nil {
		if root := above(dir, isModuleRoot); root != "" {
			roots = append(roots, root)
		}
	}
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		root := above(filepath.Dir(exe), func(dir string) bool {
			info, err := os.Stat(filepath.Join(dir, "build", "engines"))
			return err == nil && info.IsDir()
		})
		if root != "" && !slices.Contains(roots, root) {
			roots = append(roots, root)
		}
	}
	return roots
}

// above returns dir or the nearest directory above it for which ok is true, else "".
func above(dir string, ok func(string) bool) string {
	for {
		if ok(dir) {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// isModuleRoot reports whether dir contains the go.mod of this module.
func isModuleRoot(dir string) bool {
	f, err := os.Open(filepath.Join(dir, "go.mod"))
	if err != nil {
		return false
	}
	defer f.Close()
	for scan := bufio.NewScanner(f); scan.Scan(); {
		if fields := strings.Fields(scan.Text()); len(fields) == 2 && fields[0] == "module" {
			return strings.Trim(fields[1], `"`) == modulePath
		}
	}
	return false
}

// hasGPU reports whether a device file of an NVIDIA GPU exists.
func (p places) hasGPU() bool {
	return slices.ContainsFunc(p.gpuDevices, func(pattern string) bool {
		found, err := filepath.Glob(pattern)
		return err == nil && len(found) > 0
	})
}

// findONNX returns the first usable ONNX Runtime. A path that the user has set is used
// or refused, never replaced by another.
func (p places) findONNX() (library, error) {
	if p.onnxFile != "" {
		lib, err := checkONNX(p.onnxFile)
		if err != nil {
			return lib, fmt.Errorf("%s: %w", onnxPathEnv, err)
		}
		return lib, nil
	}
	var bad []error
	for _, dir := range p.onnxDirs {
		for _, pattern := range []string{"libonnxruntime.so", "libonnxruntime.so.*", "libonnxruntime.dylib", "libonnxruntime.*.dylib"} {
			lib, err := firstUsable(filepath.Join(dir, pattern), checkONNX)
			if lib.path != "" {
				return lib, nil
			}
			bad = append(bad, err)
		}
	}
	if err := errors.Join(bad...); err != nil {
		return library{}, errors.New(oneLine(strings.ReplaceAll(err.Error(), "\n", "; ")))
	}
	return library{}, fmt.Errorf("no ONNX Runtime library in %s", shortList(p.onnxDirs))
}

// findPJRT returns the first usable plugin of the name ("cpu", "cuda", or one
// with its version, "cpu_v0.114.0"), under the file names of go-xla and JAX.
func (p places) findPJRT(name string) (library, error) {
	check := func(path string) (library, error) { return checkLibrary(path, pjrtSymbol) }
	var bad []error
	for _, dir := range p.pjrtDirs {
		for _, n := range []string{name, name + "_v*"} { // the plain name is go-xla's link to the version that it needs
			for _, pattern := range []string{"pjrt_c_api_" + n + "_plugin.*", "pjrt[-_]plugin[-_]" + n + ".*", "xla_" + n + "_plugin.*"} {
				lib, err := firstUsable(filepath.Join(dir, pattern), check)
				if lib.path != "" {
					return lib, nil
				}
				bad = append(bad, err)
			}
		}
	}
	if err := errors.Join(bad...); err != nil {
		return library{}, errors.New(oneLine(strings.ReplaceAll(err.Error(), "\n", "; ")))
	}
	return library{}, fmt.Errorf("no PJRT plugin %q in %s", name, shortList(p.pjrtDirs))
}

// firstUsable returns the last by name (the newest) of the files that match the pattern
// and pass check, with an absolute path. If none does, the error says what is wrong with
// the existing ones.
func firstUsable(pattern string, check func(string) (library, error)) (library, error) {
	files, err := filepath.Glob(pattern)
	if err != nil {
		return library{}, nil // a directory with a pattern's characters in its name
	}
	var bad []error
	for _, file := range slices.Backward(files) {
		if ext := filepath.Ext(file); ext == ".tmp" || ext == ".new" || ext == ".part" {
			continue // a download in progress
		}
		abs, err := filepath.Abs(file)
		if err != nil {
			bad = append(bad, err)
			continue
		}
		lib, err := check(abs)
		if err == nil {
			return lib, nil
		}
		bad = append(bad, err)
	}
	return library{}, errors.Join(bad...)
}

func shortList(paths []string) string {
	s := make([]string, len(paths))
	for i, p := range paths {
		s[i] = short(p)
	}
	return strings.Join(s, ", ")
}
