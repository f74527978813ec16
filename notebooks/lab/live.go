package lab

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/dom"
	"github.com/janpfeifer/gonb/gonbui/widgets"

	"github.com/climate-vdm/climate-vdm/plotting"
)

// Slider is a slider that the reader of a notebook moves, see [Live].
type Slider struct {
	Name     string
	Min, Max float64
	Start    float64 // value at the beginning
	Step     float64 // between positions; 0 means 1

	// Choices are words for the values 0, 1, …; with them, Min, Max and Step are
	// ignored.
	Choices []string
}

func (s Slider) withDefaults() Slider {
	if s.Choices != nil {
		s.Min, s.Max, s.Step = 0, float64(len(s.Choices)-1), 1
	}
	if s.Step == 0 {
		s.Step = 1
	}
	return s
}

// Validate refuses a slider that cannot be moved.
func (s Slider) Validate() error {
	s = s.withDefaults()
	if !(s.Min < s.Max) || !(s.Step > 0) || !(s.Start >= s.Min && s.Start <= s.Max) || !(s.Max-s.Min <= 1e4*s.Step) {
		return fmt.Errorf("slider %q from %g to %g by %g, at %g: want Min ≤ Start ≤ Max, Min < Max and at most 10000 steps", s.Name, s.Min, s.Max, s.Step, s.Start)
	}
	return nil
}

// positions returns the number of the last position; the first is 0.
func (s Slider) positions() int { return int(math.Round((s.Max - s.Min) / s.Step)) }

func (s Slider) position(value float64) int { return int(math.Round((value - s.Min) / s.Step)) }

func (s Slider) value(position int) float64 {
	return min(s.Min+float64(min(max(position, 0), s.positions()))*s.Step, s.Max)
}

func (s Slider) label(value float64) string {
	if s.Choices != nil {
		return s.Choices[int(value)]
	}
	return strconv.FormatFloat(math.Round(value*1e6)/1e6, 'g', -1, 64)
}

// Live shows a picture below sliders, and draws it again when a slider is moved, until
// the cell is stopped; the last picture then stays. draw receives the sliders' values in
// order; its error is shown in the place of the picture.
//
// The picture is not live in a saved or exported notebook, and a notebook that uses Live
// cannot run headless. Outside a notebook it is drawn once.
func Live(draw func(x []float64) (*plotting.Picture, error), sliders ...Slider) {
	var start []float64
	for i, s := range sliders {
		Check(s.Validate())
		sliders[i] = s.withDefaults()
		start = append(start, s.Start)
	}
	if !gonbui.IsNotebook {
		_, err := draw(start)
		Check(err)
		return
	}
	ctx := Context()
	root := dom.CreateTransientDiv()
	dom.Append(root, `<p><small>Move the sliders; the stop button ends the cell.</small></p>`)
	var rows []*row
	made := make(chan struct{})
	go func() { // waits for the browser
		defer close(made)
		for _, s := range sliders {
			rows = append(rows, newRow(root, s))
		}
	}()
	select {
	case <-made:
	case <-ctx.Done():
		Check(errors.New("no browser answers: open the notebook with make lab, and run this cell there"))
	}
	picture := root + "-picture"
	dom.Append(root, `<div id="`+picture+`"></div>`)
	if p := redraw(ctx, draw, rows, picture); p != nil {
		dom.SetInnerHtml(root, "")
		Show(p, nil)
		gonbui.Sync()
	}
}

// row is a slider in the page.
type row struct {
	Slider
	widget *widgets.SliderBuilder
	label  string // element with the value in words
}

func newRow(root string, s Slider) *row {
	line, label := "row-"+gonbui.UniqueId(), "value-"+gonbui.UniqueId()
	dom.Append(root, fmt.Sprintf(`<div id="%s" style="display:flex;gap:1em;align-items:center;max-width:44em"><span style="flex:none;width:10em">%s</span></div>`,
		line, html.EscapeString(s.Name)))
	w := widgets.Slider(0, s.positions(), s.position(s.Start)).AppendTo(line).Done()
	dom.Append(line, fmt.Sprintf(`<span id="%s" style="flex:none;width:6em"></span>`, label))
	return &row{s, w, label}
}

// redraw draws until the context ends, and returns the last picture.
func redraw(ctx context.Context, draw func(x []float64) (*plotting.Picture, error), rows []*row, place string) (last *plotting.Picture) {
	var shown []float64
	for {
		values := make([]float64, len(rows))
		for i, r := range rows {
			values[i] = r.value(r.widget.Value())
		}
		if shown != nil && slices.Equal(values, shown) {
			select {
			case <-ctx.Done():
				return last
			case <-time.After(40 * time.Millisecond):
			}
			continue
		}
		for i, r := range rows {
			dom.SetInnerText(r.label, r.Slider.label(values[i]))
		}
		p, text, err := drawn(draw, values)
		if err != nil {
			text = "<p>" + html.EscapeString(err.Error()) + "</p>"
		} else {
			last = p
		}
		dom.SetInnerHtml(place, text)
		shown = values
	}
}

// drawn returns the picture, and the HTML element that shows it.
func drawn(draw func(x []float64) (*plotting.Picture, error), values []float64) (*plotting.Picture, string, error) {
	p, err := draw(slices.Clone(values))
	if err != nil {
		return nil, "", err
	}
	file, err := p.PNG()
	if err != nil {
		return nil, "", err
	}
	w, _ := p.Size()
	return p, fmt.Sprintf(`<img style="width:%.1fcm" src="data:image/png;base64,%s">`, w, base64.StdEncoding.EncodeToString(file)), nil
}
