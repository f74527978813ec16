package unet

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

// TestParity compares with files that PyTorch programs made: two of the
// original program, where they are at hand, and two of this project's own peer.
func TestParity(t *testing.T) {
	for _, name := range []string{"unet3d_a", "unet3d_b", "golden_tiny", "golden_channels"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", name+".safetensors")
			if strings.HasPrefix(name, "unet3d") {
				path = installed.Shared(t, "reference", name+".safetensors")
			}
			eachEngine(t, func(t *testing.T, be compute.Backend) {
				r, err := Parity(be, path)
				if err != nil {
					t.Fatal(err)
				}
				if !r.Pass() {
					t.Errorf("\n%s", r)
				}
				if r.Errors[0].Name != "output.v" || r.Errors[1].Name != "grad.z" || len(r.Errors) < 5 {
					t.Errorf("the report lacks results:\n%s", r)
				}
				t.Logf("\n%s", r)
			})
		})
	}
}

// TestParitySees changes a golden file a little: a weight, the expected output,
// and a gradient.
func TestParitySees(t *testing.T) {
	for name, failing := range map[string]string{
		"param.final_conv.1.bias":        "output.v",
		"output.v":                       "output.v",
		"grad.z":                         "grad.z",
		"grad.param.final_conv.1.weight": "grad.param.final_conv.1.weight",
	} {
		path := changedGolden(t, func(m map[string]checkpoint.Tensor, _ map[string]string) {
			x, err := checkpoint.Float32s(m[name])
			if err != nil {
				t.Fatal(err)
			}
			for i := range x {
				x[i] *= 1.001
			}
			m[name] = checkpoint.FromFloat32s(name, m[name].Shape, x)
		})
		r, err := Parity(enginetest.Named(t, "go"), path)
		if err != nil {
			t.Fatal(err)
		}
		if r.Pass() {
			t.Errorf("%s changed by 0.1 %%: passes\n%s", name, r)
		}
		for _, e := range r.Errors {
			if (e.Name == failing) == (e.Error <= e.Limit) && strings.HasPrefix(name, "grad") {
				t.Errorf("%s changed by 0.1 %%: %s has an error of %.1e", name, e.Name, e.Error)
			}
		}
		if !strings.Contains(r.String(), failing+"  FAILED") {
			t.Errorf("the table does not say that %s failed:\n%s", failing, r)
		}
	}
	if (&ParityReport{}).Pass() {
		t.Error("an empty report passes")
	}
	if (&ParityReport{Errors: []ParityError{{"output.v", math.NaN(), OutputLimit}}}).Pass() {
		t.Error("a report of NaN passes")
	}
}

func TestParityRefuses(t *testing.T) {
	type tensors = map[string]checkpoint.Tensor
	reshape := func(m tensors, name string, shape ...int) {
		one := m[name]
		one.Shape = shape
		m[name] = one
	}
	for _, one := range []struct {
		want   string
		change func(m tensors, meta map[string]string)
	}{
		{`"input.z" is missing`, func(m tensors, _ map[string]string) { delete(m, "input.z") }},
		{`"input.log_snr" is missing`, func(m tensors, _ map[string]string) { delete(m, "input.log_snr") }},
		{`"output.v" is missing`, func(m tensors, _ map[string]string) { delete(m, "output.v") }},
		{`"cotangent.v" is missing`, func(m tensors, _ map[string]string) { delete(m, "cotangent.v") }},
		{`"grad.param.none": no variable`, func(m tensors, _ map[string]string) {
			m["grad.param.none"] = checkpoint.FromFloat32s("grad.param.none", []int{1}, []float32{1})
		}},
		{`"input.z" has shape`, func(m tensors, _ map[string]string) {
			s := m["input.z"].Shape
			reshape(m, "input.z", s[0], s[1], s[2], s[3]*s[4])
		}},
		{`"output.v" has shape`, func(m tensors, _ map[string]string) {
			s := m["output.v"].Shape
			reshape(m, "output.v", s[0], s[1], s[2], s[3]*s[4], 1)
		}},
		{`"grad.param.final_conv.1.bias" has shape`, func(m tensors, _ map[string]string) {
			reshape(m, "grad.param.final_conv.1.bias", 1, 1)
		}},
		{`metadata dim is missing`, func(_ tensors, meta map[string]string) { delete(meta, "dim") }},
	} {
		path := changedGolden(t, one.change)
		_, err := Parity(enginetest.Named(t, "go"), path)
		if err == nil || !strings.Contains(err.Error(), one.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%v does not name the file and say %s", err, one.want)
		}
	}
	// Without gradients the output alone is compared.
	path := changedGolden(t, func(m tensors, _ map[string]string) {
		for name := range m {
			if strings.HasPrefix(name, "grad.") || name == "cotangent.v" {
				delete(m, name)
			}
		}
	})
	r, err := Parity(enginetest.Named(t, "go"), path)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Pass() || len(r.Errors) != 1 {
		t.Errorf("output alone:\n%s", r)
	}
}

// changedGolden writes a changed copy of a golden file and returns its path.
func changedGolden(t *testing.T, change func(tensors map[string]checkpoint.Tensor, metadata map[string]string)) string {
	t.Helper()
	tensors, metadata := readTensors(t, filepath.Join("testdata", "golden_tiny.safetensors"))
	change(tensors, metadata)
	var list []checkpoint.Tensor
	for _, one := range tensors {
		list = append(list, one)
	}
	path := filepath.Join(t.TempDir(), "changed.safetensors")
	if err := checkpoint.WriteSafetensorsFile(path, list, metadata); err != nil {
		t.Fatal(err)
	}
	return path
}
