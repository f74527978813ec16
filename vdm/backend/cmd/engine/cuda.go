//go:build linux && amd64

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gomlx/go-xla/installer"
)

// The plugin is the one of a release of JAX. go-xla's own CudaInstall takes the versions
// of NVIDIA's libraries that are the newest on the day, so they are pinned here: those
// of CUDA 13.0.2, which PyTorch 2.11 uses too. They need a driver of version 580 or
// later.
const (
	pypi       = "https://pypi.org/simple/jax-cuda13-pjrt/"
	cudaPlugin = "cuda13"
	jaxVersion = "0.11.2"
)

var nvidiaWheels = []struct{ name, version string }{
	{"nvidia-cublas", "13.1.0.3"},
	{"nvidia-cuda-cupti", "13.0.85"},
	{"nvidia-cuda-nvcc", "13.0.88"},
	{"nvidia-cuda-nvrtc", "13.0.88"},
	{"nvidia-cuda-runtime", "13.0.96"},
	{"nvidia-cudnn-cu13", "9.19.0.56"},
	{"nvidia-cufft", "12.0.0.61"},
	{"nvidia-cusolver", "12.0.4.66"},
	{"nvidia-cusparse", "12.6.3.3"},
	{"nvidia-nccl-cu13", "2.28.9"},
	{"nvidia-nvjitlink", "13.0.88"},
	{"nvidia-nvshmem-cu13", "3.4.5"},
	{"nvidia-nvvm", "13.0.88"},
}

// fetchCUDA installs the plugin into dir, and NVIDIA's libraries into the folder nvidia
// beside it, where the plugin looks for them (its RPATH contains $ORIGIN/../nvidia). The
// package index's SHA-256 of each file is checked. The plugin is moved last, so that it
// never exists without its libraries.
func fetchCUDA(dir string, limit time.Duration) error {
	return fetch(dir, limit, pypi, func(part string) error {
		libraries := filepath.Join(part, "libraries", "nvidia")
		for _, w := range nvidiaWheels {
			if err := fetchWheel(w.name, w.version, libraries); err != nil {
				return fmt.Errorf("%s %s: %w", w.name, w.version, err)
			}
		}
		// go-xla tells XLA to look for the compiler's parts directly below nvidia.
		for _, name := range []string{"bin", "nvvm"} {
			if err := os.Symlink(filepath.Join("cu13", name), filepath.Join(libraries, name)); err != nil {
				return err
			}
		}
		plugin := filepath.Join(part, "xla")
		if _, err := installer.CudaInstallPJRT(cudaPlugin, jaxVersion, plugin, false, installer.Quiet); err != nil {
			return err
		}
		if err := moveAll(filepath.Dir(libraries), filepath.Dir(filepath.Clean(dir))); err != nil {
			return err
		}
		return moveAll(plugin, dir)
	})
}

// fetchWheel unpacks the files of a Python package of NVIDIA that lie below nvidia/ into
// a folder.
func fetchWheel(name, version, dir string) error {
	info, err := installer.GetPipInfo(name)
	if err != nil {
		return err
	}
	files, ok := info.Releases[version]
	if !ok {
		return fmt.Errorf("the package index has no such version")
	}
	file, err := installer.PipSelectRelease(files, installer.PipPackageLinuxAMD64(), true)
	if err != nil {
		return err
	}
	sum := file.Digests["sha256"]
	if sum == "" {
		return fmt.Errorf("the package index gives no SHA-256 of %s", file.Filename)
	}
	wheel, _, err := installer.DownloadURLToTemp(file.URL, file.Filename, sum, false, installer.Quiet)
	if err != nil {
		return err
	}
	if err := installer.ExtractDirFromZip(wheel, "nvidia", dir); err != nil {
		return err
	}
	return os.Remove(wheel)
}
