package guidance

import (
	"math"
	"os"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

func TestMain(m *testing.M) {
	if os.Getenv(compute.ConfigEnvVar) == "" {
		os.Setenv(compute.ConfigEnvVar, "go")
	}
	os.Exit(m.Run())
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

func tiny(t testing.TB) []Case {
	t.Helper()
	cases, err := Cases(must(Process(3, 2, 2)), 2, 5)
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// Every method of the table gives a bias or cannot take the observation, and the
// order is what theory says: moment matching is exact, replacement the worst.
func TestBiasTables(t *testing.T) {
	be := must(Engine())
	cases := tiny(t)
	methods := must(Methods(vdm.Cosine{}, 64))
	for _, table := range must(BiasTables(t.Context(), be, cases, methods)) {
		t.Log("\n" + table.Text())
		if err := table.Validate(); err != nil {
			t.Error(err)
		}
		for i, row := range table.Rows {
			for k, entry := range row[1:] {
				if _, replaces := methods[i].Guidance.(vdm.Replacement); (entry == "–") != (replaces && !cases[k].Given.Replaceable()) {
					t.Errorf("%s of %s: %s", row[0], cases[k].Name, entry)
				}
			}
		}
	}
	replaced, _, err := DistributionBias(t.Context(), be, cases[0], methods[0])
	if err != nil {
		t.Fatal(err)
	}
	moments, _, err := DistributionBias(t.Context(), be, cases[0], methods[len(methods)-1])
	if err != nil {
		t.Fatal(err)
	}
	if !(moments.Mean < 0.002 && moments.Covariance < 0.04 && replaced.Mean > 20*moments.Mean) {
		t.Errorf("moment matching %+v, replacement %+v", moments, replaced)
	}
}

// Samples of the exact law have no bias within errors, and those of another
// have the one that they should have.
func TestSampledFindsTheBias(t *testing.T) {
	p := must(Process(3, 2, 2))
	n := 4000
	samples := vdm.NewSamples(n, 3, 2, 2, 1)
	for i := range n {
		for j, v := range p.Draw(1, i) {
			samples.At(i)[j] = 1 + v
		}
	}
	law := p.Distribution()
	for i := range law.Mean {
		law.Mean[i] = 1
	}
	e := compare(samples, law)
	if !(e.Mean < 4*e.MeanError+0.02) || math.Abs(e.Spread-1) > 4*e.SpreadError || e.SpreadError > 0.03 {
		t.Errorf("of the law itself: %+v", e)
	}
	for i := range law.Mean {
		law.Mean[i] = 2
	}
	if e = compare(samples, law); math.Abs(e.Mean-0.5) > 4*e.MeanError || e.MeanError > 0.02 {
		t.Errorf("half of the mean: %.3f ± %.3f", e.Mean, e.MeanError)
	}
	if b := BiasOf(exact.Gaussian{Mean: law.Mean, Cov: law.Cov}, law); b.Mean != 0 || b.Covariance != 0 || b.Spread != 1 {
		t.Errorf("of a law with itself: %+v", b)
	}
}

// A weight too large diverges and says so; the mean over n values is the sum with
// a weight n times as large.
func TestSweep(t *testing.T) {
	be, c := must(Engine()), tiny(t)[0]
	plan := must(vdm.UniformTime(vdm.Cosine{}, 16).Ancestral(vdm.UpperBound))
	sum := must(Sweep(t.Context(), be, c, plan, false, []float64{1, 1e6}))
	mean := must(Sweep(t.Context(), be, c, plan, true, []float64{4}))
	if math.Abs(sum[0].Mean-mean[0].Mean) > 1e-5 || !math.IsInf(sum[1].Mean, 1) {
		t.Errorf("sum %v, mean of 4 squares %v", sum, mean)
	}
	text := SweepTable([]float64{1, 1e6}, 4, sum, sum).Text()
	if !strings.Contains(text, "diverges") {
		t.Error(text)
	}
	if _, err := SweepPicture([]float64{1, 1e6}, map[string][]Bias{"sum": sum}); err != nil {
		t.Error(err)
	}
}

// Members of the mixture given nothing but a gauge: the first row of the table has
// the exact share within errors.
func TestMixtureTable(t *testing.T) {
	m := must(Weather())
	given := Ambiguous(m)
	plan := must(vdm.UniformTime(vdm.Cosine{}, 24).Ancestral(vdm.UpperBound))
	table := must(MixtureTable(t.Context(), must(Engine()), m, given, []Method{{"ΠGDM", plan, vdm.PseudoInverse{}}}, 100))
	t.Log("\n" + table.Text())
	if len(table.Rows) != 2 || len(table.Rows[0]) != len(table.Columns) {
		t.Errorf("%v", table.Rows)
	}
	s := vdm.NewSamples(200, 3, 2, 4, 1)
	for i := range s.Len() {
		copy(s.At(i), m.Draw(1, i))
	}
	if share := firstKind(m, s); math.Abs(share-0.6) > 0.14 {
		t.Errorf("share of the first kind is %.3f, want 0.6", share)
	}
}

// The pictures are drawn, the frame that is known marked; costs are counted and timed.
func TestPictureAndCosts(t *testing.T) {
	c := tiny(t)[0]
	want := must(c.Process.Given(c.Given))
	s := vdm.NewSamples(3, 3, 2, 2, 1)
	for i := range 3 {
		copy(s.At(i), c.Process.Draw(2, i))
	}
	if _, err := Picture(c, want, s); err != nil {
		t.Fatal(err)
	}
	if known := clipOf(c, "", c.Clip).Known; !known[0] || known[1] {
		t.Errorf("known frames are %v", known)
	}
	be := must(Engine())
	methods := []vdm.Guidance{vdm.Reconstruction{}, vdm.PosteriorSampling{}}
	network := unet.Config{Dim: 8, Multiples: []int{1}, Heads: 1, HeadDim: 4}.WithDefaults()
	timings := must(Timings(be, Network(network), 1, [4]int{2, 4, 4, 1}, methods, 1))
	if len(timings) != 2 || !(timings[0].Ratio > 0) {
		t.Errorf("%+v", timings)
	}
	config := run.Config{Clip: run.ClipConfig{Frames: 2, Height: 4, Width: 4, Channels: []run.ChannelConfig{{Name: "rain"}}}, Network: network}
	table := must(CostTable(be, config, methods))
	if len(table.Rows) != 3 || table.Rows[0][2] != "1.00" {
		t.Errorf("%v", table.Rows)
	}
}
