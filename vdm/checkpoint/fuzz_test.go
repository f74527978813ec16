package checkpoint

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Whatever the index and the tensors of a snapshot are, with check sums that agree, it is
// read or refused.
func FuzzSnapshot(f *testing.F) {
	dir := f.TempDir()
	path, err := Save(dir, snapshotAt(3, 5), 0)
	if err != nil {
		f.Fatal(err)
	}
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(path, name))
		if err != nil {
			f.Fatal(err)
		}
		return b
	}
	f.Add(read(indexName), read("weights.safetensors"), read(manifestName))
	f.Add([]byte(`{"format":1,"step":3,"files":{"weights.safetensors":9,"../../x":1}}`), []byte("x"), []byte("\n"))
	f.Add([]byte(`{"format":1,"step":3,"files":{"weights.safetensors":4611686018427387904}}`), read("weights.safetensors"), []byte{})
	f.Fuzz(func(t *testing.T, indexText, tensors, manifest []byte) {
		for _, agree := range []bool{true, false} {
			if agree {
				manifest = sums{indexName: sha256.Sum256(indexText), "weights.safetensors": sha256.Sum256(tensors)}.encode()
			}
			files := map[string][]byte{indexName: indexText, "weights.safetensors": tensors, manifestName: manifest}
			s, err := decode(stepName(3), func(name string, size, _ int64) ([]byte, error) {
				b, ok := files[name]
				switch {
				case !ok:
					return nil, fs.ErrNotExist
				case size >= 0 && int64(len(b)) != size:
					return nil, fmt.Errorf("%d bytes: expected %d", len(b), size)
				}
				return b, nil
			})
			if err == nil && (s.Step != 3 || len(s.Tensors)+len(s.Blobs) > 1) {
				t.Errorf("a snapshot of one file is read as step %d with %d files", s.Step, len(s.Tensors)+len(s.Blobs))
			}
		}
	})
}
