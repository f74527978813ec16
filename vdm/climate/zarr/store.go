package zarr

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// store is keys with bytes. A key is a slash-separated path without "." and "..".
type store interface {
	// get returns the bytes of a key, at most limit of them: more is an error. A key that
	// is not there is fs.ErrNotExist.
	get(key string, limit int64) ([]byte, error)
	// children lists the names below a key, those of groups and arrays among others; an
	// error where the store cannot list.
	children(key string) ([]string, error)
	close() error
}

// validKey refuses keys that lead out of a store.
func validKey(key string) error {
	if !fs.ValidPath(key) || strings.ContainsAny(key, "\\\x00") {
		return fmt.Errorf("the name %q is none of this store: it leads out of it", key)
	}
	return nil
}

// readLimited reads all of r, at most limit bytes.
func readLimited(r io.Reader, limit int64, key string) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%s has more than the %d bytes that it can need", key, limit)
	}
	return b, err
}

type folder struct{ root *os.Root }

func (f *folder) get(key string, limit int64) ([]byte, error) {
	if err := validKey(key); err != nil {
		return nil, err
	}
	name := filepath.FromSlash(key)
	info, err := f.root.Stat(name) // before it is opened, which waits where it is a pipe
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", key)
	case info.Size() > limit:
		return nil, fmt.Errorf("%s has %d bytes, more than the %d that it can need", key, info.Size(), limit)
	}
	file, err := f.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b := make([]byte, info.Size())
	if _, err := io.ReadFull(file, b); err != nil {
		return nil, fmt.Errorf("reading %s: %w", key, err)
	}
	return b, nil
}

func (f *folder) children(key string) ([]string, error) {
	if err := validKey(key); err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(f.root.FS(), key)
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, err
}

func (f *folder) close() error { return f.root.Close() }

// zipped is a store in a zip file, at its root or in the one folder that it holds.
type zipped struct {
	r       *zip.ReadCloser
	entries map[string]*zip.File
}

func openZip(where string) (store, error) {
	r, err := zip.OpenReader(where)
	if err != nil {
		return nil, fmt.Errorf("%s: a damaged zip archive: %w", where, err)
	}
	z := &zipped{r: r, entries: map[string]*zip.File{}}
	prefix := zipPrefix(&r.Reader)
	for _, f := range r.File {
		key, ok := strings.CutPrefix(f.Name, prefix)
		if !ok || strings.HasSuffix(f.Name, "/") {
			continue
		}
		if err := validKey(key); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", where, err), r.Close())
		}
		z.entries[key] = f // of those written twice the last one counts
	}
	return z, nil
}

// zipPrefix is the folder in a zip file that contains the store, with a slash, "" for the
// root.
func zipPrefix(r *zip.Reader) string {
	best, found := "", false
	for _, f := range r.File {
		dir, name := path.Split(f.Name)
		if slices.Contains(rootNames, name) && (!found || len(dir) < len(best)) {
			best, found = dir, true
		}
	}
	return best
}

func (z *zipped) get(key string, limit int64) ([]byte, error) {
	f, ok := z.entries[key]
	if !ok {
		return nil, fmt.Errorf("%s: %w", key, fs.ErrNotExist)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("reading %s in the zip archive: %w", key, err)
	}
	defer r.Close()
	b, err := readLimited(r, limit, key)
	if err != nil {
		return nil, fmt.Errorf("reading %s in the zip archive: %w", key, err)
	}
	return b, nil
}

func (z *zipped) children(key string) ([]string, error) {
	seen := map[string]bool{}
	for name := range z.entries {
		below := name
		if key != "." {
			var ok bool
			if below, ok = strings.CutPrefix(name, key+"/"); !ok {
				continue
			}
		}
		if first, _, deeper := strings.Cut(below, "/"); deeper {
			seen[first] = true
		}
	}
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

func (z *zipped) close() error { return z.r.Close() }
