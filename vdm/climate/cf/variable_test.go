package cf

import (
	"testing"
)

// Blocks hold whole chunks as long as memory for them is reasonable.
func TestBlockLength(t *testing.T) {
	for _, c := range []struct{ chunk, rowBytes, want int }{
		{0, 1 << 20, 2}, {1, 1 << 20, 2}, {5, 100 << 10, 20}, {5, 1 << 20, 5}, {100, 1 << 20, 100}, {1000, 1 << 20, 2}, {7, 1 << 30, 1}, {0, 0, 2 << 20},
	} {
		v := &variable{}
		if c.chunk > 0 {
			v.chunk = []int{c.chunk}
		}
		if got := v.blockLength(0, c.rowBytes); got != c.want {
			t.Errorf("%+v: %d places", c, got)
		}
	}
}
