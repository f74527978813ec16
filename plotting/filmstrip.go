package plotting

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// FilmStripOptions are the options of [FilmStrip]. The default width is at most 17 cm,
// less for few frames; the height follows from the clips.
type FilmStripOptions struct {
	Style
	Scale Scale

	// Label and Unit of the values are written at the colour bar.
	Label, Unit string

	// FrameLabels are written above the columns, such as "+1 h". nil means none;
	// otherwise it has one label for each frame of the longest clip.
	FrameLabels []string

	// Lines are drawn over every frame. Axes, where given, are drawn at the first frame of
	// the last row.
	Lines []Line
	Axes  *FrameAxes
}

// Validate reports the first option that is out of range.
func (o FilmStripOptions) Validate() error { return validate(o.Style, o.Scale) }

// FilmStrip draws clips in rows and their frames in columns, all in one colour
// scale with one colour bar. Clips must have frames of the same shape; a clip
// with fewer frames leaves its last columns empty.
func FilmStrip(clips []Clip, opt FilmStripOptions) (*Picture, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	key, frames, err := newKey(clips, opt.Style, opt.Scale, opt.Label, opt.Unit, opt.FrameLabels)
	if err != nil {
		return nil, err
	}
	if err := checkPlaced(opt.Lines, opt.Axes, clips[0].Height, clips[0].Width); err != nil {
		return nil, err
	}
	f := &filmFigure{opt: opt, clips: clips, frames: frames, key: key}
	f.ratio = vg.Length(clips[0].Height) / vg.Length(clips[0].Width)
	w, h := f.naturalSize()
	return newPicture(f, w, h, opt.dpi())
}

type filmFigure struct {
	opt    FilmStripOptions
	clips  []Clip
	frames int
	key    key
	ratio  vg.Length // ratio of a frame's height to its width
}

const (
	filmWidth     = 17 * vg.Centimeter  // of a text page
	widestFrame   = 2.6 * vg.Centimeter // unless a width is set
	smallestStrip = 9 * vg.Centimeter   // room for the colour bar
	frameGap      = 5 * vg.Length(1)
)

// rowLabels returns the names of the clips, wrapped to at most a quarter of the width,
// and the room they take.
func (f *filmFigure) rowLabels(width vg.Length) (labels []label, room vg.Length) {
	for _, c := range f.clips {
		l := label{text: c.Name, size: f.opt.tickSize()}
		if c.Name != "" {
			l = l.wrapped(width / 4)
			room = max(room, l.width())
		}
		labels = append(labels, l)
	}
	if room > 0 {
		room += 0.7 * f.opt.tickSize()
	}
	return labels, room
}

func (f *filmFigure) naturalSize() (w, h vg.Length) {
	w, h = f.opt.size(0, 0)
	if w == 0 {
		_, room := f.rowLabels(filmWidth)
		left, _ := f.opt.Axes.rooms(f.opt.tickSize())
		room += left
		w = min(filmWidth, 2*outerPad+room+vg.Length(f.frames)*(widestFrame+frameGap))
		w = max(w, smallestStrip)
	}
	if h == 0 {
		l := f.layout(draw.NewCanvas(nil, w, 1e4*vg.Centimeter))
		h = 2*outerPad + l.above + vg.Length(len(f.clips))*(l.frame.Y+frameGap) - frameGap + l.below
	}
	return w, h
}

type filmLayout struct {
	title    label
	rows     []label
	columns  []label
	frame    vg.Point // size of a frame
	origin   vg.Point // upper left corner of the first frame
	rowRoom  vg.Length
	above    vg.Length // title and frame labels
	below    vg.Length // key
	keyWidth vg.Length
}

