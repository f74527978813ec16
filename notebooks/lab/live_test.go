package lab

import (
	"errors"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/plotting"
)

func TestSliderPositions(t *testing.T) {
	s := Slider{Name: "λ", Min: -3, Max: 2, Step: 0.1, Start: 0.7}.withDefaults()
	if s.positions() != 50 || s.position(0.7) != 37 || s.label(s.value(37)) != "0.7" || s.value(50) != 2 || s.value(-4) != -3 || s.value(99) != 2 {
		t.Errorf("%d positions, 0.7 at %d, back %s; ends %v and %v", s.positions(), s.position(0.7), s.label(s.value(37)), s.value(50), s.value(-4))
	}
	c := Slider{Choices: []string{"a", "b", "c"}, Start: 1}.withDefaults()
	if c.positions() != 2 || c.label(c.value(2)) != "c" {
		t.Errorf("choices have %d positions, the last is %s", c.positions(), c.label(c.value(2)))
	}
}

func TestSliderRefuses(t *testing.T) {
	for _, s := range []Slider{
		{Name: "a", Min: 1, Max: 1}, {Name: "a", Min: 0, Max: 1, Start: 2}, {Name: "a", Max: 1, Step: -1},
		{Name: "a", Max: 1, Step: 1e-9}, {Name: "a", Choices: []string{"only"}},
	} {
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), `slider "a"`) {
			t.Errorf("%+v: error %v", s, err)
		}
	}
}

// Outside a notebook the picture is drawn once, with the first values.
func TestLiveOutsideANotebook(t *testing.T) {
	var seen [][]float64
	Live(func(x []float64) (*plotting.Picture, error) {
		seen = append(seen, x)
		return nil, nil
	}, Slider{Max: 4, Start: 3}, Slider{Choices: []string{"a", "b"}, Start: 1})
	if len(seen) != 1 || seen[0][0] != 3 || seen[0][1] != 1 {
		t.Errorf("drawn with %v", seen)
	}
}

func TestDrawnIsAPicture(t *testing.T) {
	line := func([]float64) (*plotting.Picture, error) {
		return plotting.Curves([]plotting.Series{{X: []float64{0, 1}, Y: []float64{0, 1}}}, plotting.CurveOptions{})
	}
	if p, text, err := drawn(line, nil); err != nil || p == nil || !strings.HasPrefix(text, `<img style="width:14.0cm" src="data:image/png;base64,iVBOR`) {
		t.Errorf("%.80s, %v", text, err)
	}
	failed := errors.New("λ_min is above λ_max")
	if _, _, err := drawn(func([]float64) (*plotting.Picture, error) { return nil, failed }, nil); err != failed {
		t.Errorf("error %v, want that of the drawing", err)
	}
}
