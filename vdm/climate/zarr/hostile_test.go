package zarr

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// madeStore writes a small store of version 2 with one array, whose .zarray can be changed.
func madeStore(t testing.TB, change map[string]string, chunk []byte) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "store.zarr")
	fields := map[string]string{"zarr_format": "2", "shape": "[2, 3, 4]", "chunks": "[2, 3, 4]", "dtype": `"<f4"`, "compressor": "null", "fill_value": "null",
		"order": `"C"`, "filters": "null"}
	for k, v := range change {
		fields[k] = v
	}
	var parts []string
	for k, v := range fields {
		parts = append(parts, fmt.Sprintf("%q: %s", k, v))
	}
	put(t, dir, ".zgroup", []byte(`{"zarr_format": 2}`))
	put(t, dir, "rain/.zarray", []byte("{"+strings.Join(parts, ", ")+"}"))
	put(t, dir, "rain/.zattrs", []byte(`{"_ARRAY_DIMENSIONS": ["time", "y", "x"], "units": "K"}`))
	if chunk != nil {
		put(t, dir, "rain/0.0.0", chunk)
	}
	return dir
}

func put(t testing.TB, dir, name string, b []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

var plain = cf.ReadOptions{Kind: climate.KindOther, TimeUnits: "hours since 2020-01-01"}

// whole are the 96 bytes of the chunk of madeStore.
func whole() []byte {
	var b bytes.Buffer
	for i := range 24 {
		_ = binary.Write(&b, binary.LittleEndian, float32(i))
	}
	return b.Bytes()
}

func zipBytes(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

// blosc is a frame with a header of one's choice.
func blosc(flags byte, total, block uint32, rest []byte) []byte {
	b := []byte{2, 1, flags, 4}
	b = binary.LittleEndian.AppendUint32(b, total)
	b = binary.LittleEndian.AppendUint32(b, block)
	b = binary.LittleEndian.AppendUint32(b, uint32(16+len(rest)))
	return append(b, rest...)
}

func TestWholeStoreIsRead(t *testing.T) {
	f, err := cf.Read(madeStore(t, nil, whole()), plain)
	if err != nil || f.Data[23] != 23 {
		t.Fatalf("%v, %v", f, err)
	}
}

// What lies about its size, ends too early or grows without bound is an error that says
// so, whoever packed it, and takes no memory beyond the chunk.
func TestHostileChunks(t *testing.T) {
	bomb := make([]byte, 200<<20)
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	zstdBomb := encoder.EncodeAll(bomb, nil)
	var streamed bytes.Buffer
	w, _ := zstd.NewWriter(&streamed) // a stream says nothing of its size
	_, _ = w.Write(bomb)
	_ = w.Close()
	sum := zipBytes(whole())
	sum[len(sum)-6] ^= 1
	for name, c := range map[string]struct {
		compressor string
		chunk      []byte
		say        string
	}{
		"truncated":           {"null", whole()[:95], "96"},
		"too long":            {"null", append(whole(), 0), "96"},
		"far too long":        {"null", make([]byte, 1<<20), "can need"},
		"empty":               {"null", []byte{}, "0 bytes, expected 96"},
		"gzip bomb":           {`{"id": "gzip"}`, zipBytes(bomb), "rain/0.0.0"},
		"gzip short":          {`{"id": "gzip"}`, zipBytes(whole()[:50]), "another size"},
		"gzip long":           {`{"id": "gzip"}`, zipBytes(append(whole(), 0)), "another size"},
		"gzip sum":            {`{"id": "gzip"}`, sum, "damaged"},
		"gzip cut":            {`{"id": "gzip"}`, zipBytes(whole())[:30], "rain/0.0.0"},
		"gzip of other":       {`{"id": "gzip"}`, []byte("not gzip"), "rain/0.0.0"},
		"zlib of other":       {`{"id": "zlib"}`, []byte("not zlib"), "rain/0.0.0"},
		"zstd bomb":           {`{"id": "zstd"}`, zstdBomb, "another size"},
		"zstd stream bomb":    {`{"id": "zstd"}`, streamed.Bytes(), "another size"},
		"zstd of other":       {`{"id": "zstd"}`, []byte("not zstd"), "rain/0.0.0"},
		"blosc short":         {`{"id": "blosc"}`, []byte("short"), "Blosc"},
		"blosc bomb":          {`{"id": "blosc"}`, blosc(1<<5, 1<<30, 1<<30, nil), "another size"},
		"blosc cut":           {`{"id": "blosc"}`, blosc(2, 96, 96, whole()[:90]), "Blosc"},
		"blosc no blocks":     {`{"id": "blosc"}`, blosc(1<<5, 96, 96, nil), "Blosc"},
		"blosc block away":    {`{"id": "blosc"}`, blosc(1<<5|1<<4, 96, 96, []byte{255, 255, 255, 127}), "Blosc"},
		"blosc block longer":  {`{"id": "blosc"}`, blosc(1<<5|1<<4, 96, 96, []byte{20, 0, 0, 0, 255, 255, 0, 0}), "Blosc"},
		"blosc bad lz4":       {`{"id": "blosc"}`, blosc(1<<5|1<<4, 96, 96, []byte{20, 0, 0, 0, 2, 0, 0, 0, 0xff, 0xff}), "Blosc"},
		"blosc zero block":    {`{"id": "blosc"}`, blosc(1<<5, 96, 0, []byte{20, 0, 0, 0}), "Blosc"},
		"blosc tiny blocks":   {`{"id": "blosc"}`, blosc(1<<5, 96, 1, []byte{20, 0, 0, 0}), "Blosc"},
		"blosc other library": {`{"id": "blosc"}`, blosc(7<<5, 96, 96, []byte{20, 0, 0, 0}), "unknown"},
	} {
		path := madeStore(t, map[string]string{"compressor": c.compressor}, c.chunk)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := cf.Read(path, plain)
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), c.say) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want one that says %q", name, err, c.say)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20 {
			t.Errorf("%s: %d MiB were taken", name, took>>20)
		}
	}
}

