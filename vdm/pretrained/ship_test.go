package pretrained

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

var (
	ship   = flag.String("ship", "", "run folder whose averaged weights and configuration become the files of the model -as")
	shipAs = flag.String("as", "", "name of the model to ship")
)

// The shipped weights are what shipping them again writes, to the bit. To ship those of
// another run:
//
//	go test ./vdm/pretrained -run Ship -ship RUN -as NAME
func TestShip(t *testing.T) {
	if *ship != "" {
		m, err := run.Open(*ship)
		if err != nil {
			t.Fatal(err)
		}
		if err := write(m, ".", *shipAs); err != nil {
			t.Fatal(err)
		}
		return
	}
	dir := t.TempDir()
	m, err := Install(Radar, filepath.Join(dir, "run"))
	if err != nil {
		t.Fatal(err)
	}
	if err := write(m, dir, Radar); err != nil {
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

// write writes a run's averaged weights and its configuration as the files of a model to
// ship, NAME.safetensors and NAME.yaml of a folder: the weights rounded to bfloat16, the
// numbers that were fitted on data in full.
func write(m *run.Run, folder, name string) error {
	c := m.Config
	c.Training.Steps = int(m.Step())
	text, err := c.Encode()
	if err != nil {
		return err
	}
	trained := map[string]bool{}
	for _, v := range c.Network.Variables() {
		trained[v.Name] = true
	}
	weights := m.Weights(true)
	var tensors []checkpoint.Tensor
	for _, v := range c.FullNetwork().Variables() {
		one := checkpoint.FromFloat32s
		if trained[v.Name] {
			one = checkpoint.BFloat16s
		}
		tensors = append(tensors, one(v.Name, v.Shape, weights[v.Name]))
	}
	if err := checkpoint.WriteBytes(filepath.Join(folder, name+".yaml"), text); err != nil {
		return err
	}
	return checkpoint.WriteSafetensorsFile(filepath.Join(folder, name+".safetensors"), tensors, nil)
}
