package checkpoint

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// Tensor is a named array as a safetensors file stores it: row-major (the last axis is
// contiguous), little-endian.
type Tensor struct {
	Name  string
	DType string // F64, F32, BF16, F16, I64, I32, U8 or BOOL
	Shape []int  // empty for a scalar
	Data  []byte // product of Shape times the size of DType
}

// itemSizes lists the bytes of an element of each known DType.
var itemSizes = map[string]int{"F64": 8, "I64": 8, "F32": 4, "I32": 4, "BF16": 2, "F16": 2, "U8": 1, "BOOL": 1}

const dtypeNames = "F64, F32, BF16, F16, I64, I32, U8, BOOL"

const (
	metadataKey = "__metadata__"
	// maxHeader is the limit of the reference implementation.
	maxHeader = 100_000_000
)

// entry is one tensor of a header.
type entry struct {
	DType   string    `json:"dtype"`
	Shape   []int     `json:"shape"`
	Offsets [2]uint64 `json:"data_offsets"`
}

// size returns the bytes of a tensor, or false where the type is unknown, a
// dimension is negative, or the product overflows.
func size(dtype string, shape []int) (uint64, bool) {
	item, ok := itemSizes[dtype]
	if !ok {
		return 0, false
	}
	n, empty := uint64(item), false
	for _, d := range shape {
		if d < 0 {
			return 0, false
		}
		if d == 0 {
			empty = true
			continue
		}
		high, low := bits.Mul64(n, uint64(d))
		if high != 0 || low > 1<<62 {
			return 0, false
		}
		n = low
	}
	if empty {
		return 0, true
	}
	return n, true
}

// WriteSafetensors writes tensors and metadata as one safetensors file. The data
// are passed to w as they lie in memory, without a copy.
//
// Tensors are stored by decreasing element size and then by name, as the
// reference implementation stores them: all are aligned, and the same tensors
// give the same bytes in any order. An error names the tensor that is wrong;
// nothing is written then.
func WriteSafetensors(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	ordered, header, err := layout(tensors, metadata)
	if err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	for _, t := range ordered {
		if _, err := w.Write(t.Data); err != nil {
			return fmt.Errorf("tensor %q: %w", t.Name, err)
		}
	}
	return nil
}

// WriteSafetensorsFile writes a safetensors file by [WriteFile]: path contains either
// the old file or all of the new one.
func WriteSafetensorsFile(path string, tensors []Tensor, metadata map[string]string) error {
	return WriteFile(path, func(w io.Writer) error { return WriteSafetensors(w, tensors, metadata) })
}

// layout checks the tensors, sorts them in the order of the file, and returns them with
// the length and header before their data.
func layout(tensors []Tensor, metadata map[string]string) ([]Tensor, []byte, error) {
	ordered := slices.Clone(tensors)
	slices.SortStableFunc(ordered, func(a, b Tensor) int {
		if d := itemSizes[b.DType] - itemSizes[a.DType]; d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	var h bytes.Buffer
	h.Write(make([]byte, 8))
	h.WriteByte('{')
	if len(metadata) > 0 {
		for k, v := range metadata {
			if !utf8.ValidString(k) || !utf8.ValidString(v) {
				return nil, nil, fmt.Errorf("metadata %q: expected valid UTF-8", k)
			}
		}
		if err := writeField(&h, metadataKey, metadata); err != nil {
			return nil, nil, err
		}
	}
	var offset uint64
	seen := make(map[string]bool, len(ordered))
	for _, t := range ordered {
		n, ok := size(t.DType, t.Shape)
		switch {
		case t.Name == metadataKey || !utf8.ValidString(t.Name):
			return nil, nil, fmt.Errorf("tensor %q: this name cannot be stored", t.Name)
		case seen[t.Name]:
			return nil, nil, fmt.Errorf("tensor %q: two tensors of this name", t.Name)
		case itemSizes[t.DType] == 0:
			return nil, nil, fmt.Errorf("tensor %q: unknown type %q: expected one of %s", t.Name, t.DType, dtypeNames)
		case !ok:
			return nil, nil, fmt.Errorf("tensor %q: impossible shape %v", t.Name, t.Shape)
		case n != uint64(len(t.Data)):
			return nil, nil, fmt.Errorf("tensor %q: %d bytes of data: expected %d for %s of shape %v", t.Name, len(t.Data), n, t.DType, t.Shape)
		}
		seen[t.Name] = true
		shape := t.Shape
		if shape == nil {
			shape = []int{} // null is not a shape
		}
		if err := writeField(&h, t.Name, entry{t.DType, shape, [2]uint64{offset, offset + n}}); err != nil {
			return nil, nil, err
		}
		offset += n
	}
	h.WriteByte('}')
	for h.Len()%8 != 0 {
		h.WriteByte(' ') // keeps the data aligned
	}
	header := h.Bytes()
	if len(header)-8 > maxHeader {
		return nil, nil, fmt.Errorf("safetensors header of %d bytes: expected at most %d", len(header)-8, maxHeader)
	}
	binary.LittleEndian.PutUint64(header, uint64(len(header)-8))
	return ordered, header, nil
}

// writeField appends one member of the header's object.
func writeField(h *bytes.Buffer, key string, value any) error {
	k, err := json.Marshal(key)
	if err != nil {
		return err
	}
	v, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if b := h.Bytes(); b[len(b)-1] != '{' {
		h.WriteByte(',')
	}
	h.Write(k)
	h.WriteByte(':')
	h.Write(v)
	return nil
}
