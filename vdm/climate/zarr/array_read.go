package zarr

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

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
	if a.shards != nil && len(d.Codecs) > 1 && a.dtype.unread == "" {
		a.dtype.unread = notRead("codec of whole shards", "sharding_indexed with others")
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
