package zarr

import (
	"encoding/binary"
	"hash/crc32"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// shardStore writes a store of version 3 with one array of 2 × 3 × 4 values in one shard of
// two chunks; change replaces a part of its document.
func shardStore(t *testing.T, was, now string, shard []byte) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shards.zarr")
	document := `{"zarr_format": 3, "node_type": "array", "shape": [2, 3, 4], "data_type": "float32", "fill_value": 7, "dimension_names": ["time", "y", "x"], "attributes": {"units": "K"},
		"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 3, 4]}}, "chunk_key_encoding": {"name": "default"},
		"codecs": [{"name": "sharding_indexed", "configuration": {"chunk_shape": [1, 3, 4], "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
			"index_codecs": [{"name": "bytes"}, {"name": "crc32c"}], "index_location": "end"}}]}`
	if was != "" && !strings.Contains(document, was) {
		t.Fatalf("%q is not in the document", was)
	}
	put(t, dir, "zarr.json", []byte(`{"zarr_format": 3, "node_type": "group"}`))
	put(t, dir, "rain/zarr.json", []byte(strings.Replace(document, was, now, 1)))
	if shard != nil {
		put(t, dir, "rain/c/0/0/0", shard)
	}
	return dir
}

// index is the index of two chunks, with its checksum.
func index(places ...uint64) []byte {
	var b []byte
	for _, x := range places {
		b = binary.LittleEndian.AppendUint64(b, x)
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}

// Chunks of a shard are read, with its index at the end or at the start, and those that are
// not there have the fill value.
func TestShards(t *testing.T) {
	const none = 1<<64 - 1
	for name, c := range map[string]struct {
		was, now string
		shard    []byte
		want     func(i int) float32
	}{
		"end":       {"", "", append(whole(), index(0, 48, 48, 48)...), func(i int) float32 { return float32(i) }},
		"swapped":   {"", "", append(whole(), index(48, 48, 0, 48)...), func(i int) float32 { return float32((i + 12) % 24) }},
		"start":     {`"index_location": "end"`, `"index_location": "start"`, append(index(36, 48, 84, 48), whole()...), func(i int) float32 { return float32(i) }},
		"one alone": {"", "", append(whole()[:48], index(none, none, 0, 48)...), func(i int) float32 { return map[bool]float32{true: 7, false: float32(i - 12)}[i < 12] }},
		"no shard":  {"", "", nil, func(int) float32 { return 7 }},
	} {
		f, err := cf.Read(shardStore(t, c.was, c.now, c.shard), plain)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, x := range f.Data {
			if x != c.want(i) {
				t.Errorf("%s: value %d is %v, want %v", name, i, x, c.want(i))
				break
			}
		}
	}
}

// Shards that lie about their chunks are refused, as is what is not read of them.
func TestHostileShards(t *testing.T) {
	broken := append(whole(), index(0, 48, 48, 48)...)
	broken[len(broken)-1] ^= 1
	for name, c := range map[string]struct {
		was, now string
		shard    []byte
		say      string
	}{
		"truncated":        {"", "", whole()[:20], "fewer than the 36 of its index"},
		"cut chunk":        {"", "", append(whole()[:40], index(0, 48, 48, 48)...), "truncated or damaged"},
		"far away":         {"", "", append(whole(), index(1<<62, 48, 48, 48)...), "truncated or damaged"},
		"wraps around":     {"", "", append(whole(), index(1<<64-48, 96, 48, 48)...), "truncated or damaged"},
		"too short":        {"", "", append(whole(), index(0, 47, 48, 48)...), "47 bytes, expected 48"},
		"checksum":         {"", "", broken, "checksum"},
		"no chunks":        {`"chunk_shape": [1, 3, 4]`, `"chunk_shape": [0, 3, 4]`, broken, "not made of chunks"},
		"uneven":           {`"chunk_shape": [1, 3, 4]`, `"chunk_shape": [1, 2, 4]`, broken, "not made of chunks"},
		"too many":         {`"chunk_shape": [2, 3, 4]`, `"chunk_shape": [2000000, 3, 4]`, broken, "not made of chunks"},
		"other dimensions": {`"chunk_shape": [1, 3, 4]`, `"chunk_shape": [3, 4]`, broken, "expected as many numbers"},
		"nowhere":          {`"index_location": "end"`, `"index_location": "middle"`, broken, "expected start or end"},
		"packed index":     {`{"name": "crc32c"}`, `{"name": "gzip"}`, broken, `"gzip"`},
		"shards in shards": {`"codecs": [{"name": "bytes", "configuration": {"endian": "little"}}]`, `"codecs": [{"name": "sharding_indexed", "configuration": {"chunk_shape": [1, 1, 1], "codecs": [], "index_codecs": []}}]`, broken, "within another"},
		"no configuration": {`"configuration": {"chunk_shape": [1, 3, 4]`, `"configuration": 3, "was": {"chunk_shape": [1, 3, 4]`, broken, "is not an object with a name"},
	} {
		path := shardStore(t, c.was, c.now, c.shard)
		opt := plain
		opt.Variable = "rain"
		if _, err := cf.Read(path, opt); err == nil || !strings.Contains(err.Error(), c.say) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want one that says %q", name, err, c.say)
		}
	}
}
