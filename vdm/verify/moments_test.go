package verify

import (
	"math"
	"testing"
)

func TestMoments(t *testing.T) {
	var m Moments
	if v := m.Value(); v.N != 0 || !math.IsNaN(v.Mean) || !math.IsNaN(v.DryShare) || !math.IsNaN(v.Max) {
		t.Errorf("of nothing: %+v", v)
	}
	m.Add([]float32{0, 0.005, missing, 3})
	m.Add(nil)
	m.Add([]float32{missing})
	m.Add([]float32{-1, 0.5})
	v := m.Value()
	if v.N != 5 || v.DryShare != 0.6 || v.Min != -1 || v.Max != 3 || !near(v.Mean, 0.501, 1e-6) || m.Missing != 2 {
		t.Errorf("got %+v, %d missing", v, m.Missing)
	}
	wet := Moments{Dry: 1}
	wet.Add([]float32{0, 0.5, 1, 2})
	if got := wet.Value().DryShare; got != 0.5 {
		t.Errorf("dry below 1: share %v, want 0.5", got)
	}
}

// A naive Σx² − (Σx)²/n would lose all digits of this variance.
func TestMomentsDoNotCancel(t *testing.T) {
	var m Moments
	for i := range 1000 {
		m.Add([]float32{16_000_000 + float32(i%2)})
	}
	if v := m.Value(); !near(v.Std, 0.5, 1e-9) || v.Mean != 16_000_000.5 {
		t.Errorf("mean %v, std %v; want 16000000.5, 0.5", v.Mean, v.Std)
	}
}
