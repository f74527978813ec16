package run

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// A network that belongs to windows of one size draws larger fields in tiles, whatever is
// known of them, and says why it cannot draw smaller ones.
func TestFieldsInTiles(t *testing.T) {
	c := tinyConfig(t).WithDefaults()
	c.Preconditioning = PreconditionSpectrum
	clips := blobs{n: 12, frames: c.Clip.Frames, size: c.Clip.Height}
	m := create(t, c, clips)
	side := c.Clip.Height*2 + 1
	large, err := m.OnFields(side, side+1)
	if err != nil {
		t.Fatal(err)
	}
	if n := large.Config.Tiles.Count(side, side+1); n < 9 {
		t.Errorf("%d tiles of %v cover %d × %d cells, want at least 9", n, large.Config.Tiles, side, side+1)
	}
	s, err := large.Sample(t.Context(), SampleOptions{Evaluations: 3, Count: 1})
	if err != nil {
		t.Fatal(err)
	}
	if want := c.Clip.Frames * side * (side + 1); s.Size() != want {
		t.Fatalf("%d values, want %d", s.Size(), want)
	}
	for i, v := range s.Data {
		if math.IsNaN(float64(v)) || v < 0 {
			t.Fatalf("value %d is %v", i, v)
		}
	}
	known := append([]float32(nil), s.Data...)
	n, err := large.Nowcast(t.Context(), known, 1, SampleOptions{Evaluations: 3, Count: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i := range side * (side + 1) {
		if n.Data[i] != known[i] {
			t.Fatalf("known value %d is %v, want %v", i, n.Data[i], known[i])
		}
	}
	_, err = m.OnFields(side, c.Clip.Width-1)
	enginetest.WantError(t, "a smaller field", err, "is smaller than a tile", "the run was trained on clips of")
	_, err = m.OnTiles(side, side, c.Clip.Height)
	enginetest.WantError(t, "tiles that do not advance", err, "overlap")
	if same, err := m.OnFields(c.Clip.Height, c.Clip.Width); err != nil || same != m {
		t.Errorf("fields of the run's own size: another run, error %v", err)
	}
}
