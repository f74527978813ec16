package zarr

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
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
