package run

import (
	"fmt"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/convnet"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/tiles"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// convConfig is tinyConfig with the smallest network of the other kind.
func convConfig(t testing.TB) Config {
	c := tinyConfig(t)
	c.Network = convnet.Config{Width: 8, Depth: 2}
	return c
}

// A file that names no kind holds a U-Net, and a U-Net is written without a kind: a
// file from before there were kinds is read and written back byte by byte.
func TestNetworkOfOldFiles(t *testing.T) {
	old, err := os.ReadFile("testdata/config_format1.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := ParseConfig(old)
	if err != nil {
		t.Fatal(err)
	}
	want := fullConfig(t)
	// What such a file does not have either.
	want.Training.Optimiser, want.Preconditioning, want.Conditions = "", "", ConditionsConfig{}
	want.TrainedSize, want.Tiles = [2]int{}, tiles.Tiling{}
	want.Parameterisation = vdm.PredictEpsilon
	want.Clip.Kilometres, want.Training.From, want.Training.WeightDecay = 0, "", 0
	changeUNet(&want, func(n *unet.Config) { n.Channels = 2 })
	if !reflect.DeepEqual(c, want) {
		t.Errorf("read as\n%+v\nwant\n%+v", c, want)
	}
	if again := encoded(t, c); string(again) != string(old) {
		t.Errorf("written back as\n%s", again)
	}
	short, err := ParseConfig([]byte("clip: {frames: 1, height: 2, width: 3, channels: [{name: a}]}"))
	if err != nil {
		t.Fatal(err)
	}
	if want := (unet.Config{}).ForClips(1, 0); !reflect.DeepEqual(short.Network, want) {
		t.Errorf("a file without a network has %+v, want %+v", short.Network, want)
	}
	for _, line := range []string{"network:", "network: {}", "network: {kind: unet}", "network: {heads: 8}"} {
		c, err := ParseConfig([]byte("clip: {frames: 1, height: 2, width: 3, channels: [{name: a}]}\n" + line))
		if err != nil || !reflect.DeepEqual(c, short) {
			t.Errorf("%q: %+v, %v", line, c.Network, err)
		}
	}
}

// The other kind stands in the file with its name, and comes back.
func TestNetworkKindRoundTrip(t *testing.T) {
	c := convConfig(t).WithDefaults()
	text := string(encoded(t, c))
	if want := "network:\n  kind: convnet\n  channels: 1\n  out_channels: 1\n  width: 8\n  depth: 2\n  kernel: 3\n"; !strings.Contains(text, want) {
		t.Errorf("written as\n%s\nwant in it\n%s", text, want)
	}
	got, err := ParseConfig([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Network, c.Network) || len(diffLines(got, c)) > 0 {
		t.Errorf("read back as %+v, was %+v", got.Network, c.Network)
	}
	if diff := differences(c, tinyConfig(t).WithDefaults()); !slices.Contains(diff, "network.kind is not set, was convnet") {
		t.Errorf("to the U-Net it differs in %q", diff)
	}
}

func TestNetworkRefusals(t *testing.T) {
	text := string(encoded(t, convConfig(t).WithDefaults()))
	for says, change := range map[string][2]string{
		`network.kind is "transformer": want one of unet, convnet`:                {"kind: convnet", "kind: transformer"},
		`network.kind is "7": want one of unet`:                                   {"kind: convnet", "kind: 7"},
		`unknown field "heads"`:                                                   {"depth: 2", "depth: 2\n  heads: 2"},
		`unknown field "`:                                                         {"kind: convnet", "kind: unet"},
		`"width" already defined`:                                                 {"depth: 2", "depth: 2\n  width: 8"},
		"cannot unmarshal string into Go struct field Config.Network of type int": {"depth: 2", "depth: deep"},
		"network: convolutional network's configuration: width is 9":              {"  width: 8", "  width: 9"},
		"network.channels is 2, but clip.channels has 1":                          {"  channels: 1", "  channels: 2"},
		"network.out_channels is 2, but v̂ has":                                   {"out_channels: 1", "out_channels: 2"},
	} {
		if !strings.Contains(text, change[0]) {
			t.Fatalf("the file has no %q", change[0])
		}
		_, err := ParseConfig([]byte(strings.Replace(text, change[0], change[1], 1)))
		enginetest.WantError(t, says, err, says)
	}
	c := tinyConfig(t)
	c.Network = &convnet.Config{Width: 16}
	if got := c.WithDefaults(); got.Validate() != nil || got.Network != (convnet.Config{Width: 16}).ForClips(1, 0) {
		t.Errorf("a pointer to settings is %#v, %v", got.Network, got.Validate())
	}
	c.Network = stranger{}
	enginetest.WantError(t, "an unknown kind", c.WithDefaults().Validate(), "network is a run.stranger", "unet, convnet")
	c.Network = nil
	enginetest.WantError(t, "no network", c.Validate(), "network is not set")
}

// stranger is a network that no file can name.
type stranger struct{ convnet.Config }

func (s stranger) ForClips(int, int) vdm.Network { return s }

// A network of the other kind trains: the held-out loss falls, on every engine. Clips
// are drawn from it in physical units and are finite.
func TestConvnetTrainsAndSamples(t *testing.T) {
	for _, name := range enginetest.Names() {
		c := convConfig(t)
		c.Clip.Height, c.Clip.Width = 8, 8
		c.Training.Steps, c.Training.Batch, c.Training.Accumulate, c.Training.Rate = 60, 8, 1, 1e-2
		c.Training.Warmup, c.Training.Decay, c.Training.HeldOutEvery, c.Training.HeldOutClips, c.Training.EMA = 0, 0, 60, 32, 0.9
		clips := blobs{n: 60, frames: 2, size: 8}
		m := create(t, c, clips).on(t, name)
		loss := func() float64 {
			losses, err := m.HeldOutLosses(clips)
			if err != nil {
				t.Fatal(err)
			}
			mean, _ := enginetest.Moments(losses)
			return mean
		}
		before := loss()
		mustTrain(t, m, TrainOptions{Data: clips, Steps: 60})
		after := loss()
		t.Logf("%s: held-out loss %.3f, then %.3f", name, before, after)
		if !(after < 0.6*before) {
			t.Errorf("%s: the held-out loss went from %.3f to %.3f, want less than 0.6 of it", name, before, after)
		}
		drawn, err := m.Sample(t.Context(), SampleOptions{Count: 2, Evaluations: 4})
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(drawn.Data, func(x float32) bool { return !(x >= 0 && x < 1e6) }) {
			t.Errorf("%s: samples are not finite or below 0 mm/h", name)
		}
	}
}

// A run that stops and goes on gives the weights and the clips of one that did not, to
// the bit.
func TestConvnetResumes(t *testing.T) {
	c := convConfig(t)
	var text []string
	for _, stops := range [][]int{{12}, {5, 8, 12}} {
		dir := t.TempDir()
		for _, to := range stops {
			m, err := Create(dir, c, tinyClips)
			if err != nil {
				t.Fatal(err)
			}
			mustTrain(t, m, TrainOptions{Data: tinyClips, Steps: to})
		}
		m, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if m.Step() != 12 {
			t.Fatalf("at step %d, want 12", m.Step())
		}
		drawn, err := m.Sample(t.Context(), SampleOptions{Count: 2, Evaluations: 3})
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, fmt.Sprint(m.state.Weights, m.state.EMA, m.state.Moments, drawn.Data))
	}
	if text[0] != text[1] {
		t.Error("the run that was stopped twice has other weights or clips than the one that was not")
	}
}

// unwatched is a network that does not show its parts.
type unwatched struct{ vdm.Network }

// Where numbers stop being finite is told by the parts that the network shows, and by
// the loss where it shows none.
func TestDiagnosisNamesParts(t *testing.T) {
	for _, c := range []struct {
		hide bool
		says string
	}{{false, "first not finite in blocks.1;"}, {true, "first not finite in loss;"}} {
		m := create(t, convConfig(t), tinyClips)
		broken := m.Weights(false)
		broken["blocks.1.space.bias"][0] = float32(math.NaN())
		if err := m.ImportWeights(broken); err != nil {
			t.Fatal(err)
		}
		if c.hide {
			m.Config.Network = unwatched{m.Config.Network}
		}
		enginetest.WantError(t, c.says, m.Train(t.Context(), TrainOptions{Data: tinyClips}), c.says)
	}
}
