package pretrained

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The shipped weights are what shipping them again writes, to the bit.
func TestShip(t *testing.T) {
	dir := t.TempDir()
	m, err := Install(Radar, filepath.Join(dir, "run"))
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(m, dir, Radar); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, Radar+".safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := files.ReadFile(Radar + ".safetensors")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes of weights differ from the %d that are shipped (%v)", len(got), len(want), err)
	}
}
