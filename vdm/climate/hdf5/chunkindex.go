package hdf5

import (
	"fmt"
)

// treeOfChunks reads where the chunks are from a tree of version 1 (III.A.1).
func (d *Dataset) treeOfChunks() error {
	if err := d.checkChunk(); err != nil {
		return err
	}
	d.chunks = map[int]chunk{}
	rank := len(d.Shape)
	return d.file.eachLeaf(d.address, 1, 8+8*(rank+1), func(child uint64, key []byte) error {
		c := &cursor{b: key, f: d.file}
		k := chunk{address: child, size: c.uint(4), mask: c.uint(4)}
		number := 0
		for i, n := range d.Chunk {
			at := c.uint(8)
			if c.err != nil || at%uint64(n) != 0 {
				return first(c.err, fmt.Errorf("a chunk lies at %d, which is no multiple of its length %d: it is damaged", at, n))
			}
			across := (d.Shape[i] + n - 1) / n
			if at/uint64(n) >= uint64(max(across, 1)) {
				return nil // of a data set that became smaller
			}
			number = number*across + int(at)/n
		}
		d.chunks[number] = k
		if len(d.chunks) > mostNodes {
			return fmt.Errorf("it has more than %d chunks", mostNodes)
		}
		return nil
	})
}

// newChunks reads a layout of version 4 (IV.A.2.i, VII): chunks in the order of rows.
// Indices of data sets that grow are refused.
func (d *Dataset) newChunks(c *cursor) error {
	flags, rank := c.uint(1), int(c.uint(1))
	d.Chunk = c.lengths(rank, max(1, min(8, int(c.uint(1)))))
	if c.err != nil {
		return c.err
	}
	if err := d.checkChunk(); err != nil {
		return err
	}
	d.chunks = map[int]chunk{}
	size, many := uint64(d.Type.Size), 1
	for i, n := range d.Chunk {
		size *= uint64(n)
		many *= (d.Shape[i] + n - 1) / n
	}
	const single, implicit, fixed = 1, 2, 3
	switch index := c.uint(1); index {
	case single:
		k := chunk{size: size}
		if flags&2 != 0 {
			k.size, k.mask = c.length(), c.uint(4)
		}
		k.address = c.address()
		d.chunks[0] = k
	case implicit:
		from := c.address()
		for i := range many {
			if from != d.file.undefined() {
				d.chunks[i] = chunk{address: from + uint64(i)*size, size: size}
			}
		}
	case fixed:
		c.take(1)
		at := c.address()
		if c.err == nil && at != d.file.undefined() {
			return d.fixedArray(at, size, many)
		}
	default:
		return first(c.err, fmt.Errorf("its chunks are found by an index of kind %d, of data sets that grow in the newest format, which is not read: have it rewritten by h5repack", index))
	}
	return c.err
}

// fixedArray reads where a number of chunks are from a fixed array (VII.C).
func (d *Dataset) fixedArray(address, size uint64, many int) error {
	f := d.file
	c, err := f.block(address, 8+f.lengths+f.offsets, "FAHD")
	if err != nil {
		return err
	}
	c.take(1)
	filtered := c.uint(1) == 1
	entry, pageBits := int(c.uint(1)), int(c.uint(1))
	n := c.size(f.lengths, mostNodes, "the number of chunks")
	at := c.address()
	if c.err != nil {
		return c.err
	}
	sizes := entry - f.offsets - 4 // bytes of the length of a chunk
	if filtered && (sizes < 1 || sizes > 8) || !filtered && entry != f.offsets || pageBits > 20 || n > many {
		return fmt.Errorf("its index of %d chunks with entries of %d bytes is damaged", n, entry)
	}
	if at == f.undefined() {
		return nil
	}
	page := 1 << pageBits
	head := 6 + f.offsets
	if n <= page {
		b, err := f.block(at, head+n*entry, "FADB")
		if err != nil {
			return err
		}
		b.at = head
		return d.entries(b, 0, n, filtered, sizes, size)
	}
	pages := (n + page - 1) / page
	bitmap := (pages + 7) / 8
	used, err := f.block(at, head+bitmap, "FADB")
	if err != nil {
		return err
	}
	const sum = 4
	for p := range pages {
		if used.b[head+p/8]>>(7-p%8)&1 == 0 {
			continue // never written
		}
		in := min(page, n-p*page)
		b, err := f.read(at+uint64(head+bitmap+sum+p*(page*entry+sum)), in*entry)
		if err != nil {
			return err
		}
		if err := d.entries(&cursor{b: b, f: f}, p*page, in, filtered, sizes, size); err != nil {
			return err
		}
	}
	return nil
}

// entries reads n entries of an index, from the number of a chunk on.
func (d *Dataset) entries(c *cursor, from, n int, filtered bool, sizes int, size uint64) error {
	for i := range n {
		k := chunk{address: c.address(), size: size}
		if filtered {
			k.size, k.mask = c.uint(sizes), c.uint(4)
		}
		d.chunks[from+i] = k
	}
	return c.err
}
