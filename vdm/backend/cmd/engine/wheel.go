package main

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// pinnedWheel is a file of a Python package index, with the member that is extracted
// from it.
type pinnedWheel struct {
	project, file, sha256 string
	member                string // path in the wheel, which is a zip archive
	plugin                string // name under which backend.Open finds it
}

// xlaWheel contains only XLA's plugin for the CPU (63 MB, unpacked 274 MB), of PJRT
// interface 0.106. go-xla v0.4.1 runs with it.
var xlaWheel = pinnedWheel{
	project: "fastatomstruct-xla-cpu",
	file:    "fastatomstruct_xla_cpu-2026.6.23-py3-none-manylinux_2_27_x86_64.whl",
	sha256:  "88b1c430b341b4bea40a37420311c9c75db6e22b46d2ff95b6986577bee6afe9",
	member:  "fastatomstruct_xla_cpu/libpjrt_cpu.so",
	plugin:  "pjrt_c_api_cpu_plugin.so",
}

// fetchXLAWheel installs the plugin of a wheel into dir within the limit, from the
// package index that pip is configured to use. pip itself is not needed.
func fetchXLAWheel(dir string, limit time.Duration, w pinnedWheel) error {
	if platform := runtime.GOOS + "/" + runtime.GOARCH; platform != "linux/amd64" {
		return fmt.Errorf("%s is for linux/amd64, this is %s", w.file, platform)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	index, err := pipIndex()
	if err != nil {
		return err
	}
	file, err := findWheel(ctx, index, w)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	part, err := os.MkdirTemp(dir, "part-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(part)
	wheel := filepath.Join(part, w.file)
	if err := download(ctx, file, wheel, w.sha256); err != nil {
		return fmt.Errorf("%s: %w", w.file, err)
	}
	plugin := filepath.Join(part, w.plugin)
	if err := extract(wheel, w.member, plugin); err != nil {
		return fmt.Errorf("%s: %w", w.file, err)
	}
	return os.Rename(plugin, filepath.Join(dir, w.plugin))
}

// pipIndex returns the package index that pip would use: from its variable, else from
// its configuration files, of which a later one wins, else PyPI.
func pipIndex() (*url.URL, error) {
	address := "https://pypi.org/simple"
	home, _ := os.UserHomeDir()
	config := os.Getenv("XDG_CONFIG_HOME")
	if config == "" {
		config = filepath.Join(home, ".config")
	}
	files := []string{
		pipSystemFile, filepath.Join(home, ".pip", "pip.conf"), filepath.Join(config, "pip", "pip.conf"),
		os.Getenv("PIP_CONFIG_FILE"),
	}
	for _, file := range files {
		if found := indexOf(file); found != "" {
			address = found
		}
	}
	if found := os.Getenv("PIP_INDEX_URL"); found != "" {
		address = found
	}
	u, err := url.Parse(strings.TrimRight(address, "/") + "/")
	if err != nil || u.Host == "" { // the error would show a password
		return nil, errors.New("pip's index-url is no address: set PIP_INDEX_URL")
	}
	return u, nil
}

var pipSystemFile = "/etc/pip.conf"

// indexOf returns index-url of the section [global] of one of pip's files, "" where
// there is no such file or line.
func indexOf(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	section, found := "", ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = line
		}
		name, value, ok := strings.Cut(line, "=")
		if name = strings.TrimSpace(name); ok && section == "[global]" && (name == "index-url" || name == "index_url") {
			found = strings.TrimSpace(value)
		}
	}
	return found
}

var anchor = regexp.MustCompile(`(?is)<a\s[^>]*?href\s*=\s*["']([^"']+)["'][^>]*>\s*([^<]*?)\s*</a>`)

// findWheel returns the address of the wheel from the project's page of a simple index
// (PEP 503).
func findWheel(ctx context.Context, index *url.URL, w pinnedWheel) (*url.URL, error) {
	page := index.JoinPath(w.project + "/")
	// A first answer comes soon, or the index cannot be reached.
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	reply, err := get(ctx, page)
	if err != nil {
		return nil, fmt.Errorf("the package index: %w", err)
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(io.LimitReader(reply.Body, 8<<20))
	if err != nil {
		return nil, fmt.Errorf("the package index: %w", err)
	}
	for _, link := range anchor.FindAllStringSubmatch(string(text), -1) {
		if html.UnescapeString(link[2]) != w.file {
			continue
		}
		to, err := url.Parse(html.UnescapeString(link[1]))
		if err != nil {
			return nil, fmt.Errorf("the package index has a broken link to %s", w.file)
		}
		file := reply.Request.URL.ResolveReference(to)
		if file.User == nil && file.Host == page.Host { // a private index asks for a password on each page
			file.User = page.User
		}
		return file, nil
	}
	return nil, fmt.Errorf("the package index %s has no %s", page.Redacted(), w.file)
}

func get(ctx context.Context, address *url.URL) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, errors.New("an address that is none")
	}
	request.Header.Set("Accept", "text/html, */*;q=0.1")
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	if reply.StatusCode != http.StatusOK {
		reply.Body.Close()
		return nil, fmt.Errorf("%s answers %s", address.Redacted(), reply.Status)
	}
	return reply, nil
}

// download writes what lies at an address to a file, and checks its SHA-256.
func download(ctx context.Context, from *url.URL, to, sum string) error {
	reply, err := get(ctx, from)
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	file, err := os.Create(to)
	if err != nil {
		return err
	}
	hash := sha256.New()
	_, err = io.Copy(io.MultiWriter(file, hash), reply.Body)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != sum {
		return fmt.Errorf("its SHA-256 is %s, expected is %s: it was altered or cut off; nothing was installed", got, sum)
	}
	return nil
}

// extract unpacks one member of a zip archive to a file that can be executed.
func extract(archive, member, to string) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer z.Close()
	in, err := z.Open(member)
	if err != nil {
		return err
	}
	defer in.Close()
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<20)
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Flush(), file.Sync(), file.Close())
}
