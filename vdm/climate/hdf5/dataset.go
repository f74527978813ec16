package hdf5

import (
	"errors"
	"fmt"
	"slices"
)

// Dataset returns the array of an object that is one. Values of a type that is no number
// are refused when they are read.
func (o *Object) Dataset() (*Dataset, error) {
	d := &Dataset{Name: o.Name, file: o.file}
	if err := d.read(o); err != nil {
		return nil, fmt.Errorf("%s: %w", o.Name, err)
	}
	return d, nil
}

func (d *Dataset) read(o *Object) error {
	space, err := o.find(dataspaceMessage)
	if err != nil || space == nil {
		return first(err, errors.New("it has no shape"))
	}
	var null bool
	if d.Shape, null, err = dataspace(space); err != nil || null {
		return first(err, errors.New("it has no values"))
	}
	kind, err := o.find(datatypeMessage)
	if err != nil || kind == nil {
		return first(err, errors.New("it has no type"))
	}
	if d.Type, err = datatype(kind, 0); err != nil {
		return err
	}
	pipeline, err := o.find(filterMessage)
	if err != nil {
		return err
	}
	if pipeline != nil {
		if d.filters, err = filters(pipeline); err != nil {
			return err
		}
	}
	d.fill = make([]byte, d.Type.Size)
	if err := d.fillValue(o); err != nil {
		return err
	}
	layout, err := o.find(layoutMessage)
	if err != nil || layout == nil {
		return first(err, errors.New("it is no data set"))
	}
	return d.layout(layout)
}

// fillValue reads the value of what was never written (IV.A.2.e, IV.A.2.f).
func (d *Dataset) fillValue(o *Object) error {
	c, err := o.find(fillMessage)
	if err != nil {
		return err
	}
	set := false
	if c != nil {
		switch version := c.uint(1); version {
		case 1, 2:
			c.take(2)
			set = c.uint(1) != 0
		case 3:
			set = c.uint(1)&0x20 != 0
		}
	} else if c, err = o.find(oldFillMessage); err != nil || c == nil {
		return err
	} else {
		set = true
	}
	if !set {
		return nil
	}
	if n := c.size(4, 1<<20, "the size of a fill value"); n == d.Type.Size {
		copy(d.fill, c.take(n))
	}
	return c.err
}

// layout reads where the values are (IV.A.2.i).
func (d *Dataset) layout(c *cursor) error {
	total := d.Type.Size
	for _, n := range d.Shape {
		total *= n
	}
	const compact, contiguous, chunked = 0, 1, 2
	version := c.uint(1)
	var class, rank int
	switch version {
	case 1, 2:
		rank, class = int(c.uint(1)), int(c.uint(1))
		c.take(5)
		if class != compact {
			d.address = c.address()
		}
		lengths := c.lengths(rank, 4)
		switch class {
		case compact:
			d.compact = c.take(c.size(4, total, "the size of compact values"))
		case contiguous:
			d.stored = uint64(total)
		case chunked: // the last length is of the values
			d.Chunk = lengths
			return first(c.err, d.treeOfChunks())
		}
	case 3, 4, 5:
		switch class = int(c.uint(1)); class {
		case compact:
			d.compact = c.take(int(c.uint(2)))
		case contiguous:
			d.address, d.stored = c.address(), c.length()
		case chunked:
			if version > 3 {
				return d.newChunks(c)
			}
			rank = int(c.uint(1)) - 1
			d.address = c.address()
			d.Chunk = c.lengths(rank, 4)
			return first(c.err, d.treeOfChunks())
		}
	default:
		return first(c.err, fmt.Errorf("its layout has version %d, expected 1 to 5", version))
	}
	switch {
	case c.err != nil:
		return c.err
	case class > contiguous:
		return fmt.Errorf("its layout is of class %d, which is not read", class)
	case class == compact && len(d.compact) < total:
		return fmt.Errorf("%d bytes for the shape %v: it is damaged", len(d.compact), d.Shape)
	case class == contiguous && d.address != d.file.undefined() && d.stored < uint64(total):
		return fmt.Errorf("%d bytes for the shape %v: it is damaged", d.stored, d.Shape)
	case len(d.filters) > 0:
		return errors.New("values that are stored whole have filters: it is damaged")
	}
	return nil
}

// Stored returns how many bytes of the file the values take, packed as they are: deflate
// packs no better than 1032 to 1, so that a shape far beyond it was never written.
func (d *Dataset) Stored() int64 {
	if d.chunks == nil {
		return int64(len(d.compact)) + int64(d.stored)
	}
	sum := int64(0)
	for _, c := range d.chunks {
		if c.address != d.file.undefined() && c.size <= uint64(d.file.size) {
			sum += int64(c.size)
		}
	}
	return sum
}

// Read fills dst with the block of count values from start along each dimension, row by
// row, as numbers.
func (d *Dataset) Read(dst []float64, start, count []int) error {
	if len(start) != len(d.Shape) || len(count) != len(d.Shape) {
		return fmt.Errorf("%s: a block of %v from %v in the shape %v", d.Name, count, start, d.Shape)
	}
	total := 1
	for i, n := range count {
		if n < 0 || start[i] < 0 || start[i] > d.Shape[i]-n {
			return fmt.Errorf("%s: a block of %v from %v in the shape %v", d.Name, count, start, d.Shape)
		}
		total *= n
	}
	if d.Type.Class == Other || d.Type.Class == Text {
		return fmt.Errorf("%s: %v, expected numbers", d.Name, d.Type)
	}
	if len(dst) != total {
		return fmt.Errorf("%s: room for %d values of %d", d.Name, len(dst), total)
	}
	if total == 0 {
		return nil
	}
	var err error
	switch {
	case d.chunks != nil:
		err = d.readChunks(dst, start, count)
	default:
		err = d.readWhole(dst, start, count)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", d.Name, err)
	}
	return nil
}

// readWhole reads values that are not chunked, a row at a time.
func (d *Dataset) readWhole(dst []float64, start, count []int) error {
	missing := d.compact == nil && d.address == d.file.undefined()
	return eachRow(count, func(place []int, at, n int) error {
		from := 0
		for i, k := range place {
			from = from*d.Shape[i] + start[i] + k
		}
		from *= d.Type.Size
		size := n * d.Type.Size
		var b []byte
		var err error
		switch {
		case missing:
			b = slices.Repeat(d.fill, n)
		case d.compact != nil:
			b = d.compact[from : from+size]
		default:
			if d.room, err = d.file.bytes(d.address+uint64(from), uint64(size), d.room); err != nil {
				return err
			}
			b = d.room
		}
		d.numbers(dst[at:at+n], b)
		return nil
	})
}
