package unet

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
)

// ChannelsLast returns clips laid out [batch, channel, frame, height, width], as the
// original program and PyTorch have them, as [batch, frame, height, width, channel]. It
// panics if len(clips) is not the product of the sizes.
func ChannelsLast(clips []float32, batch, channels, frames, height, width int) []float32 {
	cells := frames * height * width
	size := channels * cells
	if len(clips) != batch*size {
		panic(fmt.Sprintf("unet: %d values, want %d·%d·%d", len(clips), batch, channels, cells))
	}
	last := make([]float32, len(clips))
	for b := range batch {
		from, to := clips[b*size:][:size], last[b*size:][:size]
		for c := range channels {
			for i := range cells {
				to[i*channels+c] = from[c*cells+i]
			}
		}
	}
	return last
}

// In the files parameters have the prefix paramPrefix before the original's name; each
// temporal attention has the frequencies of its rotary embedding beside its weights, a
// constant that the original program stores and expects.
const (
	paramPrefix  = "param."
	rotarySuffix = ".fn.fn.fn.rotary_emb.freqs"
)

// ReadWeights reads a network from a safetensors file in the original program's layout:
// its sizes from the metadata (dim, dim_mults, heads, dim_head; channels and
// out_channels where they are not 1) and its variables, by name, from the tensors
// param.*. Other tensors are ignored. The constants of the rotary embedding, where
// present, must be equal to ours.
//
// An error names the file, the variable, and the found and the expected shape.
func ReadWeights(path string) (Config, map[string][]float32, error) {
	f, err := readFile(path)
	if err != nil {
		return Config{}, nil, err
	}
	return f.config, f.weights, nil
}

// WriteWeights writes a network as [ReadWeights] reads it, with everything that the
// original program needs to load it. BFloat16, Rematerialise and FusedAttention are no
// part of such a file. With half, the values are rounded to bfloat16 and take half the
// size.
func WriteWeights(path string, c Config, weights map[string][]float32, half bool) error {
	c = c.WithDefaults()
	if err := c.Validate(); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	found := map[string][]int{}
	expected := map[string][]int{}
	for _, v := range c.Variables() {
		expected[v.Name] = v.Shape
		if values, ok := weights[v.Name]; ok {
			found[v.Name] = v.Shape
			if len(values) != v.Size() {
				found[v.Name] = []int{len(values)}
			}
		}
	}
	for name, values := range weights {
		if expected[name] == nil {
			found[name] = []int{len(values)}
		}
	}
	if err := c.Match(found); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	tensor := checkpoint.FromFloat32s
	if half {
		tensor = checkpoint.BFloat16s
	}
	var tensors []checkpoint.Tensor
	for name, shape := range expected {
		tensors = append(tensors, tensor(paramPrefix+name, shape, weights[name]))
	}
	freqs := rotaryFrequencies(c.HeadDim)
	for _, name := range c.rotaryConstants() {
		tensors = append(tensors, checkpoint.FromFloat32s(paramPrefix+name, []int{len(freqs)}, freqs))
	}
	return checkpoint.WriteSafetensorsFile(path, tensors, c.metadata())
}

