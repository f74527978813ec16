package zarr

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// A store is written to a folder beside its place, called .writing-NAME-NUMBER.zarr, or
// .writing-NAME-kept.zarr where another process may continue it. Whoever writes has a lock
// on the folder, which ends with the process: a folder without one was left by a process
// that was killed, and the next that writes a store of the name removes it or continues.

const (
	temporaryPrefix = ".writing-"
	keptSuffix      = "-kept.zarr"
	// digestName is a file in a kept folder: what its store was to contain.
	digestName = ".digest"
)

// stem is the name of a store without its ending.
func stem(path string) string { return strings.TrimSuffix(filepath.Base(path), ".zarr") }

// beside makes a temporary folder and locks it.
func (o *output) beside() (err error) {
	const tries = 3 // another process may take a folder for left between its making and its lock
	for range tries {
		if o.temporary, err = os.MkdirTemp(filepath.Dir(o.path), temporaryPrefix+stem(o.path)+"-*.zarr"); err != nil {
			return err
		}
		if err = o.lock(); err == nil {
			return os.Chmod(o.temporary, 0o755)
		}
	}
	return err
}

// lock locks the temporary folder, and makes sure that it still is there.
func (o *output) lock() error {
	release, err := climate.LockFolder(o.temporary)
	if err != nil {
		return err
	}
	if _, err := os.Stat(o.temporary); err != nil {
		return errors.Join(err, release())
	}
	o.release = release
	return nil
}

// removeLeft removes what killed processes have left of writing a store: folders of its
// name that nobody has a lock on.
func removeLeft(path string) error {
	ours := regexp.MustCompile("^" + regexp.QuoteMeta(temporaryPrefix+stem(path)) + `-([0-9]+|kept)\.zarr$`)
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || !ours.MatchString(e.Name()) {
			continue
		}
		left := filepath.Join(filepath.Dir(path), e.Name())
		release, err := climate.LockFolder(left)
		if err != nil {
			continue // of a living process, or of another user
		}
		if err := errors.Join(os.RemoveAll(left), release()); err != nil {
			return fmt.Errorf("removing what was left of writing: %w", err)
		}
	}
	return nil
}

// resume begins a store, or continues one that was left, if it was to contain the same.
func resume(path string, h *cf.Header, sources string) (cf.Continued, error) {
	o, err := newOutput(path)
	if err != nil {
		return nil, err
	}
	hash := sha256.New()
	fmt.Fprintf(hash, "%v\n%s", *h, sources)
	digest := hex.EncodeToString(hash.Sum(nil))
	o.temporary = filepath.Join(filepath.Dir(o.path), temporaryPrefix+stem(o.path)+keptSuffix)
	if was, err := os.ReadFile(filepath.Join(o.temporary, digestName)); err != nil || string(was) != digest {
		if err := removeLeft(o.path); err != nil {
			return nil, err
		}
	}
	if err := os.Mkdir(o.temporary, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, err
	}
	if err := o.lock(); err != nil {
		return nil, err
	}
	// The documents are written again: they are few, and the same.
	if err := errors.Join(o.begin(h), o.put(digestName, []byte(digest))); err != nil {
		return nil, errors.Join(err, o.Abort())
	}
	return o, nil
}

// Has reports whether a block is written. Chunks are unpacked for it, by which their
// checksums are tested: after a power cut a file may be there without its bytes.
func (o *output) Has(variable string, start, count []int) bool {
	a, ok := o.arrays[variable]
	if !ok {
		return false
	}
	places, _ := a.touched(start, count)
	for place := range places {
		packed, err := os.ReadFile(filepath.Join(o.temporary, filepath.FromSlash(a.key(place))))
		if err != nil {
			return false
		}
		if _, err := fromZstd(packed, a.chunkValues*a.dtype.size); err != nil {
			return false
		}
	}
	return true
}

// Leave keeps what was written.
func (o *output) Leave() error { return o.release() }
