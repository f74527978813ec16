package odim

import (
	"math"
	"strings"
	"testing"
)

// Where nodata and undetect are one number, what was not detected is missing, and the
// note says so.
func TestOneMarkForTwo(t *testing.T) {
	l := &layer{quantity: "RATE", gain: 1, nodata: -1, undetect: -1}
	values := make([]float32, 2)
	l.unpack(values, []float64{-1, 3}, 0)
	if !math.IsNaN(float64(values[0])) || values[1] != 3 {
		t.Errorf("values %v", values)
	}
	if said := l.inWords(quantity{}); !strings.Contains(said, "nodata -1 is missing, and so is what was not detected") {
		t.Errorf("it is said: %s", said)
	}
}
