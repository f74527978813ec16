package verify

import (
	"fmt"
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// Members that say yes with probability p, independently, and an event that
// comes with probability q: the fair score expects (p − q)² + q(1 − q), that of
// the probability p itself, at any number of members.
func TestBrierIsFair(t *testing.T) {
	const p, q, leads, cells = 0.3, 0.5, 500, 40
	for _, m := range []int{2, 3, 10} {
		draw := func(sample uint32, probability float64) []float32 {
			x := make([]float32, leads*cells)
			noise.Key{Seed: 61, Stream: noise.Synthetic, Sample: sample, Step: uint64(m)}.Uniform(x, probability-1, probability) // ≥ 0 with that probability
			return x
		}
		var members [][]float32
		for i := range uint32(m) {
			members = append(members, draw(i+1, p))
		}
		e := must(NewExceedance(leads, 0))
		check(t, e.Add(members, draw(0, q)))
		b := e.Brier()
		want := (p-q)*(p-q) + q*(1-q)
		expect(t, fmt.Sprintf("fair, %d members", m), b.FairByLead, want)
		expect(t, fmt.Sprintf("plain, %d members", m), b.ScoreByLead, want+p*(1-p)/float64(m))
	}
}

// A calibrated forecast: of 4 members k say yes, and the event comes in k of
// every 4 such cells.
func TestBrierDecomposition(t *testing.T) {
	var yes []int
	var came []bool
	for k := range 5 {
		for i := range 4 {
			yes, came = append(yes, k), append(came, i < k)
		}
	}
	b := exceed(t, 4, yes, came).Brier()
	// Resolution: the variance of k/4 over k = 0 … 4; uncertainty ¼.
	if b.Reliability != 0 || !near(b.Resolution, 0.125, 1e-15) || b.Uncertainty != 0.25 || !near(b.Score, 0.125, 1e-15) || !near(b.Skill, 0.5, 1e-15) {
		t.Errorf("%+v", b)
	}
	// Always the base rate: reliable, no resolution, no skill.
	b = exceed(t, 2, []int{1, 1, 1, 1}, []bool{true, false, true, false}).Brier()
	if b.Reliability != 0 || b.Resolution != 0 || b.Score != 0.25 || b.Skill != 0 {
		t.Errorf("climatology: %+v", b)
	}
	// Perfect, and perfectly wrong.
	if b = exceed(t, 3, []int{3, 0}, []bool{true, false}).Brier(); b.Score != 0 || b.Fair != 0 || b.Skill != 1 {
		t.Errorf("perfect: %+v", b)
	}
	if b = exceed(t, 3, []int{0, 3}, []bool{true, false}).Brier(); b.Score != 1 || b.Skill != -3 {
		t.Errorf("wrong: %+v", b)
	}
	// Dry everywhere: no uncertainty, so no skill.
	if b = exceed(t, 3, []int{0, 0}, []bool{false, false}).Brier(); b.Score != 0 || !math.IsNaN(b.Skill) {
		t.Errorf("dry: %+v", b)
	}
	if b = exceed(t, 3, []int{1, 0}, []bool{false, false}).Brier(); b.Score != 1.0/18 || !math.IsNaN(b.Skill) {
		t.Errorf("an event that never came: %+v", b)
	}
	if b = exceed(t, 1, []int{1, 0}, []bool{true, true}).Brier(); b.Score != 0.5 || !math.IsNaN(b.Fair) {
		t.Errorf("one member: %+v", b)
	}
}
