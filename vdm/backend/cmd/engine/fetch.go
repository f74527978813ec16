package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/gomlx/go-xla/installer"
)

// fetchXLA runs go-xla's installer of the plugin for the CPU.
func fetchXLA(dir string, limit time.Duration) error {
	return fetch(dir, limit, "https://github.com/"+installer.BinaryCPUReleasesRepo, func(part string) error {
		plugin := filepath.Join(part, "xla")
		if err := installer.CPUAutoInstall(plugin, false, installer.Quiet); err != nil {
			return err
		}
		return moveAll(plugin, dir)
	})
}

// fetch installs into dir within the limit. The installer has no limit of its own, so
// first a request with a short one checks whether its source can be reached at all.
// Downloads go to the folder part, on the same file system as dir, so that only complete
// files are moved; the rest is removed.
func fetch(dir string, limit time.Duration, source string, install func(part string) error) error {
	client := http.Client{Timeout: min(5*time.Second, limit)}
	reply, err := client.Head(source)
	if err != nil {
		return fmt.Errorf("the source of PJRT plugins cannot be reached: %w", err)
	}
	reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		return fmt.Errorf("the source of PJRT plugins answers %s", reply.Status)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	part, err := os.MkdirTemp(dir, "part-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(part)
	if err := os.Setenv("TMPDIR", part); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- install(part) }()
	select {
	case err := <-done:
		return err
	case <-time.After(limit):
		return fmt.Errorf("the download of the PJRT plugin was not done within %v", limit)
	}
}

// moveAll moves the content of a folder into another, where it replaces files of the
// same name.
func moveAll(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		target := filepath.Join(to, e.Name())
		if err := errors.Join(os.RemoveAll(target), os.Rename(filepath.Join(from, e.Name()), target)); err != nil {
			return err
		}
	}
	return nil
}
