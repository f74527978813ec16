package run

import (
	"fmt"
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
	// Other tiles make another field, and its recipe says so.
	recipes := map[int]Recipe{}
	for _, overlap := range []int{0, c.Clip.Height / 2} {
		m, err := m.OnTiles(side, side+1, overlap)
		if err != nil {
			t.Fatal(err)
		}
		if recipes[overlap], err = m.Recipe(SampleOptions{}, ""); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%d × %d cells, overlap %d", c.Clip.Height, c.Clip.Width, overlap); recipes[overlap].Tiles != want {
			t.Errorf("the recipe names tiles of %q, want %q", recipes[overlap].Tiles, want)
		}
	}
	r, err := large.Attributes(recipes[0], "sample", "")
	if err != nil || r["vdm_tiles"] != recipes[0].Tiles {
		t.Errorf("a file of clips names tiles of %q, want %q (%v)", r["vdm_tiles"], recipes[0].Tiles, err)
	}
	if r := recipes[0]; r.Same(recipes[c.Clip.Height/2]) {
		t.Error("tiles with an overlap have the recipe of tiles without one")
	}
	if r, err := m.Recipe(SampleOptions{}, ""); err != nil || r.Tiles != "" || r.Same(recipes[0]) {
		t.Errorf("a field of the run's own size is cut into tiles of %q (%v)", r.Tiles, err)
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
