package backend

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// buildLibrary compiles a shared library that exports the function symbol, as
// version where one is given, and returns its path dir/name.
func buildLibrary(t *testing.T, dir, name, symbol, version string) string {
	t.Helper()
	if _, err := exec.LookPath("cc"); err != nil {
		t.Skip("no C compiler to build a shared library with")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	source, path := filepath.Join(t.TempDir(), "lib.c"), filepath.Join(dir, name)
	if err := os.WriteFile(source, []byte("void *"+symbol+"(void) { return 0; }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"-shared", "-fPIC", "-o", path, source}
	if version != "" {
		script := filepath.Join(t.TempDir(), "map")
		if err := os.WriteFile(script, []byte(version+" { global: "+symbol+"; };\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, "-Wl,--version-script="+script)
	}
	if out, err := exec.Command("cc", args...).CombinedOutput(); err != nil {
		t.Fatalf("cc: %v\n%s", err, out)
	}
	return path
}

func writeFile(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCheckLibrary(t *testing.T) {
	dir := t.TempDir()
	good := buildLibrary(t, dir, "good.so", onnxSymbol, "VERS_1.30.0")
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	damaged := []byte(string(whole))
	for i := 64; i < len(damaged); i++ {
		damaged[i] ^= 0xff
	}
	for _, test := range []struct{ name, path, want string }{
		{"absent", filepath.Join(dir, "none.so"), "no such file"},
		{"folder", dir, "is not a file"},
		{"text", writeFile(t, filepath.Join(dir, "text.so"), "<html>404</html>"), "not a shared library"},
		{"empty", writeFile(t, filepath.Join(dir, "empty.so"), ""), "not a shared library"},
		{"half", writeFile(t, filepath.Join(dir, "half.so"), string(whole[:len(whole)/2])), "damaged"},
		{"header only", writeFile(t, filepath.Join(dir, "head.so"), string(whole[:64])), "damaged"},
		{"damaged", writeFile(t, filepath.Join(dir, "damaged.so"), string(damaged)), "damaged"},
		{"other symbol", buildLibrary(t, dir, "other.so", "Unrelated", ""), "exports no " + onnxSymbol},
		{"program", exe, "exports no|want a shared library"},
		{"too old", buildLibrary(t, dir, "old.so", onnxSymbol, "VERS_1.9.0"), "is ONNX Runtime 1.9.0, want 1.26 or newer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := checkONNX(test.path)
			if err == nil {
				t.Fatalf("%s was accepted", test.path)
			}
			for want := range strings.SplitSeq(test.want, "|") {
				if strings.Contains(err.Error(), want) {
					return
				}
			}
			t.Errorf("error %q, want %q in it", err, test.want)
		})
	}
	lib, err := checkONNX(good)
	if err != nil || lib.version != "1.30.0" || lib.path != good {
		t.Errorf("good library: %+v, %v", lib, err)
	}
}

// A segment past the end of the file is what makes dlopen kill the process, and
// elf.Open alone does not notice it where the section headers come first.
func TestCheckLibraryOtherMachine(t *testing.T) {
	path := buildLibrary(t, t.TempDir(), "lib.so", onnxSymbol, "")
	bytes, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bytes[18], bytes[19] = 0xf3, 0 // e_machine: RISC-V
	other := writeFile(t, filepath.Join(t.TempDir(), "riscv.so"), string(bytes))
	if _, err := checkLibrary(other, onnxSymbol); err == nil || !strings.Contains(err.Error(), "RISCV") {
		t.Errorf("a RISC-V library: %v", err)
	}
	// First program header's p_filesz, at 64+32 in a 64-bit ELF file.
	copy(bytes[64+32:], "\x00\x00\x00\x7f\x00\x00\x00\x00")
	bytes[18] = byte(elfMachine())
	bytes[19] = byte(elfMachine() >> 8)
	long := writeFile(t, filepath.Join(t.TempDir(), "long.so"), string(bytes))
	if _, err := checkLibrary(long, onnxSymbol); err == nil || !strings.Contains(err.Error(), "truncated") {
		t.Errorf("a library with a segment past its end: %v", err)
	}
}

func FuzzCheckLibrary(f *testing.F) {
	exe, err := os.Executable()
	if err != nil {
		f.Fatal(err)
	}
	head, err := os.Open(exe)
	if err != nil {
		f.Fatal(err)
	}
	defer head.Close()
	seed := make([]byte, 4096)
	if _, err := head.Read(seed); err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte("\x7fELF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := writeFile(t, filepath.Join(t.TempDir(), "lib.so"), string(data))
		if lib, err := checkLibrary(path, pjrtSymbol); err == nil && lib.path != path {
			t.Errorf("accepted without a path: %+v", lib)
		}
	})
}