// Match compares the shapes of a set of variables, by name, with those of the network.
// The error names the missing and the unknown variables, and those of another shape,
// with the found and the expected one.
func (c Config) Match(found map[string][]int) error {
	var errs []error
	known := map[string]bool{}
	for _, v := range c.Variables() {
		known[v.Name] = true
		switch shape, ok := found[v.Name]; {
		case !ok:
			errs = append(errs, fmt.Errorf("variable %q of shape %v is missing", v.Name, v.Shape))
		case !slices.Equal(shape, v.Shape):
			errs = append(errs, fmt.Errorf("variable %q has shape %v, want %v", v.Name, shape, v.Shape))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if !known[name] {
			errs = append(errs, fmt.Errorf("variable %q of shape %v is unknown to this network", name, found[name]))
		}
	}
	const most = 5 // another width changes nearly every variable
	if len(errs) > most {
		errs = append(errs[:most], fmt.Errorf("and %d more", len(errs)-most))
	}
	return errors.Join(errs...)
}

// weightsFile is a file in the original program's layout.
type weightsFile struct {
	config  Config
	weights map[string][]float32
	others  map[string]checkpoint.Tensor // the tensors beside param.*
}

func readFile(path string) (*weightsFile, error) {
	tensors, metadata, err := checkpoint.ReadSafetensors(path)
	if err != nil {
		return nil, err
	}
	f, err := parseFile(tensors, metadata)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

func parseFile(tensors []checkpoint.Tensor, metadata map[string]string) (*weightsFile, error) {
	c, err := parseMetadata(metadata)
	if err != nil {
		return nil, err
	}
	f := &weightsFile{config: c, weights: map[string][]float32{}, others: map[string]checkpoint.Tensor{}}
	shapes := map[string][]int{}
	rotary := c.rotaryConstants()
	for _, t := range tensors {
		name, isParam := strings.CutPrefix(t.Name, paramPrefix)
		if !isParam {
			f.others[t.Name] = t
			continue
		}
		values, err := checkpoint.Float32s(t)
		if err != nil {
			return nil, err
		}
		if slices.Contains(rotary, name) {
			if err := c.checkRotary(name, values); err != nil {
				return nil, err
			}
			continue
		}
		shapes[name], f.weights[name] = t.Shape, values
	}
	if err := c.Match(shapes); err != nil {
		return nil, err
	}
	return f, nil
}

// parseMetadata returns the sizes in the metadata of a file.
func parseMetadata(metadata map[string]string) (Config, error) {
	var errs []error
	parse := func(key, text string) int {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 {
			errs = append(errs, fmt.Errorf("metadata %s is %q, want a positive integer", key, text))
		}
		return n
	}
	required := func(key string) string {
		text, ok := metadata[key]
		if !ok {
			errs = append(errs, fmt.Errorf("metadata %s is missing", key))
			return "1"
		}
		return text
	}
	optional := func(key string, otherwise int) int {
		if text, ok := metadata[key]; ok {
			return parse(key, text)
		}
		return otherwise
	}
	c := Config{
		Dim:     parse("dim", required("dim")),
		Heads:   parse("heads", required("heads")),
		HeadDim: parse("dim_head", required("dim_head")),
	}
	for text := range strings.SplitSeq(required("dim_mults"), ",") {
		c.Multiples = append(c.Multiples, parse("dim_mults", text))
	}
	c.Channels = optional("channels", 1)
	c.OutChannels = optional("out_channels", c.Channels)
	if err := errors.Join(errs...); err != nil {
		return Config{}, err
	}
	return c, c.Validate()
}

// metadata returns the sizes of c, which has its defaults set, as metadata of a file.
func (c Config) metadata() map[string]string {
	multiples := make([]string, len(c.Multiples))
	for i, m := range c.Multiples {
		multiples[i] = strconv.Itoa(m)
	}
	m := map[string]string{
		"dim":       strconv.Itoa(c.Dim),
		"dim_mults": strings.Join(multiples, ","),
		"heads":     strconv.Itoa(c.Heads),
		"dim_head":  strconv.Itoa(c.HeadDim),
	}
	if c.Channels != 1 || c.OutChannels != 1 {
		m["channels"] = strconv.Itoa(c.Channels)
		m["out_channels"] = strconv.Itoa(c.OutChannels)
	}
	return m
}

// rotaryConstants lists the constants of the rotary embedding, one for each
// temporal attention.
func (c Config) rotaryConstants() []string {
	names := []string{"init_temporal_attn" + rotarySuffix, "mid_temporal_attn" + rotarySuffix}
	for i := range c.Levels() {
		names = append(names, fmt.Sprintf("downs.%d.3%s", i, rotarySuffix), fmt.Sprintf("ups.%d.3%s", i, rotarySuffix))
	}
	return names
}

func (c Config) checkRotary(name string, values []float32) error {
	want := rotaryFrequencies(c.HeadDim)
	if len(values) != len(want) {
		return fmt.Errorf("constant %q has %d values, want %d for heads of %d", name, len(values), len(want), c.HeadDim)
	}
	for i, v := range values {
		if !(math.Abs(float64(v-want[i])) <= 1e-5*float64(want[i])) {
			return fmt.Errorf("constant %q: value %d is %g, want %g: this network was trained with another rotary embedding", name, i, v, want[i])
		}
	}
	return nil
}

// rotaryFrequencies returns the angles per frame of each pair of dimensions.
func rotaryFrequencies(headDim int) []float32 {
	freqs := make([]float32, min(maxRotary, headDim)/2)
	for i := range freqs {
		freqs[i] = float32(rotaryFrequency(i, headDim))
	}
	return freqs
}
