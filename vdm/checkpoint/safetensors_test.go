package checkpoint

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
	"github.com/google/go-cmp/cmp"
)

func randomTensors(seed uint64) []Tensor {
	r := rand.New(rand.NewPCG(seed, 9))
	var tensors []Tensor
	for i, dtype := range []string{"U8", "F32", "BOOL", "F64", "I32", "BF16", "F16", "I64", "F32"} {
		shape := make([]int, r.IntN(5))
		n := itemSizes[dtype]
		for k := range shape {
			shape[k] = r.IntN(5) // empty ones too
			n *= shape[k]
		}
		data := make([]byte, n)
		for k := range data {
			data[k] = byte(r.Uint32())
		}
		tensors = append(tensors, Tensor{fmt.Sprintf("block.%d/größe \"%d\"", i, i), dtype, shape, data})
	}
	return tensors
}

func byName(tensors []Tensor) map[string]Tensor {
	m := map[string]Tensor{}
	for _, t := range tensors {
		m[t.Name] = t
	}
	return m
}

func TestSafetensorsRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	for seed := range uint64(50) {
		tensors := randomTensors(seed)
		metadata := map[string]string{"dim": "16", "<&>": "é\n"}
		if err := WriteSafetensorsFile(path, tensors, metadata); err != nil {
			t.Fatal(err)
		}
		got, gotMetadata, err := ReadSafetensors(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(byName(tensors), byName(got)); d != "" || len(got) != len(tensors) {
			t.Fatal(d)
		}
		if d := cmp.Diff(metadata, gotMetadata); d != "" {
			t.Fatal(d)
		}
		// The same tensors in another order are the same bytes, and ParseSafetensors
		// reads what ReadSafetensors reads.
		slices.Reverse(tensors)
		var again bytes.Buffer
		if err := WriteSafetensors(&again, tensors, metadata); err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again.Bytes(), file) {
			t.Fatal("another order of the tensors gives another file")
		}
		parsed, _, err := ParseSafetensors(file)
		if d := cmp.Diff(got, parsed); d != "" || err != nil {
			t.Fatal(d, err)
		}
		// Aligned: by the format's rule all data start at a multiple of 8, and
		// large elements come first.
		if n := binary.LittleEndian.Uint64(file); n%8 != 0 {
			t.Fatalf("a header of %d bytes does not keep the data aligned", n)
		}
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("temporary files are left: %v", entries)
	}
}

// Bytes laid out by hand from the format's description, with what a writer may
// do that ours does not: spaces, another order of keys, data not in the order of
// the header.
func TestReadSafetensorsByHand(t *testing.T) {
	header := `{ "b" : {"data_offsets":[4,10], "shape":[3], "dtype":"F16"},"__metadata__":{"k":"v"},"a":{"dtype":"U8","shape":[2,2],"data_offsets":[0,4]},"s":{"dtype":"F32","shape":[],"data_offsets":[10,14]},"e":{"dtype":"I64","shape":[0,7],"data_offsets":[4,4]}}   `
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	file = append(file, header...)
	file = append(file, 1, 2, 3, 4, 0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0, 0, 0x20, 0x41)
	got, metadata, err := ParseSafetensors(file)
	if err != nil {
		t.Fatal(err)
	}
	want := []Tensor{
		{"a", "U8", []int{2, 2}, []byte{1, 2, 3, 4}},
		{"e", "I64", []int{0, 7}, []byte{}},
		{"b", "F16", []int{3}, []byte{0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b}},
		{"s", "F32", []int{}, []byte{0, 0, 0x20, 0x41}},
	}
	if d := cmp.Diff(want, got); d != "" || metadata["k"] != "v" {
		t.Error(d, metadata)
	}
	half, err := Float32s(got[2])
	if d := cmp.Diff([]float32{1, -2, 65504}, half); d != "" || err != nil {
		t.Error(d, err)
	}
	scalar, err := Float32s(got[3])
	if d := cmp.Diff([]float32{10}, scalar); d != "" || err != nil {
		t.Error(d, err)
	}
}

