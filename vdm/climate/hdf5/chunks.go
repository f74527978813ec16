package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zlib"
)

const (
	deflate    = 1
	shuffle    = 2
	fletcher32 = 3
)

// filters reads the steps in the order of packing.
func filters(c *cursor) (all []filter, err error) {
	version, n := c.uint(1), int(c.uint(1))
	if version == 1 {
		c.take(6)
	}
	if c.err == nil && (version < 1 || version > 2 || n > mostRank) {
		return nil, fmt.Errorf("%d filters of version %d, expected version 1 or 2", n, version)
	}
	for range n {
		var f filter
		f.id = int(c.uint(2))
		length := 0
		if version == 1 || f.id >= 256 {
			length = int(c.uint(2))
		}
		f.optional = c.uint(2)&1 != 0
		count := int(c.uint(2))
		if version == 1 {
			length = (length + 7) / 8 * 8
		}
		name, _, _ := bytes.Cut(c.take(length), []byte{0})
		f.name = string(name)
		for range count {
			f.values = append(f.values, c.uint(4))
			if c.err != nil {
				return nil, c.err
			}
		}
		if version == 1 && count%2 != 0 {
			c.take(4)
		}
		if f.name == "" {
			f.name = map[int]string{deflate: "deflate", shuffle: "shuffle", fletcher32: "fletcher32", 4: "szip", 5: "nbit", 6: "scaleoffset"}[f.id]
		}
		all = append(all, f)
	}
	return all, c.err
}

// unpack undoes the filters of a chunk.
func (d *Dataset) unpack(b []byte, mask uint64, size int) ([]byte, error) {
	for i := len(d.filters) - 1; i >= 0; i-- {
		f := d.filters[i]
		if mask>>i&1 != 0 {
			continue
		}
		var err error
		switch f.id {
		case deflate:
			b, err = inflate(b, size+4) // a checksum may lie within
		case shuffle:
			b = unshuffle(b, d.Type.Size)
		case fletcher32:
			b, err = withoutSum(b)
		default:
			err = fmt.Errorf("its values went through the filter %d (%s), which is not read: have them rewritten without, by h5repack -f GZIP=6", f.id, f.name)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(b) != size {
		return nil, fmt.Errorf("a chunk unpacks to %d bytes, expected %d: it is damaged", len(b), size)
	}
	return b, nil
}

// inflate reads a stream of at most a number of bytes.
func inflate(b []byte, most int) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("a chunk is damaged: %w", err)
	}
	defer r.Close()
	var out bytes.Buffer
	out.Grow(min(most, 1032*len(b)) + bytes.MinRead) // deflate packs no better than 1032 to 1
	n, err := io.Copy(&out, io.LimitReader(r, int64(most)+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("a chunk is damaged: %w", err)
	case n > int64(most):
		return nil, errors.New("a chunk unpacks to more than its array says: it is damaged, or made to do harm")
	}
	return out.Bytes(), nil
}

// unshuffle brings the bytes of each value together again.
func unshuffle(b []byte, size int) []byte {
	if size < 2 || len(b) < size {
		return b
	}
	n := len(b) / size
	out := make([]byte, len(b))
	for k := range size {
		for i, x := range b[k*n : (k+1)*n] {
			out[i*size+k] = x
		}
	}
	copy(out[n*size:], b[n*size:])
	return out
}

// withoutSum checks Fletcher's checksum at the end and takes it away.
func withoutSum(b []byte) ([]byte, error) {
	if len(b) < 4 {
		return nil, errors.New("a chunk is shorter than its checksum: it is damaged")
	}
	body := b[:len(b)-4]
	var low, high uint32
	for i := 0; i < len(body); i += 2 {
		word := uint32(body[i]) << 8
		if i+1 < len(body) {
			word |= uint32(body[i+1])
		}
		low = (low + word) % 65535
		high = (high + low) % 65535
	}
	// The library folds sums instead of dividing: 0 may stand as 65535.
	if sum := binary.LittleEndian.Uint32(b[len(body):]); sum>>16%65535 != high || sum&0xffff%65535 != low {
		return nil, errors.New("the checksum of a chunk does not fit: it is damaged")
	}
	return body, nil
}

// readChunks reads a block from all chunks that it touches, each once.
func (d *Dataset) readChunks(dst []float64, start, count []int) error {
	rank := len(d.Shape)
	lo, many := make([]int, rank), make([]int, rank) // the chunks that are touched
	size := d.Type.Size
	for i, n := range d.Chunk {
		lo[i] = start[i] / n
		many[i] = (start[i]+count[i]-1)/n - lo[i] + 1
		size *= n
	}
	return eachRow(many, func(place []int, _, n int) error {
		for k := range n {
			number := 0
			from, length, inChunk, inBlock := make([]int, rank), make([]int, rank), make([]int, rank), make([]int, rank)
			for i := range rank {
				at := lo[i] + place[i]
				if i == rank-1 {
					at += k
				}
				number = number*((d.Shape[i]+d.Chunk[i]-1)/d.Chunk[i]) + at
				from[i] = max(start[i], at*d.Chunk[i])
				length[i] = min(start[i]+count[i], (at+1)*d.Chunk[i]) - from[i]
				inChunk[i], inBlock[i] = from[i]-at*d.Chunk[i], from[i]-start[i]
			}
			b, err := d.values(number, size)
			if err != nil {
				return err
			}
			fill := d.Type.number(d.fill)
			err = eachRow(length, func(row []int, _, n int) error {
				from, to := 0, 0
				for i, r := range row {
					from = from*d.Chunk[i] + inChunk[i] + r
					to = to*count[i] + inBlock[i] + r
				}
				if b != nil {
					d.numbers(dst[to:to+n], b[from*d.Type.Size:(from+n)*d.Type.Size])
					return nil
				}
				for i := range n {
					dst[to+i] = fill
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// values returns the unpacked bytes of a chunk, nil for one that was never written.
func (d *Dataset) values(number, size int) ([]byte, error) {
	c, ok := d.chunks[number]
	if !ok || c.address == d.file.undefined() {
		return nil, nil
	}
	if len(d.filters) == 0 {
		c.size = uint64(size)
	}
	if c.size > uint64(size)+uint64(size)/8+1024 { // what a filter may add
		return nil, fmt.Errorf("a chunk of %d bytes is stored in %d: it is damaged", size, c.size)
	}
	var err error
	if d.room, err = d.file.bytes(c.address, c.size, d.room); err != nil {
		return nil, err
	}
	return d.unpack(d.room, c.mask, size)
}
