package pretrained

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
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
	if err != nil {
		t.Fatal(err)
	}
	ours, metadata, err := checkpoint.ParseSafetensors(got)
	if err != nil || metadata[configKey] == "" {
		t.Fatalf("metadata %v (%v), want the configuration", metadata, err)
	}
	shipped, _, err := checkpoint.ParseSafetensors(want)
	if err != nil || len(shipped) != len(ours) {
		t.Fatalf("%d tensors, %d are shipped (%v)", len(ours), len(shipped), err)
	}
	for i, w := range shipped {
		if o := ours[i]; o.Name != w.Name || o.DType != w.DType || !slices.Equal(o.Shape, w.Shape) || !bytes.Equal(o.Data, w.Data) {
			t.Errorf("%s differs from what is shipped, %s", o.Name, w.Name)
		}
	}
}
