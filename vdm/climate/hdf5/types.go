package hdf5

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// Class is the sort of the values of a data set or attribute.
type Class int

// The classes that are read.
const (
	Other    Class = iota // records, references and the like, whose values are not read
	Signed                // whole numbers
	Unsigned              // whole numbers from 0
	Floating              // numbers of IEEE 754, single or double
	Text                  // characters
)

// Type is how values are stored.
type Type struct {
	Class Class
	Size  int // bytes of a value
	order binary.ByteOrder
	vlen  bool // a text of variable length, which lies in a global heap
}

// String returns the type in words, as "unsigned of 1 byte".
func (t Type) String() string {
	name := map[Class]string{Other: "values that are no numbers", Signed: "whole numbers", Unsigned: "whole numbers from 0", Floating: "floating-point numbers", Text: "text"}[t.Class]
	if t.Class == Text || t.Class == Other {
		return name
	}
	return fmt.Sprintf("%s of %d bytes", name, t.Size)
}

// datatype reads a type (IV.A.2.d).
func datatype(c *cursor, depth int) (Type, error) {
	head, bits := c.uint(1), c.uint(3)
	t := Type{Size: c.size(4, 1<<20, "the size of a value"), order: binary.LittleEndian}
	if c.err != nil {
		return t, c.err
	}
	if bits&1 != 0 {
		t.order = binary.BigEndian
	}
	switch class := head & 0x0f; class {
	case 0:
		offset, precision := c.uint(2), c.uint(2)
		if c.err == nil && offset == 0 && int(precision) == 8*t.Size && (t.Size == 1 || t.Size == 2 || t.Size == 4 || t.Size == 8) {
			t.Class = Unsigned
			if bits&8 != 0 {
				t.Class = Signed
			}
		}
	case 1:
		c.take(4)
		c.take(1)
		exponent := c.uint(1)
		if c.err == nil && bits&0x40 == 0 && (t.Size == 4 && exponent == 8 || t.Size == 8 && exponent == 11) {
			t.Class = Floating
		}
	case 3:
		t.Class = Text
	case 8: // an enumeration of whole numbers, such as Python's booleans
		if depth == 0 {
			base, err := datatype(c, depth+1)
			if err != nil || base.Size != t.Size {
				return t, first(err, fmt.Errorf("an enumeration of values of another size: it is damaged"))
			}
			return base, nil
		}
	case 9:
		t.vlen = bits&0x0f == 1
		if t.vlen {
			t.Class = Text
		}
	}
	return t, c.err
}

// dataspace reads a shape (IV.A.2.b). null says that there are no values.
func dataspace(c *cursor) (shape []int, null bool, err error) {
	version, rank, flags := c.uint(1), int(c.uint(1)), c.uint(1)
	switch version {
	case 1:
		c.take(5)
	case 2:
		null = c.uint(1) == 2
	default:
		return nil, false, first(c.err, fmt.Errorf("a shape has version %d, expected 1 or 2", version))
	}
	_ = flags // the largest lengths, which follow, are of no use in reading
	if rank > mostRank {
		return nil, false, fmt.Errorf("%d dimensions, expected at most %d", rank, mostRank)
	}
	total := 1
	for range rank {
		const most = 1 << 40
		n := c.size(c.f.lengths, most, "the length of a dimension")
		if total > most/max(1, n) {
			return nil, false, fmt.Errorf("its shape makes more than 2⁴⁰ values")
		}
		total *= max(1, n)
		shape = append(shape, n)
	}
	return shape, null, c.err
}

// number returns a stored value as a number.
func (t Type) number(b []byte) float64 {
	switch {
	case t.Class == Floating && t.Size == 4:
		return float64(math.Float32frombits(t.order.Uint32(b)))
	case t.Class == Floating:
		return math.Float64frombits(t.order.Uint64(b))
	}
	signed := t.Class == Signed
	switch t.Size {
	case 1:
		if signed {
			return float64(int8(b[0]))
		}
		return float64(b[0])
	case 2:
		if x := t.order.Uint16(b); signed {
			return float64(int16(x))
		} else {
			return float64(x)
		}
	case 4:
		if x := t.order.Uint32(b); signed {
			return float64(int32(x))
		} else {
			return float64(x)
		}
	}
	if x := t.order.Uint64(b); signed {
		return float64(int64(x))
	} else {
		return float64(x)
	}
}