// Metadata that cannot be meant is refused before anything is read by it.
func TestHostileMetadata(t *testing.T) {
	for _, c := range []struct{ field, value, say string }{
		{"shape", "[1000000000, 1000000000, 1000000000]", "2⁴⁰ values"},
		{"shape", "[-1, 3, 4]", "shape has -1"},
		{"shape", "[1e30, 3, 4]", "expected a list of whole numbers"},
		{"shape", `"2,3,4"`, "expected a list of whole numbers"},
		{"shape", "[2, 3]", "as many numbers"},
		{"chunks", "[100000, 100000, 100000]", "larger than 512 MiB"},
		{"chunks", "[2, 0, 4]", "empty or larger"},
		{"chunks", "[536870912, 1, 1]", "larger than 512 MiB"},
		{"dtype", `"<f16"`, "not read"},
		{"dtype", `"f4"`, "is not known"},
		{"dtype", `"<U99999999"`, "is not known"},
		{"dtype", `"|O"`, "holds no numbers"},
		{"dtype", `[["a", "<f4"]]`, "records"},
		{"dtype", `"<c8"`, "not read"},
		{"order", `"X"`, "expected C or F"},
		{"dimension_separator", `"/../"`, "expected . or /"},
		{"compressor", `{"id": "lzma"}`, `compressor "lzma"`},
		{"compressor", `17`, "expected null or an object"},
		{"filters", `[{"id": "quantize"}]`, `filter "quantize"`},
		{"fill_value", `"what"`, "fill_value"},
		{"fill_value", `{"a": 1}`, "fill_value"},
		{"zarr_format", "9", "zarr_format 9"},
	} {
		path := madeStore(t, map[string]string{c.field: c.value}, whole())
		opt := plain
		opt.Variable = "rain"
		_, err := cf.Read(path, opt)
		if err == nil || !strings.Contains(err.Error(), c.say) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s %s: error %v, want one that says %q", c.field, c.value, err, c.say)
		}
	}
	path := madeStore(t, nil, whole())
	put(t, path, "rain/.zattrs", []byte(`{"_ARRAY_DIMENSIONS": ["time", "y", "y"]}`))
	if _, err := cf.Read(path, plain); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("a dimension twice: %v", err)
	}
	put(t, path, "rain/.zattrs", []byte(`{"_ARRAY_DIMENSIONS": ["time"]}`))
	if _, err := cf.Read(path, plain); err == nil || !strings.Contains(err.Error(), "1 names for 3 dimensions") {
		t.Errorf("too few dimensions: %v", err)
	}
	put(t, path, "rain/.zattrs", []byte(`{"_ARRAY_DIMENSIONS": ["time", "y", "x"], "deep": `+strings.Repeat("[", 100000)))
	if _, err := cf.Read(path, plain); err == nil || !strings.Contains(err.Error(), `attributes of "rain"`) {
		t.Errorf("brackets without end: %v", err)
	}
	put(t, path, "rain/.zattrs", []byte(`{"_ARRAY_DIMENSIONS": ["time", "y", "x"]}`))
	put(t, path, "y/.zarray", []byte(`{"zarr_format": 2, "shape": [5], "chunks": [5], "dtype": "<f8", "compressor": null, "fill_value": null, "order": "C", "filters": null}`))
	put(t, path, "y/.zattrs", []byte(`{"_ARRAY_DIMENSIONS": ["y"]}`))
	if _, err := cf.Read(path, plain); err == nil || !strings.Contains(err.Error(), `dimension "y" has the length`) {
		t.Errorf("a dimension of two lengths: %v", err)
	}
}

