package zarr

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// memory is a store of what it is given.
type memory map[string][]byte

func (m memory) get(key string, limit int64) ([]byte, error) {
	if err := validKey(key); err != nil {
		return nil, err
	}
	b, ok := m[key]
	if !ok {
		return nil, os.ErrNotExist
	}
	return readLimited(strings.NewReader(string(b)), limit, key)
}

func (m memory) children(string) ([]string, error) { return []string{"rain", "inner"}, nil }
func (m memory) close() error                      { return nil }

// small reports whether an array is small enough to be read in a fuzz test.
func small(a *array) bool {
	total := 1
	for _, n := range a.shape {
		if total *= n; total > 1<<16 || n > 1<<16 {
			return false
		}
	}
	return a.chunkValues*max(1, a.dtype.size) <= 1<<20
}

// readSmall reads what of a store is small; whatever it holds, nothing may panic.
func readSmall(s store) {
	c := &contents{store: s}
	if c.read("fuzz.zarr") != nil {
		return
	}
	for _, a := range c.arrays {
		if !small(a) {
			continue
		}
		_, _ = a.Texts()
		total := 1
		for _, n := range a.shape {
			total *= n
		}
		switch size := a.dtype.size; {
		case a.half() || size == 4:
			_ = a.Read(make([]float32, total), make([]int, len(a.shape)), a.shape)
		case size == 1:
			_ = a.Read(make([]uint8, total), make([]int, len(a.shape)), a.shape)
		case size == 2:
			_ = a.Read(make([]int16, total), make([]int, len(a.shape)), a.shape)
		case size == 8:
			_ = a.Read(make([]float64, total), make([]int, len(a.shape)), a.shape)
		}
	}
}

// FuzzMetadata reads documents of either version, with a chunk that fits none of them by
// chance.
func FuzzMetadata(f *testing.F) {
	for _, name := range []string{"v2-arrays", "v3-arrays", "v2-xarray", "v3-xarray"} {
		s, err := openZip(filepath.Join("testdata", name+".zip"))
		if err != nil {
			f.Fatal(err)
		}
		defer s.close()
		for key := range s.(*zipped).entries {
			if base := filepath.Base(key); strings.HasPrefix(base, ".z") || base == "zarr.json" {
				b, err := s.get(key, 1<<16)
				if err != nil {
					f.Fatal(err)
				}
				f.Add(b, []byte("\x01"))
			}
		}
	}
	f.Fuzz(func(t *testing.T, document, chunk []byte) {
		attributes := []byte(`{"_ARRAY_DIMENSIONS": ["time", "y", "x"], "x": NaN}`)
		chunks := func(m memory) memory {
			for _, key := range []string{"rain/0", "rain/0.0.0", "rain/0/0/0", "rain/c", "rain/c/0", "rain/c/0/0/0", "0.0.0", "c/0/0/0"} {
				m[key] = chunk
			}
			return m
		}
		readSmall(chunks(memory{".zgroup": []byte(`{}`), "rain/.zarray": document, "rain/.zattrs": attributes}))
		readSmall(chunks(memory{".zgroup": []byte(`{}`), "rain/.zarray": []byte(`{"zarr_format":2,"shape":[1],"chunks":[1],"dtype":"<f4"}`), "rain/.zattrs": document}))
		readSmall(chunks(memory{".zmetadata": document}))
		readSmall(chunks(memory{"zarr.json": document, "rain/zarr.json": document}))
	})
}

// FuzzChunk reads chunks through every codec.
func FuzzChunk(f *testing.F) {
	codecs := []string{`null`, `{"id":"zlib"}`, `{"id":"gzip"}`, `{"id":"zstd"}`, `{"id":"blosc"}`}
	for _, name := range []string{"zlib", "gzip", "zstd", "lz4", "lz4hc", "bits", "bloscz", "plain"} {
		s, err := openZip(filepath.Join("testdata", "v2-arrays.zip"))
		if err != nil {
			f.Fatal(err)
		}
		defer s.close()
		b, err := s.get(name+"/0.0.0", 1<<16)
		if err != nil {
			f.Fatal(err)
		}
		for i := range codecs {
			f.Add(b, uint8(i))
		}
	}
	for _, flags := range []byte{0, 1, 2, 4, 1 << 4, 1<<5 | 1, 2<<5 | 4, 3<<5 | 1<<4, 4 << 5} {
		f.Add(blosc(flags, 96, 96, append([]byte{20, 0, 0, 0}, whole()...)), uint8(4))
	}
	f.Fuzz(func(t *testing.T, chunk []byte, codec uint8) {
		compressor := codecs[int(codec)%len(codecs)]
		document, err := json.Marshal(map[string]any{"zarr_format": 2, "shape": []int{2, 3, 4}, "chunks": []int{2, 3, 4}, "dtype": "<f4", "compressor": json.RawMessage(compressor)})
		if err != nil {
			t.Fatal(err)
		}
		s := memory{".zgroup": []byte(`{}`), "rain/.zarray": document, "rain/0.0.0": chunk}
		readSmall(s)
		s["rain/.zarray"] = []byte(strings.Replace(string(document), `"<f4"`, `"|O","filters":[{"id":"vlen-utf8"}]`, 1))
		readSmall(s)
	})
}
