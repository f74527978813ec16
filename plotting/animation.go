package plotting

import (
	"bytes"
	"fmt"
	"image"
	"math"

	"github.com/kettek/apng"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// AnimationOptions are the options of [Animation]. The default size is 4.6 cm a clip at
// 100 dots per inch.
type AnimationOptions struct {
	Style
	Scale Scale

	// Label and Unit of the values are written at the colour bar.
	Label, Unit string

	// FrameLabels are written at the upper right, such as "+1 h". nil means "1/10" and
	// so on; otherwise it has one label for each frame of the longest clip.
	FrameLabels []string

	// FPS is the number of frames a second. Zero: 4.
	FPS float64

	// Lines are drawn over every frame.
	Lines []Line
}

// Validate reports the first option that is out of range.
func (o AnimationOptions) Validate() error {
	if o.FPS != 0 && !(o.FPS >= 0.05 && o.FPS <= 60) {
		return fmt.Errorf("plotting: AnimationOptions.FPS is %g, want 0 (4) or 0.05 to 60", o.FPS)
	}
	return validate(o.Style, o.Scale)
}

// Animation draws clips, at most four side by side, as an animated PNG without end,
// which browsers and notebooks show like a PNG; programs that know only PNG show the
// first frame. Clips must have frames of the same shape; a clip with fewer frames keeps
// showing its last one.
func Animation(clips []Clip, opt AnimationOptions) ([]byte, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	key, frames, err := newKey(clips, opt.Style, opt.Scale, opt.Label, opt.Unit, opt.FrameLabels)
	if err != nil {
		return nil, err
	}
	if err := checkPlaced(opt.Lines, nil, clips[0].Height, clips[0].Width); err != nil {
		return nil, err
	}
	f := &animationFigure{opt: opt, clips: clips, frames: frames, key: key}
	f.ratio = vg.Length(clips[0].Height) / vg.Length(clips[0].Width)
	f.columns = min(len(clips), 4)
	dpi := 100 // the resolution of a screen, for which animations are made
	if opt.DPI != 0 {
		dpi = opt.DPI
	}
	w, h := f.naturalSize()
	film := apng.APNG{} // repeated without end
	for f.now = range frames {
		img, err := rasterize(f, w, h, dpi)
		if err != nil {
			return nil, fmt.Errorf("frame %d: %w", f.now, err)
		}
		num, den := delay(opt.FPS)
		film.Frames = append(film.Frames, changed(film.Frames, f.previous, img, num, den))
		f.previous = img
	}
	var buf bytes.Buffer
	if err := apng.Encode(&buf, film); err != nil {
		return nil, fmt.Errorf("plotting: encoding an animated PNG: %w", err)
	}
	return buf.Bytes(), nil
}

// delay returns the time of a frame as the fraction of a second in which the format
// stores it.
func delay(fps float64) (num, den uint16) {
	if fps == 0 {
		fps = 4
	}
	return uint16(math.Round(1000 / fps)), 1000
}

// changed returns the frame that turns the previous image into the next: the smallest
// rectangle that contains every changed pixel.
func changed(before []apng.Frame, previous, next *image.RGBA, num, den uint16) apng.Frame {
	f := apng.Frame{Image: next, DelayNumerator: num, DelayDenominator: den, BlendOp: apng.BLEND_OP_SOURCE}
	if len(before) == 0 {
		return f
	}
	b := next.Bounds()
	r := image.Rectangle{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		i, j := next.PixOffset(b.Min.X, y), next.PixOffset(b.Max.X-1, y)+4
		rowA, rowB := previous.Pix[i:j], next.Pix[i:j]
		if bytes.Equal(rowA, rowB) {
			continue
		}
		first, last := 0, len(rowA)-1
		for rowA[first] == rowB[first] {
			first++
		}
		for rowA[last] == rowB[last] {
			last--
		}
		r = r.Union(image.Rect(b.Min.X+first/4, y, b.Min.X+last/4+1, y+1))
	}
	if r.Empty() {
		r = image.Rect(b.Min.X, b.Min.Y, b.Min.X+1, b.Min.Y+1) // a frame needs a pixel
	}
	f.Image, f.XOffset, f.YOffset = crop(next, r), r.Min.X, r.Min.Y
	return f
}

// crop copies a part, so that it starts at the origin.
func crop(img *image.RGBA, r image.Rectangle) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	for y := range r.Dy() {
		i := img.PixOffset(r.Min.X, r.Min.Y+y)
		copy(out.Pix[y*out.Stride:(y+1)*out.Stride], img.Pix[i:i+4*r.Dx()])
	}
	return out
}

