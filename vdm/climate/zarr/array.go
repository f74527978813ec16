package zarr

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

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
	cache        cache
}

// newArray reads the metadata of an array. What it cannot read of it is in dtype.unread,
// so that other arrays of the store can be read.
func newArray(s store, n node) (*array, error) {
	a := &array{name: n.name, store: s}
	var err error
	if n.version == 2 {
		err = a.readV2(n)
	} else {
		err = a.readV3(n)
	}
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", n.name, err)
	}
	return a, nil
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

func (a *array) readV2(n node) (err error) {
	var d struct {
		Format     int               `json:"zarr_format"`
		Shape      json.RawMessage   `json:"shape"`
		Chunks     json.RawMessage   `json:"chunks"`
		Type       json.RawMessage   `json:"dtype"`
		Compressor json.RawMessage   `json:"compressor"`
		Fill       json.RawMessage   `json:"fill_value"`
		Order      string            `json:"order"`
		Filters    []json.RawMessage `json:"filters"`
		Separator  string            `json:"dimension_separator"`
	}
	if err := decode(n.array, &d); err != nil {
		return fmt.Errorf(".zarray is no metadata: %w", err)
	}
	if d.Format != 2 {
		return fmt.Errorf(".zarray has zarr_format %d, expected 2", d.Format)
	}
	if a.shape, err = integers("shape", d.Shape); err != nil {
		return err
	}
	if a.chunk, err = integers("chunks", d.Chunks); err != nil {
		return err
	}
	if a.dtype, err = typeV2(d.Type); err != nil {
		return err
	}
	order := ascending(len(a.shape))
	switch d.Order {
	case "C", "":
	case "F":
		slices.Reverse(order)
	default:
		return fmt.Errorf("order is %q, expected C or F", d.Order)
	}
	if err := a.layout(order); err != nil {
		return err
	}
	switch d.Separator {
	case "":
		a.separator = "."
	case ".", "/":
		a.separator = d.Separator
	default:
		return fmt.Errorf("dimension_separator is %q, expected . or /", d.Separator)
	}
	if len(n.name) > 0 {
		a.prefix = n.name + "/"
	}
	for _, raw := range d.Filters {
		if err := a.addFilterV2(raw); err != nil {
			return err
		}
	}
	if a.dtype.kind == 'O' && a.dtype.unread == "" && len(d.Filters) != 1 {
		a.dtype.unread = "its values are Python's objects"
	}
	if err := a.addCompressorV2(d.Compressor); err != nil {
		return err
	}
	a.attributes = attributes(n.attributes, a.dtype.typ)
	if value, ok := n.attributes["_ARRAY_DIMENSIONS"].([]any); ok {
		for _, v := range value {
			name, _ := v.(string)
			a.names = append(a.names, name)
		}
	}
	delete(a.attributes, "_ARRAY_DIMENSIONS")
	return a.fillValue(d.Fill, true)
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

func (a *array) readV3(n node) (err error) {
	var d struct {
		Shape json.RawMessage `json:"shape"`
		Type  json.RawMessage `json:"data_type"`
		Grid  struct {
			Name          string `json:"name"`
			Configuration struct {
				Chunks json.RawMessage `json:"chunk_shape"`
			} `json:"configuration"`
		} `json:"chunk_grid"`
		Keys struct {
			Name          string `json:"name"`
			Configuration struct {
				Separator string `json:"separator"`
			} `json:"configuration"`
		} `json:"chunk_key_encoding"`
		Fill         json.RawMessage   `json:"fill_value"`
		Codecs       []json.RawMessage `json:"codecs"`
		Names        []*string         `json:"dimension_names"`
		Transformers []json.RawMessage `json:"storage_transformers"`
	}
	if err := decode(n.array, &d); err != nil {
		return fmt.Errorf("zarr.json is no metadata: %w", err)
	}
	if len(d.Transformers) > 0 {
		return fmt.Errorf("its storage_transformers are not read")
	}
	if a.shape, err = integers("shape", d.Shape); err != nil {
		return err
	}
	if d.Grid.Name != "regular" {
		return fmt.Errorf("its chunk_grid is %q, expected regular", d.Grid.Name)
	}
	if a.chunk, err = integers("chunk_shape", d.Grid.Configuration.Chunks); err != nil {
		return err
	}
	if a.dtype, err = typeV3(d.Type); err != nil {
		return err
	}
	a.separator = d.Keys.Configuration.Separator
	switch d.Keys.Name {
	case "default", "":
		a.prefix = "c"
		if a.separator == "" {
			a.separator = "/"
		}
	case "v2":
		if a.separator == "" {
			a.separator = "."
		}
	default:
		return fmt.Errorf("its chunk_key_encoding is %q, expected default or v2", d.Keys.Name)
	}
	if a.separator != "/" && a.separator != "." {
		return fmt.Errorf("the separator of its chunk_key_encoding is %q, expected . or /", a.separator)
	}
	if a.prefix == "c" && len(a.shape) > 0 {
		a.prefix += a.separator
	}
	if n.name != "" {
		a.prefix = n.name + "/" + a.prefix
	}
	order := ascending(len(a.shape))
	for _, raw := range d.Codecs {
		if err := a.addCodecV3(raw, order); err != nil {
			return err
		}
	}
	slices.Reverse(a.codecs)
	if err := a.layout(order); err != nil {
		return err
	}
	a.attributes = attributes(n.attributes, a.dtype.typ)
	if text := a.attributes["_FillValue"].Text; text != "" && a.dtype.kind == 'f' {
		// xarray writes marks of missing cells as the base64 of a double.
		if raw, err := base64.StdEncoding.DecodeString(text); err == nil && len(raw) == 8 {
			x := math.Float64frombits(binary.LittleEndian.Uint64(raw))
			a.attributes["_FillValue"] = cf.Attribute{Type: a.dtype.typ, Numbers: []float64{x}}
		}
	}
	for _, name := range d.Names {
		text := ""
		if name != nil {
			text = *name
		}
		a.names = append(a.names, text)
	}
	return a.fillValue(d.Fill, false)
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
