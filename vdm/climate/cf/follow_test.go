package cf

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// Blocks are used in their order, an error comes back at the next block or at the end,
// nothing is used after it, and a panic belongs to the caller.
func TestFollowing(t *testing.T) {
	var seen []int
	broken := errors.New("broken")
	f := &following{done: func(t0 int, data []float32) error {
		time.Sleep(time.Millisecond)
		seen = append(seen, t0+len(data))
		if t0 == 3 {
			return broken
		}
		return nil
	}}
	var err error
	at := 0
	for ; at < 10 && err == nil; at++ {
		err = f.start(at, make([]float32, 100))
	}
	if !errors.Is(err, broken) || at != 5 || !slices.Equal(seen, []int{100, 101, 102, 103}) {
		t.Errorf("error %v after %d blocks, of which %v were used", err, at, seen)
	}
	if err := f.wait(); err != nil {
		t.Errorf("the error comes twice: %v", err)
	}
	f.done = func(int, []float32) error { panic("mistake") }
	if err := f.start(0, nil); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if r := recover(); r == nil || !strings.Contains(r.(string), "mistake") {
			t.Errorf("the panic is %v", r)
		}
	}()
	t.Errorf("a panic becomes the error %v", f.wait())
}