// A file by the reference implementation of the format.
func TestReadReferenceFile(t *testing.T) {
	path := installed.Shared(t, "reference", "unet3d_a.safetensors")
	tensors, metadata, err := ReadSafetensors(path)
	if err != nil {
		t.Fatal(err)
	}
	if metadata["dim"] != "16" || metadata["dim_mults"] != "1,2" {
		t.Errorf("metadata %v", metadata)
	}
	named := byName(tensors)
	z := named["input.z"]
	values, err := Float32s(z)
	if err != nil {
		t.Fatal(err)
	}
	mean, square := 0.0, 0.0
	for _, v := range values {
		mean += float64(v) / float64(len(values))
		square += float64(v) * float64(v) / float64(len(values))
	}
	// z is a noisy clip of about unit variance: bytes read in a wrong way are not.
	if len(z.Shape) != 5 || math.Abs(mean) > 0.2 || square < 0.5 || square > 2 {
		t.Errorf("input.z of shape %v has mean %v, mean square %v", z.Shape, mean, square)
	}
	var file bytes.Buffer
	if err := WriteSafetensors(&file, tensors, metadata); err != nil {
		t.Fatal(err)
	}
	again, _, err := ParseSafetensors(file.Bytes())
	if d := cmp.Diff(named, byName(again), cmp.Comparer(bytes.Equal)); d != "" || err != nil {
		t.Error("our own copy of it differs", err)
	}
}

// withHeader makes a file of a header and n bytes of data.
func withHeader(header string, n int) []byte {
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(file, header...), make([]byte, n)...)
}

