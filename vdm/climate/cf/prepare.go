package cf

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// Fields returns the channels that would be made, without their values.
func (p *Preparation) Fields() []*climate.Field { return p.header.Channels }

// String returns a list of the files that would be read and of the data that would be
// made, for a dry run.
func (p *Preparation) String() string {
	var b strings.Builder
	f := p.header.Channels[0]
	var bytes int64
	for i := range p.files {
		bytes += p.files[i].source.Bytes
	}
	fmt.Fprintf(&b, "%d files, %.3f GB, in the order of time:\n", len(p.files), float64(bytes)/1e9)
	for i := range p.files {
		for c := range p.files[i].parts {
			part := &p.files[i].parts[c]
			if h := part.head; h != nil && (c == 0 || p.files[i].parts[0].head == nil) {
				what := ""
				if len(p.channels) > 1 {
					what = " of " + p.files[i].has()
				}
				fmt.Fprintf(&b, "  %s: %s to %s, %d frames%s\n", p.files[i].path, h.Date(0), h.Date(h.Frames()-1), h.Frames(), what)
				break
			}
		}
	}
	fmt.Fprintf(&b, "each %d × %d cells: %s\n", p.source.Height, p.source.Width, gridInWords(&p.source))
	for _, line := range p.header.Recipe {
		fmt.Fprintf(&b, "%s\n", line)
	}
	fmt.Fprintf(&b, "makes %d frames of %d × %d cells, %.3f GB: %s\n", f.Frames(), f.Height(), f.Width(),
		4*float64(len(p.header.Channels))*float64(f.Frames())*float64(f.Height())*float64(f.Width())/1e9, gridInWords(&f.Grid))
	fmt.Fprintf(&b, "%s, step %s, calendar %s", span(f), hours(f.Step()), f.Calendar)
	gaps := p.Gaps()
	if len(gaps) == 0 {
		b.WriteString(", no gaps")
	}
	b.WriteString("\n")
	for _, gap := range gaps {
		b.WriteString(gap + "\n")
	}
	if s := p.header.Split; s != nil {
		fmt.Fprintf(&b, "split: %s: %s\n", s.Rule, s.Describe())
	}
	return b.String()
}

// Gaps returns where times are missing, a sentence for each gap.
func (p *Preparation) Gaps() (all []string) {
	f := p.header.Channels[0]
	for _, t := range f.Gaps() {
		all = append(all, fmt.Sprintf("gap: %s are missing between %s and %s; no clip spans it",
			hours(f.Times[t+1]-f.Times[t]-f.Step()), f.Date(t), f.Date(t+1)))
	}
	return all
}

func span(f *climate.Field) string { return f.Date(0) + " to " + f.Date(f.Frames()-1) }

// Run writes the prepared data to a folder, file by file, with no more than some frames
// in memory. It continues what an interrupted Run has left, reading again the files that
// changed meanwhile, and does nothing where the folder already contains the data; then
// made is 0, else the number of files read. Finished data whose sources changed, and
// other data, are an error unless replace is set. progress, if not nil, receives the
// number of frames read.
func (p *Preparation) Run(ctx context.Context, dir string, replace bool, progress func(frames, total int)) (made int, err error) {
	w, err := climate.CreatePrepared(dir, p.header, replace)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	total := p.header.Channels[0].Frames() // the frames of the first variable count
	done, todo := total, []int(nil)
	for i := range p.files {
		f := &p.files[i]
		before, finished := w.Part(i)
		if finished {
			change, err := f.changedSince(before)
			if err != nil {
				return 0, err
			}
			if change != "" && w.Complete() {
				return 0, fmt.Errorf("%s has changed since %s was made of it: %s; replace the data, or restore the file", f.path, dir, change)
			}
			finished = change == ""
		}
		if !finished {
			todo = append(todo, i)
			if h := f.parts[0].head; h != nil {
				done -= h.Frames()
			}
		}
	}
	if w.Complete() {
		return 0, nil
	}
	summing, cancel := context.WithCancel(context.WithoutCancel(ctx)) // a file that was read whole is finished, whatever stops the next
	defer cancel()
	ready := p.sum(summing, todo)
	if progress != nil {
		progress(done, total)
	}
	for _, i := range todo {
		err := p.prepareFile(ctx, w, i, i == todo[len(todo)-1], ready, func(frames int) {
			done += frames
			if progress != nil {
				progress(done, total)
			}
		})
		if err != nil {
			return made, err
		}
		made++
	}
	return made, w.Commit(ctx, nil)
}

// changedSince returns how a file differs from its recorded state, "" if it does not.
// The checksum decides where size or time differ.
func (f *plannedFile) changedSince(before climate.Source) (string, error) {
	if f.source.Bytes == before.Bytes && f.source.Modified == before.Modified {
		return "", nil
	}
	now, err := f.format.source(f.path, true)
	if err != nil || now.SHA256 == before.SHA256 {
		return "", err
	}
	return fmt.Sprintf("SHA-256 %.12s…, %d bytes (%s); was %.12s…, %d bytes (%s)", now.SHA256, now.Bytes, now.Name, before.SHA256, before.Bytes, before.Name), nil
}

// summed is a file with its checksum.
type summed struct {
	source climate.Source
	err    error
}

// sum computes the checksums of files, in order and beside the reader: another processor
// does this while one inflates data. It is at most two files ahead.
func (p *Preparation) sum(ctx context.Context, todo []int) <-chan summed {
	ready := make(chan summed, 1)
	go func() {
		for _, i := range todo {
			f := &p.files[i]
			var s summed
			s.source, s.err = f.format.source(f.path, true)
			s.source.Modified = f.source.Modified
			select {
			case ready <- s:
			case <-ctx.Done():
				return
			}
			if s.err != nil {
				return
			}
		}
	}()
	return ready
}

// prepareFile reads one file into its part of the data, and takes the file's checksum from
// sums.
func (p *Preparation) prepareFile(ctx context.Context, w *climate.PreparedWriter, i int, last bool, sums <-chan summed, count func(frames int)) error {
	notes, err := p.reduced(ctx, i, func(c, t0 int, frames []float32) error {
		if c == 0 {
			defer count(len(frames) / (p.reduction.Height * p.reduction.Width))
		}
		return w.Write(c, t0, frames)
	})
	if err == nil && last {
		err = p.grown()
	}
	if err != nil {
		return err
	}
	file := <-sums
	if file.err != nil {
		return file.err
	}
	return w.Finish(i, file.source, notes)
}
