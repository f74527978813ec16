//go:build linux && amd64

package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/go-xla/installer"
)

// index is a package index in place of the network: for every package the pinned
// version and a newer one, which must not be taken.
type index struct {
	damage  string // package whose file is cut off
	absent  string // package without the pinned version
	fetched []string
}

func (x *index) RoundTrip(r *http.Request) (*http.Response, error) {
	reply := func(body []byte) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
	}
	path := strings.Trim(r.URL.Path, "/")
	switch {
	case r.Method == http.MethodHead:
		return reply(nil)
	case strings.HasPrefix(path, "pypi/"):
		name := strings.Split(path, "/")[1]
		pinned := jaxVersion
		for _, w := range nvidiaWheels {
			if w.name == name {
				pinned = w.version
			}
		}
		var info installer.PipPackageInfo
		info.Info.Version, info.Info.AuthorEmail = "99.0", "jax-dev@google.com"
		info.Releases = map[string][]installer.PipReleaseInfo{}
		for _, version := range []string{pinned, "99.0"} {
			if version == pinned && name == x.absent {
				continue
			}
			sum := sha256.Sum256(wheel(name, version))
			for _, machine := range []string{"aarch64", "x86_64"} {
				file := name + "-" + version + "-py3-none-manylinux_2_27_" + machine + ".whl"
				info.Releases[version] = append(info.Releases[version], installer.PipReleaseInfo{PackageType: "bdist_wheel", Filename: file,
					URL: "https://files.invalid/" + name + "/" + version + "/" + machine, Digests: map[string]string{"sha256": hex.EncodeToString(sum[:])}})
			}
		}
		text, err := json.Marshal(info)
		if err != nil {
			return nil, err
		}
		return reply(text)
	}
	parts := strings.Split(path, "/")
	x.fetched = append(x.fetched, path)
	body := wheel(parts[0], parts[1])
	if parts[0] == x.damage {
		body = body[:len(body)-1]
	}
	return reply(body)
}

// wheel is a package with a library of its name, and a part of the compiler.
func wheel(name, version string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	files := []string{"nvidia/cu13/lib/lib" + name + ".so", "METADATA"}
	switch name {
	case "jax-cuda13-pjrt":
		files = []string{"jax_plugins/xla_cuda13/xla_cuda_plugin.so"}
	case "nvidia-cuda-nvcc":
		files = append(files, "nvidia/cu13/bin/ptxas")
	case "nvidia-nvvm":
		files = append(files, "nvidia/cu13/nvvm/libdevice/libdevice.10.bc")
	}
	for _, file := range files {
		w, err := z.Create(file)
		if err == nil {
			_, err = w.Write([]byte(name + " " + version))
		}
		if err != nil {
			panic(err) // of a buffer in memory
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// from makes the index take the place of the network.
func from(t *testing.T, x *index) {
	before, temp := http.DefaultTransport, os.Getenv("TMPDIR")
	http.DefaultTransport = x
	t.Cleanup(func() {
		http.DefaultTransport = before
		os.Setenv("TMPDIR", temp)
	})
}

// The pinned versions, and nothing newer, come to lie where the plugin, go-xla and
// the image look for them, also over an older installation.
func TestFetchCUDA(t *testing.T) {
	engines := t.TempDir()
	dir := filepath.Join(engines, "xla")
	for _, old := range []string{"nvidia/old", "xla"} {
		if err := os.MkdirAll(filepath.Join(engines, old), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	x := &index{}
	from(t, x)
	if err := fetchCUDA(dir, time.Minute); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"xla/pjrt_c_api_cuda_plugin.so":          "jax-cuda13-pjrt " + jaxVersion,
		"nvidia/cu13/lib/libnvidia-nccl-cu13.so": "nvidia-nccl-cu13 2.28.9",
		"nvidia/cu13/lib/libnvidia-cublas.so":    "nvidia-cublas 13.1.0.3",
		"nvidia/bin/ptxas":                       "nvidia-cuda-nvcc 13.0.88",
		"nvidia/nvvm/libdevice/libdevice.10.bc":  "nvidia-nvvm 13.0.88",
	} {
		if got, err := os.ReadFile(filepath.Join(engines, path)); err != nil || string(got) != want {
			t.Errorf("%s holds %q (%v), want %q", path, got, err, want)
		}
	}
	if info, err := os.Stat(filepath.Join(engines, "nvidia/bin/ptxas")); err != nil || info.Mode()&0o111 == 0 {
		t.Errorf("ptxas cannot be run: %v, %v", info, err)
	}
	if len(x.fetched) != len(nvidiaWheels)+1 || slices.ContainsFunc(x.fetched, func(p string) bool { return !strings.HasSuffix(p, "/x86_64") }) {
		t.Errorf("fetched %v", x.fetched)
	}
	for _, folder := range []string{"xla", "nvidia"} {
		if left, err := filepath.Glob(filepath.Join(engines, folder, "*part-*")); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
	if _, err := os.Stat(filepath.Join(engines, "nvidia/old")); err == nil {
		t.Error("libraries of an older installation are still there")
	}
}

// A file that was cut off and a version that the index does not have leave what was
// there.
func TestFetchCUDARefused(t *testing.T) {
	for say, x := range map[string]*index{
		"nvidia-cufft 12.0.0.61: SHA256 hash mismatch": {damage: "nvidia-cufft"},
		"jax-cuda13-pjrt": {damage: "jax-cuda13-pjrt"},
		"nvidia-cusparse 12.6.3.3: the package index has": {absent: "nvidia-cusparse"},
		jaxVersion: {absent: "jax-cuda13-pjrt"},
	} {
		engines := t.TempDir()
		old := filepath.Join(engines, "nvidia", "old")
		if err := os.MkdirAll(old, 0o755); err != nil {
			t.Fatal(err)
		}
		from(t, x)
		err := fetchCUDA(filepath.Join(engines, "xla"), time.Minute)
		if err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%+v: %v, want %q", x, err, say)
		}
		if _, err := os.Stat(old); err != nil {
			t.Errorf("%+v: what was there is gone: %v", x, err)
		}
		if left, err := os.ReadDir(filepath.Join(engines, "xla")); err != nil || len(left) > 0 {
			t.Errorf("%+v: left behind: %v (%v)", x, left, err)
		}
	}
}
