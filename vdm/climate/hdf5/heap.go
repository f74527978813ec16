package hdf5

import (
	"fmt"
	"math/bits"
)

// records says of which kind the records of a tree of version 2 are, and where in each the
// place in the heap stands: of links by name (III.A.2, type 5) and of attributes by name
// (type 8).
type records struct{ kind, at int }

var (
	linkRecords      = records{5, 4}
	attributeRecords = records{8, 0}
)

// dense visits the objects of a fractal heap that a tree lists: links or attributes of
// which an object has many.
func (f *File) dense(heap, index uint64, r records, do func(object []byte) error) error {
	if heap == f.undefined() || index == f.undefined() {
		return nil
	}
	h, err := f.heap(heap)
	if err != nil {
		return err
	}
	return f.eachRecord(index, r.kind, func(record []byte) error {
		if len(record) < r.at {
			return fmt.Errorf("a record of %d bytes in a tree: it is damaged", len(record))
		}
		object, err := h.object(record[r.at:])
		if err != nil {
			return err
		}
		return do(object)
	})
}

// eachRecord visits the records of a tree of version 2 with at most one level of nodes
// above its leaves, which is enough for some thousand records (III.A.2).
func (f *File) eachRecord(index uint64, kind int, do func(record []byte) error) error {
	c, err := f.block(index, 16+f.offsets+2+f.lengths, "BTHD")
	if err != nil {
		return err
	}
	version, is := c.uint(1), int(c.uint(1))
	node, size, depth := c.size(4, 1<<20, "the size of a node"), int(c.uint(2)), int(c.uint(2))
	c.take(2)
	root, n := c.address(), int(c.uint(2))
	if c.err != nil {
		return c.err
	}
	if version != 0 || is != kind || depth > 1 || size == 0 {
		return fmt.Errorf("a tree of version %d, kind %d, depth %d with records of %d bytes is not read", version, is, depth, size)
	}
	leaf := func(address uint64, n int) error {
		c, err := f.block(address, 6+n*size, "BTLF")
		if err != nil {
			return err
		}
		c.take(2)
		for range n {
			if err := do(c.take(size)); err != nil {
				return err
			}
		}
		return nil
	}
	switch {
	case root == f.undefined() || n == 0:
		return nil
	case depth == 0:
		return leaf(root, n)
	}
	const overhead = 10 // signature, version, kind and checksum
	wide := (bits.Len(uint((node-overhead)/size)) + 7) / 8
	if c, err = f.block(root, 6+n*size+(n+1)*(f.offsets+wide), "BTIN"); err != nil {
		return err
	}
	c.take(2)
	for range n {
		if err := do(c.take(size)); err != nil {
			return err
		}
	}
	for range n + 1 {
		child := c.address()
		if err := leaf(child, int(c.uint(wide))); err != nil {
			return err
		}
	}
	return c.err
}

// heap is a fractal heap (III.G) whose objects lie in blocks of growing size.
type heap struct {
	f            *File
	filtered     bool
	width        int
	start, most  uint64 // sizes of the smallest and the largest direct block
	offset, size int    // bytes of an offset in the heap and of a length
	root         uint64
	rows         int // of the root block; 0 means that it is a direct one
}

func (f *File) heap(address uint64) (*heap, error) {
	c, err := f.block(address, 22+12*f.lengths+3*f.offsets, "FRHP")
	if err != nil {
		return nil, err
	}
	h := &heap{f: f}
	version := c.uint(1)
	c.take(2)
	h.filtered = c.uint(2) != 0
	c.take(1)
	managed := c.uint(4)
	c.length()
	c.address()
	c.length()
	c.address()
	for range 8 {
		c.length()
	}
	h.width = int(c.uint(2))
	h.start, h.most = c.length(), c.length()
	width := int(c.uint(2)) // of an offset, in bits
	c.take(2)
	h.root = c.address()
	h.rows = int(c.uint(2))
	if c.err != nil {
		return nil, c.err
	}
	h.offset = (width + 7) / 8
	h.size = (bits.Len64(min(h.most, managed)) + 7) / 8
	if version != 0 || h.filtered || h.width == 0 || width > 64 || h.start == 0 || h.start > h.most || h.most > mostMetadata || h.rows > 64 {
		return nil, fmt.Errorf("a heap of version %d, with blocks of %d to %d bytes, is not read", version, h.start, h.most)
	}
	return h, nil
}

// object returns the bytes of an object by its place in the heap.
func (h *heap) object(id []byte) ([]byte, error) {
	c := &cursor{b: id, f: h.f}
	const kinds, tiny = 0x30, 0x20
	switch kind := c.uint(1); {
	case kind&kinds == tiny:
		return c.take(int(kind&0x0f) + 1), c.err
	case kind&kinds != 0:
		return nil, fmt.Errorf("an object of a heap lies outside of it, which is not read")
	}
	offset, length := c.uint(h.offset), c.size(h.size, 1<<20, "the length of an object")
	if c.err != nil {
		return nil, c.err
	}
	block, within, err := h.block(h.root, h.rows, offset, 0)
	if err != nil {
		return nil, err
	}
	return h.f.read(block+within, length)
}

// block finds the direct block with an offset, below an indirect block with a number of
// rows, and the place in it.
func (h *heap) block(address uint64, rows int, offset uint64, depth int) (block, within uint64, err error) {
	if address == h.f.undefined() || depth > deepest {
		return 0, 0, fmt.Errorf("a block of a heap is not there: it is damaged")
	}
	if rows == 0 {
		if offset >= h.most {
			return 0, 0, fmt.Errorf("an object of a heap lies beyond its block: it is damaged")
		}
		return address, offset, nil
	}
	head := uint64(5 + h.f.offsets + h.offset)
	size := h.start
	for row, direct := 0, uint64(0); row < rows; row++ {
		if row > 1 {
			size *= 2
		}
		whole := size * uint64(h.width)
		if offset >= whole {
			offset -= whole
			direct += uint64(h.width)
			continue
		}
		place := direct + offset/size
		b, err := h.f.read(address+head+place*uint64(h.f.offsets), h.f.offsets)
		if err != nil {
			return 0, 0, err
		}
		child := (&cursor{b: b, f: h.f}).address()
		if size <= h.most {
			return h.block(child, 0, offset%size, depth+1)
		}
		// A block of this size is itself one of rows, as many as make it up.
		below := bits.Len64(size / (h.start * uint64(h.width)))
		return h.block(child, max(1, below), offset%size, depth+1)
	}
	return 0, 0, fmt.Errorf("an object of a heap lies beyond its rows: it is damaged")
}

// global returns an object of a global heap, in which texts of variable length lie
// (III.E).
func (f *File) global(address uint64, index int) ([]byte, error) {
	c, err := f.block(address, 8+f.lengths, "GCOL")
	if err != nil {
		return nil, err
	}
	c.take(4)
	size := c.size(f.lengths, 16<<20, "the size of a collection of texts")
	if c.err != nil {
		return nil, c.err
	}
	b, err := f.read(address, size)
	if err != nil {
		return nil, err
	}
	c = &cursor{b: b, at: 8 + f.lengths, f: f}
	for c.left() >= 8+f.lengths {
		is := int(c.uint(2))
		c.take(6)
		n := c.size(f.lengths, len(b), "the length of a text")
		if is == index {
			return c.take(n), c.err
		}
		if is == 0 || c.err != nil {
			break // free space follows
		}
		c.at += min((n+7)/8*8, c.left())
	}
	return nil, first(c.err, fmt.Errorf("a text is not in its collection: it is damaged"))
}
