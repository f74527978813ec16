package hdf5

import (
	"fmt"
)

// Dataset is an array of numbers of a file.
type Dataset struct {
	Name  string
	Shape []int
	Type  Type
	Chunk []int // lengths of a chunk along the dimensions; nil where it is stored whole

	file    *File
	compact []byte // the values themselves, of small ones
	address uint64
	stored  uint64 // bytes of those that are stored whole
	filters []filter
	fill    []byte
	chunks  map[int]chunk // by their number, row by row; nil where it is stored whole
	room    []byte
}

// checkChunk refuses chunks that no data set can have.
func (d *Dataset) checkChunk() error {
	if len(d.Chunk) == len(d.Shape)+1 {
		d.Chunk = d.Chunk[:len(d.Shape)]
	}
	if len(d.Chunk) != len(d.Shape) || len(d.Shape) == 0 || d.Type.Size == 0 {
		return fmt.Errorf("its shape is %v and its chunks are %v: it is damaged", d.Shape, d.Chunk)
	}
	size, many := d.Type.Size, 1
	for i, n := range d.Chunk {
		if n < 1 || size > mostChunk/n {
			return fmt.Errorf("its chunks of %v values of %d bytes are empty or larger than %d MiB", d.Chunk, d.Type.Size, mostChunk>>20)
		}
		size *= n
		if many *= max(1, (d.Shape[i]+n-1)/n); many > mostNodes {
			return fmt.Errorf("it has more than %d chunks", mostNodes)
		}
	}
	return nil
}

// numbers converts stored values.
func (d *Dataset) numbers(dst []float64, b []byte) {
	if d.Type.Size == 1 && d.Type.Class == Unsigned {
		for i := range dst {
			dst[i] = float64(b[i])
		}
		return
	}
	for i := range dst {
		dst[i] = d.Type.number(b[i*d.Type.Size : (i+1)*d.Type.Size])
	}
}

// lengths reads the lengths of chunks.
func (c *cursor) lengths(rank, size int) []int {
	if rank < 0 || rank > mostRank+1 {
		c.err = first(c.err, fmt.Errorf("chunks of %d dimensions: it is damaged", rank))
		return nil
	}
	var all []int
	for range rank {
		all = append(all, c.size(size, 1<<40, "the length of a chunk"))
	}
	return all
}

// eachRow visits the rows of a block: its place in it, and where its values begin and how
// many there are, counted row by row. A block without dimensions is one row.
func eachRow(count []int, do func(place []int, at, n int) error) error {
	place := make([]int, len(count))
	if len(count) == 0 {
		return do(place, 0, 1)
	}
	n := count[len(count)-1]
	for at := 0; ; at += n {
		if err := do(place, at, n); err != nil {
			return err
		}
		i := len(count) - 2
		for ; i >= 0; i-- {
			if place[i]++; place[i] < count[i] {
				break
			}
			place[i] = 0
		}
		if i < 0 {
			return nil
		}
	}
}

// chunk is where the values of a chunk are, packed.
type chunk struct {
	address, size uint64
	mask          uint64 // the filters that were left out, a bit each
}

// filter is one step by which chunks are packed (IV.A.2.l).
type filter struct {
	id       int
	name     string
	optional bool
	values   []uint64
}
