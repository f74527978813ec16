package checkpoint

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"unicode/utf8"
)

// ReadSafetensors returns the tensors of a safetensors file, in the order of the file,
// and its metadata (nil where there is none).
//
// A file may come from anywhere, so nothing in the header is trusted: its length, names,
// types, shapes and offsets must agree with each other and with the size of the file,
// without gaps, overlaps, repeated or unknown keys. Memory is allocated only for bytes
// that the file has. An error names the file and the tensor.
func ReadSafetensors(path string) ([]Tensor, map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s: expected a regular file", path)
	}
	tensors, metadata, err := readSafetensors(f, info.Size())
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return tensors, metadata, nil
}

// ParseSafetensors does what [ReadSafetensors] does, for bytes in memory. The tensors'
// Data are parts of data, not copies.
func ParseSafetensors(data []byte) ([]Tensor, map[string]string, error) {
	if len(data) < 8 {
		return nil, nil, notSafetensors("%d bytes are too few for a header", len(data))
	}
	n := binary.LittleEndian.Uint64(data)
	if err := checkHeaderLength(n, int64(len(data))); err != nil {
		return nil, nil, err
	}
	return parseTensors(data[8:8+n], data[8+n:])
}

// readSafetensors reads the header first, so that a large file of another kind is
// refused before it is in memory.
func readSafetensors(r io.Reader, fileSize int64) ([]Tensor, map[string]string, error) {
	var length [8]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, nil, notSafetensors("%d bytes are too few for a header", fileSize)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if err := checkHeaderLength(n, fileSize); err != nil {
		return nil, nil, err
	}
	header := make([]byte, n)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, nil, err
	}
	entries, metadata, err := parseHeader(header, uint64(fileSize)-8-n)
	if err != nil {
		return nil, nil, err
	}
	data := make([]byte, uint64(fileSize)-8-n)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, nil, err
	}
	return cut(entries, data), metadata, nil
}

func parseTensors(header, data []byte) ([]Tensor, map[string]string, error) {
	entries, metadata, err := parseHeader(header, uint64(len(data)))
	if err != nil {
		return nil, nil, err
	}
	return cut(entries, data), metadata, nil
}

func cut(entries []namedEntry, data []byte) []Tensor {
	tensors := make([]Tensor, len(entries))
	for i, e := range entries {
		from, to := e.Offsets[0], e.Offsets[1]
		tensors[i] = Tensor{Name: e.name, DType: e.DType, Shape: e.Shape, Data: data[from:to:to]}
	}
	return tensors
}

func notSafetensors(format string, args ...any) error {
	return fmt.Errorf("not a safetensors file: "+format, args...)
}

func checkHeaderLength(n uint64, fileSize int64) error {
	if n > maxHeader || n > uint64(fileSize-8) {
		return notSafetensors("a header of %d bytes in a file of %d", n, fileSize)
	}
	return nil
}

type namedEntry struct {
	name string
	entry
}

