package climate

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// Whatever the manifest and the values of prepared data are, they are fields or refused,
// and no window of them brings the program down or has another value than they have.
func FuzzFlatData(f *testing.F) {
	made := f.TempDir()
	if err := WritePrepared(made, preparedFields(), nil); err != nil {
		f.Fatal(err)
	}
	m, err := readManifest(made)
	if err != nil {
		f.Fatal(err)
	}
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(made, name))
		if err != nil {
			f.Fatal(err)
		}
		return b
	}
	good, text := read(m.Data), read(manifestName)
	f.Add(text, good)
	f.Add(text, good[:len(good)-1])
	f.Add(text, []byte{})
	f.Fuzz(func(t *testing.T, text, data []byte) {
		m, err := parseManifest(text)
		if err != nil || int64(len(data)) != m.Bytes {
			return // refused as a file of another size is
		}
		values := make([]float32, len(data)/4)
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		}
		fields, err := m.fields("", values)
		if err != nil {
			return
		}
		clips, err := NewWindows(WindowOptions{Frames: 1, Missing: KeepMissing}, fields...)
		if err != nil {
			return
		}
		frames, height, width, channels := clips.Shape()
		clip := make([]float32, frames*height*width*channels)
		for i := range clips.Len() {
			if clips.Clip(i, clip) != nil {
				continue
			}
			at, _, _, _ := clips.Origin(i)
			for c, field := range fields {
				want := field.Data[at*height*width]
				if got := clip[c]; got != want && !(got != got && want != want) {
					t.Errorf("window %d begins with %v, the file has %v", i, got, want)
				}
			}
		}
	})
}

// Prepared data of which any byte was altered, or that are cut, are refused when they are
// opened or when they are verified.
func TestAlteredFlatData(t *testing.T) {
	dir := t.TempDir()
	if err := WritePrepared(dir, preparedFields(), nil); err != nil {
		t.Fatal(err)
	}
	m, err := readManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, m.Data)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(data []byte) error {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		p, err := OpenPrepared(dir)
		if err != nil {
			return err
		}
		defer p.Close()
		return p.Verify()
	}
	if err := try(good); err != nil {
		t.Fatal(err)
	}
	for i := range good {
		good[i] ^= 0x10
		if try(good) == nil {
			t.Errorf("byte %d was altered and nothing says so", i)
		}
		good[i] ^= 0x10
		if i%7 == 0 && try(good[:i]) == nil {
			t.Errorf("%d of %d bytes are taken", i, len(good))
		}
	}
}
