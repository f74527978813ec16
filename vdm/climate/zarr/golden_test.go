package zarr

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// Every way to write the values in which zarr-python 2 and 3 wrote them is read, of a
// folder as of a zip file; what is not read is refused by its name.
func TestGolden(t *testing.T) {
	refused := map[string]string{"delta": `filter "delta"`, "bz2": `compressor "bz2"`, "blosclz": "Blosc with blosclz"}
	for _, store := range []string{"v2-arrays", "v3-arrays", "v2-xarray", "v3-xarray"} {
		read := 0
		for _, path := range []string{golden(t, store), filepath.Join("testdata", store+".zip")} {
			c, err := openContents(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range c.arrays {
				say, no := refused[a.name]
				if !no && !slices.Equal(a.names, []string{"time", "y", "x"}) {
					continue
				}
				f, err := cf.Read(path, cf.ReadOptions{Variable: a.name, Dims: map[string]string{"time": a.names[0], "y": a.names[1], "x": a.names[2]}, TimeUnits: map[bool]string{true: "hours since 2020-01-01"}[a.name == "blosclz"]})
				if no {
					if err == nil || strings.Contains(err.Error(), "damaged") || !strings.Contains(err.Error(), say) || !strings.Contains(err.Error(), path) {
						t.Errorf("%s of %s: error %v, want one that says %s", a.name, path, err, say)
					}
					continue
				}
				if err != nil {
					t.Errorf("%s: %v", a.name, err)
					continue
				}
				read++
				want := goldenValues()
				if a.name == "absent" { // its first chunk is not stored and stands for zeros
					clear(want[:40])
				}
				same(t, store+" "+a.name, f.Data, want)
				if f.Date(1) != "2020-01-01 01:00:00" || f.Grid.Y[1] != 1000 {
					t.Errorf("%s %s: frame 1 is at %s, row 1 at %v", store, a.name, f.Date(1), f.Grid.Y[1])
				}
			}
			c.close()
		}
		if fewest := map[bool]int{true: 3, false: 20}[strings.HasSuffix(store, "xarray")]; read < 2*fewest {
			t.Errorf("%s: %d arrays were read, want %d", store, read, 2*fewest)
		}
	}
}

// A block of Blosc that is split into streams is put together.
func TestBloscStreams(t *testing.T) {
	c, err := openContents(golden(t, "v2-arrays"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for _, a := range c.arrays {
		if a.name != "large" {
			continue
		}
		got := make([]float64, 6000)
		if err := a.Read(got, []int{0, 0, 0}, a.shape); err != nil {
			t.Fatal(err)
		}
		for i, x := range got {
			if x != float64(i%70) {
				t.Fatalf("value %d is %v", i, x)
			}
		}
		return
	}
	t.Error("there is no such array")
}

// Texts of fixed and of any length are read, and times as numpy has them.
func TestTextsAndInstants(t *testing.T) {
	for _, store := range []string{"v2-arrays", "v3-arrays"} {
		d, err := open(golden(t, store))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		for _, v := range d.Variables {
			switch v.Name {
			case "words", "names":
				want := map[string][]string{"words": {"one", "twö", ""}, "names": {"north", "süd"}}[v.Name]
				if got, err := v.Values.Texts(); err != nil || !slices.Equal(got, want) {
					t.Errorf("%s %s: %q, %v", store, v.Name, got, err)
				}
			case "instants":
				got, err := cf.Numbers(v, 3)
				if err != nil || got[1]-got[0] != 3600e9 || got[2] == got[2] || v.Attributes["units"].Text != "nanoseconds since 1970-01-01" {
					t.Errorf("%s: instants %v in %q, %v", store, got, v.Attributes["units"].Text, err)
				}
			}
		}
	}
}

// climate.Open and OpenRecord read a store as they read a file, and the store's checksum
// goes with the record.
func TestStoreAsRecord(t *testing.T) {
	path := golden(t, "v3-xarray")
	f, err := climate.Open(path, "rain")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "rain", f.Data, goldenValues())
	if f.Kind != climate.KindRain || f.Units != climate.RainUnits {
		t.Errorf("%v in %s", f.Kind, f.Units)
	}
	r, err := climate.OpenRecord([]string{path}, climate.RecordOptions{Variables: []string{"rain"}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if s := r.Sources; len(s) != 1 || len(s[0].SHA256) != 64 || s[0].Bytes == 0 {
		t.Errorf("sources %+v", s)
	}
	if err := os.WriteFile(filepath.Join(path, "rain", "c", "0", "0", "0"), []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	if other, err := source(path, true); err != nil || other.SHA256 == r.Sources[0].SHA256 {
		t.Errorf("a store that was changed has the same checksum (%v)", err)
	}
}

func TestHalf(t *testing.T) {
	for h := range 1 << 16 {
		x := fromHalf(uint16(h))
		if x == x && toHalf(x) != uint16(h) {
			t.Fatalf("%#x is %v, and that %#x", h, x, toHalf(x))
		}
	}
	for x, want := range map[float32]float32{1: 1, -2.5: -2.5, 65504: 65504, 6.103515625e-5: 6.103515625e-5, 5.9604644775390625e-8: 5.9604644775390625e-8, 2049: 2048, 2051: 2052, 1e-9: 0} {
		if got := fromHalf(toHalf(x)); got != want {
			t.Errorf("%v becomes %v, want %v", x, got, want)
		}
	}
	if x := fromHalf(toHalf(70000)); x < 1e30 {
		t.Errorf("70000 becomes %v", x)
	}
}
