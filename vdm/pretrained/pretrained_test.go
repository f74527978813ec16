package pretrained

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/radar"
)

func TestInstallIsARun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "runs", "pretrained")
	first, err := Install(Synthetic, dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Install(Synthetic, dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range first.Weights(true) {
		if !slices.Equal(values, again.Weights(true)[name]) {
			t.Errorf("%s changed by opening again", name)
		}
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(dir), ".pretrained-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q (%v)", left, err)
	}
}

func TestInstallRefusesWhatIsThere(t *testing.T) {
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "letter.txt"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Install(Synthetic, other); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("a folder with other files: %v", err)
	}
	runDir := filepath.Join(t.TempDir(), "run")
	m, err := Install(Synthetic, runDir)
	if err != nil {
		t.Fatal(err)
	}
	c := m.Config
	c.Training.Rate /= 2
	another := filepath.Join(t.TempDir(), "another")
	if _, err := run.CreateWith(another, c, m.Weights(true)); err != nil {
		t.Fatal(err)
	}
	if _, err := Install(Synthetic, another); err == nil || !strings.Contains(err.Error(), "holds another run") {
		t.Errorf("another run: %v", err)
	}
	// With a card it is what an earlier version of the program installed.
	if err := os.WriteFile(filepath.Join(another, CardName), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Install(Synthetic, another); err == nil || !strings.Contains(err.Error(), "another version of the program") {
		t.Errorf("the model of another version: %v", err)
	}
}

// The shipped weights have the loss that their card states, on the first month of
// the data that it names, which is of a test season.
func TestCardStatesTheLoss(t *testing.T) {
	if engines := enginetest.Names(); engines[0] == "go" {
		t.Skip("the pure Go engine takes minutes for it")
	}
	card, err := Card(Synthetic)
	if err != nil {
		t.Fatal(err)
	}
	stated := regexp.MustCompile(`Weighted loss on the first month[^|]*\| ([0-9.]+)`).FindStringSubmatch(card)
	if stated == nil {
		t.Fatal("the card states no loss")
	}
	want, err := strconv.ParseFloat(stated[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Install(Synthetic, filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "rain")
	record := climate.SyntheticRecord{Seed: 1, Hours: 720, Height: 32, Width: 32}
	if _, err := record.Prepare(context.Background(), folder, nil, false, nil); err != nil {
		t.Fatal(err)
	}
	data, err := climate.OpenPrepared(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	clips, err := climate.NewWindows(climate.WindowOptions{Frames: 10, StrideT: 10}, data.Fields()...)
	if err != nil {
		t.Fatal(err)
	}
	losses, err := m.HeldOutLosses(clips)
	if err != nil {
		t.Fatal(err)
	}
	got := 0.0
	for _, l := range losses {
		got += l / float64(len(losses))
	}
	// The card gives three digits; engines differ by less.
	if math.Abs(got-want) > 0.01*want {
		t.Errorf("the loss is %.4g, the card states %v", got, want)
	}
}

// The shipped radar model is a run that takes a map of noise levels, and continues a
// patch of rain that moves: its mean is nearer to what comes than the last known frame.
func TestRadarModelContinuesRain(t *testing.T) {
	if engines := enginetest.Names(); engines[0] == "go" {
		t.Skip("the pure Go engine takes minutes for it")
	}
	m, err := Install(Radar, filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	if !m.Config.Conditions.TakesMap() || m.Config.Conditions.KnownFrames() != 4 {
		t.Fatalf("its conditions are %+v", m.Config.Conditions)
	}
	const frames, side, known = 10, 48, 4
	rain := &climate.Field{Name: "rain", Units: climate.RainUnits, Kind: climate.KindRain, Calendar: "standard", Epoch: climate.Epoch}
	rain.Grid = climate.Grid{Height: side, Width: side}
	for f := range frames {
		rain.Times = append(rain.Times, float64(f)/12)
		for y := range side {
			for x := range side {
				d := math.Hypot(float64(y)-24, float64(x)-12-2*float64(f))
				rain.Data = append(rain.Data, float32(max(0, 5*math.Exp(-d*d/25)-0.1)))
			}
		}
	}
	w := radar.Window{Y: 8, X: 8, Size: 32}
	members, err := radar.Nowcast(t.Context(), m, rain, w, known, 4, run.SampleOptions{Evaluations: 12})
	if err != nil {
		t.Fatal(err)
	}
	truth := w.Cut(rain)
	frame := len(truth) / frames
	nowcast, still := 0.0, 0.0
	for i := known * frame; i < len(truth); i++ {
		mean := 0.0
		for _, member := range members {
			mean += float64(member[i]) / float64(len(members))
		}
		nowcast += math.Abs(mean - float64(truth[i]))
		still += math.Abs(float64(truth[(known-1)*frame+i%frame] - truth[i]))
	}
	if nowcast > still/2 {
		t.Errorf("the mean of the members is off by %.0f in all, the last known frame by %.0f: want at most half", nowcast, still)
	}
}

func TestUnknownModelIsRefused(t *testing.T) {
	if _, err := Install("snow", t.TempDir()); err == nil || !strings.Contains(err.Error(), "synthetic, radar") {
		t.Errorf("error %v, want one that names the models", err)
	}
}

// A training begins with a shipped model by its name, or with files like its own; what is
// neither is an error that names the models.
func TestStart(t *testing.T) {
	shipped, err := Start(Radar)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	m, err := Install(Radar, filepath.Join(folder, "run"))
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(m, folder, "mine"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Join(folder, "mine.safetensors"), filepath.Join(folder, "run")} {
		s, err := Start(name)
		if err != nil {
			t.Fatal(err)
		}
		if s.Name != name || s.Config.Clip.Height != shipped.Config.Clip.Height || len(s.Weights) != len(shipped.Weights) {
			t.Errorf("%s: %q with %d variables", name, s.Name, len(s.Weights))
		}
		for variable, values := range shipped.Weights {
			if !slices.Equal(values, s.Weights[variable]) {
				t.Fatalf("%s: %s is another", name, variable)
			}
		}
	}
	for name, says := range map[string]string{"hail": "the shipped models are synthetic, radar", filepath.Join(folder, "no.safetensors"): "no.safetensors"} {
		if _, err := Start(name); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: error %v, want one that says %q", name, err, says)
		}
	}
}
