package backend

import (
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// The engines' libraries are entered through these symbols.
const (
	pjrtSymbol = "GetPjrtApi"
	onnxSymbol = "OrtGetApiBase"
)

// oldestONNX is the interface version that compute-onnx needs; ONNX Runtime counts its
// interface by its minor release, and older libraries refuse.
const oldestONNX = 26

// library is a shared library that passed checkLibrary.
type library struct {
	path    string
	version string // version in the entry symbol, "" where it has none
}

// checkLibrary returns a library if the file can be loaded here and exports symbol,
// without loading it: dlopen of a truncated file ends the process with SIGBUS, from
// which Go cannot recover, and of a wrong one it prints to stderr. Where libraries are
// not ELF files, only their presence is checked.
func checkLibrary(path, symbol string) (lib library, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return lib, fmt.Errorf("%s: no such file", short(path))
	case err != nil:
		return lib, err
	case !info.Mode().IsRegular():
		return lib, fmt.Errorf("%s: is not a file", short(path))
	}
	lib.path = path
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return lib, nil
	}
	defer func() { // the bytes come from elsewhere, and parsing them may panic
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: damaged shared library: %v", short(path), r)
		}
	}()
	f, err := elf.Open(path)
	if err != nil {
		return lib, fmt.Errorf("%s: not a shared library, or a damaged one: %s", short(path), oneLine(err.Error()))
	}
	defer f.Close()
	if want := elfMachine(); f.Type != elf.ET_DYN || want != elf.EM_NONE && f.Machine != want {
		return lib, fmt.Errorf("%s: is %v for %v, want a shared library for %s", short(path), f.Type, f.Machine, runtime.GOARCH)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Off+p.Filesz > uint64(info.Size()) {
			return lib, fmt.Errorf("%s: truncated: has %d bytes, a segment ends at byte %d", short(path), info.Size(), p.Off+p.Filesz)
		}
	}
	symbols, err := f.DynamicSymbols()
	if err != nil && !errors.Is(err, elf.ErrNoSymbols) {
		return lib, fmt.Errorf("%s: damaged shared library: %s", short(path), oneLine(err.Error()))
	}
	for _, s := range symbols {
		if s.Name == symbol && s.Section != elf.SHN_UNDEF {
			lib.version = strings.TrimPrefix(s.Version, "VERS_")
			return lib, nil
		}
	}
	return lib, fmt.Errorf("%s: exports no %s", short(path), symbol)
}

// checkONNX does what checkLibrary does, for ONNX Runtime, and refuses old versions.
func checkONNX(path string) (library, error) {
	lib, err := checkLibrary(path, onnxSymbol)
	if err != nil {
		return lib, err
	}
	if parts := strings.Split(lib.version, "."); len(parts) >= 2 && parts[0] == "1" {
		if minor, err := strconv.Atoi(parts[1]); err == nil && minor < oldestONNX {
			return lib, fmt.Errorf("%s: is ONNX Runtime %s, want 1.%d or newer", short(path), lib.version, oldestONNX)
		}
	}
	return lib, nil
}

// elfMachine returns the ELF machine of this program, EM_NONE where unknown.
func elfMachine() elf.Machine {
	switch runtime.GOARCH {
	case "amd64":
		return elf.EM_X86_64
	case "arm64":
		return elf.EM_AARCH64
	}
	return elf.EM_NONE
}

// short returns the path for messages: relative below the working directory, with a
// tilde below the home directory.
func short(path string) string {
	if dir, err := os.Getwd(); err == nil && dir != "/" {
		if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
			return rel
		}
	}
	if home, err := os.UserHomeDir(); err == nil && home != "/" {
		if rel, err := filepath.Rel(home, path); err == nil && filepath.IsLocal(rel) {
			return filepath.Join("~", rel)
		}
	}
	return path
}
