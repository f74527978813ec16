package hdf5

import (
	"fmt"
	"slices"
	"strings"
)

// Object is a group or a data set.
type Object struct {
	Name     string // its path, as "/dataset1/what"
	file     *File
	messages []message
	children map[string]uint64 // nil before they are looked for
}

// message is one message of an object header (IV.A.2).
type message struct {
	kind int
	flag byte
	body []byte
}

// The kinds of messages that are read.
const (
	dataspaceMessage  = 0x01
	linkInfoMessage   = 0x02
	datatypeMessage   = 0x03
	oldFillMessage    = 0x04
	fillMessage       = 0x05
	linkMessage       = 0x06
	layoutMessage     = 0x08
	filterMessage     = 0x0b
	attributeMessage  = 0x0c
	continuation      = 0x10
	symbolMessage     = 0x11
	attributesMessage = 0x15

	sharedFlag = 0x02
)

// object reads the header of an object.
func (f *File) object(name string, address uint64) (*Object, error) {
	o := &Object{Name: name, file: f}
	first, err := f.upTo(address, 4, "")
	if err == nil && string(first.b) == "OHDR" {
		err = o.headerV2(address)
	} else if err == nil {
		err = o.headerV1(address)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return o, nil
}

// part is a piece of a header with messages.
type part struct{ address, length uint64 }

// headerV1 reads a header of version 1 (IV.A.1.a).
func (o *Object) headerV1(address uint64) error {
	c, err := o.file.block(address, 16, "\x01")
	if err != nil {
		return err
	}
	c.at = 8
	todo := []part{{address + 16, c.uint(4)}}
	for n := 0; n < len(todo); n++ {
		b, err := o.piece(todo[n], n)
		if err != nil {
			return err
		}
		for c := (&cursor{b: b, f: o.file}); c.left() >= 8; {
			kind, size := int(c.uint(2)), int(c.uint(2))
			flag := byte(c.uint(1))
			c.take(3)
			if todo, err = o.add(message{kind, flag, c.take(size)}, todo); err != nil || c.err != nil {
				return first(err, c.err)
			}
		}
	}
	return nil
}

// headerV2 reads a header of version 2 (IV.A.1.b).
func (o *Object) headerV2(address uint64) error {
	c, err := o.file.upTo(address, 64, "OHDR")
	if err != nil {
		return err
	}
	if version := c.uint(1); version != 2 {
		return fmt.Errorf("its header has version %d, expected 1 or 2", version)
	}
	flags := c.uint(1)
	if flags&0x20 != 0 {
		c.take(16) // times
	}
	if flags&0x10 != 0 {
		c.take(4)
	}
	length := c.uint(1 << (flags & 3))
	if c.err != nil {
		return c.err
	}
	todo := []part{{address + uint64(c.at), length}}
	for n := 0; n < len(todo); n++ {
		b, err := o.piece(todo[n], n)
		if err != nil {
			return err
		}
		if n > 0 { // a continuation has a signature and a checksum
			if len(b) < 8 || string(b[:4]) != "OCHK" {
				return fmt.Errorf("a continuation of its header is damaged")
			}
			b = b[4 : len(b)-4]
		}
		least := 4
		if flags&0x04 != 0 {
			least = 6
		}
		for c := (&cursor{b: b, f: o.file}); c.left() >= least; {
			kind, size := int(c.uint(1)), int(c.uint(2))
			flag := byte(c.uint(1))
			c.take(least - 4)
			if todo, err = o.add(message{kind, flag, c.take(size)}, todo); err != nil || c.err != nil {
				return first(err, c.err)
			}
		}
	}
	return nil
}

// piece reads a piece of the header, the nth.
func (o *Object) piece(p part, n int) ([]byte, error) {
	const mostPieces, mostBytes = 1000, 16 << 20
	if n > mostPieces || p.length > mostBytes {
		return nil, fmt.Errorf("its header has more than %d pieces, or one of %d bytes: it is damaged", mostPieces, p.length)
	}
	return o.file.read(p.address, int(p.length))
}

func (o *Object) add(m message, todo []part) ([]part, error) {
	if m.kind != continuation {
		o.messages = append(o.messages, m)
		return todo, nil
	}
	c := &cursor{b: m.body, f: o.file}
	next := part{c.address(), c.length()}
	if slices.Contains(todo, next) {
		return nil, fmt.Errorf("its header continues in itself: it is damaged")
	}
	return append(todo, next), c.err
}

// find returns the first message of a kind; one that lies in another object, as a named
// type does, is read there.
func (o *Object) find(kind int) (*cursor, error) {
	for _, m := range o.messages {
		if m.kind == kind {
			return o.file.resolve(kind, m.flag&sharedFlag != 0, m.body, 0)
		}
	}
	return nil, nil
}

// resolve returns a message, read from another object where it is shared (IV.A.2.b).
func (f *File) resolve(kind int, shared bool, body []byte, depth int) (*cursor, error) {
	c := &cursor{b: body, f: f}
	if !shared {
		return c, nil
	}
	version, where := c.uint(1), c.uint(1)
	if version == 1 {
		c.take(6)
	}
	address := c.address()
	if c.err != nil || version > 3 || version == 3 && where != 2 || depth == deepest {
		return nil, fmt.Errorf("a message that it shares with other objects cannot be read")
	}
	o, err := f.object("a shared message", address)
	if err != nil {
		return nil, err
	}
	for _, m := range o.messages {
		if m.kind == kind {
			return f.resolve(kind, m.flag&sharedFlag != 0, m.body, depth+1)
		}
	}
	return nil, fmt.Errorf("a message that it shares with other objects is not there")
}

// IsDataset reports whether the object is a data set and not a group.
func (o *Object) IsDataset() bool {
	return slices.ContainsFunc(o.messages, func(m message) bool { return m.kind == layoutMessage })
}

// Child returns an object of a group, nil where there is none of the name. Soft and
// external links are not followed.
func (o *Object) Child(name string) (*Object, error) {
	links, err := o.links()
	if err != nil {
		return nil, err
	}
	address, ok := links[name]
	if !ok {
		return nil, nil
	}
	return o.file.object(strings.TrimSuffix(o.Name, "/")+"/"+name, address)
}

// Children returns the names of the objects of a group, sorted.
func (o *Object) Children() ([]string, error) {
	links, err := o.links()
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(links))
	for name := range links {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

// Root returns the group that contains all others.
func (f *File) Root() (*Object, error) { return f.object("/", f.root) }

// links returns the addresses of the objects of a group by their names.
func (o *Object) links() (map[string]uint64, error) {
	if o.children != nil {
		return o.children, nil
	}
	all := map[string]uint64{}
	err := o.eachLink(func(name string, address uint64) error {
		if len(all) == mostLinks {
			return fmt.Errorf("a group of more than %d objects", mostLinks)
		}
		all[name] = address
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: its links: %w", o.Name, err)
	}
	o.children = all
	return all, nil
}

func (o *Object) eachLink(do func(name string, address uint64) error) error {
	for _, m := range o.messages {
		c := &cursor{b: m.body, f: o.file}
		switch m.kind {
		case symbolMessage:
			tree, heap := c.address(), c.address()
			if c.err != nil {
				return c.err
			}
			if err := o.file.symbols(tree, heap, do); err != nil {
				return err
			}
		case linkMessage:
			if err := link(c, do); err != nil {
				return err
			}
		case linkInfoMessage:
			c.take(1)
			if flags := c.uint(1); flags&1 != 0 {
				c.take(8)
			}
			heap, index := c.address(), c.address()
			if c.err != nil {
				return c.err
			}
			err := o.file.dense(heap, index, linkRecords, func(b []byte) error { return link(&cursor{b: b, f: o.file}, do) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}
