package zarr

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// codec is one step of the reading of a chunk. size is how many bytes there are after
// it, −1 where that is not known, and bounds the result.
type codec struct {
	decode func(b []byte, size int) ([]byte, error)
	sum    bool // takes away a checksum of four bytes
}

// errSize is the error for a chunk that unpacks to another length than its array says.
var errSize = errors.New("it unpacks to another size than its array says")

// inflate reads at most size bytes of a stream.
func inflate(r io.Reader, size int) ([]byte, error) {
	if size < 0 {
		b, err := io.ReadAll(io.LimitReader(r, mostChunk+1))
		if err == nil && len(b) > mostChunk {
			err = errSize
		}
		return b, err
	}
	b := make([]byte, size)
	if n, err := io.ReadFull(r, b); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%w: %d bytes, expected %d", errSize, n, size)
		}
		return nil, err
	}
	switch _, err := io.ReadFull(r, make([]byte, 1)); {
	case err == nil:
		return nil, fmt.Errorf("%w: more than %d bytes", errSize, size)
	case !errors.Is(err, io.EOF): // a checksum at the end that does not fit
		return nil, err
	}
	return b, nil
}

func fromZlib(b []byte, size int) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return inflate(r, size)
}

func fromGzip(b []byte, size int) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return inflate(r, size)
}

// mostWindow bounds what the decoder of a stream looks back on.
const mostWindow = 32 << 20

// zstdDecoders are used again: making one takes longer than a small chunk.
var zstdDecoders = sync.Pool{New: func() any {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(mostChunk))
	if err != nil {
		panic(err) // the options are right
	}
	return d
}}

// fromZstd looks at the size that the frame says before it unpacks it.
func fromZstd(b []byte, size int) ([]byte, error) {
	var head zstd.Header
	if err := head.Decode(b); err != nil {
		return nil, err
	}
	if head.HasFCS && size >= 0 && head.FrameContentSize > uint64(size) {
		return nil, fmt.Errorf("%w: %d bytes, expected %d", errSize, head.FrameContentSize, size)
	}
	if !head.HasFCS && size >= 0 { // of a stream, which does not say
		r, err := zstd.NewReader(bytes.NewReader(b), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(mostWindow))
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return inflate(r, size)
	}
	d := zstdDecoders.Get().(*zstd.Decoder)
	defer zstdDecoders.Put(d)
	out, err := d.DecodeAll(b, make([]byte, 0, max(size, 0)))
	switch {
	case errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return nil, fmt.Errorf("%w: more than %d bytes", errSize, mostChunk)
	case err != nil:
		return nil, err
	case size >= 0 && len(out) != size:
		return nil, fmt.Errorf("%w: %d bytes, expected %d", errSize, len(out), size)
	}
	return out, nil
}

// withoutSum checks and takes away the CRC-32C at the end.
func withoutSum(b []byte, _ int) ([]byte, error) {
	if len(b) < 4 {
		return nil, fmt.Errorf("its %d bytes are too few for a checksum", len(b))
	}
	body := b[:len(b)-4]
	if binary.LittleEndian.Uint32(b[len(b)-4:]) != crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)) {
		return nil, errors.New("its checksum does not fit: it is damaged")
	}
	return body, nil
}

var decoders = map[string]func([]byte, int) ([]byte, error){
	"zlib": fromZlib, "numcodecs.zlib": fromZlib, "gzip": fromGzip, "numcodecs.gzip": fromGzip,
	"zstd": fromZstd, "numcodecs.zstd": fromZstd, "blosc": fromBlosc, "numcodecs.blosc": fromBlosc,
}

// notRead is what a message says of a codec that is not read.
func notRead(kind, name string) string {
	return fmt.Sprintf("its values went through the %s %q, which is not read; have them rewritten without, in Python: "+
		"d = xarray.open_zarr(path); [v.encoding.clear() for v in d.variables.values()]; d.to_zarr(new)", kind, name)
}

func (a *array) addCompressorV2(raw json.RawMessage) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var c struct {
		ID string `json:"id"`
	}
	if err := decode(raw, &c); err != nil || c.ID == "" {
		return fmt.Errorf("compressor is %.80s, expected null or an object with an id", raw)
	}
	return a.addDecoder("compressor", c.ID)
}

func (a *array) addDecoder(kind, id string) error {
	a.compression = id
	if decoder, ok := decoders[id]; ok {
		a.codecs = append(a.codecs, codec{decode: decoder})
		return nil
	}
	if a.dtype.unread == "" {
		a.dtype.unread = notRead(kind, id)
	}
	return nil
}

func (a *array) addFilterV2(raw json.RawMessage) error {
	var c struct {
		ID string `json:"id"`
	}
	if err := decode(raw, &c); err != nil {
		return fmt.Errorf("filter %.80s is not an object with an id", raw)
	}
	if c.ID == "vlen-utf8" && a.dtype.kind == 'O' {
		return nil // undone where texts are read
	}
	a.filters = append(a.filters, c.ID)
	if a.dtype.unread == "" {
		a.dtype.unread = notRead("filter", c.ID)
	}
	return nil
}

// addCodecV3 takes in a codec in the order of writing; order is that of the dimensions.
func (a *array) addCodecV3(raw json.RawMessage, order []int) error {
	var c struct {
		Name          string `json:"name"`
		Configuration struct {
			Endian string          `json:"endian"`
			Order  json.RawMessage `json:"order"`
		} `json:"configuration"`
	}
	if err := decode(raw, &c); err != nil {
		return fmt.Errorf("codec %.80s is not an object with a name", raw)
	}
	switch c.Name {
	case "bytes":
		a.dtype.order = binary.LittleEndian
		if c.Configuration.Endian == "big" {
			a.dtype.order = binary.BigEndian
		}
	case "transpose":
		to, err := integers("order of the transpose codec", c.Configuration.Order)
		if err != nil {
			return err
		}
		if sorted := slices.Sorted(slices.Values(to)); !slices.Equal(sorted, ascending(len(order))) || !slices.Equal(order, ascending(len(order))) {
			return fmt.Errorf("its transpose codecs are no one permutation of %d dimensions", len(order))
		}
		copy(order, to)
	case "vlen-utf8":
		if a.dtype.kind != 'O' {
			return fmt.Errorf("codec vlen-utf8 for values of another type")
		}
	case "crc32c":
		a.codecs = append(a.codecs, codec{withoutSum, true})
	case "sharding_indexed":
		a.filters = append(a.filters, c.Name)
		a.dtype.unread = "its chunks lie in shards (codec sharding_indexed), which are not read; have it rewritten without, in Python: " +
			"d = xarray.open_zarr(path); [v.encoding.clear() for v in d.variables.values()]; d.to_zarr(new)"
	default:
		return a.addDecoder("codec", c.Name)
	}
	return nil
}
