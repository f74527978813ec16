package zarr

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/klauspost/compress/snappy"
	"github.com/pierrec/lz4/v4"
)

// errNoLibrary says that values went through a compressor that no library here knows.
var errNoLibrary = errors.New("no library in Go")

// The frame of Blosc 1 (README_CHUNK_FORMAT.rst of c-blosc), which xarray wrote Zarr
// with by default for years: a header, and blocks whose bytes are regrouped and
// compressed by one of several libraries.
const (
	bloscHeader     = 16
	bloscShuffled   = 1 << 0
	bloscCopied     = 1 << 1
	bloscBits       = 1 << 2
	bloscWholeBlock = 1 << 4 // blocks are not split into streams
	bloscMostType   = 16     // bytes of a value with which blocks may be split
	bloscFewest     = 128    // fewest values of a block that is split
)

// bloscNames are the libraries by their number in the header.
var bloscNames = [...]string{"blosclz", "lz4", "snappy", "zlib", "zstd"}

var errBlosc = errors.New("it is no Blosc data, or is damaged")

// fromBlosc unpacks one frame.
func fromBlosc(b []byte, size int) ([]byte, error) {
	if len(b) < bloscHeader {
		return nil, fmt.Errorf("%w: %d bytes", errBlosc, len(b))
	}
	flags, typeSize := b[2], int(b[3])
	total, block, packed := int(binary.LittleEndian.Uint32(b[4:])), int(binary.LittleEndian.Uint32(b[8:])), int(binary.LittleEndian.Uint32(b[12:]))
	switch {
	case size >= 0 && total != size || size < 0 && total > mostChunk:
		return nil, fmt.Errorf("%w: %d bytes, expected %d", errSize, total, size)
	case packed != len(b):
		return nil, fmt.Errorf("%w: its header says %d bytes, it has %d", errBlosc, packed, len(b))
	case typeSize == 0 || total > 0 && (block <= 0 || block > total):
		return nil, fmt.Errorf("%w: blocks of %d of %d bytes", errBlosc, block, total)
	case total == 0:
		return nil, nil
	}
	if flags&bloscCopied != 0 {
		if len(b) != bloscHeader+total {
			return nil, fmt.Errorf("%w: %d bytes for %d", errBlosc, len(b), total)
		}
		return b[bloscHeader:], nil
	}
	library := int(flags >> 5)
	if library >= len(bloscNames) || bloscNames[library] == "blosclz" {
		name := "unknown"
		if library < len(bloscNames) {
			name = bloscNames[library]
		}
		return nil, fmt.Errorf("it is compressed by Blosc with %s, for which there is %w; lz4, zlib, zstd and snappy are read", name, errNoLibrary)
	}
	blocks := (total + block - 1) / block
	if len(b) < bloscHeader+4*blocks {
		return nil, fmt.Errorf("%w: %d bytes for %d blocks", errBlosc, len(b), blocks)
	}
	out, scratch := make([]byte, total), make([]byte, block)
	for i := range blocks {
		dst := out[i*block : min(total, (i+1)*block)]
		raw := scratch[:len(dst)]
		streams := 1
		if flags&bloscWholeBlock == 0 && typeSize <= bloscMostType && block/typeSize >= bloscFewest && len(dst) == block {
			streams = typeSize
		}
		at := int(binary.LittleEndian.Uint32(b[bloscHeader+4*i:]))
		if err := bloscBlock(raw, b, at, streams, library); err != nil {
			return nil, err
		}
		switch {
		case flags&bloscShuffled != 0 && typeSize > 1:
			unshuffle(dst, raw, typeSize)
		case flags&bloscBits != 0 && len(raw) >= typeSize:
			unshuffleBits(dst, raw, typeSize)
		default:
			copy(dst, raw)
		}
	}
	return out, nil
}

// bloscBlock unpacks the streams of a block that begins at a place.
func bloscBlock(dst, b []byte, at, streams, library int) error {
	part := len(dst) / streams
	for s := range streams {
		to := dst[s*part : (s+1)*part]
		if at < 0 || at > len(b)-4 {
			return fmt.Errorf("%w: a block begins at byte %d of %d", errBlosc, at, len(b))
		}
		n := int(binary.LittleEndian.Uint32(b[at:]))
		at += 4
		if n < 0 || n > len(b)-at {
			return fmt.Errorf("%w: a block of %d bytes at byte %d of %d", errBlosc, n, at, len(b))
		}
		from := b[at : at+n]
		at += n
		if n == len(to) { // did not shrink
			copy(to, from)
			continue
		}
		if err := bloscStream(to, from, bloscNames[library]); err != nil {
			return err
		}
	}
	return nil
}

func bloscStream(to, from []byte, library string) error {
	var n int
	var err error
	var got []byte
	switch library {
	case "lz4":
		n, err = lz4.UncompressBlock(from, to)
		got = to
	case "snappy":
		if n, err = snappy.DecodedLen(from); err == nil && n == len(to) {
			got, err = snappy.Decode(to, from)
		}
	case "zlib":
		got, err = fromZlib(from, len(to))
		n = len(got)
	case "zstd":
		got, err = fromZstd(from, len(to))
		n = len(got)
	}
	switch {
	case err != nil:
		return fmt.Errorf("%w: %s: %w", errBlosc, library, err)
	case n != len(to):
		return fmt.Errorf("%w: %s gives %d bytes of %d", errBlosc, library, n, len(to))
	}
	copy(to, got)
	return nil
}

// unshuffle puts the bytes of values together that are stored first bytes first; what is
// left over beyond whole values stands as it is.
func unshuffle(dst, src []byte, size int) {
	n := len(src) / size
	for j := range size {
		column := src[j*n : (j+1)*n]
		for i, x := range column {
			dst[i*size+j] = x
		}
	}
	copy(dst[n*size:], src[n*size:])
}

// unshuffleBits does the same with bits; c-blosc leaves other numbers of values than
// multiples of eight as they are.
func unshuffleBits(dst, src []byte, size int) {
	n := len(src) / size
	if n%8 != 0 {
		copy(dst, src)
		return
	}
	rows := n / 8 // bytes of one bit of all values
	whole := dst[:n*size]
	clear(whole)
	for j := range size * 8 {
		row := src[j*rows : (j+1)*rows]
		for i, x := range row {
			for bit := range 8 {
				whole[(8*i+bit)*size+j/8] |= x >> bit & 1 << (j % 8)
			}
		}
	}
	copy(dst[n*size:], src[n*size:])
}
