package verify

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// normals is an ensemble of independent standard normal numbers.
func normals(seed uint64, members, n int) [][]float32 {
	out := make([][]float32, members)
	for i := range out {
		out[i] = make([]float32, n)
		noise.Key{Seed: seed, Stream: noise.Synthetic, Sample: uint32(i), Step: uint64(members)}.Normal(out[i])
	}
	return out
}

// expect fails where the mean of independent values is more than five standard
// errors from what it should be.
func expect(t *testing.T, what string, values []float64, want float64) {
	t.Helper()
	mean, sd := stat.MeanStdDev(values, nil)
	if se := sd / math.Sqrt(float64(len(values))); !(math.Abs(mean-want) <= 5*se) {
		t.Errorf("%s: %v ± %v, want %v", what, mean, se, want)
	}
}

// With X and X′ standard normal in n dimensions, E‖X − X′‖ = √2 E‖X‖ and
// E‖X‖ = √2 Γ((n+1)/2)/Γ(n/2): the fair score at y = 0 expects
// E‖X‖(1 − √½) at any number of members, the plain one E‖X − X′‖/(2m) more.
func TestEnergyScoreOfAGaussianEnsemble(t *testing.T) {
	const n, vectors = 8, 4000
	norm := math.Sqrt2 * math.Gamma((n+1)/2.0) / math.Gamma(n/2.0)
	for _, m := range []int{2, 3, 8} {
		s := must(NewEnergyScore(vectors))
		check(t, s.Add(normals(21, m, n*vectors), make([]float32, n*vectors)))
		v := s.Value()
		want := norm * (1 - math.Sqrt2/2)
		expect(t, fmt.Sprintf("fair, %d members", m), v.FairByLead, want)
		expect(t, fmt.Sprintf("plain, %d members", m), v.PlainByLead, want+norm*math.Sqrt2/(2*float64(m)))
		if v.Members != m || v.N[7] != 1 || !near(v.Fair, stat.Mean(v.FairByLead, nil), 1e-12) {
			t.Errorf("%d members, %d vectors, fair %v", v.Members, v.N[7], v.Fair)
		}
	}
}

// In one dimension it is the CRPS.
func TestEnergyScoreOfOneCellIsCRPS(t *testing.T) {
	const cells = 200
	energy, crps := must(NewEnergyScore(cells)), must(NewCRPS(cells))
	members, truth := [][]float32{rain(1, cells), rain(2, cells), rain(3, cells)}, rain(4, cells)
	check(t, energy.Add(members, truth))
	check(t, crps.Add(members, truth))
	if !allNear(energy.Value().FairByLead, crps.Value().FairByLead, 1e-12) || !allNear(energy.Value().PlainByLead, crps.Value().PlainByLead, 1e-12) {
		t.Error("the energy score of single cells is not their CRPS")
	}
}

// Cells that all vary together in truth: a forecast of independent cells has
// every cell right, so the same CRPS, and pays by the energy score.
func TestEnergyScoreSeesDependence(t *testing.T) {
	const n, vectors, m = 6, 3000, 6
	together := func(seed uint64, members int) [][]float32 {
		out := normals(seed, members, n*vectors)
		for _, x := range out {
			for i := range x {
				x[i] = x[i/n*n]
			}
		}
		return out
	}
	truth := together(31, 1)[0]
	right, wrong := must(NewEnergyScore(vectors)), must(NewEnergyScore(vectors))
	check(t, right.Add(together(32, m), truth))
	check(t, wrong.Add(normals(33, m, n*vectors), truth))
	a, b := right.Value().FairByLead, wrong.Value().FairByLead
	d := make([]float64, vectors)
	for i := range d {
		d[i] = b[i] - a[i]
	}
	mean, sd := stat.MeanStdDev(d, nil)
	if se := sd / math.Sqrt(vectors); mean < 5*se {
		t.Errorf("independent cells score %v ± %v above those that vary together; want clearly more", mean, se)
	}
}

func TestEnergyScoreMissingAndRefused(t *testing.T) {
	s := must(NewEnergyScore(2))
	nan := missing
	check(t, s.Add([][]float32{{3, nan, 4, 0}, {3, 0, 4, 0}}, []float32{0, 0, nan, nan}))
	v := s.Value()
	// Left of the first vector: cell 0, of both members 3 from the truth.
	if v.FairByLead[0] != 3 || s.Missing != 3 || v.N[1] != 0 || !math.IsNaN(v.FairByLead[1]) || v.Fair != 3 {
		t.Errorf("%+v, %d missing", v, s.Missing)
	}
	one := must(NewEnergyScore(1))
	check(t, one.Add([][]float32{{3, 4}}, []float32{0, 0}))
	if v := one.Value(); v.Plain != 5 || !math.IsNaN(v.Fair) {
		t.Errorf("one member: %+v", v)
	}
	dry := must(NewEnergyScore(1))
	check(t, dry.Add([][]float32{{0, 0}, {0, 0}}, []float32{0, 0}))
	if v := dry.Value(); v.Plain != 0 || v.Fair != 0 || v.N[0] != 1 {
		t.Errorf("dry: %+v", v)
	}
	_, noLeads := NewEnergyScore(0)
	two := [][]float32{{1, 2}, {3, 4}}
	for name, err := range map[string]error{
		"no lead times": noLeads,
		"no members":    s.Add(nil, []float32{1, 2}),
		"another count": s.Add(two[:1], []float32{1, 2}),
		"another size":  s.Add(two, []float32{1, 2, 3, 4}),
		"half a frame":  s.Add([][]float32{{1, 2, 3}, {1, 2, 3}}, []float32{1, 2, 3}),
		"other leads":   s.Merge(dry),
		"other members": one.Merge(dry),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestEnergyScoreMerges(t *testing.T) {
	laws(t, 1e-13, func() *EnergyScore { return must(NewEnergyScore(3)) },
		func(s *EnergyScore, part int) {
			p := uint32(10 * part)
			check(t, s.Add([][]float32{rain(p, 90), rain(p+1, 90), rain(p+2, 90)}, rain(p+3, 90)))
		},
		(*EnergyScore).Merge,
		func(s *EnergyScore) []float64 {
			v := s.Value()
			return append(append(v.FairByLead, v.PlainByLead...), v.Fair, v.Plain)
		})
}

func ExampleEnergyScore() {
	s, _ := NewEnergyScore(1)
	members := [][]float32{{3, 4}, {0, 0}} // two members of a frame of two cells
	if err := s.Add(members, []float32{0, 0}); err != nil {
		fmt.Println(err)
		return
	}
	v := s.Value()
	fmt.Println("plain", v.Plain, "fair", v.Fair)
	// Output: plain 1.25 fair 0
}

func BenchmarkEnergyScore(b *testing.B) {
	s, truth := must(NewEnergyScore(5)), rain(0, 5*64*64)
	members := ensembleOf(32, len(truth))
	for b.Loop() {
		check64(b, s.Add(members, truth))
	}
}

func ensembleOf(members uint32, n int) [][]float32 {
	var out [][]float32
	for m := range members {
		out = append(out, rain(m+1, n))
	}
	return out
}
