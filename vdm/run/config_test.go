package run

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/tiles"
	"github.com/climate-vdm/climate-vdm/vdm/train"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

func encoded(t testing.TB, c Config) []byte {
	t.Helper()
	text, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The defaults are those that the fields' comments and the dissertation name.
func TestConfigDefaults(t *testing.T) {
	c := Config{Clip: ClipConfig{Frames: 10, Height: 64, Width: 64, Channels: []ChannelConfig{{Name: "pr"}}}}.WithDefaults()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	want := TrainingConfig{
		Batch: 32, Accumulate: 1, Rate: 1e-4, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, EMA: 0.9995,
		MissingCells: "refuse", HeldOutEvery: 500, HeldOutClips: 32, SnapshotEvery: 500, Keep: 3, LogEvery: 10,
	}
	if c.Training != want {
		t.Errorf("training %+v, want %+v", c.Training, want)
	}
	if strings.Contains(string(encoded(t, c)), "optimiser") {
		t.Error("the file names the default optimiser, which programs from before there were others refuse")
	}
	named := c
	named.Training.Optimiser = train.RuleNames()[0]
	if d := differences(c, named); len(d) > 0 {
		t.Errorf("a run of the default optimiser is another one when it is named: %v", d)
	}
	if c.Parameterisation != vdm.PredictV || c.Schedule.Name != "cosine" || c.Weighting.Name != "v" || c.Format != configFormat {
		t.Errorf("defaults %+v", c)
	}
	if n := c.Network.Count(); n != 35707905 {
		t.Errorf("the network has %d parameters, the dissertation's 35,707,905", n)
	}
	if again := c.WithDefaults(); !reflect.DeepEqual(again, c) {
		t.Error("defaults of defaults differ")
	}
}

// fullConfig has every setting set to something that is no default.
func fullConfig(t testing.TB) Config {
	return Config{
		Format: 1,
		Clip: ClipConfig{Frames: 3, Height: 5, Width: 7, Step: 1.0 / 6, Kilometres: 2.5, Channels: []ChannelConfig{
			{Name: "pr", Units: "mm/h", Transform: parse(t, "sqrt+affine:0:8.773123741149902")},
			{Name: "temperature: 2 m", Units: "°C", Transform: parse(t, "log:0.1")},
		}},
		Network:          unet.Config{Channels: 6, OutChannels: 2, Dim: 16, Multiples: []int{1, 3}, Heads: 3, HeadDim: 6, BFloat16: true, Rematerialise: true, FusedAttention: unet.FusedSpatial},
		Parameterisation: vdm.PredictV,
		Preconditioning:  PreconditionSpectrum,
		TrainedSize:      [2]int{5, 7},
		Tiles:            tiles.Tiling{Height: 5, Width: 7, Overlap: 2},
		Conditions: ConditionsConfig{
			Tasks:      map[string]float64{"nothing": 1, "first-frames": 2.5},
			Covariates: []CovariateConfig{{Name: "advection", Units: "mm/h", Transform: parse(t, "sqrt+affine:0:7.5"), KnownFrames: 2}},
			Dropout:    0.15,
		},
		Schedule:  ScheduleConfig{Name: "cosine", Min: -17.25, Max: 13.000000000000002, Shift: -1.386294361119891},
		Weighting: WeightingConfig{Name: "edm", Params: map[string]float64{"mean": -1.1, "std": 1.3, "sigma_data": 0.7}},
		Training: TrainingConfig{
			Seed: math.MaxUint64, Steps: 123456789, Batch: 5, Accumulate: 7, Optimiser: "muon", Rate: 3.0000000000000004e-05, Warmup: 11, Decay: 987654321,
			Beta1: 0.91, Beta2: 0.9991, Epsilon: 1.25e-9, WeightDecay: 0.0125, Clip: 1.5, EMA: 0.99951, From: "radar (SHA-256 ab)", MissingCells: "mask",
			HeldOutEvery: 13, HeldOutClips: 17, SnapshotEvery: 19, Keep: 23, LogEvery: 29,
		},
		Data: "hours 1 to 19: \"quoted\", # no comment\nsecond line",
	}
}

// Every setting survives the file, to the last bit.
func TestConfigRoundTrip(t *testing.T) {
	for name, c := range map[string]Config{"full": fullConfig(t), "tiny": tinyConfig(t).WithDefaults()} {
		if name == "full" {
			assertNoZero(t, "Config", reflect.ValueOf(c))
		}
		text := encoded(t, c)
		got, err := ParseConfig(text)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		if diff := diffLines(c, got); len(diff) > 0 {
			t.Errorf("%s: read back with %v", name, diff)
		}
		if got.Training != c.Training || got.Schedule != c.Schedule || got.Data != c.Data || !reflect.DeepEqual(got.Clip, c.Clip) || !reflect.DeepEqual(got.Network, c.Network) {
			t.Errorf("%s: read back as\n%+v\nwas\n%+v", name, got, c)
		}
	}
}

// assertNoZero makes sure that the test above leaves no setting out.
func assertNoZero(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	if v.Kind() == reflect.Struct && v.Type().PkgPath() != "" && v.Type().Name() != "Spec" {
		for i := range v.NumField() {
			assertNoZero(t, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
		return
	}
	if v.IsZero() {
		t.Errorf("%s is not set by the test", path)
	}
}

// A configuration is refused with the name of every setting that is wrong.
func TestConfigRefusesByName(t *testing.T) {
	for says, change := range map[string]func(c *Config){
		"clip.frames is -1":                           func(c *Config) { c.Clip.Frames = -1 },
		"clip.height is 0":                            func(c *Config) { c.Clip.Height = 0 },
		"clip.width is 0":                             func(c *Config) { c.Clip.Width = 0 },
		"clip.channels is 0":                          func(c *Config) { c.Clip.Channels = nil },
		"clip.step_hours is -1":                       func(c *Config) { c.Clip.Step = -1 },
		"clip.step_hours is NaN":                      func(c *Config) { c.Clip.Step = math.NaN() },
		`clip.channels[1].name is "pr"`:               func(c *Config) { c.Clip.Channels[1].Name = "pr" },
		`clip.channels[0].name is ""`:                 func(c *Config) { c.Clip.Channels[0].Name = "" },
		"clip.channels[1].transform":                  func(c *Config) { c.Clip.Channels[1].Transform.Steps[0].Kind = "cube" },
		"network.channels is 3":                       func(c *Config) { changeUNet(c, func(n *unet.Config) { n.Channels = 3 }) },
		"network.out_channels is 4":                   func(c *Config) { changeUNet(c, func(n *unet.Config) { n.OutChannels = 4 }) },
		"dim is 12":                                   func(c *Config) { changeUNet(c, func(n *unet.Config) { n.Dim = 12 }) },
		"multiples[1] is -3":                          func(c *Config) { changeUNet(c, func(n *unet.Config) { n.Multiples[1] = -3 }) },
		"head_dim is 5":                               func(c *Config) { changeUNet(c, func(n *unet.Config) { n.HeadDim = 5 }) },
		`parameterisation "velocity"`:                 func(c *Config) { c.Parameterisation = "velocity" },
		`unknown noise schedule "sine"`:               func(c *Config) { c.Schedule.Name = "sine" },
		"expected min below max":                      func(c *Config) { c.Schedule.Min, c.Schedule.Max = 5, -5 },
		`"linear" has no shift`:                       func(c *Config) { c.Schedule.Name, c.Schedule.Shift = "linear", 1 },
		`unknown weighting "uniform"`:                 func(c *Config) { c.Weighting.Name = "uniform" },
		`unknown parameter "gamma"`:                   func(c *Config) { c.Weighting.Params["gamma"] = 1 },
		`optimiser adam has no weight decay`:          func(c *Config) { c.Training.Optimiser, c.Training.WeightDecay = "adam", 0.1 },
		`training.weight_decay is -0.5, want 0 to`:    func(c *Config) { c.Training.Optimiser, c.Training.WeightDecay = "adamw", -0.5 },
		`training.optimiser: optimiser "sgd": want`:   func(c *Config) { c.Training.Optimiser = "sgd" },
		"training.rate is -1":                         func(c *Config) { c.Training.Rate = -1 },
		"training.rate is NaN":                        func(c *Config) { c.Training.Rate = math.NaN() },
		"training.beta1 is 1":                         func(c *Config) { c.Training.Beta1 = 1 },
		"training.beta2 is -0.5":                      func(c *Config) { c.Training.Beta2 = -0.5 },
		"training.epsilon is -1":                      func(c *Config) { c.Training.Epsilon = -1 },
		"training.clip_norm is -1":                    func(c *Config) { c.Training.Clip = -1 },
		"training.ema is 1":                           func(c *Config) { c.Training.EMA = 1 },
		"training.warmup is -1":                       func(c *Config) { c.Training.Warmup = -1 },
		"training.steps is -1":                        func(c *Config) { c.Training.Steps = -1 },
		"training.batch is -1":                        func(c *Config) { c.Training.Batch = -1 },
		"training.accumulate is -1":                   func(c *Config) { c.Training.Accumulate = -1 },
		"training.held_out_every is -1":               func(c *Config) { c.Training.HeldOutEvery = -1 },
		"training.held_out_clips is -1":               func(c *Config) { c.Training.HeldOutClips = -1 },
		"training.snapshot_every is -1":               func(c *Config) { c.Training.SnapshotEvery = -1 },
		"training.keep_snapshots is -1":               func(c *Config) { c.Training.Keep = -1 },
		"training.log_every_steps is -1":              func(c *Config) { c.Training.LogEvery = -1 },
		"training.cosine_decay ends at step 10":       func(c *Config) { c.Training.Decay = 10; c.Training.Steps = 5 },
		"training.cosine_decay ends at step -1":       func(c *Config) { c.Training.Decay = -1 },
		"reaches a rate of 0 at step 100":             func(c *Config) { c.Training.Decay, c.Training.Steps = 100, 101 },
		`training.missing_cells is "fill"`:            func(c *Config) { c.Training.MissingCells = "fill" },
		"format is 2: this program reads 1 to 1":      func(c *Config) { c.Format = 2 },
		"format is -1":                                func(c *Config) { c.Format = -1 },
		"training.warmup is 1e+13, want 0 to 1e+12":   func(c *Config) { c.Training.Warmup = 1e13 },
		"rate is 2, want 1e-12 to 1":                  func(c *Config) { c.Training.Rate = 2 },
		"network: U-Net configuration: heads is -1, ": func(c *Config) { changeUNet(c, func(n *unet.Config) { n.Heads = -1 }) },
	} {
		c := fullConfig(t)
		change(&c)
		c = c.WithDefaults()
		enginetest.WantError(t, says, c.Validate(), says, "configuration: ")
		if strings.Contains(says, "transform") {
			says = "transform: " // which is refused while the file is read
		}
		_, err := ParseConfig(encoded(t, c))
		enginetest.WantError(t, "from the file: "+says, err, says)
	}
	// All at once.
	c := fullConfig(t)
	c.Training.Rate, c.Training.Beta1, c.Clip.Frames = -1, 1, -1
	enginetest.WantError(t, "three at once", c.Validate(), "training.rate", "training.beta1", "clip.frames")
}

func TestConfigFileRefusals(t *testing.T) {
	whole := string(encoded(t, fullConfig(t)))
	for _, c := range []struct{ name, text, says string }{
		{"empty", " \n", "the file is empty"},
		{"no YAML", "clip: [frames", "configuration: "},
		{"unknown setting", whole + "colour: blue\n", "colour"},
		{"unknown setting deep inside", strings.Replace(whole, "warmup: 11", "warmupp: 11", 1), "warmupp"},
		{"a word for a number", strings.Replace(whole, "warmup: 11", "warmup: soon", 1), "warmup"},
		{"a setting twice", strings.Replace(whole, "warmup: 11", "warmup: 11\n  warmup: 12", 1), "warmup"},
		{"newer format with new settings", strings.Replace(whole, "format: 1", "format: 7\nnovelty: yes", 1), "format is 7: this program reads 1 to 1; a newer version"},
	} {
		path := filepath.Join(t.TempDir(), configName)
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := ReadConfig(path)
		enginetest.WantError(t, c.name, err, c.says, path)
	}
	if _, err := ReadConfig(filepath.Join(t.TempDir(), "nothing.yaml")); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add(string(encoded(f, fullConfig(f))))
	f.Add("clip: {frames: 1, height: 2, width: 3, channels: [{name: a, transform: sqrt+affine}]}")
	f.Add("training: {seed: -1}")
	f.Add("clip: {frames: 1, height: 2, width: 3, channels: [{name: a}]}\nnetwork: {kind: convnet, width: 8}")
	f.Add("format: 9")
	f.Add("? !!binary : &a *a")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseConfig([]byte(text))
		if err != nil {
			return
		}
		// What is accepted can be written and read back.
		again, err := ParseConfig(encoded(t, c))
		if err != nil {
			t.Fatalf("accepted, then refused: %v\n%s", err, encoded(t, c))
		}
		if diff := diffLines(c, again); len(diff) > 0 {
			t.Fatalf("read back with %v", diff)
		}
	})
}

func ExampleParseConfig() {
	c, err := ParseConfig([]byte(`
clip:
  frames: 10
  height: 32
  width: 32
  channels:
    - {name: rain, units: mm/h, transform: sqrt+affine}
network: {dim: 16, multiples: [1, 2], heads: 2}
training: {steps: 400, batch: 4, rate: 1e-3}
`))
	if err != nil {
		panic(err)
	}
	fmt.Println(c.Network.Count(), "parameters,", c.Parameterisation, "prediction,", c.Schedule.Name, "schedule")
	_, err = ParseConfig([]byte("training: {step: 400}"))
	fmt.Println(strings.Contains(err.Error(), `unknown field "step"`))
	// Output:
	// 222209 parameters, v prediction, cosine schedule
	// true
}