// parseHeader reads the JSON object of a header and checks that its tensors
// cover dataSize bytes exactly. It reads token by token, because
// json.Unmarshal lets repeated keys and keys of other case pass.
func parseHeader(header []byte, dataSize uint64) ([]namedEntry, map[string]string, error) {
	if len(header) == 0 || header[0] != '{' {
		return nil, nil, notSafetensors("the header is no JSON object")
	}
	if !utf8.Valid(header) {
		return nil, nil, notSafetensors("the header is not UTF-8")
	}
	p := headerParser{json.NewDecoder(bytes.NewReader(header))}
	p.UseNumber()
	var entries []namedEntry
	var metadata map[string]string
	err := p.object(func(key string) (err error) {
		if key == metadataKey {
			metadata, err = p.metadata()
			return err
		}
		e, err := p.entry()
		if err != nil {
			return fmt.Errorf("tensor %q: %w", key, err)
		}
		entries = append(entries, namedEntry{key, e})
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("safetensors header: %w", err)
	}
	if rest := bytes.Trim(header[p.InputOffset():], " "); len(rest) > 0 {
		return nil, nil, notSafetensors("the header goes on after its object")
	}
	slices.SortStableFunc(entries, func(a, b namedEntry) int {
		for i := range 2 { // sorted by start; an empty tensor comes before one with data
			if a.Offsets[i] != b.Offsets[i] {
				if a.Offsets[i] < b.Offsets[i] {
					return -1
				}
				return 1
			}
		}
		return 0
	})
	var end uint64
	for _, e := range entries {
		if e.Offsets[0] != end {
			return nil, nil, fmt.Errorf("safetensors header: tensor %q starts at byte %d of the data: expected %d, without overlap or gap", e.name, e.Offsets[0], end)
		}
		end = e.Offsets[1]
	}
	if end != dataSize {
		return nil, nil, fmt.Errorf("safetensors file: %d bytes of data: its header has tensors of %d", dataSize, end)
	}
	return entries, metadata, nil
}

// headerParser reads JSON strictly.
type headerParser struct{ *json.Decoder }

// object reads an object, calls member to read the value of each key, and
// refuses repeated keys.
func (p headerParser) object(member func(key string) error) error {
	if err := p.delim('{'); err != nil {
		return err
	}
	seen := map[string]bool{}
	for p.More() {
		key, err := p.text()
		if err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("key %q stands twice", key)
		}
		seen[key] = true
		if err := member(key); err != nil {
			return err
		}
	}
	return p.delim('}')
}

func (p headerParser) metadata() (map[string]string, error) {
	m := map[string]string{}
	err := p.object(func(key string) (err error) {
		m[key], err = p.text()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	return m, nil
}

func (p headerParser) entry() (e entry, err error) {
	var offsets []uint64
	have := 0
	err = p.object(func(key string) (err error) {
		have++
		switch key {
		case "dtype":
			e.DType, err = p.text()
		case "shape":
			var dims []uint64
			dims, err = p.integers()
			e.Shape = make([]int, len(dims))
			for i, d := range dims {
				e.Shape[i] = int(d)
			}
		case "data_offsets":
			offsets, err = p.integers()
		default:
			err = fmt.Errorf("unknown key %q", key)
		}
		return err
	})
	if err != nil {
		return e, err
	}
	if have != 3 || len(offsets) != 2 {
		return e, errors.New("expected dtype, shape and two data_offsets")
	}
	e.Offsets = [2]uint64(offsets)
	if itemSizes[e.DType] == 0 {
		return e, fmt.Errorf("unknown type %q: expected one of %s", e.DType, dtypeNames)
	}
	n, ok := size(e.DType, e.Shape)
	if !ok {
		return e, fmt.Errorf("impossible shape %v", e.Shape)
	}
	if e.Offsets[1] < e.Offsets[0] || e.Offsets[1]-e.Offsets[0] != n {
		return e, fmt.Errorf("data_offsets %v: expected %d bytes for %s of shape %v", e.Offsets, n, e.DType, e.Shape)
	}
	return e, nil
}

func (p headerParser) delim(want json.Delim) error {
	token, err := p.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("%v where %q is expected", token, want)
	}
	return nil
}

func (p headerParser) text() (string, error) {
	token, err := p.Token()
	if err != nil {
		return "", err
	}
	s, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("%v where a string is expected", token)
	}
	return s, nil
}

// integers reads an array of numbers from 0 to 2^62.
func (p headerParser) integers() ([]uint64, error) {
	if err := p.delim('['); err != nil {
		return nil, err
	}
	list := []uint64{}
	for p.More() {
		token, err := p.Token()
		if err != nil {
			return nil, err
		}
		number, ok := token.(json.Number)
		if !ok {
			return nil, fmt.Errorf("%v where a number is expected", token)
		}
		v, err := strconv.ParseUint(number.String(), 10, 62)
		if err != nil {
			return nil, fmt.Errorf("%v where an integer from 0 is expected", number)
		}
		list = append(list, v)
	}
	return list, p.delim(']')
}
