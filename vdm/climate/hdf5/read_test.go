package hdf5

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// packed returns the bytes of a file of testdata.
func packed(t testing.TB, name string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name+".h5.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func opened(t testing.TB, b []byte) *Object {
	t.Helper()
	f, err := New(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func child(t testing.TB, o *Object, names ...string) *Object {
	t.Helper()
	for _, name := range names {
		c, err := o.Child(name)
		if err != nil || c == nil {
			t.Fatalf("%s has no %s: %v", o.Name, name, err)
		}
		o = c
	}
	return o
}

// want are the values of every data set of three dimensions: see make.py.
func want(i int) float64 { return float64(i%31)*0.5 - 3 }

var formats = []string{"old", "new"}

func TestValues(t *testing.T) {
	for _, format := range formats {
		root := opened(t, packed(t, format))
		for name, convert := range map[string]func(i int) float64{
			"whole": want, "single": want, "bigendian": want, "deflate": want, "shuffled": want, "sum": want, "compact": want, "named": want,
			"short": func(i int) float64 { return want(i) * 2 }, "byte": func(i int) float64 { return want(i)*2 + 6 },
			"never": func(int) float64 { return 4 },
			"part": func(i int) float64 {
				if i/20 == 1 && i%20 >= 10 {
					return want(i)
				}
				return -9
			},
		} {
			d, err := child(t, root, name).Dataset()
			if err != nil {
				t.Errorf("%s: %v", format, err)
				continue
			}
			if !slices.Equal(d.Shape, []int{3, 4, 5}) {
				t.Errorf("%s: %s has the shape %v", format, name, d.Shape)
			}
			for _, b := range [][2][3]int{{{0, 0, 0}, {3, 4, 5}}, {{1, 1, 1}, {2, 3, 3}}, {{2, 3, 4}, {1, 1, 1}}, {{0, 2, 0}, {3, 1, 5}}, {{0, 0, 0}, {3, 4, 0}}} {
				start, count := b[0][:], b[1][:]
				got := make([]float64, count[0]*count[1]*count[2])
				if err := d.Read(got, start, count); err != nil {
					t.Errorf("%s: %v", format, err)
					continue
				}
				k := 0
				for z := range count[0] {
					for y := range count[1] {
						for x := range count[2] {
							i := ((start[0]+z)*4+start[1]+y)*5 + start[2] + x
							if got[k] != convert(i) {
								t.Fatalf("%s: %s at %d is %v, want %v", format, name, i, got[k], convert(i))
							}
							k++
						}
					}
				}
			}
		}
		one := make([]float64, 1)
		d, err := child(t, root, "scalar").Dataset()
		if err != nil || d.Read(one, nil, nil) != nil || one[0] != 4.25 {
			t.Errorf("%s: the number is %v (%v)", format, one, err)
		}
		fine, err := child(t, root, "fine").Dataset()
		if err != nil {
			t.Fatal(format, err)
		}
		all := make([]float64, 1100)
		if err := fine.Read(all, []int{0, 0}, []int{22, 50}); err != nil {
			t.Fatal(format, err)
		}
		for i, x := range all {
			if x != float64(i) {
				t.Fatalf("%s: of 1100 chunks that of %d has %v", format, i, x)
			}
		}
	}
}

func TestAttributes(t *testing.T) {
	for _, format := range formats {
		root := opened(t, packed(t, format))
		got, err := root.Attributes()
		if err != nil {
			t.Fatal(format, err)
		}
		for name, text := range map[string]string{"text": "variable: ärger", "fixed": "fixed", "padded": "padded", "many": "a bc", "empty": ""} {
			if a, ok := got[name]; !ok || a.Text != text || a.Numbers != nil {
				t.Errorf("%s: %s is %+v, want %q", format, name, a, text)
			}
		}
		for name, numbers := range map[string][]float64{"number": {2.5}, "whole": {-7}, "large": {math.Pow(2, 63)}, "big": {1, -2}, "yes": {1}, "list": {0, 1, 2}} {
			if !slices.Equal(got[name].Numbers, numbers) {
				t.Errorf("%s: %s is %+v, want %v", format, name, got[name], numbers)
			}
		}
		full := child(t, root, "full")
		many, err := full.Attributes()
		if err != nil || len(many) != 60 || !slices.Equal(many["attribute042"].Numbers, []float64{42}) {
			t.Errorf("%s: %d of 60 attributes (%v)", format, len(many), err)
		}
		names, err := full.Children()
		if err != nil || len(names) != 60 || names[59] != "member059" {
			t.Errorf("%s: %d of 60 groups (%v)", format, len(names), err)
		}
		inner := child(t, root, "group", "inner")
		if names, err := inner.Children(); err != nil || !slices.Equal(names, []string{"hard"}) {
			t.Errorf("%s: links lead to %q (%v), want the hard one alone", format, names, err)
		}
		if a, err := child(t, inner, "hard").Attributes(); err != nil || a["units"].Text != "mm" {
			t.Errorf("%s: %v, %v", format, a, err)
		}
		if none, err := root.Child("none"); none != nil || err != nil {
			t.Errorf("%s: %v, %v", format, none, err)
		}
	}
}

// What is no number, and filters that are not read, are refused by name.
func TestRefused(t *testing.T) {
	for _, format := range formats {
		root := opened(t, packed(t, format))
		for name, says := range map[string]string{"lzf": "lzf", "text": "expected numbers", "record": "expected numbers"} {
			d, err := child(t, root, name).Dataset()
			if err == nil {
				n := 1
				for _, length := range d.Shape {
					n *= length
				}
				err = d.Read(make([]float64, n), make([]int, len(d.Shape)), d.Shape)
			}
			if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "/"+name) {
				t.Errorf("%s: %s: error %v, want one that says %q", format, name, err, says)
			}
		}
		if root.IsDataset() || !child(t, root, "whole").IsDataset() {
			t.Errorf("%s: groups and data sets are confused", format)
		}
		if _, err := child(t, root, "group").Dataset(); err == nil {
			t.Errorf("%s: a group is read as a data set", format)
		}
	}
}

// bomb is a deflated stream of 100 MiB of zeros.
func bomb(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := w.Write(make([]byte, 100<<20)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
