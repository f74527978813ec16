package climate

import (
	"os"
	"path/filepath"
	"testing"
)

// Whatever the bytes of prepared data are, a folder whose file is not the manifest's is
// refused when it is opened or when it is verified, and no window of it brings the program
// down.
func FuzzFlatData(f *testing.F) {
	made := f.TempDir()
	if err := WritePrepared(made, preparedFields(), nil); err != nil {
		f.Fatal(err)
	}
	m, err := readManifest(made)
	if err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(made, m.Data))
	if err != nil {
		f.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(made, manifestName))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		for name, b := range map[string][]byte{manifestName: text, m.Data: data} {
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		p, err := OpenPrepared(dir)
		if err != nil {
			return
		}
		defer p.Close()
		if err := p.Verify(); (err == nil) != (string(data) == string(good)) {
			t.Errorf("%d bytes are verified: %v", len(data), err)
		}
		clips, err := NewWindows(WindowOptions{Frames: 1, Missing: KeepMissing}, p.Fields()...)
		if err != nil {
			return
		}
		frames, height, width, channels := clips.Shape()
		for i := range clips.Len() {
			_ = clips.Clip(i, make([]float32, frames*height*width*channels))
		}
	})
}