// animationFigure draws the current frame.
type animationFigure struct {
	opt      AnimationOptions
	clips    []Clip
	frames   int
	columns  int
	key      key
	ratio    vg.Length
	now      int
	previous *image.RGBA
}

func (f *animationFigure) rows() int { return (len(f.clips) + f.columns - 1) / f.columns }

const animatedFrame = 4.6 * vg.Centimeter

func (f *animationFigure) naturalSize() (w, h vg.Length) {
	w, h = f.opt.size(0, 0)
	if w == 0 {
		w = max(2*outerPad+vg.Length(f.columns)*(animatedFrame+barGap), smallestStrip)
	}
	if h == 0 {
		l := f.layout(draw.NewCanvas(nil, w, 1e4*vg.Centimeter))
		h = 2*outerPad + l.above + vg.Length(f.rows())*(l.name+l.frame.Y+barGap) + l.below
	}
	return w, h
}

type animationLayout struct {
	title  label
	frame  vg.Point
	name   vg.Length // room for a clip's name
	above  vg.Length
	below  vg.Length
	origin vg.Point
}

func (f *animationFigure) layout(c draw.Canvas) animationLayout {
	var l animationLayout
	c = inner(c)
	size := f.opt.tickSize()
	// The title leaves room for the frame label to its right.
	l.title = label{text: f.opt.Title, size: f.opt.titleSize()}.wrapped(c.Size().X - f.labelRoom())
	l.above = max(titleRoom(l.title), titleRoom(label{text: "0", size: f.opt.titleSize()}))
	for _, clip := range f.clips {
		if clip.Name != "" {
			l.name = 1.4 * size
		}
	}
	l.below = f.key.height(c.Size().X)
	wide := c.Size().X/vg.Length(f.columns) - barGap
	if f.opt.Width == 0 {
		wide = min(wide, animatedFrame)
	}
	high := (c.Size().Y-l.above-l.below)/vg.Length(f.rows()) - l.name - barGap
	wide = max(min(wide, high/f.ratio), 1)
	l.frame = vg.Point{X: wide, Y: wide * f.ratio}
	strip := vg.Length(f.columns)*(wide+barGap) - barGap
	l.origin = vg.Point{X: c.Center().X - strip/2, Y: c.Max.Y - l.above}
	return l
}

func (f *animationFigure) frameLabel(i int) string {
	if f.opt.FrameLabels != nil {
		return f.opt.FrameLabels[i]
	}
	return fmt.Sprintf("%d/%d", i+1, f.frames)
}

func (f *animationFigure) labelRoom() (w vg.Length) {
	for i := range f.frames {
		w = max(w, label{text: f.frameLabel(i), size: f.opt.titleSize()}.width())
	}
	return w + f.opt.titleSize()
}

func (f *animationFigure) draw(c draw.Canvas) {
	l := f.layout(c)
	size := f.opt.tickSize()
	for i, clip := range f.clips {
		x := l.origin.X + vg.Length(i%f.columns)*(l.frame.X+barGap)
		y := l.origin.Y - vg.Length(i/f.columns)*(l.name+l.frame.Y+barGap)
		label{text: clip.Name, size: size}.shrunk(l.frame.X).draw(c, vg.Point{X: x + l.frame.X/2, Y: y - l.name + 0.45*size}, centerBottom, 0)
		y -= l.name
		r := vg.Rectangle{Min: vg.Point{X: x, Y: y - l.frame.Y}, Max: vg.Point{X: x + l.frame.X, Y: y}}
		clip.drawFrame(c, r, min(f.now, clip.Frames-1), f.key.bar.colors)
		drawLines(c, r, f.opt.Lines, clip.Height, clip.Width)
	}
	area := inner(c)
	l.title.draw(c, vg.Point{X: l.origin.X, Y: area.Max.Y}, leftTop, 0)
	right := l.origin.X + vg.Length(f.columns)*(l.frame.X+barGap) - barGap
	label{text: f.frameLabel(f.now), size: f.opt.titleSize()}.draw(c, vg.Point{X: right, Y: area.Max.Y}, rightTop, 0)
	f.key.draw(c, vg.Rectangle{Min: area.Min, Max: vg.Point{X: area.Max.X, Y: area.Min.Y + l.below}})
}

func (f *animationFigure) insets(draw.Canvas) (insets, bool) { return insets{}, false }
