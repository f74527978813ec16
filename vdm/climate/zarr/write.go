package zarr

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// create begins a store. An existing folder that is no store is not replaced.
func create(path string, h *cf.Header) (_ cf.Writer, err error) {
	o, err := newOutput(path)
	if err != nil {
		return nil, err
	}
	if err := removeLeft(o.path); err != nil {
		return nil, err
	}
	if err := o.beside(); err != nil {
		return nil, err
	}
	if err := o.begin(h); err != nil {
		return nil, errors.Join(err, o.Abort())
	}
	return o, nil
}

// begin writes all but the values that are open, and the consolidated metadata.
func (o *output) begin(h *cf.Header) (err error) {
	// Fast, and the codec that archives of radar data ask for.
	if o.encoder, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1)); err != nil {
		return err
	}
	lengths := map[string]int{}
	for _, d := range h.Dims {
		lengths[d.Name] = d.Length
	}
	if err := o.document(".zgroup", map[string]any{"zarr_format": 2}); err != nil {
		return err
	}
	if err := o.document(".zattrs", values(h.Attributes)); err != nil {
		return err
	}
	for i := range h.Variables {
		if err := o.variable(&h.Variables[i], lengths); err != nil {
			return fmt.Errorf("variable %q: %w", h.Variables[i].Name, err)
		}
	}
	return o.document(".zmetadata", map[string]any{"zarr_consolidated_format": 1, "metadata": maps.Clone(o.documents)})
}

// values are attributes as JSON has them; empty ones are left out, and numbers that it
// cannot hold.
func values(attributes []cf.NamedValue) map[string]any {
	all := map[string]any{}
	for _, a := range attributes {
		switch v := a.Value.(type) {
		case string:
			if v != "" {
				all[a.Name] = v
			}
		case float64:
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				all[a.Name] = v
			}
		case []float64:
			if len(v) > 0 && !slices.ContainsFunc(v, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }) {
				all[a.Name] = v
			}
		}
	}
	return all
}

// document writes one document of metadata.
func (o *output) document(key string, content any) error {
	o.documents[key] = content
	b, err := json.MarshalIndent(content, "", "    ")
	if err != nil {
		return err
	}
	return o.put(key, append(b, '\n'))
}

