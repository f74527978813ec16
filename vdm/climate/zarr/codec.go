package zarr

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
)

var decoders = map[string]func([]byte, int) ([]byte, error){
	"zlib": fromZlib, "numcodecs.zlib": fromZlib, "gzip": fromGzip, "numcodecs.gzip": fromGzip,
	"zstd": fromZstd, "numcodecs.zstd": fromZstd, "blosc": fromBlosc, "numcodecs.blosc": fromBlosc,
}

// notRead is what a message says of a codec that is not read.
func notRead(kind, name string) string {
	return fmt.Sprintf("its values went through the %s %q, which is not read; have them rewritten without, in Python: "+
		"d = xarray.open_zarr(path); [v.encoding.clear() for v in d.variables.values()]; d.to_zarr(new)", kind, name)
}

func (a *array) addCompressorV2(raw json.RawMessage) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var c struct {
		ID string `json:"id"`
	}
	if err := decode(raw, &c); err != nil || c.ID == "" {
		return fmt.Errorf("compressor is %.80s, expected null or an object with an id", raw)
	}
	return a.addDecoder("compressor", c.ID)
}

func (a *array) addDecoder(kind, id string) error {
	a.compression = id
	if decoder, ok := decoders[id]; ok {
		a.codecs = append(a.codecs, codec{decode: decoder})
		return nil
	}
	if a.dtype.unread == "" {
		a.dtype.unread = notRead(kind, id)
	}
	return nil
}

func (a *array) addFilterV2(raw json.RawMessage) error {
	var c struct {
		ID string `json:"id"`
	}
	if err := decode(raw, &c); err != nil {
		return fmt.Errorf("filter %.80s is not an object with an id", raw)
	}
	if c.ID == "vlen-utf8" && a.dtype.kind == 'O' {
		return nil // undone where texts are read
	}
	a.filters = append(a.filters, c.ID)
	if a.dtype.unread == "" {
		a.dtype.unread = notRead("filter", c.ID)
	}
	return nil
}

// addCodecV3 adds a codec in the order of writing; order is the order of the dimensions.
func (a *array) addCodecV3(raw json.RawMessage, order []int) error {
	var c struct {
		Name          string `json:"name"`
		Configuration struct {
			Endian string          `json:"endian"`
			Order  json.RawMessage `json:"order"`
		} `json:"configuration"`
	}
	if err := decode(raw, &c); err != nil {
		return fmt.Errorf("codec %.80s is not an object with a name", raw)
	}
	switch c.Name {
	case "bytes":
		a.dtype.order = binary.LittleEndian
		if c.Configuration.Endian == "big" {
			a.dtype.order = binary.BigEndian
		}
	case "transpose":
		to, err := integers("order of the transpose codec", c.Configuration.Order)
		if err != nil {
			return err
		}
		if sorted := slices.Sorted(slices.Values(to)); !slices.Equal(sorted, ascending(len(order))) || !slices.Equal(order, ascending(len(order))) {
			return fmt.Errorf("its transpose codecs are no one permutation of %d dimensions", len(order))
		}
		copy(order, to)
	case "vlen-utf8":
		if a.dtype.kind != 'O' {
			return fmt.Errorf("codec vlen-utf8 for values of another type")
		}
	case "crc32c":
		a.codecs = append(a.codecs, codec{withoutSum, true})
	case "sharding_indexed":
		return a.addShards(raw, order)
	default:
		return a.addDecoder("codec", c.Name)
	}
	return nil
}

// mostInShard bounds the chunks of a shard, whose index has 16 bytes for each.
const mostInShard = 1 << 20

// addShards reads the configuration of the codec. What is not read of it is a note as for
// other codecs.
func (a *array) addShards(raw json.RawMessage, order []int) error {
	var d struct {
		Configuration struct {
			Shape  json.RawMessage   `json:"chunk_shape"`
			Codecs []json.RawMessage `json:"codecs"`
			Index  []json.RawMessage `json:"index_codecs"`
			Place  string            `json:"index_location"`
		} `json:"configuration"`
	}
	if err := decode(raw, &d); err != nil {
		return fmt.Errorf("the configuration of its shards is no metadata: %w", err)
	}
	c := d.Configuration
	inner, err := integers("chunk_shape of the shards", c.Shape)
	if err != nil {
		return err
	}
	if len(inner) != len(a.chunk) {
		return fmt.Errorf("its shards of %v have chunks of %v, expected as many numbers", a.chunk, inner)
	}
	if a.shards != nil || len(a.codecs) > 0 || a.compression != "" {
		a.dtype.unread = notRead("codec", "sharding_indexed, within another or after others")
		return nil
	}
	s := &shards{atStart: c.Place == "start"}
	if c.Place != "" && c.Place != "start" && c.Place != "end" {
		return fmt.Errorf("index_location of its shards is %q, expected start or end", c.Place)
	}
	many := 1
	for i, n := range inner {
		if n < 1 || a.chunk[i]%n != 0 || many > mostInShard/max(1, a.chunk[i]/n) {
			return fmt.Errorf("its shards of %v are not made of chunks of %v, %d at most", a.chunk, inner, mostInShard)
		}
		s.per = append(s.per, a.chunk[i]/n)
		many *= a.chunk[i] / n
	}
	for _, raw := range c.Index {
		var codec struct {
			Name string `json:"name"`
		}
		if err := decode(raw, &codec); err != nil {
			return fmt.Errorf("codec %.80s of the index of its shards is not an object with a name", raw)
		}
		switch codec.Name {
		case "bytes":
		case "crc32c":
			s.sum = true
		default:
			a.dtype.unread = notRead("codec of the index of shards", codec.Name)
		}
	}
	a.chunk, a.shards = inner, s
	for _, raw := range c.Codecs {
		if err := a.addCodecV3(raw, order); err != nil {
			return err
		}
	}
	return nil
}
