package unet

import (
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

func TestChannelsLast(t *testing.T) {
	const batch, channels, frames, height, width = 2, 3, 4, 5, 6
	first := make([]float32, batch*channels*frames*height*width)
	for i := range first {
		first[i] = float32(i)
	}
	last := ChannelsLast(first, batch, channels, frames, height, width)
	for b := range batch {
		for c := range channels {
			for f := range frames {
				for y := range height {
					for x := range width {
						got := last[(((b*frames+f)*height+y)*width+x)*channels+c]
						want := first[(((b*channels+c)*frames+f)*height+y)*width+x]
						if got != want {
							t.Fatalf("clip %d, channel %d, frame %d, cell (%d, %d): %g, want %g", b, c, f, y, x, got, want)
						}
					}
				}
			}
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a clip of the wrong size is accepted")
		}
	}()
	ChannelsLast(first[1:], batch, channels, frames, height, width)
}

func TestWeightsRoundTrip(t *testing.T) {
	for _, c := range []Config{
		{Dim: 8, Multiples: []int{1, 2}, Heads: 2, HeadDim: 8},
		{Dim: 16, Multiples: []int{1}, Heads: 1, HeadDim: 40, Channels: 3, OutChannels: 1},
		{Dim: 8, Multiples: []int{1, 1, 2}, Heads: 2, HeadDim: 4, Channels: 1, OutChannels: 2},
	} {
		c = c.WithDefaults()
		path := filepath.Join(t.TempDir(), "weights.safetensors")
		weights := c.Initial(1)
		if err := WriteWeights(path, c, weights, false); err != nil {
			t.Fatal(err)
		}
		gotConfig, got, err := ReadWeights(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, gotConfig); diff != "" {
			t.Errorf("configuration (-want +got):\n%s", diff)
		}
		if !maps.EqualFunc(got, weights, slices.Equal) {
			t.Errorf("%+v: the weights come back changed", c)
		}
		if err := WriteWeights(path, c, weights, true); err != nil {
			t.Fatal(err)
		}
		if _, got, err = ReadWeights(path); err != nil {
			t.Fatal(err)
		}
		for name, values := range weights {
			for i, v := range values {
				if d := math.Abs(float64(got[name][i] - v)); d > math.Abs(float64(v))/256 {
					t.Fatalf("%s[%d] is %v in half the size, want %v to eight binary digits", name, i, got[name][i], v)
				}
			}
		}
	}
}

// TestWriteWeightsAsTheOriginal compares what is written with a file that the
// original program wrote: names, shapes and values, constants included.
func TestWriteWeightsAsTheOriginal(t *testing.T) {
	for _, name := range []string{"unet3d_a", "unet3d_b"} {
		original := installed.Shared(t, "reference", name+".safetensors")
		c, weights, err := ReadWeights(original)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "weights.safetensors")
		if err := WriteWeights(path, c, weights, false); err != nil {
			t.Fatal(err)
		}
		want, wantMetadata := readTensors(t, original)
		got, metadata := readTensors(t, path)
		maps.DeleteFunc(want, func(name string, _ checkpoint.Tensor) bool { return !strings.HasPrefix(name, "param.") })
		for _, key := range []string{"frames", "size"} { // of the file's clip
			delete(wantMetadata, key)
		}
		if diff := cmp.Diff(wantMetadata, metadata); diff != "" {
			t.Errorf("metadata (-want +got):\n%s", diff)
		}
		for name, w := range want {
			g, ok := got[name]
			delete(got, name)
			if !ok || g.DType != w.DType || !slices.Equal(g.Shape, w.Shape) {
				t.Errorf("%s: %s %v, want %s %v", name, g.DType, g.Shape, w.DType, w.Shape)
				continue
			}
			a, _ := checkpoint.Float32s(g)
			b, _ := checkpoint.Float32s(w)
			for i := range b {
				// Powers of 10000 differ in the last place of float32.
				if !(math.Abs(float64(a[i]-b[i])) <= 2e-7*math.Abs(float64(b[i]))) {
					t.Errorf("%s, value %d: %g, want %g", name, i, a[i], b[i])
				}
			}
		}
		for name := range got {
			t.Errorf("%s is written but not in the original's file", name)
		}
	}
}

func readTensors(t *testing.T, path string) (map[string]checkpoint.Tensor, map[string]string) {
	t.Helper()
	list, metadata, err := checkpoint.ReadSafetensors(path)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]checkpoint.Tensor{}
	for _, one := range list {
		byName[one.Name] = one
	}
	return byName, metadata
}

