package likelihood

import (
	"math"
	"strings"
	"testing"

	_ "github.com/gomlx/compute/gobackend"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
)

func process(t *testing.T) *exact.GaussianProcess {
	t.Helper()
	p, err := exact.NewGaussianProcess(nil, exact.Exponential(2, 2, 1), exact.Exponential(3, 2, 1), exact.Exponential(3, 2, 1))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The exact value is the density of the blurred data: of x itself where λ_max is
// so large that the blur does not count.
func TestExact(t *testing.T) {
	p := process(t)
	clips := Clips(p, 3)
	for i, got := range Exact(p, clips, vdm.Cosine{Max: 40, Min: -40}) {
		x := make([]float64, clips.Size())
		for j, v := range clips.At(i) {
			x[j] = float64(v)
		}
		if want := -p.LogDensity(x, math.Inf(1)); math.Abs(got-want) > 1e-9*math.Abs(want) {
			t.Errorf("clip %d: %v, want %v", i, got, want)
		}
	}
}

// The tables hold what was computed, by a bound and a flow that agree.
func TestTables(t *testing.T) {
	p, s := process(t), vdm.Cosine{Min: -20, Max: 12}
	clips := Clips(p, 30)
	exactly := Exact(p, clips, s)
	be, _, err := backend.OpenNamed("go")
	if err != nil {
		t.Fatal(err)
	}
	b, err := vdm.ELBO(t.Context(), be, p.Denoiser(), s, clips, vdm.LikelihoodOptions{Batch: 64})
	if err != nil {
		t.Fatal(err)
	}
	f, err := vdm.FlowLikelihood(t.Context(), be, p.Denoiser(), s, clips, vdm.LikelihoodOptions{Batch: 30})
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]float64{"bound": b.Clips, "flow": f.Clips} {
		gap := Differences(got, exactly)
		if !(math.Abs(gap.Mean) < 4*gap.StdErr+1e-2) {
			t.Errorf("%s − exact is %.3f ± %.3f", name, gap.Mean, gap.StdErr)
		}
	}
	for _, table := range []string{Table(b, exactly).Text(), FlowTable(f, exactly).Text(), ModelTable(b, f).Text()} {
		if !strings.Contains(table, "30 clips of 18 values") {
			t.Errorf("the table does not say of what it is:\n%s", table)
		}
	}
}

func TestUnits(t *testing.T) {
	for _, name := range []string{"affine:0:50", "log:0.1+affine:0:6"} {
		chain, err := Transform(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := Integral(chain, -0.9, 0.9), math.Erf(0.9/math.Sqrt2); math.Abs(got-want) > 1e-7 {
			t.Errorf("%s: the density integrates to %v, want %v", name, got, want)
		}
	}
	// ∫ of the exponential over [0, δ) is 1 − 1/e; E_u of its logarithm is −1/2.
	d := DryCell(0.83, 0.1)
	for _, c := range []struct{ got, want float64 }{
		{d.Probability, -math.Log2(0.83 * (1 - 1/math.E))}, {d.Bound, -math.Log2(0.83) + 0.5/math.Ln2}, {d.Density, -math.Log2(8.3)},
	} {
		if math.Abs(c.got-c.want) > 1e-6 {
			t.Errorf("%v, want %v", c.got, c.want)
		}
	}
}
