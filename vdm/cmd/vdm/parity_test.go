package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

const golden = "../../unet/testdata/golden_tiny.safetensors"

func TestParityOfGoldenFiles(t *testing.T) {
	args := []string{"parity", golden, "../../unet/testdata/golden_channels.safetensors"}
	for _, name := range enginetest.Names() {
		args = append(args, "--engine", name)
	}
	got := succeed(t, args...)
	engines := len(enginetest.Names())
	for _, want := range []string{"golden_tiny", "golden_channels"} {
		if strings.Count(got, want) != engines {
			t.Errorf("%s was not compared on %d engines\n%s", want, engines, got)
		}
	}
	for _, want := range []string{"output.v", "grad.z", "grad.param.init_conv.weight"} {
		if strings.Count(got, want) != 2*engines {
			t.Errorf("%s was not compared %d times\n%s", want, 2*engines, got)
		}
	}
	if strings.Contains(got, "FAILED") {
		t.Error(got)
	}
}

// XLA on the CPU has one small file: compiling a network takes it a while.
func TestParityOnXLA(t *testing.T) {
	enginetest.XLA(t, 1)
	if got := succeed(t, "parity", "--engine", "xla:cpu", golden); strings.Contains(got, "FAILED") || !strings.Contains(got, "grad.z") {
		t.Error(got)
	}
}

func TestParityOfReference(t *testing.T) {
	for _, name := range []string{"unet3d_a", "unet3d_b"} {
		t.Run(name, func(t *testing.T) {
			preferredEngine(t)
			t.Log("\n" + succeed(t, "parity", installed.Shared(t, "reference/"+name+".safetensors")))
		})
	}
}

// altered writes the golden file with one change.
func altered(t *testing.T, change func(tensors []checkpoint.Tensor, metadata map[string]string)) string {
	t.Helper()
	tensors, metadata, err := checkpoint.ReadSafetensors(golden)
	if err != nil {
		t.Fatal(err)
	}
	change(tensors, metadata)
	path := filepath.Join(t.TempDir(), "altered.safetensors")
	if err := checkpoint.WriteSafetensorsFile(path, tensors, metadata); err != nil {
		t.Fatal(err)
	}
	return path
}

// One weight of the file is altered by a tenth: output and gradients must differ
// visibly, and the command must fail.
func TestParityFails(t *testing.T) {
	path := altered(t, func(tensors []checkpoint.Tensor, _ map[string]string) {
		for i, x := range tensors {
			if x.Name != "param.init_conv.weight" {
				continue
			}
			values, err := checkpoint.Float32s(x)
			if err != nil {
				t.Fatal(err)
			}
			values[len(values)/2] += 0.1
			tensors[i] = checkpoint.FromFloat32s(x.Name, x.Shape, values)
		}
	})
	r := vdmRun(t, "parity", path, golden)
	if r.status != exitFailed || r.stderr != "vdm: 1 of 2 comparisons failed\n" {
		t.Errorf("status %d, %s", r.status, r.stderr)
	}
	if !strings.Contains(r.stdout, "output.v  FAILED") || !strings.Contains(r.stdout, "golden_tiny") {
		t.Errorf("the output does not show what failed, and what did not:\n%s", r.stdout)
	}
}

func TestParityOfBadFiles(t *testing.T) {
	whole, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	nan := altered(t, func(tensors []checkpoint.Tensor, _ map[string]string) {
		for i, x := range tensors {
			if x.Name == "param.init_conv.bias" {
				values, _ := checkpoint.Float32s(x)
				values[0] = float32(math.NaN())
				tensors[i] = checkpoint.FromFloat32s(x.Name, x.Shape, values)
			}
		}
	})
	otherSize := altered(t, func(_ []checkpoint.Tensor, metadata map[string]string) { metadata["dim"] = "16" })
	noSize := altered(t, func(_ []checkpoint.Tensor, metadata map[string]string) { delete(metadata, "dim") })
	for _, test := range []struct{ path, say string }{
		{write("cut.safetensors", whole[:len(whole)/2]), "bytes of data"},
		{write("header.safetensors", whole[:100]), "header"},
		{write("empty.safetensors", nil), "not a safetensors file"},
		{write("text.safetensors", []byte("<html>404 not found, and a long line after it</html>")), "not a safetensors file"},
		{filepath.Join(dir, "absent.safetensors"), "no such file"},
		{dir, "regular file"},
		{otherSize, "shape"},
		{noSize, "dim"},
		{nan, "comparisons failed"},
	} {
		r := vdmRun(t, "parity", test.path)
		if r.status != exitFailed || !strings.Contains(r.stderr, test.say) || !strings.HasPrefix(r.stderr, "vdm: ") {
			t.Errorf("%s: status %d, %q, want %q", test.path, r.status, r.stderr, test.say)
		}
	}
	refuseEngine := vdmRun(t, "parity", "--engine", "quantum", golden)
	if refuseEngine.status != exitFailed || !strings.Contains(refuseEngine.stderr, `no engine "quantum"`) {
		t.Errorf("unknown engine: status %d, %s", refuseEngine.status, refuseEngine.stderr)
	}
}
