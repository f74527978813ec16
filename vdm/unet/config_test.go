package unet

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestCount(t *testing.T) {
	for _, c := range []struct {
		name   string
		config Config
		want   int
	}{
		{"the dissertation's", Config{}, 35_707_905},
		{"the first model's", Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2, HeadDim: 32}, 222_209},
		{"reference a", Config{Dim: 16, Multiples: []int{1, 2}, Heads: 8, HeadDim: 32}, 406_721},
		{"reference b", Config{Dim: 8, Multiples: []int{1, 2, 2}, Heads: 2, HeadDim: 16}, 110_065},
		// One channel more in and out: 49 taps to each of 64 channels, and a row
		// of 64 weights and a bias.
		{"two channels", Config{Channels: 2}, 35_707_905 + 64*49 + 65},
		{"two channels to one", Config{Channels: 2, OutChannels: 1}, 35_707_905 + 64*49},
	} {
		if got := c.config.Count(); got != c.want {
			t.Errorf("%s network: %d parameters, want %d", c.name, got, c.want)
		}
	}
}

func TestVariablesAreNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range (Config{}).Variables() {
		if seen[v.Name] {
			t.Errorf("%s is listed twice", v.Name)
		}
		seen[v.Name] = true
		if v.Size() < 1 {
			t.Errorf("%s has shape %v", v.Name, v.Shape)
		}
	}
}

func TestValidateRefusesByName(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   []string
	}{
		{Config{Channels: -1}, []string{"channels is -1"}},
		{Config{OutChannels: -2}, []string{"out_channels is -2"}},
		{Config{Dim: 12}, []string{"dim is 12", "multiple of 8"}},
		{Config{Dim: -8}, []string{"dim is -8"}},
		{Config{Multiples: []int{1, 0}}, []string{"multiples[1] is 0"}},
		{Config{Multiples: slices.Repeat([]int{1}, 17)}, []string{"multiples has 17 levels", "16"}},
		{Config{Heads: -1}, []string{"heads is -1"}},
		{Config{HeadDim: 15}, []string{"head_dim is 15", "even"}},
		{Config{HeadDim: -2}, []string{"head_dim is -2"}},
		{Config{Dim: 4, Heads: -3}, []string{"dim is 4", "heads is -3"}}, // both at once
	} {
		err := c.config.Validate()
		if err == nil {
			t.Errorf("%+v is accepted", c.config)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %q does not say %q", c.config, err, want)
			}
		}
	}
	for _, c := range []Config{{}, {Dim: 8, Multiples: []int{1}, Heads: 1, HeadDim: 2}, {Channels: 5, OutChannels: 2}} {
		if err := c.Validate(); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestWithDefaults(t *testing.T) {
	c := Config{Channels: 3}.WithDefaults()
	if c.OutChannels != 3 || c.Dim != 64 || !slices.Equal(c.Multiples, []int{1, 2, 4, 8}) || c.Heads != 8 || c.HeadDim != 32 {
		t.Errorf("defaults are %+v", c)
	}
	if c.Levels() != 4 || c.Divisor() != 8 {
		t.Errorf("%d levels, divisor %d, want 4 and 8", c.Levels(), c.Divisor())
	}
}

func TestInitial(t *testing.T) {
	c := Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2, HeadDim: 8}.WithDefaults()
	values, again, other := c.Initial(1), c.Initial(1), c.Initial(2)
	// Fan-in of some variables, worked out by hand: inputs times taps; for the
	// transposed convolution its output channels times taps; for a bias that of
	// its weight.
	fanIn := map[string]float64{
		"init_conv.weight":                          1 * 49,
		"init_conv.bias":                            1 * 49,
		"downs.1.0.block1.proj.weight":              16 * 9,
		"downs.0.4.weight":                          16 * 16,
		"ups.0.4.weight":                            16 * 16,
		"ups.0.0.res_conv.weight":                   64,
		"time_mlp.1.weight":                         16,
		"time_mlp.3.bias":                           64,
		"downs.0.0.mlp.1.weight":                    64,
		"downs.1.2.fn.fn.to_qkv.weight":             32,
		"downs.1.2.fn.fn.to_out.weight":             64,
		"downs.1.2.fn.fn.to_out.bias":               64,
		"mid_temporal_attn.fn.fn.fn.to_qkv.weight":  32,
		"mid_temporal_attn.fn.fn.fn.to_out.weight":  16,
		"mid_spatial_attn.fn.fn.fn.to_out.weight":   64,
		"final_conv.1.weight":                       16,
		"init_temporal_attn.fn.fn.fn.to_qkv.weight": 16,
		"final_conv.0.block1.proj.weight":           32 * 9,
		"downs.0.3.fn.fn.fn.to_out.weight":          16,
		"mid_block1.block2.proj.weight":             32 * 9,
		"ups.1.1.block1.proj.bias":                  16 * 9,
		"mid_spatial_attn.fn.fn.fn.to_qkv.weight":   32,
		"downs.1.0.res_conv.bias":                   16,
		"time_mlp.3.weight":                         64,
		"ups.0.0.block1.proj.weight":                64 * 9,
	}
	for _, v := range c.Variables() {
		x := values[v.Name]
		if len(x) != v.Size() {
			t.Fatalf("%s has %d values, want %d", v.Name, len(x), v.Size())
		}
		if !slices.Equal(x, again[v.Name]) {
			t.Errorf("%s: the same seed gives other values", v.Name)
		}
		random := v.Init.Uniform > 0 || v.Init.Normal > 0
		if slices.Equal(x, other[v.Name]) == random {
			t.Errorf("%s: another seed gives the same values: %v", v.Name, !random)
		}
		largest := 0.
		for _, f := range x {
			largest = max(largest, math.Abs(float64(f)))
		}
		if n, ok := fanIn[v.Name]; ok {
			delete(fanIn, v.Name)
			bound := 1 / math.Sqrt(n)
			// The largest of 16 numbers or more is below 2/3 of the bound with
			// probability 0.0015 at most.
			if largest > bound*(1+1e-6) || len(x) >= 16 && largest < bound*2/3 {
				t.Errorf("%s: largest value %.4f, want just below %.4f", v.Name, largest, bound)
			}
		}
		switch {
		case strings.HasSuffix(v.Name, ".gamma"), strings.HasSuffix(v.Name, ".norm.weight"):
			if slices.ContainsFunc(x, func(f float32) bool { return f != 1 }) {
				t.Errorf("%s is not all 1", v.Name)
			}
		case strings.HasSuffix(v.Name, ".norm.bias"):
			if slices.ContainsFunc(x, func(f float32) bool { return f != 0 }) {
				t.Errorf("%s is not all 0", v.Name)
			}
		case strings.HasPrefix(v.Name, "time_rel_pos_bias"):
			if s := norm(x) / math.Sqrt(float64(len(x))); !(math.Abs(s-1) <= 0.3) {
				t.Errorf("%s: root mean square %.2f, want about 1", v.Name, s)
			}
		}
	}
	for name := range fanIn {
		t.Errorf("no variable %s", name)
	}
}