func TestHostileSafetensors(t *testing.T) {
	for _, c := range []struct {
		name string
		file []byte
		says string
	}{
		{"empty", nil, "0 bytes"},
		{"seven bytes", make([]byte, 7), "7 bytes"},
		{"giant header length", binary.LittleEndian.AppendUint64(nil, math.MaxUint64), "a header of 18446744073709551615"},
		{"header beyond the file", append(binary.LittleEndian.AppendUint64(nil, 3), '{', '}'), "a header of 3"},
		{"empty header", withHeader("", 0), "no JSON object"},
		{"array", withHeader("[]", 0), "no JSON object"},
		{"leading space", withHeader(" {}", 0), "no JSON object"},
		{"cut", withHeader(`{"a":{"dtype":"U8"`, 1), "header"},
		{"trailing", withHeader(`{}{}`, 0), "goes on"},
		{"trailing text", withHeader(`{} x`, 0), "goes on"},
		{"not UTF-8", withHeader("{\"\xff\":1}", 0), "UTF-8"},
		{"data without tensors", withHeader(`{}`, 1), "1 bytes of data"},
		{"twice", withHeader(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2), `"a" stands twice`},
		{"twice by an escape", withHeader(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2), `"a" stands twice`},
		{"key twice", withHeader(`{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1), `"dtype" stands twice`},
		{"metadata twice", withHeader(`{"__metadata__":{},"__metadata__":{}}`, 0), "twice"},
		{"metadata number", withHeader(`{"__metadata__":{"a":1}}`, 0), "string"},
		{"metadata null", withHeader(`{"__metadata__":null}`, 0), "metadata"},
		{"key of other case", withHeader(`{"a":{"DTYPE":"U8","shape":[1],"data_offsets":[0,1]}}`, 1), `"DTYPE"`},
		{"unknown key", withHeader(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":0}}`, 1), `unknown key "x"`},
		{"missing key", withHeader(`{"a":{"dtype":"U8","shape":[1]}}`, 1), "expected dtype"},
		{"unknown type", withHeader(`{"a":{"dtype":"F8","shape":[1],"data_offsets":[0,1]}}`, 1), `"F8"`},
		{"three offsets", withHeader(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}`, 1), "two data_offsets"},
		{"negative dimension", withHeader(`{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}`, 1), "-1"},
		{"fractional", withHeader(`{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}`, 1), "1.0"},
		{"exponent", withHeader(`{"a":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}`, 1), "1e0"},
		{"overflow", withHeader(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0), "impossible shape"},
		{"overflow to one", withHeader(`{"a":{"dtype":"U8","shape":[274177,67280421310721],"data_offsets":[0,1]}}`, 1), "impossible shape"},
		{"huge number", withHeader(`{"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,1]}}`, 1), "integer"},
		{"wrong size", withHeader(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4), "expected 8 bytes"},
		{"backwards", withHeader(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}`, 1), "data_offsets"},
		{"out of range", withHeader(`{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}`, 8), "8 bytes of data"},
		{"overlap", withHeader(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 3), "overlap"},
		{"same place", withHeader(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, 2), "overlap"},
		{"gap", withHeader(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`, 3), "gap"},
		{"empty tensor inside another", withHeader(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}`, 2), "overlap"},
	} {
		_, _, err := ParseSafetensors(c.file)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.says)
		}
		path := filepath.Join(t.TempDir(), "x.safetensors")
		if err := os.WriteFile(path, c.file, 0o644); err != nil {
			t.Fatal(err)
		}
		_, _, err = ReadSafetensors(path)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s, as a file: error %v, want one with the path and %q", c.name, err, c.says)
		}
	}
	if _, _, err := ReadSafetensors(t.TempDir()); err == nil || !strings.Contains(err.Error(), "regular file") {
		t.Errorf("a folder: %v", err)
	}
}

func TestWriteSafetensorsRefuses(t *testing.T) {
	for says, tensors := range map[string][]Tensor{
		"two tensors":          {{"a", "U8", nil, []byte{1}}, {"a", "U8", nil, []byte{2}}},
		`"F8"`:                 {{"a", "F8", nil, []byte{1}}},
		"expected 8":           {{"a", "F32", []int{2}, []byte{1}}},
		"impossible shape":     {{"a", "F32", []int{-1}, nil}},
		"cannot be stored":     {{"__metadata__", "U8", nil, []byte{1}}},
		`"\xff": this name ca`: {{"\xff", "U8", nil, []byte{1}}},
	} {
		var out bytes.Buffer
		err := WriteSafetensors(&out, tensors, nil)
		if err == nil || !strings.Contains(err.Error(), says) || out.Len() != 0 {
			t.Errorf("%d bytes and error %v, want none and one with %q", out.Len(), err, says)
		}
	}
	if err := WriteSafetensors(&bytes.Buffer{}, nil, map[string]string{"a": "\xff"}); err == nil {
		t.Error("metadata that are not UTF-8 are written")
	}
	// The file that was there stays, and nothing else is left.
	path := filepath.Join(t.TempDir(), "x.safetensors")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := WriteSafetensorsFile(path, []Tensor{{"a", "F8", nil, nil}}, nil); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
	entries, _ := os.ReadDir(filepath.Dir(path))
	if b, _ := os.ReadFile(path); string(b) != "old" || len(entries) != 1 {
		t.Errorf("after a failed write the file is %q beside %v", b, entries)
	}
	for limit := range 150 { // the header alone is longer than 50
		err := WriteSafetensors(&shortWriter{limit}, []Tensor{{"a", "U8", []int{100}, make([]byte, 100)}}, nil)
		if !errors.Is(err, errShort) {
			t.Fatalf("a writer that fails after %d bytes: error %v", limit, err)
		}
	}
}

var errShort = errors.New("no room")

type shortWriter struct{ left int }

func (w *shortWriter) Write(p []byte) (int, error) {
	if len(p) > w.left {
		n := w.left
		w.left = 0
		return n, errShort
	}
	w.left -= len(p)
	return len(p), nil
}

func FuzzParseSafetensors(f *testing.F) {
	var file bytes.Buffer
	if err := WriteSafetensors(&file, randomTensors(1), map[string]string{"a": "b"}); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add(withHeader(`{"a":{"dtype":"U8","shape":[2,0],"data_offsets":[0,0]}}`, 0))
	f.Add(withHeader(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}`, 5))
	f.Fuzz(func(t *testing.T, data []byte) {
		tensors, metadata, err := ParseSafetensors(data)
		if err != nil {
			return
		}
		// What is accepted can be written again, unless a name is one that JSON
		// text can hold and Go strings cannot tell apart; and reads the same.
		var out bytes.Buffer
		if err := WriteSafetensors(&out, tensors, metadata); err != nil {
			t.Fatalf("%v for %v", err, tensors)
		}
		again, metadataAgain, err := ParseSafetensors(out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if !cmp.Equal(byName(tensors), byName(again)) || len(metadata) != len(metadataAgain) {
			t.Fatal("written again it reads otherwise")
		}
		total := 0
		for _, tensor := range tensors {
			total += len(tensor.Data)
			if _, err := Float32s(tensor); err == nil != slices.Contains([]string{"F32", "BF16", "F16"}, tensor.DType) {
				t.Fatal(tensor.DType, err)
			}
		}
		if total > len(data) {
			t.Fatalf("%d bytes of tensors from %d", total, len(data))
		}
	})
}

func ExampleWriteSafetensors() {
	var file bytes.Buffer
	tensors := []Tensor{FromFloat32s("weight", []int{2, 2}, []float32{1, 2, 3, 4})}
	if err := WriteSafetensors(&file, tensors, map[string]string{"dim": "16"}); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%s\n", bytes.TrimRight(file.Bytes()[8:file.Len()-16], " "))
	// Output: {"__metadata__":{"dim":"16"},"weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}
}
