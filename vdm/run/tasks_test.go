package run

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestRegionsAreARectangle draws the task with an unknown region many times: it is a
// rectangle, the same in each frame, its sides go from a quarter to three quarters of the
// clip's and reach no further, and it lies at every edge some time.
func TestRegionsAreARectangle(t *testing.T) {
	clip := ClipConfig{Frames: 2, Height: 8, Width: 12, Channels: []ChannelConfig{{Name: "x", Units: "1"}}}
	r := rand.New(rand.NewPCG(1, 2))
	size := clip.Frames * clip.Height * clip.Width
	heights, widths := map[int]int{}, map[int]int{}
	edges := map[string]bool{}
	for range 2000 {
		k := drawTask(map[string]float64{"regions": 1}, 0, r, clip, size)
		top, bottom, left, right, unknown := clip.Height, 0, clip.Width, 0, 0
		for i, v := range k {
			if !math.IsNaN(v) {
				continue
			}
			unknown++
			y, x := i/clip.Width%clip.Height, i%clip.Width
			top, bottom, left, right = min(top, y), max(bottom, y+1), min(left, x), max(right, x+1)
		}
		if unknown != clip.Frames*(bottom-top)*(right-left) {
			t.Fatalf("%d values are unknown, want the rectangle of rows %d to %d and columns %d to %d in each of %d frames", unknown, top, bottom, left, right, clip.Frames)
		}
		heights[bottom-top]++
		widths[right-left]++
		edges["top"] = edges["top"] || top == 0
		edges["bottom"] = edges["bottom"] || bottom == clip.Height
		edges["left"] = edges["left"] || left == 0
		edges["right"] = edges["right"] || right == clip.Width
	}
	for _, side := range []struct {
		name string
		of   map[int]int
		n    int
	}{{"height", heights, clip.Height}, {"width", widths, clip.Width}} {
		for long := range side.n + 1 {
			if within := long >= side.n/4 && long <= side.n/4*3; (side.of[long] > 0) != within {
				t.Errorf("a %s of %d of %d was drawn %d times", side.name, long, side.n, side.of[long])
			}
		}
	}
	for _, edge := range []string{"top", "bottom", "left", "right"} {
		if !edges[edge] {
			t.Errorf("no region touches the %s", edge)
		}
	}
}