// altered writes a good file after a change and returns its path.
func altered(t *testing.T, c Config, change func(tensors map[string]checkpoint.Tensor, metadata map[string]string)) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "altered.safetensors")
	if err := WriteWeights(path, c, c.Initial(1), false); err != nil {
		t.Fatal(err)
	}
	tensors, metadata := readTensors(t, path)
	change(tensors, metadata)
	if err := checkpoint.WriteSafetensorsFile(path, slices.Collect(maps.Values(tensors)), metadata); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadWeightsRefuses(t *testing.T) {
	type tensors = map[string]checkpoint.Tensor
	type texts = map[string]string
	c := Config{Dim: 8, Multiples: []int{1, 2}, Heads: 2, HeadDim: 8}.WithDefaults()
	put := func(m tensors, name string, values []float32, shape ...int) {
		m[name] = checkpoint.FromFloat32s(name, shape, values)
	}
	for _, one := range []struct {
		name   string
		change func(tensors, texts)
		want   []string
	}{
		{"a missing variable", func(m tensors, _ texts) { delete(m, "param.init_conv.bias") },
			[]string{`"init_conv.bias"`, "[8]", "missing"}},
		{"an unknown variable", func(m tensors, _ texts) { put(m, "param.extra", []float32{1, 2}, 2) },
			[]string{`"extra"`, "[2]", "unknown"}},
		{"another shape", func(m tensors, _ texts) { put(m, "param.init_conv.bias", make([]float32, 9), 9) },
			[]string{`"init_conv.bias"`, "[9]", "want [8]"}},
		{"another shape of the same size", func(m tensors, _ texts) {
			put(m, "param.init_conv.weight", make([]float32, 8*49), 8, 49)
		}, []string{`"init_conv.weight"`, "[8 49]", "want [8 1 1 7 7]"}},
		{"another width", func(_ tensors, meta texts) { meta["dim"] = "16" },
			[]string{"has shape", "and", "more"}},
		{"a level more", func(_ tensors, meta texts) { meta["dim_mults"] = "1,2,4" },
			[]string{"missing"}},
		{"no dim", func(_ tensors, meta texts) { delete(meta, "dim") }, []string{"metadata dim is missing"}},
		{"no number", func(_ tensors, meta texts) { meta["heads"] = "two" }, []string{"metadata heads", `"two"`}},
		{"negative", func(_ tensors, meta texts) { meta["dim_head"] = "-8" }, []string{"metadata dim_head", `"-8"`}},
		{"bad multiples", func(_ tensors, meta texts) { meta["dim_mults"] = "(1, 2)" }, []string{"metadata dim_mults", `"(1"`}},
		{"no such network", func(_ tensors, meta texts) { meta["dim_head"] = "7" }, []string{"head_dim is 7"}},
		{"integers", func(m tensors, _ texts) {
			m["param.init_conv.bias"] = checkpoint.Tensor{Name: "param.init_conv.bias", DType: "I32", Shape: []int{8}, Data: make([]byte, 32)}
		}, []string{"param.init_conv.bias", "I32"}},
		{"another rotary base", func(m tensors, _ texts) {
			put(m, "param.init_temporal_attn.fn.fn.fn.rotary_emb.freqs", []float32{1, 0.2, 0.01, 0.001}, 4)
		}, []string{"init_temporal_attn.fn.fn.fn.rotary_emb.freqs", "value 1 is 0.2", "want 0.1"}},
		{"another rotary width", func(m tensors, _ texts) {
			put(m, "param.mid_temporal_attn.fn.fn.fn.rotary_emb.freqs", []float32{1, 0.1}, 2)
		}, []string{"mid_temporal_attn.fn.fn.fn.rotary_emb.freqs", "2 values, want 4"}},
	} {
		path := altered(t, c, one.change)
		_, _, err := ReadWeights(path)
		if err == nil {
			t.Errorf("%s: accepted", one.name)
			continue
		}
		for _, want := range append(one.want, path) {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not say %q", one.name, err, want)
			}
		}
	}
	// Files without the constants are as good, and other tensors do no harm.
	path := altered(t, c, func(m tensors, _ texts) {
		maps.DeleteFunc(m, func(name string, _ checkpoint.Tensor) bool { return strings.Contains(name, "rotary") })
		put(m, "input.z", []float32{1}, 1)
	})
	if _, _, err := ReadWeights(path); err != nil {
		t.Error(err)
	}
	if _, _, err := ReadWeights(filepath.Join(t.TempDir(), "none.safetensors")); !os.IsNotExist(err) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestWriteWeightsRefuses(t *testing.T) {
	c := Config{Dim: 8, Multiples: []int{1}, Heads: 1, HeadDim: 4}
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	for want, change := range map[string]func(w map[string][]float32){
		`"final_conv.1.bias" of shape [1] is missing`: func(w map[string][]float32) { delete(w, "final_conv.1.bias") },
		`"more" of shape [3] is unknown`:              func(w map[string][]float32) { w["more"] = make([]float32, 3) },
		`"init_conv.bias" has shape [7], want [8]`:    func(w map[string][]float32) { w["init_conv.bias"] = make([]float32, 7) },
	} {
		w := c.Initial(1)
		change(w)
		if err := WriteWeights(path, c, w, false); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%v does not name the file and say %s", err, want)
		}
	}
	c.Dim = 9
	if err := WriteWeights(path, c, nil, false); err == nil || !strings.Contains(err.Error(), "dim is 9") {
		t.Errorf("dim 9: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("something was written")
	}
}
