package hdf5

import (
	"bytes"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// readThrough reads all objects of a file to a depth, and what of its data is small;
// whatever the bytes are, nothing may panic, hang, or take much memory.
func readThrough(b []byte) (problems int) {
	f, err := New(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return 1
	}
	root, err := f.Root()
	if err != nil {
		return 1
	}
	objects := 0
	var visit func(o *Object, depth int)
	visit = func(o *Object, depth int) {
		if objects++; depth > 3 || objects > 100 {
			return
		}
		if _, err := o.Attributes(); err != nil {
			problems++
		}
		if o.IsDataset() {
			d, err := o.Dataset()
			if err != nil {
				problems++
				return
			}
			total := 1
			for _, n := range d.Shape {
				if total *= n; total > 1<<16 || n > 1<<16 {
					return
				}
			}
			if d.Read(make([]float64, total), make([]int, len(d.Shape)), d.Shape) != nil {
				problems++
			}
			return
		}
		names, err := o.Children()
		if err != nil {
			problems++
		}
		for _, name := range names {
			c, err := o.Child(name)
			if err != nil {
				problems++
				continue
			}
			visit(c, depth+1)
		}
	}
	visit(root, 0)
	return problems
}

func FuzzFile(f *testing.F) {
	for _, name := range []string{"small-old", "small-new"} {
		f.Add(packed(f, name))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		began := time.Now()
		readThrough(b)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%d bytes take %v", len(b), took)
		}
	})
}

// FuzzPatched changes a few bytes of whole files, each given by its place and its value, so
// that what comes behind the signature is reached.
func FuzzPatched(f *testing.F) {
	files := [][]byte{packed(f, "small-old"), packed(f, "small-new")}
	f.Add(uint8(0), []byte{0, 100, 1})
	f.Add(uint8(1), []byte{1, 0, 255, 2, 7, 0})
	f.Fuzz(func(t *testing.T, which uint8, patch []byte) {
		b := slices.Clone(files[int(which)%len(files)])
		for ; len(patch) >= 3; patch = patch[3:] {
			b[(int(patch[0])<<8|int(patch[1]))%len(b)] = patch[2]
		}
		began := time.Now()
		readThrough(b)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%d bytes take %v", len(b), took)
		}
	})
}

// Every byte of a file is changed, and it is cut at every length: an error or other
// values, never a crash, and no memory to speak of.
func TestDamage(t *testing.T) {
	for _, name := range []string{"small-old", "small-new"} {
		b := packed(t, name)
		if n := readThrough(b); n != 0 {
			t.Fatalf("%s: the file as it is has %d problems", name, n)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		found, peak := 0, uint64(0)
		for i := range b {
			if b[i] == 0 && i > 0 && b[i-1] == 0 && i%8 != 0 {
				continue // room that nothing fills
			}
			for _, to := range []byte{b[i] ^ 0x80, b[i] + 1} {
				changed := slices.Clone(b)
				changed[i] = to
				if readThrough(changed) > 0 {
					found++
				}
			}
			const each = 32
			if i%each == 0 {
				runtime.ReadMemStats(&after)
				peak = max(peak, (after.TotalAlloc-before.TotalAlloc)/each)
				before = after
			}
		}
		if found < 100 {
			t.Errorf("%s: damage is found in %d of %d changes", name, found, 2*len(b))
		}
		if peak > 4<<20 { // of two readings
			t.Errorf("%s: a change makes %d MiB", name, peak>>20)
		}
		for n := 0; n < len(b); n += 31 {
			if readThrough(b[:n]) == 0 && n < len(b)/2 {
				t.Errorf("%s: cut to %d of %d bytes it is read without a word", name, n, len(b))
			}
		}
	}
}

// A chunk that unpacks to far more than its array says is stopped.
func TestBomb(t *testing.T) {
	b := bomb(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := inflate(b, 1000)
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "more than its array says") {
		t.Errorf("error %v", err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 4<<20 {
		t.Errorf("%d MiB were taken", took>>20)
	}
}