// put writes one file.
func (o *output) put(key string, b []byte) error {
	if err := validKey(key); err != nil {
		return err
	}
	path := filepath.Join(o.temporary, filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	// Under its name there is never half a chunk, also where the process is killed.
	half := filepath.Join(o.temporary, ".half")
	if err := os.WriteFile(half, b, 0o644); err != nil {
		return err
	}
	return os.Rename(half, path)
}

// variable writes the metadata of an array, and its values where they are known.
func (o *output) variable(v *cf.HeaderVariable, lengths map[string]int) error {
	if strings.Contains(v.Name, "/") || validKey(v.Name) != nil || strings.HasPrefix(v.Name, ".") {
		return errors.New("the name is none that a folder can have")
	}
	a := &array{name: v.Name, prefix: v.Name + "/", separator: ".", dtype: map[cf.Type]dtype{
		cf.Int: {typ: cf.Int, kind: 'i', size: 4}, cf.Float: {typ: cf.Float, kind: 'f', size: 4}, cf.Double: {typ: cf.Double, kind: 'f', size: 8},
	}[v.Type]}
	for _, dim := range v.Dims {
		a.shape = append(a.shape, lengths[dim])
	}
	if a.chunk = v.Chunk; a.chunk == nil {
		a.chunk = a.shape
	}
	if err := a.layout(ascending(len(a.shape))); err != nil {
		return err
	}
	var fill any
	if v.Open {
		fill = "NaN"
		a.fill = make([]byte, 4)
		a.dtype.put(a.fill, a.dtype.order, uint64(math.Float32bits(float32(math.NaN()))))
		o.arrays[v.Name] = a
	}
	notNil := func(list []int) []int { return append([]int{}, list...) } // JSON has null for nil
	if err := o.document(v.Name+"/.zarray", map[string]any{
		"zarr_format": 2, "shape": notNil(a.shape), "chunks": notNil(a.chunk), "order": "C", "filters": nil, "fill_value": fill,
		"dtype": map[cf.Type]string{cf.Int: "<i4", cf.Float: "<f4", cf.Double: "<f8"}[v.Type], "dimension_separator": ".",
		"compressor": map[string]any{"id": "zstd", "level": 1},
	}); err != nil {
		return err
	}
	attributes := values(v.Attributes)
	attributes["_ARRAY_DIMENSIONS"] = append([]string{}, v.Dims...)
	if err := o.document(v.Name+"/.zattrs", attributes); err != nil || v.Open {
		return err
	}
	known := v.Values
	if known == nil {
		known = make([]int32, a.chunkValues) // of a grid mapping, which only has attributes
	}
	b, _ := bytesOf(known)
	if len(b) != a.chunkValues*a.dtype.size {
		return fmt.Errorf("%d bytes for the shape %v", len(b), a.shape)
	}
	return o.chunk(a, make([]int, len(a.shape)), b)
}

// chunk compresses a chunk, whose bytes are in the order of this machine, and writes it.
func (o *output) chunk(a *array, place []int, b []byte) error {
	b = slices.Clone(b)
	a.swap(b)
	o.packed = o.encoder.EncodeAll(b, o.packed[:0])
	return o.put(a.key(place), o.packed)
}

// Write writes a block of a variable. One that does not cover whole chunks is put into
// what these hold already.
func (o *output) Write(variable string, start, count []int, values []float32) error {
	a, ok := o.arrays[variable]
	if !ok {
		return fmt.Errorf("there is no variable %q to write", variable)
	}
	total := 1
	for i, n := range count {
		if n < 1 || start[i] < 0 || start[i]+n > a.shape[i] {
			return fmt.Errorf("variable %q: a block of %v values from %v on is outside of %v", variable, count, start, a.shape)
		}
		total *= n
	}
	if total != len(values) {
		return fmt.Errorf("variable %q: %d values for a block of %v", variable, len(values), count)
	}
	places, _ := a.touched(start, count)
	for place := range places {
		chunk, err := o.before(a, place, start, count)
		if err != nil {
			return err
		}
		a.place(chunk, values, place, start, count)
		if err := o.chunk(a, place, chunk); err != nil {
			return err
		}
	}
	return nil
}

// before returns the room for a chunk, with what it holds already where a block leaves
// some of it as it is.
func (o *output) before(a *array, place, start, count []int) ([]byte, error) {
	size := a.chunkValues * a.dtype.size
	o.values = slices.Grow(o.values[:0], size)[:size]
	whole := true
	for i, k := range place {
		whole = whole && start[i] <= k*a.chunk[i] && start[i]+count[i] >= (k+1)*a.chunk[i]
	}
	if whole {
		return o.values, nil
	}
	packed, err := os.ReadFile(filepath.Join(o.temporary, filepath.FromSlash(a.key(place))))
	if errors.Is(err, fs.ErrNotExist) {
		b := a.filled()
		a.swap(b)
		return b, nil
	}
	if err != nil {
		return nil, err
	}
	b, err := fromZstd(packed, size)
	if err == nil {
		a.swap(b)
	}
	return b, err
}

// place puts what a block has of a chunk into its room.
func (a *array) place(chunk []byte, values []float32, place, start, count []int) {
	b, size := bytesOf(values)
	a.eachRun(place, start, count, func(inChunk, inBlock, n int) {
		copy(chunk[inChunk*size:(inChunk+n)*size], b[inBlock*size:])
	})
}

// Commit gives the store its name.
func (o *output) Commit() error {
	err := checkpoint.RemoveIfThere(filepath.Join(o.temporary, digestName))
	if err == nil {
		err = checkpoint.PublishFolder(o.temporary, o.path)
	}
	if err != nil {
		return errors.Join(err, o.Abort())
	}
	return o.release()
}

// Abort removes what was written.
func (o *output) Abort() error { return errors.Join(os.RemoveAll(o.temporary), o.release()) }
