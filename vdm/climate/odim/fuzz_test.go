package odim

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/climate/hdf5"
)

// readBytes opens a composite in memory and reads what of it is small; whatever the bytes
// are, nothing may panic or hang.
func readBytes(b []byte) error {
	f, err := hdf5.New(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return err
	}
	d := &cf.Dataset{}
	if err := read(d, f); err != nil {
		return err
	}
	for _, v := range d.Variables {
		total := 1
		for _, n := range v.Shape {
			total *= n
		}
		start := make([]int, len(v.Shape))
		switch {
		case total > 1<<16:
		case v.Type == cf.Float:
			err = v.Values.Read(make([]float32, total), start, v.Shape)
		default:
			err = v.Values.Read(make([]float64, total), start, v.Shape)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func FuzzComposite(f *testing.F) {
	files := unpacked(f)
	for _, name := range []string{"acrr_new.h5", "rate.h5", "volume.h5"} {
		f.Add(files[name])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<15 {
			return
		}
		began := time.Now()
		_ = readBytes(b)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%d bytes take %v", len(b), took)
		}
	})
}

// FuzzProjection reads definitions, and places by those that are understood.
func FuzzProjection(f *testing.F) {
	for _, definition := range []string{"+proj=laea +lat_0=55 +lon_0=10 +ellps=WGS84", "+proj=stere +lat_0=90 +lat_ts=60 +a=6371.2 +b=6371.2", "+proj=utm +zone=33 +south",
		"proj=aeqd lat_0=52 R=6371000", "+proj=lcc +lat_1=49 +lat_2=46 +units=km", "+proj=somerc +lat_0=46.95 +ellps=bessel", "+proj=tmerc +k=0.9", "+proj=merc +lat_ts=50"} {
		f.Add(definition, 55.0, 10.0)
	}
	f.Fuzz(func(t *testing.T, definition string, lat, lon float64) {
		p, err := parseProjection(definition)
		if err != nil {
			return
		}
		x, y := p.forward(lat, lon)
		p.inverse(x, y)
		p.inverse(lat, lon)
		p.mapping(definition)
	})
}

// FuzzPatched changes a few bytes of whole files, each given by its place and its value, so
// that what comes behind the signature is reached.
func FuzzPatched(f *testing.F) {
	files := [][]byte{unpacked(f)["acrr_new.h5"], unpacked(f)["rate.h5"]}
	f.Add(uint8(0), []byte{0, 100, 1})
	f.Add(uint8(1), []byte{1, 0, 255, 2, 7, 0})
	f.Fuzz(func(t *testing.T, which uint8, patch []byte) {
		b := slices.Clone(files[int(which)%len(files)])
		for ; len(patch) >= 3; patch = patch[3:] {
			b[(int(patch[0])<<8|int(patch[1]))%len(b)] = patch[2]
		}
		began := time.Now()
		_ = readBytes(b)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%d bytes take %v", len(b), took)
		}
	})
}

// Bytes of a composite are changed, and it is cut: an error, or other values, and never a
// crash.
func TestDamage(t *testing.T) {
	for _, name := range []string{"acrr_new.h5", "rate.h5"} {
		b := unpacked(t)[name]
		if err := readBytes(b); err != nil {
			t.Fatal(name, err)
		}
		found := 0
		for i := 0; i < len(b); i += 3 {
			changed := slices.Clone(b)
			changed[i] ^= 0xff
			if readBytes(changed) != nil {
				found++
			}
		}
		if found < 100 {
			t.Errorf("%s: damage is found in %d of %d changes", name, found, len(b)/3)
		}
		for n := 0; n < len(b)-len(b)/4; n += 101 {
			if readBytes(b[:n]) == nil {
				t.Errorf("%s: cut to %d of %d bytes it is read without a word", name, n, len(b))
			}
		}
	}
}
