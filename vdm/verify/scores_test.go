package verify

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// scoreInput is what testdata/scores.py scores. A value of −999 is missing.
type scoreInput struct {
	Leads      int         `json:"leads"`
	Height     int         `json:"height"`
	Width      int         `json:"width"`
	Members    [][]float32 `json:"members"`
	Truth      []float32   `json:"truth"`
	Thresholds []float64   `json:"thresholds"`
	Scales     []int       `json:"scales"`
	Series     []float64   `json:"series"`
}

type scoreFile struct {
	Input scoreInput           `json:"input"`
	Want  map[string][]float64 `json:"want"`
}

// The file that scores.py made, with numpy 1.24 and scipy 1.10.
func TestScoresAgainstGolden(t *testing.T) {
	b, err := os.ReadFile("testdata/scores.json")
	check(t, err)
	var f scoreFile
	check(t, json.Unmarshal(b, &f))
	compareScores(t, f)
}

// The same program on other fields, where it runs.
func TestScoresAgainstScipy(t *testing.T) {
	python := installed.Python(t, "import numpy; from scipy import ndimage, stats")
	in := scoreInput{
		Leads: 3, Height: 12, Width: 8, Thresholds: []float64{0.3, 1.5}, Scales: []int{1, 5, 31},
		Series: ar1(4, 300, 0.6),
	}
	const cells = 3 * 12 * 8
	in.Truth = smoothRain(90, 3, 12, 8)
	for m := range uint32(7) {
		in.Members = append(in.Members, smoothRain(91+m, 3, 12, 8))
	}
	for _, c := range []int{0, 13, 100, cells - 1} {
		in.Truth[c] = -999
		in.Members[c%7][(c+20)%cells] = -999
	}
	given, err := json.Marshal(in)
	check(t, err)
	cmd := exec.Command(python, "testdata/scores.py", "-")
	cmd.Stdin = bytes.NewReader(given)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	b, err := cmd.Output()
	if err != nil {
		t.Fatalf("scores.py: %v\n%s", err, &stderr)
	}
	f := scoreFile{}
	check(t, json.Unmarshal(b, &f))
	compareScores(t, f)
}

// smoothRain is rain in patches: sums of 3×3 neighbours of white noise, cut off.
func smoothRain(sample uint32, frames, height, width int) []float32 {
	white := gaussian(sample, frames*height*width)
	rain := make([]float32, len(white))
	for i := range rain {
		t, y, x := i/(height*width), i/width%height, i%width
		z := 0.0
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				z += white[(t*height+(y+dy+height)%height)*width+(x+dx+width)%width] / 3
			}
		}
		rain[i] = float32(2 * math.Expm1(0.8*max(z, 0)))
	}
	return rain
}

// ar1 is an autoregressive series of order 1 and mean 0, with innovations of
// variance 1, from its stationary distribution.
func ar1(sample uint32, n int, phi float64) []float64 {
	r := noise.Key{Seed: 12, Stream: noise.Synthetic, Sample: sample}.Rand()
	x := r.NormFloat64() / math.Sqrt(1-phi*phi)
	s := make([]float64, n)
	for i := range s {
		s[i] = x
		x = phi*x + r.NormFloat64()
	}
	return s
}

func compareScores(t *testing.T, f scoreFile) {
	t.Helper()
	got := scoresOf(t, f.Input)
	for name, want := range f.Want {
		for i, w := range want {
			if w == -999 {
				want[i] = math.NaN()
			}
		}
		tolerance := 1e-10
		if name == "bootstrap_se" { // by resampling: ±5 standard errors
			tolerance = 5 / math.Sqrt(2*20000)
		}
		if !allNear(got[name], want, tolerance) {
			t.Errorf("%s: %v\nnumpy and scipy: %v", name, got[name], want)
		}
	}
	if len(got) != len(f.Want) {
		t.Errorf("%d scores compared with %d", len(got), len(f.Want))
	}
}

func scoresOf(t *testing.T, in scoreInput) map[string][]float64 {
	t.Helper()
	truth, members := withMissing(in.Truth, missing), [][]float32{}
	for _, m := range in.Members {
		members = append(members, withMissing(m, missing))
	}
	out := map[string][]float64{}
	put := func(name string, v ...float64) { out[name] = append(out[name], v...) }

	energy := must(NewEnergyScore(in.Leads))
	check(t, energy.Add(members, truth))
	for l := range in.Leads {
		put("energy", energy.Value().PlainByLead[l], energy.Value().FairByLead[l])
	}
	variogram := must(NewVariogramScore(in.Leads, in.Height, in.Width))
	check(t, variogram.Add(members, truth))
	put("variogram", variogram.Value().Plain, variogram.Value().Fair)
	spread := must(NewSpreadSkill(in.Leads))
	check(t, spread.Add(members, truth))
	for _, v := range append(spread.Value().ByLead, spread.Value().SpreadSkillAt) {
		put("spread", v.Spread, v.RMSE, v.Ratio, v.Bias)
	}
	contingency := must(NewContingency(in.Leads, in.Thresholds))
	check(t, contingency.Add(members, truth))
	fss := must(NewFSS(in.Leads, in.Height, in.Width, in.Thresholds, in.Scales))
	check(t, fss.Add(members, truth))
	for i, threshold := range in.Thresholds {
		e := must(NewExceedance(in.Leads, threshold))
		check(t, e.Add(members, truth))
		b := e.Brier()
		put("brier", b.Score, b.Fair, b.Reliability, b.Resolution, b.Uncertainty)
		if !near(b.Score, b.Reliability-b.Resolution+b.Uncertainty, 1e-13) {
			t.Errorf("at %v the Brier score %v is not the sum of its parts %+v", threshold, b.Score, b)
		}
		for _, p := range e.Reliability() {
			put("reliability", p.Observed)
		}
		roc := e.ROC()
		put("roc_area", roc.Area)
		put("roc", append(slices.Clone(roc.HitRate), roc.FalseAlarmRate...)...)
		for _, table := range contingency.Value()[i].ByLead {
			put("contingency", float64(table.Hits), float64(table.FalseAlarms), float64(table.Misses), float64(table.CorrectNegatives))
			put("contingency_scores", table.POD(), table.FAR(), table.POFD(), table.FrequencyBias(), table.CSI(), table.ETS())
		}
		put("fss", fss.Value()[i].Score...)
	}
	sal := must(NewSAL(in.Leads, in.Height, in.Width))
	check(t, sal.Add(members, truth))
	v := sal.Value()
	put("sal", v.Structure, v.Amplitude, v.Location, v.L1, v.L2, v.AbsStructure, v.AbsAmplitude)

	// Scipy's side is given 0 where any is missing.
	k := NewCase(members, truth)
	for c := range truth {
		if k.missing(c) {
			truth[c] = 0
			for _, m := range members {
				m[c] = 0
			}
		}
	}
	power := must(NewPowerRatio(in.Height, in.Width))
	check(t, power.Add(members, truth))
	put("power_ratio", append(power.Value().Ratio, power.Value().MeanAbsLog)...)

	block := must(lengthOfBlocks(in.Series))
	put("block", block)
	put("bootstrap_se", must(bootstrap{resamples: 20000, block: block}.mean("mean", in.Series)).SE)
	return out
}

func withMissing(values []float32, nan float32) []float32 {
	out := slices.Clone(values)
	for i, v := range out {
		if v == -999 {
			out[i] = nan
		}
	}
	return out
}
