package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// File is an open HDF5 file. It is used by one goroutine at a time.
type File struct {
	r       io.ReaderAt
	size    int64
	base    uint64 // address 0 of the file's own count
	offsets int    // bytes of an address
	lengths int    // bytes of a length
	root    uint64
	spent   int64 // bytes of metadata read
	close   func() error
}

// Signature is how HDF5 files begin.
const Signature = "\x89HDF\r\n\x1a\n"

// Open opens a file on disk. The caller closes it.
func Open(path string) (*File, error) {
	r, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := r.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file", path)
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	f, err := New(r, info.Size())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), r.Close())
	}
	f.close = r.Close
	return f, nil
}

// New returns a file that lies in a reader of a size in bytes, for data in memory.
func New(r io.ReaderAt, size int64) (*File, error) {
	f := &File{r: r, size: size, offsets: 8, lengths: 8}
	if err := f.superblock(); err != nil {
		return nil, err
	}
	return f, nil
}

// Close closes the file on disk, if it is one.
func (f *File) Close() error {
	if f.close == nil {
		return nil
	}
	return f.close()
}

// superblock reads the beginning of the file (II.A).
func (f *File) superblock() error {
	head := make([]byte, 128)
	n, err := f.r.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if head = head[:n]; !bytes.HasPrefix(head, []byte(Signature)) {
		return fmt.Errorf("it does not begin as an HDF5 file does")
	}
	c := &cursor{b: head, at: 8, f: f}
	version := c.uint(1)
	switch version {
	case 0, 1:
		c.at = 13
		f.offsets, f.lengths = int(c.uint(1)), int(c.uint(1))
		c.at = 24
		if version == 1 {
			c.at = 28
		}
	case 2, 3:
		f.offsets, f.lengths = int(c.uint(1)), int(c.uint(1))
		c.uint(1)
	default:
		return fmt.Errorf("its superblock has version %d, expected 0 to 3", version)
	}
	for _, n := range []int{f.offsets, f.lengths} {
		if n != 2 && n != 4 && n != 8 {
			return fmt.Errorf("its addresses have %d bytes and its lengths %d, expected 2, 4 or 8", f.offsets, f.lengths)
		}
	}
	f.base = c.address()
	c.address() // free space, or the superblock's extension
	end := c.address()
	if version < 2 {
		c.address() // driver
		c.address() // name of the root
	}
	f.root = c.address()
	if c.err != nil {
		return fmt.Errorf("its superblock: %w", c.err)
	}
	if end > uint64(f.size) && end != f.undefined() {
		return fmt.Errorf("it has %d bytes and says that it has %d: it is truncated", f.size, end)
	}
	return nil
}

// undefined is the address of what does not exist.
func (f *File) undefined() uint64 { return 1<<(8*f.offsets) - 1 } // 2⁶⁴ − 1 for 8 bytes, since 1<<64 is 0

// read returns bytes of metadata.
func (f *File) read(address uint64, n int) ([]byte, error) {
	// Some blocks are read several times, as the heaps of texts are; a small file has
	// nothing that is worth reading often.
	if f.spent += int64(n) + 64; f.spent > min(mostMetadata, 1<<20+64*f.size) {
		return nil, fmt.Errorf("its metadata are far larger than it can need: it is damaged, or made to do harm")
	}
	return f.bytes(address, uint64(max(n, 0)), nil)
}

// bytes returns bytes of the file, in room where that is large enough. What lies outside
// of the file is an error before memory is taken for it.
func (f *File) bytes(address, n uint64, room []byte) ([]byte, error) {
	at := address + f.base
	if at < address || at > uint64(f.size) || n > uint64(f.size)-at {
		return nil, fmt.Errorf("%d bytes at address %d lie beyond its end at %d: it is truncated or damaged", n, address, f.size)
	}
	if uint64(cap(room)) < n {
		room = make([]byte, n)
	}
	room = room[:n]
	if _, err := f.r.ReadAt(room, int64(at)); err != nil && n > 0 {
		return nil, err
	}
	return room, nil
}

// block returns a cursor over a block of metadata that begins with a signature.
func (f *File) block(address uint64, n int, signature string) (*cursor, error) {
	b, err := f.read(address, n)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(b, []byte(signature)) {
		return nil, fmt.Errorf("at address %d is %q, expected %q: it is damaged", address, b[:min(4, len(b))], signature)
	}
	return &cursor{b: b, at: len(signature), f: f}, nil
}

// upTo is block where the length is not known: as much of n bytes as the file has.
func (f *File) upTo(address uint64, n int, signature string) (*cursor, error) {
	if at := address + f.base; at >= address && at < uint64(f.size) {
		n = int(min(uint64(n), uint64(f.size)-at))
	}
	return f.block(address, n, signature)
}

// cursor reads numbers of a block one after the other. What lies beyond its end is 0, and
// an error in err.
type cursor struct {
	b   []byte
	at  int
	err error
	f   *File
}

// take returns the next n bytes, nil beyond the end.
func (c *cursor) take(n int) []byte {
	if c.err == nil && (n < 0 || c.at < 0 || n > len(c.b)-c.at) {
		c.err = fmt.Errorf("a block of %d bytes ends within a number of %d at %d: it is damaged", len(c.b), n, c.at)
	}
	if c.err != nil {
		return nil
	}
	c.at += n
	return c.b[c.at-n : c.at]
}

// uint returns the next number of n bytes, the smallest first.
func (c *cursor) uint(n int) uint64 {
	var x uint64
	for i, b := range c.take(n) {
		if i < 8 {
			x |= uint64(b) << (8 * i)
		}
	}
	return x
}

func (c *cursor) address() uint64 { return c.uint(c.f.offsets) }

func (c *cursor) length() uint64 { return c.uint(c.f.lengths) }

// size returns the next number of n bytes, which must be at most a limit.
func (c *cursor) size(n, limit int, what string) int {
	x := c.uint(n)
	if c.err == nil && x > uint64(limit) {
		c.err = fmt.Errorf("%s is %d, expected at most %d: it is damaged", what, x, limit)
	}
	if c.err != nil {
		return 0
	}
	return int(x)
}

// left is how many bytes follow.
func (c *cursor) left() int { return len(c.b) - c.at }

func first(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}
