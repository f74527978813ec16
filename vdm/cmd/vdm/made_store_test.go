//go:build !nonetcdf

package main

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// made is a variable of a store that a test makes.
type made struct {
	name, dims string // dims with blanks between
	shape      []int
	single     bool // float32 in place of double
	values     []float64
	attributes map[string]any
}

// store writes variables as a Zarr store, the simplest of the formats.
func store(t *testing.T, name string, vars ...made) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name+".zarr")
	document := func(path string, content any) {
		b, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	document(filepath.Join(dir, ".zgroup"), map[string]any{"zarr_format": 2})
	for _, v := range vars {
		dtype, b := "<f8", []byte{}
		for _, x := range v.values {
			if v.single {
				dtype = "<f4"
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(x)))
			} else {
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
			}
		}
		place := filepath.Join(dir, v.name)
		document(filepath.Join(place, ".zarray"), map[string]any{"zarr_format": 2, "shape": v.shape, "chunks": v.shape, "dtype": dtype,
			"compressor": nil, "fill_value": nil, "order": "C", "filters": nil})
		attributes := map[string]any{"_ARRAY_DIMENSIONS": strings.Fields(v.dims)}
		for key, value := range v.attributes {
			attributes[key] = value
		}
		document(filepath.Join(place, ".zattrs"), attributes)
		key := strings.TrimSuffix(strings.Repeat("0.", len(v.shape)), ".")
		if err := os.WriteFile(filepath.Join(place, key), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// words makes attributes of pairs; a number stands for itself.
func words(pairs ...string) map[string]any {
	all := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
		if x, err := strconv.ParseFloat(pairs[i+1], 64); err == nil {
			all[pairs[i]] = x
		}
	}
	return all
}

// plane is 4 frames of 3 × 3 cells, of values that f gives.
func plane(name, dims string, f func(t, cell int) float64, pairs ...string) made {
	v := made{name: name, dims: dims, shape: []int{4, 3, 3}, attributes: words(pairs...)}
	for i := range 36 {
		v.values = append(v.values, f(i/9, i%9))
	}
	return v
}

// mixed are values that rise and fall.
func mixed(t, cell int) float64 { return float64((t*5 + cell*3) % 7) }

// axis is a coordinate.
func axis(name string, values []float64, pairs ...string) made {
	return made{name: name, dims: name, shape: []int{len(values)}, values: values, attributes: words(pairs...)}
}

// around are the coordinates of plane but for time.
func around(others ...made) []made {
	return append(others, axis("lat", []float64{50, 51, 52}, "units", "degrees_north"), axis("lon", []float64{4, 5, 6}, "units", "degrees_east"))
}

// hourly is an axis of hours.
func hourly(hours ...float64) made {
	return axis("time", hours, "units", "hours since 2018-09-13", "standard_name", "time")
}
