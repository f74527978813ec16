package run

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// rain is 24 hours of noise on 4×4 cells, with a gap after the tenth.
func rain(t testing.TB, o climate.WindowOptions) *climate.Windows {
	t.Helper()
	field := climate.SyntheticRecord{Hours: 24, Height: 4, Width: 4}.Field()
	r := noise.Key{Seed: 5, Stream: noise.Synthetic}.Rand()
	for range 24 * 4 * 4 {
		field.Data = append(field.Data, float32(max(0, 3*r.NormFloat64())))
	}
	for i := 10; i < len(field.Times); i++ {
		field.Times[i] += 5
	}
	o.Frames = 2
	w, err := climate.NewWindows(o, field)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// A record that lies on the devices trains as clips that are uploaded do, to
// rounding, on every engine at hand and on two devices.
func TestRecordOnTheDevice(t *testing.T) {
	config := tinyConfig(t)
	config.Training.Steps, config.Training.LogEvery, config.Training.Clip = 4, 1, 0
	clips := rain(t, climate.WindowOptions{})
	host := create(t, config, clips)
	mustTrain(t, host, TrainOptions{Data: clips, Residence: ResideHost})
	want := losses(t, host)

	compare := func(t *testing.T, m *Run, devices int) {
		t.Helper()
		said := ""
		mustTrain(t, m, TrainOptions{Data: clips, Residence: ResideDevice, Devices: devices, Report: func(line string) { said += line + "\n" }})
		if !strings.Contains(said, "the record of 24 frames") {
			t.Errorf("it does not say where the record lies:\n%s", said)
		}
		got := losses(t, m)
		if len(got) != len(want) || len(got) != 4 {
			t.Fatalf("%d losses and %d, want 4", len(got), len(want))
		}
		for k := range want {
			if !(math.Abs(got[k]-want[k]) <= 1e-5*want[k]) {
				t.Errorf("loss of step %d is %v, with uploaded clips %v", k+1, got[k], want[k])
			}
		}
	}
	for _, name := range enginetest.Names() {
		t.Run(name, func(t *testing.T) { compare(t, create(t, config, clips).on(t, name), 1) })
	}
	t.Run("two devices", func(t *testing.T) {
		m := create(t, config, clips)
		m.use(enginetest.NewDevices(t, 2))
		compare(t, m, 2)
	})
}

func TestRecordThatCannotReside(t *testing.T) {
	masked := tinyConfig(t)
	masked.Training.MissingCells = "mask"
	for _, c := range []struct {
		name   string
		config Config
		clips  vdm.Clips
		want   string
	}{
		{"not a record", tinyConfig(t), tinyClips, "no runs of whole frames"},
		{"flips", tinyConfig(t), rain(t, climate.WindowOptions{Flips: true}), "no runs of whole frames"},
		{"masked", masked, rain(t, climate.WindowOptions{}), "missing cells are masked"},
	} {
		m := create(t, c.config, c.clips)
		err := m.Train(context.Background(), TrainOptions{Data: c.clips, Residence: ResideDevice})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if err := m.Train(context.Background(), TrainOptions{Data: c.clips, Steps: 1}); err != nil {
			t.Errorf("%s: left to itself it does not train: %v", c.name, err)
		}
	}
}

// A missing cell is refused where a clip holds it, on the device as on the host, and
// does not matter where none does.
func TestRecordWithAMissingCell(t *testing.T) {
	for _, c := range []struct {
		missing climate.MissingPolicy
		refused bool
	}{{climate.KeepMissing, true}, {climate.SkipMissing, false}} {
		field := *rain(t, climate.WindowOptions{}).Fields()[0]
		field.Data = slices.Clone(field.Data)
		field.Data[7*16+5] = float32(math.NaN())
		clips, err := climate.NewWindows(climate.WindowOptions{Frames: 2, Missing: c.missing}, &field)
		if err != nil {
			t.Fatal(err)
		}
		m := create(t, tinyConfig(t), rain(t, climate.WindowOptions{}))
		err = m.Train(context.Background(), TrainOptions{Data: clips, Steps: 2, Residence: ResideDevice})
		if !c.refused && err != nil {
			t.Errorf("windows without it: %v", err)
		}
		if c.refused && (err == nil || !strings.Contains(err.Error(), "frame 7 of the record is missing, infinite or outside the domain of its transform at row 1, column 1")) {
			t.Errorf("a window with it: %v", err)
		}
	}
}

func TestResidenceIsAWord(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	err := m.Train(context.Background(), TrainOptions{Data: tinyClips, Residence: "moon"})
	if err == nil || !strings.Contains(err.Error(), `training clips on "moon": want auto, host or device`) {
		t.Errorf("clips on the moon: %v", err)
	}
}
