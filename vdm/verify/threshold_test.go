package verify

import "testing"

// A value that is the threshold as float32 has it reaches it, in every score: whether
// float32 rounds the threshold up (0.1) or down (0.01, 0.7) does not matter.
func TestThresholdsAreComparedAsFloat32(t *testing.T) {
	for hundredths := 1; hundredths <= 100; hundredths++ {
		threshold := float64(hundredths) / 100
		at := make([]float32, 4)
		for i := range at {
			at[i] = float32(threshold)
		}
		m := Moments{Dry: threshold}
		m.Add(at)
		if share := m.Value().DryShare; share != 0 {
			t.Errorf("%v of the cells at %v are dry, want none", share, threshold)
		}
		s, err := NewSpells(4, 1, threshold)
		check(t, err)
		check(t, s.Add(at))
		if v := s.Value(); v.Dry.Early != 0 || v.Wet.Early != 1 {
			t.Errorf("at %v: %d dry and %d wet spells, want a wet one", threshold, v.Dry.Early, v.Wet.Early)
		}
		c, err := NewContingency(1, []float64{threshold})
		check(t, err)
		check(t, c.Add([][]float32{at}, at))
		if hits := c.Value()[0].Hits; hits != 4 {
			t.Errorf("at %v: %d hits, want 4", threshold, hits)
		}
		e, err := NewExceedance(1, threshold)
		check(t, err)
		check(t, e.Add([][]float32{at}, at))
		if n := e.counts[0][1]; n.cells != 4 || n.events != 4 {
			t.Errorf("at %v: %d of %d events, want all", threshold, n.events, n.cells)
		}
		f, err := NewFSS(1, 2, 2, []float64{threshold}, []int{1})
		check(t, err)
		check(t, f.Add([][]float32{at}, at))
		if n := f.sums[0][0].events; n != 4 {
			t.Errorf("at %v: %v cells reach it, want 4", threshold, n)
		}
	}
}
