package zarr

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

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
