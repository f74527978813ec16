package cf

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Ending returns the ending of files whose format nobody names: ".nc" in a program that
// links NetCDF, else the ending of another format, or "" where none is linked.
func Ending() string {
	ending := ""
	for _, f := range linked() {
		if f.Create != nil && len(f.Endings) > 0 && (ending == "" || f.Others) {
			ending = f.Endings[0]
		}
	}
	return ending
}

// WritesFolder reports whether the ending of a path belongs to a format whose files are
// folders, such as Zarr.
func WritesFolder(path string) bool {
	for _, f := range linked() {
		for _, ending := range f.Endings {
			if f.Folder && strings.HasSuffix(strings.TrimRight(path, "/"), ending) {
				return true
			}
		}
	}
	return false
}

// Write makes the data that Run would make as a file in the format of its ending, such as
// a Zarr store, one chunk a frame; never more than some frames are in memory, and the
// name is taken when all is written. An existing file is replaced if replace is set. Where
// the format can, a Write that was interrupted is continued with the files of which not all
// frames are written. The split is not kept. progress, if not nil, is called with the number of frames read.
func (p *Preparation) Write(ctx context.Context, path string, replace bool, progress func(frames, total int)) (err error) {
	if _, err := os.Lstat(path); err == nil && !replace {
		return fmt.Errorf("%s is there already; write to another place, or replace it", path)
	}
	format, err := writerOf(path)
	if err != nil {
		return err
	}
	var names []string
	for i := range p.files {
		names = append(names, p.files[i].source.Name)
	}
	if len(names) > 3 {
		names = append(names[:3], fmt.Sprintf("and %d more", len(p.files)-3))
	}
	w, continued, err := p.writer(format, path, p.fileHeader(strings.Join(names, ", ")))
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	failed := false // to write: what is written may be continued
	defer func() {
		switch {
		case err == nil:
			err = w.Commit()
		case continued != nil && (failed || ctx.Err() != nil):
			err = errors.Join(err, continued.Leave())
		default:
			err = errors.Join(err, w.Abort())
		}
	}()
	done, total := 0, p.header.Channels[0].Frames()
	for i := range p.files {
		f := &p.files[i]
		if continued != nil && p.written(continued, i) {
			if h := f.parts[0].head; h != nil {
				done += h.Frames()
			}
			if progress != nil {
				progress(done, total)
			}
			continue
		}
		_, err := p.reduced(ctx, i, func(c, t0 int, frames []float32) error {
			n := len(frames) / (p.reduction.Height * p.reduction.Width)
			if c == 0 {
				done += n
				if progress != nil {
					progress(done, total)
				}
			}
			err := w.Write(p.header.Channels[c].Name, []int{t0, 0, 0}, []int{n, p.reduction.Height, p.reduction.Width}, frames)
			failed = failed || err != nil
			return err
		})
		if err != nil {
			return err
		}
	}
	return p.grown()
}

// writer begins a file, or continues one where the format can.
func (p *Preparation) writer(format *Format, path string, h *Header) (Writer, Continued, error) {
	if format.Continue == nil {
		w, err := format.Create(path, h)
		return w, nil, err
	}
	var sources strings.Builder
	for i := range p.files {
		fmt.Fprintln(&sources, p.files[i].path, p.files[i].source)
	}
	w, err := format.Continue(path, h, sources.String())
	return w, w, err
}

// written reports whether all frames that a file has are written.
func (p *Preparation) written(w Continued, i int) bool {
	for c := range p.channels {
		part := &p.files[i].parts[c]
		if part.head != nil && !w.Has(p.header.Channels[c].Name, []int{part.t0, 0, 0}, []int{part.head.Frames(), p.reduction.Height, p.reduction.Width}) {
			return false
		}
	}
	return true
}

// fileHeader is the header of the data as a file.
func (p *Preparation) fileHeader(sources string) *Header {
	h, first := &Header{}, p.header.Channels[0]
	y, x := horizontalNames(&first.Grid)
	at := &place{grid: &first.Grid, y: y, x: x, times: first.Times, from: first.From, to: first.To, calendar: first.Calendar, epoch: first.Epoch}
	of := h.coordinates(at)
	for _, f := range p.header.Channels {
		c := SampleChannel{Name: f.Name, LongName: f.LongName, StandardName: f.StandardName, Units: f.Units, CellMethods: f.CellMethods}
		h.field(c, of, []string{at.timeName(), y, x}, []int{1, first.Grid.Height, first.Grid.Width})
	}
	h.globals(map[string]string{"source": sources, "history": HistoryAfter("climate-vdm prepare: "+strings.Join(p.header.Recipe, "; "), p.files[0].path)})
	return h
}

// reduced reads what a file has of each variable, coarsened and cropped, some frames at a
// time, and returns what was decided on the way.
func (p *Preparation) reduced(ctx context.Context, i int, done func(c, t0 int, frames []float32) error) (notes [][]string, err error) {
	f := &p.files[i]
	notes = make([][]string, len(p.channels))
	for c := range p.channels {
		if f.parts[c].head == nil {
			continue
		}
		whole := p.reduction.Height*p.reduction.Width == p.source.Height*p.source.Width
		var small []float32
		notes[c], err = p.readPart(i, c, func(t0 int, data []float32) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if whole {
				return done(c, f.parts[c].t0+t0, data)
			}
			frame, cells := p.source.Height*p.source.Width, p.reduction.Height*p.reduction.Width
			n := len(data) / frame
			small = slices.Grow(small[:0], n*cells)[:n*cells]
			for t := range n {
				p.reduction.Apply(small[t*cells:(t+1)*cells], data[t*frame:(t+1)*frame])
			}
			return done(c, f.parts[c].t0+t0, small)
		})
		if err != nil {
			return nil, err
		}
	}
	now, err := f.format.source(f.path, false)
	if err == nil && now != f.source {
		err = fmt.Errorf("%s was changed while it was read; run again", f.path)
	}
	return notes, err
}

// grown refuses amounts that look like running totals, when all are read.
func (p *Preparation) grown() error {
	for c := range p.channels {
		if err := p.growth[c].problem(p.whole[c].Name, p.optionsOf(p.variables[c])); err != nil {
			return err
		}
	}
	return nil
}