// No name leads out of a store: of arrays, of entries of a zip file, of links.
func TestNamesLeadNowhere(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, whole(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../rain", "/rain", "a/../../rain", `a\\rain`, "a//rain"} {
		path := madeStore(t, nil, whole())
		put(t, path, ".zmetadata", fmt.Appendf(nil, `{"zarr_consolidated_format": 1, "metadata": {"%s/.zarray": {}}}`, name))
		if _, err := cf.Read(path, plain); err == nil || !strings.Contains(err.Error(), "leads out") {
			t.Errorf("%q in the metadata: %v", name, err)
		}
		put(t, path, "zarr.json", fmt.Appendf(nil, `{"zarr_format": 3, "node_type": "group", "consolidated_metadata": {"metadata": {"%s": {"zarr_format": 3, "node_type": "group"}}}}`, name))
		if _, err := cf.Read(path, plain); err == nil || !strings.Contains(err.Error(), "leads out") {
			t.Errorf("%q in zarr.json: %v", name, err)
		}
	}
	path := madeStore(t, nil, nil)
	if err := os.Symlink(secret, filepath.Join(path, "rain", "0.0.0")); err != nil {
		t.Fatal(err)
	}
	if _, err := cf.Read(path, plain); err == nil || !strings.Contains(err.Error(), "rain/0.0.0") {
		t.Errorf("a link out of the store: %v", err)
	}
	archive := filepath.Join(t.TempDir(), "store.zip")
	f, err := os.Create(archive)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for _, name := range []string{".zgroup", "../evil"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte(`{"zarr_format": 2}`))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if _, err := openContents(archive); err == nil || !strings.Contains(err.Error(), "leads out") {
		t.Errorf("an entry that leads out of a zip file: %v", err)
	}
	if names, err := os.ReadDir(filepath.Dir(archive)); err != nil || len(names) != 1 {
		t.Errorf("the folder of the zip file holds %v", names)
	}
}

// A chunk in a zip file that unpacks to more than it says is stopped.
func TestZipBomb(t *testing.T) {
	archive := filepath.Join(t.TempDir(), "store.zip")
	f, err := os.Create(archive)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for name, b := range map[string][]byte{
		"s.zarr/.zgroup":      []byte(`{"zarr_format": 2}`),
		"s.zarr/rain/.zarray": []byte(`{"zarr_format": 2, "shape": [2, 3, 4], "chunks": [2, 3, 4], "dtype": "<f4", "compressor": null, "fill_value": null, "order": "C", "filters": null}`),
		"s.zarr/rain/.zattrs": []byte(`{"_ARRAY_DIMENSIONS": ["time", "y", "x"]}`),
		"s.zarr/rain/0.0.0":   make([]byte, 300<<20),
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = cf.Read(archive, plain)
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "can need") || after.TotalAlloc-before.TotalAlloc > 64<<20 {
		t.Errorf("%v; %d MiB were taken", err, (after.TotalAlloc-before.TotalAlloc)>>20)
	}
}
