package zarr

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// array is one array of a store, ready to be read.
type array struct {
	name         string
	store        store
	dtype        dtype
	shape, chunk []int
	strides      []int // of values in a chunk, as it is stored
	chunkValues  int
	fill         []byte
	prefix       string // of the keys of chunks
	separator    string
	codecs       []codec // in the order of decoding
	names        []string
	compression  string   // how values are compressed, "" if not
	filters      []string // codecs that are not read
	notes        []string
	attributes   map[string]cf.Attribute
	shards       *shards // nil where each chunk is a file
	cache        cache
}

// layout checks the shape and works out the strides of a chunk whose dimensions are
// stored in an order.
func (a *array) layout(order []int) error {
	if len(a.chunk) != len(a.shape) || len(a.shape) > mostRank {
		return fmt.Errorf("its shape is %v and its chunks are %v, expected as many numbers of either, %d at most", a.shape, a.chunk, mostRank)
	}
	total, chunk := 1, 1
	for i, n := range a.shape {
		if total > mostValues/max(1, n) {
			return fmt.Errorf("its shape %v makes more than 2⁴⁰ values", a.shape)
		}
		total *= max(1, n)
		if a.chunk[i] < 1 || chunk > mostChunk/a.chunk[i] {
			return fmt.Errorf("its chunks of %v values are empty or larger than %d MiB", a.chunk, mostChunk>>20)
		}
		chunk *= a.chunk[i]
	}
	if chunk > mostChunk/max(1, a.dtype.size) {
		return fmt.Errorf("its chunks of %v values of %d bytes are larger than %d MiB", a.chunk, a.dtype.size, mostChunk>>20)
	}
	a.chunkValues = chunk
	if a.dtype.order == nil {
		a.dtype.order = binary.LittleEndian
	}
	a.strides = make([]int, len(a.shape))
	for i, stride := len(order)-1, 1; i >= 0; i-- {
		a.strides[order[i]] = stride
		stride *= a.chunk[order[i]]
	}
	return nil
}

func ascending(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

// fillValue takes the value of chunks that are not stored. In version 2 it marks missing
// cells as well, as xarray has it, unless it is zero: that is what other programs set
// without a thought, and rain of zero is not missing.
func (a *array) fillValue(raw json.RawMessage, marks bool) error {
	b, x, set, err := a.dtype.fillBytes(raw)
	if err != nil {
		return err
	}
	a.fill = b
	if _, named := a.attributes["_FillValue"]; !marks || !set || named || a.dtype.typ == cf.NoType {
		return nil
	}
	if x == 0 {
		a.notes = append(a.notes, fmt.Sprintf("fill_value of %s is 0 and no mark of missing cells (xarray would take it as one)", a.name))
		return nil
	}
	a.attributes["_FillValue"] = cf.Attribute{Type: a.dtype.typ, Numbers: []float64{x}}
	return nil
}

// dims are the names of the dimensions; those without one get one that no other array
// has.
func (a *array) dims() ([]string, error) {
	if a.names != nil && len(a.names) != len(a.shape) {
		return nil, fmt.Errorf("array %q has %d names for %d dimensions", a.name, len(a.names), len(a.shape))
	}
	all := make([]string, len(a.shape))
	for i := range all {
		if a.names != nil {
			all[i] = a.names[i]
		}
		if all[i] == "" {
			all[i] = fmt.Sprintf("%s_dim_%d", strings.ReplaceAll(a.name, "/", "_"), i)
		}
		if slices.Contains(all[:i], all[i]) {
			return nil, fmt.Errorf("array %q has the dimension %q twice", a.name, all[i])
		}
	}
	return all, nil
}

// key is the key of a chunk.
func (a *array) key(place []int) string {
	if len(place) == 0 {
		if strings.HasSuffix(a.prefix, "c") {
			return a.prefix
		}
		return a.prefix + "0"
	}
	var b strings.Builder
	b.WriteString(a.prefix)
	for i, k := range place {
		if i > 0 {
			b.WriteString(a.separator)
		}
		b.WriteString(strconv.Itoa(k))
	}
	return b.String()
}

// shards says how the chunks of an array lie together in files (the sharding_indexed codec
// of version 3): each begins or ends with an index of where its chunks are.
type shards struct {
	per     []int // chunks of a shard along each dimension
	atStart bool  // the index comes first
	sum     bool  // a checksum follows the index

	mutex sync.Mutex // over the shard that was read last
	key   string
	bytes []byte
	err   error
}
