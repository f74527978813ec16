package hdf5

import (
	"bytes"
	"fmt"
)

// link reads a link (IV.A.2.g); soft and external ones are ignored.
func link(c *cursor, do func(name string, address uint64) error) error {
	version, flags := c.uint(1), c.uint(1)
	kind := uint64(0)
	if flags&0x08 != 0 {
		kind = c.uint(1)
	}
	if flags&0x04 != 0 {
		c.take(8)
	}
	if flags&0x10 != 0 {
		c.take(1)
	}
	name := c.take(c.size(1<<(flags&3), len(c.b), "the length of a name"))
	address := c.address()
	switch {
	case kind != 0:
		return nil
	case c.err == nil && version != 1:
		return fmt.Errorf("a link has version %d, expected 1", version)
	case c.err != nil:
		return c.err
	}
	return do(string(name), address)
}

// symbols reads the links of a group with a symbol table (III.B, III.D).
func (f *File) symbols(tree, heap uint64, do func(string, uint64) error) error {
	c, err := f.block(heap, 8+2*f.lengths+f.offsets, "HEAP")
	if err != nil {
		return err
	}
	c.take(4)
	size := c.size(f.lengths, mostMetadata, "the size of a heap of names")
	c.length()
	address := c.address()
	if c.err != nil {
		return c.err
	}
	names, err := f.read(address, size)
	if err != nil {
		return err
	}
	return f.eachLeaf(tree, 0, f.lengths, func(leaf uint64, _ []byte) error {
		const head = 8
		entry := 2*f.offsets + 24
		c, err := f.block(leaf, head, "SNOD")
		if err != nil {
			return err
		}
		c.take(2)
		n := int(c.uint(2))
		b, err := f.read(leaf+head, n*entry)
		if err != nil {
			return err
		}
		for i := range n {
			c := &cursor{b: b[i*entry : (i+1)*entry], f: f}
			at, object := c.address(), c.address()
			const softLink = 2
			if kind := c.uint(4); kind == softLink {
				continue
			}
			if at >= uint64(len(names)) {
				return fmt.Errorf("a name lies beyond the heap of names: it is damaged")
			}
			name, _, _ := bytes.Cut(names[at:], []byte{0})
			if err := do(string(name), object); err != nil {
				return err
			}
		}
		return nil
	})
}

// eachLeaf visits what the leaves of a tree of version 1 point to (III.A.1), each with
// its key.
func (f *File) eachLeaf(root uint64, kind, key int, do func(child uint64, key []byte) error) error {
	nodes := 0
	var visit func(address uint64, level int) error
	visit = func(address uint64, level int) error {
		if nodes++; nodes > mostNodes {
			return fmt.Errorf("a tree has more than %d nodes: it is damaged", mostNodes)
		}
		head := 8 + 2*f.offsets
		c, err := f.block(address, head, "TREE")
		if err != nil {
			return err
		}
		is, own, n := int(c.uint(1)), int(c.uint(1)), int(c.uint(2))
		if is != kind || own > deepest || level >= 0 && own != level {
			return fmt.Errorf("a node of a tree is of kind %d and level %d, expected %d and %d: it is damaged", is, own, kind, level)
		}
		b, err := f.read(address+uint64(head), n*(key+f.offsets))
		if err != nil {
			return err
		}
		c = &cursor{b: b, f: f}
		for range n {
			k, child := c.take(key), c.address()
			if own > 0 {
				err = visit(child, own-1)
			} else {
				err = do(child, k)
			}
			if err != nil {
				return err
			}
		}
		return c.err
	}
	if root == f.undefined() {
		return nil
	}
	return visit(root, -1)
}
