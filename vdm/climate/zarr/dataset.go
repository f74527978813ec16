package zarr

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// contents is an open store.
type contents struct {
	store
	metadata *metadata
	arrays   []*array
	root     map[string]any // attributes of the root
}

// openStore opens a folder, a zip file or a web address.
func openStore(where string) (store, error) {
	if isAddress(where) {
		return openAddress(where)
	}
	info, err := os.Stat(where)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		root, err := os.OpenRoot(where) // which no name and no link leads out of
		if err != nil {
			return nil, err
		}
		return &folder{root}, nil
	}
	return openZip(where)
}

// openContents opens a store and reads all its metadata.
func openContents(where string) (*contents, error) {
	s, err := openStore(where)
	if err != nil {
		return nil, err
	}
	c := &contents{store: s}
	if err := c.read(where); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", where, err), s.close())
	}
	return c, nil
}

func (c *contents) read(where string) (err error) {
	if c.metadata, err = readMetadata(c.store); err != nil {
		return err
	}
	for _, n := range c.metadata.nodes {
		if n.name == "" {
			c.root = n.attributes
		}
		if n.array == nil {
			continue
		}
		a, err := newArray(c.store, n)
		if err != nil {
			return err
		}
		if a.name == "" { // an array that is a store by itself is called by its place
			a.name = strings.TrimSuffix(filepath.Base(strings.TrimRight(where, "/")), ".zarr")
		}
		c.arrays = append(c.arrays, a)
	}
	if len(c.arrays) == 0 {
		return errors.New("it holds no arrays")
	}
	return c.lengths()
}

// lengths refuses dimensions that have several lengths in one group.
func (c *contents) lengths() error {
	seen := map[string]*array{}
	for _, a := range c.arrays {
		dims, err := a.dims()
		if err != nil {
			return err
		}
		for i, dim := range dims {
			key := groupOf(a.name) + dim
			other, ok := seen[key]
			if !ok {
				seen[key] = a
				continue
			}
			names, _ := other.dims()
			for k, name := range names {
				if name == dim && other.shape[k] != a.shape[i] {
					return fmt.Errorf("dimension %q has the length %d in %s and %d in %s", dim, other.shape[k], other.name, a.shape[i], a.name)
				}
			}
		}
	}
	return nil
}

// groupOf is the group of a name, with a slash at its end.
func groupOf(name string) string { return name[:strings.LastIndexByte(name, '/')+1] }

// open opens a store as a data set.
func open(where string) (*cf.Dataset, error) {
	c, err := openContents(where)
	if err != nil {
		return nil, err
	}
	d := &cf.Dataset{Attributes: attributes(c.root, cf.NoType), Close: func() { _ = c.close() }} // opened for reading: nothing can be lost
	for _, a := range c.arrays {
		v := &cf.Variable{Name: a.name, Group: groupOf(a.name), Type: a.dtype.typ, Shape: a.shape, Attributes: a.attributes,
			Chunk: a.chunk, Values: a, Notes: a.notes}
		if v.Dims, err = a.dims(); err != nil {
			d.Close()
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		if _, named := v.Attributes["units"]; a.dtype.units != "" && !named {
			v.Attributes["units"] = cf.Attribute{Type: cf.Char, Text: a.dtype.units}
			v.Attributes["_FillValue"] = cf.Attribute{Type: cf.Int64, Numbers: []float64{-1 << 63}} // not a time
		}
		if a.dtype.typ == cf.NoType {
			v.Notes = append(v.Notes, a.dtype.unread)
		}
		d.Variables = append(d.Variables, v)
	}
	return d, nil
}

// recognises reports whether a path is of a store: a folder or a zip file with its
// documents, or an address that is of no file.
func recognises(path string, head []byte) bool {
	if isAddress(path) {
		return isStoreAddress(path)
	}
	if strings.HasPrefix(string(head), "PK\x03\x04") {
		s, err := openZip(path)
		if err != nil {
			return false
		}
		defer s.close()
		for _, name := range rootNames {
			if _, err := s.get(name, mostMetadata); !errors.Is(err, fs.ErrNotExist) {
				return true
			}
		}
		return false
	}
	for _, name := range rootNames {
		if _, err := os.Lstat(filepath.Join(path, name)); err == nil {
			return true
		}
	}
	return false
}

// source describes a store for the record of sources. The checksum of a folder covers
// the names, sizes and contents of its files; the checksum of an address covers its
// metadata alone, so that its values are not fetched.
func source(path string, sum bool) (climate.Source, error) {
	if isAddress(path) {
		return addressSource(path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return climate.Source{}, err
	}
	if !info.IsDir() {
		if sum {
			return climate.HashSource(path)
		}
		return climate.Source{Name: filepath.Base(path), Bytes: info.Size(), Modified: info.ModTime().UnixNano()}, nil
	}
	all := climate.Source{Name: filepath.Base(filepath.Clean(path))}
	hash := sha256.New()
	err = filepath.WalkDir(path, func(file string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		all.Bytes += info.Size()
		all.Modified = max(all.Modified, info.ModTime().UnixNano())
		if !sum {
			return nil
		}
		name, err := filepath.Rel(path, file)
		if err != nil {
			return err
		}
		fmt.Fprintf(hash, "%s\x00%d\x00", filepath.ToSlash(name), info.Size())
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(hash, f)
		return err
	})
	if err != nil {
		return climate.Source{}, fmt.Errorf("reading %s: %w", path, err)
	}
	if sum {
		all.SHA256, all.Modified = hex.EncodeToString(hash.Sum(nil)), 0
	}
	return all, nil
}

func addressSource(where string) (climate.Source, error) {
	s, err := openStore(where)
	if err != nil {
		return climate.Source{}, err
	}
	defer s.close()
	m, err := readMetadata(s)
	if err != nil {
		return climate.Source{}, fmt.Errorf("%s: %w", where, err)
	}
	u := *s.(*remote).base
	u.User, u.RawQuery = nil, "" // which may contain secrets
	all, hash := climate.Source{Name: u.String()}, sha256.New()
	for _, b := range m.documents {
		all.Bytes += int64(len(b))
		hash.Write(b)
	}
	all.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return all, nil
}