// Attribute is a text, or numbers.
type Attribute struct {
	Text    string
	Numbers []float64
}

// Attributes returns the attributes of the object that are text or numbers, by name.
// Several texts are joined by blanks.
func (o *Object) Attributes() (map[string]Attribute, error) {
	all := map[string]Attribute{}
	add := func(body []byte) error {
		name, a, known, err := o.attribute(&cursor{b: body, f: o.file})
		if err == nil && known {
			all[name] = a
		}
		return err
	}
	for _, m := range o.messages {
		var err error
		switch m.kind {
		case attributeMessage:
			err = add(m.body)
		case attributesMessage:
			c := &cursor{b: m.body, at: 1, f: o.file}
			if flags := c.uint(1); flags&1 != 0 {
				c.take(2)
			}
			heap, index := c.address(), c.address()
			if err = c.err; err == nil {
				err = o.file.dense(heap, index, attributeRecords, add)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s: its attributes: %w", o.Name, err)
		}
	}
	return all, nil
}

// attribute reads one attribute (IV.A.2.m).
func (o *Object) attribute(c *cursor) (name string, a Attribute, known bool, err error) {
	version, flags := c.uint(1), c.uint(1)
	sizes := [3]int{int(c.uint(2)), int(c.uint(2)), int(c.uint(2))}
	if version == 3 {
		c.take(1)
	}
	if version < 1 || version > 3 {
		return "", a, false, first(c.err, fmt.Errorf("an attribute has version %d, expected 1 to 3", version))
	}
	var parts [3][]byte
	for i, n := range sizes {
		parts[i] = c.take(n)
		if version == 1 {
			c.take((8 - n%8) % 8)
		}
	}
	if c.err != nil {
		return "", a, false, c.err
	}
	text, _, _ := bytes.Cut(parts[0], []byte{0})
	name = string(text)
	kind, err := o.file.resolve(datatypeMessage, version > 1 && flags&1 != 0, parts[1], 0)
	if err != nil {
		return "", a, false, err
	}
	t, err := datatype(kind, 0)
	if err != nil {
		return "", a, false, fmt.Errorf("%s: %w", name, err)
	}
	space, err := o.file.resolve(dataspaceMessage, version > 1 && flags&2 != 0, parts[2], 0)
	if err != nil {
		return "", a, false, err
	}
	shape, null, err := dataspace(space)
	if err != nil {
		return "", a, false, fmt.Errorf("%s: %w", name, err)
	}
	n := 1
	for _, length := range shape {
		n *= length
	}
	if t.Class == Other || t.Size == 0 || null {
		return name, a, null, nil
	}
	if n > c.left()/t.Size {
		return "", a, false, fmt.Errorf("%s: %d values of %d bytes, %d bytes are there: it is damaged", name, n, t.Size, c.left())
	}
	var texts []string
	for range n {
		b := c.take(t.Size)
		if t.Class != Text {
			a.Numbers = append(a.Numbers, t.number(b))
			continue
		}
		if t.vlen {
			v := &cursor{b: b, f: o.file}
			length, heap, index := v.uint(4), v.address(), int(v.uint(4))
			if v.err != nil || length == 0 {
				texts = append(texts, "")
				continue
			}
			if b, err = o.file.global(heap, index); err != nil {
				return "", a, false, fmt.Errorf("%s: %w", name, err)
			}
			b = b[:min(uint64(len(b)), length)]
		}
		b, _, _ = bytes.Cut(b, []byte{0})
		texts = append(texts, strings.TrimRight(string(b), " "))
	}
	a.Text = strings.Join(texts, " ")
	return name, a, true, nil
}
