package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// pipFinds makes the test's own files pip's configuration.
func pipFinds(t *testing.T, system, user, variable string) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("PIP_CONFIG_FILE", "")
	t.Setenv("PIP_INDEX_URL", variable)
	before := pipSystemFile
	t.Cleanup(func() { pipSystemFile = before })
	pipSystemFile = filepath.Join(home, "system.conf")
	for file, text := range map[string]string{pipSystemFile: system, filepath.Join(home, ".config", "pip", "pip.conf"): user} {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPipIndex(t *testing.T) {
	for _, test := range []struct{ system, user, variable, want string }{
		{"", "", "", "https://pypi.org/simple/"},
		{"[global]\ncert = x\n", "[install]\nindex-url = https://no.invalid/\n", "", "https://pypi.org/simple/"},
		{"[global]\nindex-url = https://system.invalid/simple\n", "", "", "https://system.invalid/simple/"},
		{"[global]\nindex-url = https://system.invalid/simple\n", "[global]\n index_url=https://user.invalid/a/ \n", "", "https://user.invalid/a/"},
		{"[global]\nindex-url = https://system.invalid/simple\n", "", "https://variable.invalid/", "https://variable.invalid/"},
	} {
		pipFinds(t, test.system, test.user, test.variable)
		if got, err := pipIndex(); err != nil || got.String() != test.want {
			t.Errorf("%+v: %v, %v", test, got, err)
		}
	}
	pipFinds(t, "", "", "https://name:secret@%zz/")
	if _, err := pipIndex(); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("an address that is none: %v", err)
	}
}

// From an index that asks for a password, with a link that is relative to its page:
// the plugin of the pinned file, or nothing.
func TestFetchXLAWheel(t *testing.T) {
	if runtime.GOOS+"/"+runtime.GOARCH != "linux/amd64" {
		t.Skip("the wheel is for linux/amd64")
	}
	var body bytes.Buffer
	z := zip.NewWriter(&body)
	for name, text := range map[string]string{"package/__init__.py": "", "package/libpjrt.so": "a library"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, text)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body.Bytes())
	good := pinnedWheel{project: "some-package", file: "some_package-1.0-x86_64.whl", sha256: hex.EncodeToString(sum[:]), member: "package/libpjrt.so", plugin: "plugin.so"}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, password, ok := r.BasicAuth(); !ok || name != "name" || password != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		switch r.URL.Path {
		case "/simple/some-package/":
			fmt.Fprintf(w, `<html><a href="../../files/old.whl#sha256=0">some_package-0.9-x86_64.whl</a>
<a data-requires-python="&gt;=3.9" href="../../files/new.whl#sha256=%s"> %s </a></html>`, good.sha256, good.file)
		case "/files/new.whl":
			_, _ = w.Write(body.Bytes())
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	index := strings.Replace(server.URL, "http://", "http://name:secret@", 1) + "/simple"

	dir := filepath.Join(t.TempDir(), "engines", "xla")
	pipFinds(t, "", "", index)
	if err := fetchXLAWheel(dir, time.Minute, good); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "plugin.so")); err != nil || string(text) != "a library" {
		t.Errorf("the plugin is %q, %v", text, err)
	}

	altered, elsewhere, other, unknown := good, good, good, good
	altered.sha256 = strings.Repeat("0", 64)
	elsewhere.member = "package/other.so"
	other.file = "some_package-1.1-x86_64.whl"
	unknown.project = "no-package"
	for _, test := range []struct {
		w           pinnedWheel
		index, want string
	}{
		{altered, index, "nothing was installed"},
		{elsewhere, index, "package/other.so"},
		{other, index, "has no some_package-1.1-x86_64.whl"},
		{unknown, index, "404"},
		{good, server.URL + "/simple", "401"},
		{good, "http://name:secret@127.0.0.1:1/simple", "refused"},
	} {
		pipFinds(t, "", "", test.index)
		dir := filepath.Join(t.TempDir(), "xla")
		err := fetchXLAWheel(dir, time.Minute, test.w)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("error %v, want %q in it and no password", err, test.want)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
			t.Errorf("%s: left behind: %v", test.want, left)
		}
	}
}
