package plotting

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Clip is a short sequence of fields.
type Clip struct {
	Name                  string    // beside or above the clip
	Data                  []float32 // frames×height×width, row-major; a value that is not finite is missing
	Frames, Height, Width int

	// Known marks frames that were given rather than generated: they get a coloured
	// frame. Nil means none; otherwise it has one mark for each frame.
	Known []bool
}

// Validate reports a shape that does not fit the data.
func (c Clip) Validate() error {
	if c.Frames < 1 || c.Height < 1 || c.Width < 1 || len(c.Data) != c.Frames*c.Height*c.Width {
		return fmt.Errorf("plotting: clip %q has %d values and the shape %d×%d×%d, want frames·height·width values and at least one", c.Name, len(c.Data), c.Frames, c.Height, c.Width)
	}
	if c.Known != nil && len(c.Known) != c.Frames {
		return fmt.Errorf("plotting: clip %q has %d frames and marks %d of them known or not, want one mark a frame (or none)", c.Name, c.Frames, len(c.Known))
	}
	return nil
}

// checkClips validates clips that are drawn side by side and returns the longest one's
// length and the range of all.
func checkClips(clips []Clip, labels []string) (frames int, data valueRange, err error) {
	data = emptyRange()
	if len(clips) == 0 {
		return 0, data, fmt.Errorf("plotting: no clip given, want at least one")
	}
	for i, c := range clips {
		if err := c.Validate(); err != nil {
			return 0, data, err
		}
		if c.Height != clips[0].Height || c.Width != clips[0].Width {
			return 0, data, fmt.Errorf("plotting: clip %d (%q) has frames of %d×%d cells, clip 0 (%q) of %d×%d, want the same", i, c.Name, c.Height, c.Width, clips[0].Name, clips[0].Height, clips[0].Width)
		}
		frames = max(frames, c.Frames)
		for _, v := range c.Data {
			data.add(float64(v))
		}
	}
	if labels != nil && len(labels) != frames {
		return 0, data, fmt.Errorf("plotting: %d labels for %d frames, want one a frame (or none)", len(labels), frames)
	}
	return frames, data, nil
}

// known reports whether frame f was given.
func (c Clip) known(f int) bool { return c.Known != nil && c.Known[f] }

func anyKnown(clips []Clip) bool {
	for _, c := range clips {
		for f := range c.Frames {
			if c.known(f) {
				return true
			}
		}
	}
	return false
}

// knownColor frames known fields: vermilion is in none of the rain classes.
var knownColor = color.RGBA{0xd5, 0x5e, 0x00, 0xff}

const (
	knownWidth = 1.6 * vg.Length(1)
	knownName  = "known" // what the key says of such a frame
)

// drawFrame draws frame f of the clip into the rectangle.
func (c Clip) drawFrame(canvas draw.Canvas, r vg.Rectangle, f int, colors *coloring) {
	size := c.Height * c.Width
	field := c.Data[f*size : (f+1)*size]
	drawCells(canvas, r, gridPainter{
		at:    func(row, col int) float64 { return float64(field[row*c.Width+col]) },
		width: c.Width, height: c.Height, colors: colors,
	})
	if !c.known(f) {
		strokeRect(canvas, r, draw.LineStyle{Color: color.Gray{0x60}, Width: frameWidth})
		return
	}
	strokeRect(canvas, outset(r, knownWidth/2), draw.LineStyle{Color: knownColor, Width: knownWidth})
}

func outset(r vg.Rectangle, d vg.Length) vg.Rectangle {
	p := vg.Point{X: d, Y: d}
	return vg.Rectangle{Min: r.Min.Sub(p), Max: r.Max.Add(p)}
}

// key is the line below clips: the colour bar and the meaning of a coloured frame.
type key struct {
	bar   colorBar
	known bool // a frame is marked
}

func (k key) height(width vg.Length) vg.Length {
	return k.bar.breadth(k.barWidth(width))
}

// swatch returns the width of the explanation of coloured frames.
func (k key) swatch() vg.Length {
	if !k.known {
		return 0
	}
	size := k.bar.style.tickSize()
	return 1.3*barThickness + 0.5*size + label{text: knownName, size: size}.width() + 2*size
}

// maxBar is the width beyond which a colour bar only gets emptier.
const maxBar = 13 * vg.Centimeter

func (k key) barWidth(width vg.Length) vg.Length { return min(width-k.swatch(), maxBar) }

// draw centres the key in the rectangle, at its top.
func (k key) draw(c draw.Canvas, r vg.Rectangle) {
	w := k.barWidth(r.Size().X)
	x := middle(r).X - (w+k.swatch())/2
	if k.known {
		size := k.bar.style.tickSize()
		box := vg.Rectangle{
			Min: vg.Point{X: x + knownWidth/2, Y: r.Max.Y - barThickness + knownWidth/2},
			Max: vg.Point{X: x + 1.3*barThickness - knownWidth/2, Y: r.Max.Y - knownWidth/2},
		}
		strokeRect(c, box, draw.LineStyle{Color: knownColor, Width: knownWidth})
		label{text: knownName, size: size}.draw(c, vg.Point{X: x + 1.3*barThickness + 0.5*size, Y: r.Max.Y - barThickness/2}, leftMiddle, 0)
		x += k.swatch()
	}
	k.bar.draw(c, vg.Rectangle{Min: vg.Point{X: x, Y: r.Min.Y}, Max: vg.Point{X: x + w, Y: r.Max.Y}})
}

// newKey returns the line below clips, and the frames of the longest. An error says what is
// wrong with the clips, their labels or the scale.
func newKey(clips []Clip, style Style, scale Scale, label, unit string, frameLabels []string) (k key, frames int, err error) {
	frames, data, err := checkClips(clips, frameLabels)
	if err != nil {
		return k, 0, err
	}
	colors, err := scale.settle(data)
	if err != nil {
		return k, 0, err
	}
	return key{bar: colorBar{colors: colors, style: style, label: withUnit(label, unit)}, known: anyKnown(clips)}, frames, nil
}
