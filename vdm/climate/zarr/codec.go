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