func (f *filmFigure) layout(c draw.Canvas) filmLayout {
	var l filmLayout
	c = inner(c)
	size := f.opt.tickSize()
	l.title = label{text: f.opt.Title, size: f.opt.titleSize()}.wrapped(c.Size().X)
	l.rows, l.rowRoom = f.rowLabels(c.Size().X)
	l.above = titleRoom(l.title) + frameGap/2
	if f.opt.FrameLabels != nil {
		l.above += 1.3 * size
	}
	l.keyWidth = c.Size().X
	left, beneath := f.opt.Axes.rooms(size)
	l.rowRoom += left
	l.below = beneath + barGap + f.key.height(l.keyWidth)
	wide := (c.Size().X-l.rowRoom-knownWidth)/vg.Length(f.frames) - frameGap
	if f.opt.Width == 0 {
		wide = min(wide, widestFrame)
	}
	high := (c.Size().Y-l.above-l.below+frameGap)/vg.Length(len(f.clips)) - frameGap
	// Frames that are too small to see are still drawn, because this size was asked for.
	wide = max(min(wide, high/f.ratio), 1)
	l.frame = vg.Point{X: wide, Y: wide * f.ratio}
	strip := l.rowRoom + vg.Length(f.frames)*(wide+frameGap) - frameGap
	l.origin = vg.Point{X: c.Center().X - strip/2 + l.rowRoom, Y: c.Max.Y - l.above}
	l.columns = f.columnLabels(wide)
	return l
}

// columnLabels returns the frame labels, shrunk a little to their columns; where that is
// not enough it leaves out every other one, or more.
func (f *filmFigure) columnLabels(frame vg.Length) []label {
	size := f.opt.tickSize()
	var widest vg.Length
	out := make([]label, len(f.opt.FrameLabels))
	for i, txt := range f.opt.FrameLabels {
		out[i] = label{text: txt, size: size}
		widest = max(widest, out[i].width())
	}
	column := frame + frameGap
	if widest == 0 {
		return out
	}
	for stride := 1; ; stride++ {
		room := column*vg.Length(stride) - 0.8*size
		if shrink := room / widest; shrink >= 0.8 || stride >= len(out) {
			for i := range out {
				if i%stride != 0 {
					out[i].text = ""
				}
				out[i].size = max(minSize, size*min(1, shrink))
			}
			return out
		}
	}
}

func (f *filmFigure) frameRect(l filmLayout, row, col int) vg.Rectangle {
	x := l.origin.X + vg.Length(col)*(l.frame.X+frameGap)
	y := l.origin.Y - vg.Length(row)*(l.frame.Y+frameGap)
	return vg.Rectangle{Min: vg.Point{X: x, Y: y - l.frame.Y}, Max: vg.Point{X: x + l.frame.X, Y: y}}
}

func (f *filmFigure) draw(c draw.Canvas) {
	l := f.layout(c)
	left, beneath := f.opt.Axes.rooms(f.opt.tickSize())
	for row, clip := range f.clips {
		first := f.frameRect(l, row, 0)
		l.rows[row].draw(c, vg.Point{X: first.Min.X - left - 0.7*f.opt.tickSize(), Y: middle(first).Y}, rightMiddle, 0)
		for col := range clip.Frames {
			r := f.frameRect(l, row, col)
			clip.drawFrame(c, r, col, f.key.bar.colors)
			drawLines(c, r, f.opt.Lines, clip.Height, clip.Width)
		}
	}
	for col, txt := range l.columns {
		r := f.frameRect(l, 0, col)
		// The outermost labels may be wider than their frames.
		half := txt.width() / 2
		x := clampLength(middle(r).X, c.Min.X+outerPad+half, c.Max.X-outerPad-half)
		txt.draw(c, vg.Point{X: x, Y: r.Max.Y + 0.45*f.opt.tickSize()}, centerBottom, 0)
	}
	last := f.frameRect(l, len(f.clips)-1, 0)
	if f.opt.Axes != nil {
		f.opt.Axes.draw(c, last, f.opt.tickSize())
	}
	area := inner(c)
	f.key.draw(c, vg.Rectangle{
		Min: vg.Point{X: area.Min.X, Y: area.Min.Y},
		Max: vg.Point{X: area.Max.X, Y: last.Min.Y - beneath - barGap},
	})
	drawTitle(c, l.title, c.Center().X)
}

func (f *filmFigure) insets(draw.Canvas) (insets, bool) { return insets{}, false }
