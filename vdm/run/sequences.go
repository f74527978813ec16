package run

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
)

// Sequences is a folder of long sequences that [Run.Rollout] made or is making.
//
//	extension.json        what the sequences are and how they are drawn
//	progress.jsonl        a line for every finished clip
//	member-000000.f32 …   the frames of a member: little-endian float32 without a
//	                      header, [frame, height, width, channel], physical units
//
// So numpy.memmap opens a member while it grows. Bytes beyond the frames that
// progress.jsonl names are unfinished.
type Sequences struct {
	Dir string
	SequencesHeader
	frames map[int]int // the number of finished frames of each member
}

// SequencesHeader is the content of the file extension.json.
type SequencesHeader struct {
	Format   int               `json:"format"`
	Height   int               `json:"height"`
	Width    int               `json:"width"`
	Step     float64           `json:"step_hours"` // hours between frames; 0 where unknown
	Channels []string          `json:"channels"`
	Units    []string          `json:"units"`
	Layout   string            `json:"layout"`
	Settings SequencesSettings `json:"settings"`
}

const (
	sequencesFormat = 1
	sequencesName   = "extension.json"
	sequencesLog    = "progress.jsonl"
)

// sequencesHeader returns the header of the sequences that Rollout is about to make.
func (m *Run) sequencesHeader(start []float32, o RolloutOptions, engine string) SequencesHeader {
	c := m.Config.Clip
	h := SequencesHeader{
		Format: sequencesFormat, Height: c.Height, Width: c.Width, Step: c.Step,
		Layout: "member-NNNNNN.f32: little-endian float32, [frame, height, width, channel]",
	}
	var transforms []string
	for _, ch := range c.Channels {
		h.Channels, h.Units = append(h.Channels, ch.Name), append(h.Units, ch.Units)
		transforms = append(transforms, ch.Transform.String())
	}
	if o.Guidance == nil {
		o.Guidance = vdm.Replacement{}
	}
	schedule := m.Config.Schedule
	h.Settings = SequencesSettings{
		Start: len(start) / (c.Height * c.Width * len(c.Channels)), StartSHA256: sum256(start), Overlap: o.Overlap, Stride: o.Stride,
		Transforms: strings.Join(transforms, ", "),
		Schedule:   fmt.Sprintf("%s, %g to %g, shift %g", schedule.Name, schedule.Min, schedule.Max, schedule.Shift),
		Told:       o.Tell != nil,
		Recipe:     m.recipe(o.SampleOptions, "", engine),
	}
	h.Settings.Count = 0
	return h
}

// OpenSequences opens a folder that [Run.Rollout] made, or is making.
func OpenSequences(dir string) (*Sequences, error) {
	h, err := readSequences(dir)
	if err != nil {
		return nil, fmt.Errorf("sequences: %w", err)
	}
	e := &Sequences{Dir: dir, SequencesHeader: h}
	if e.frames, _, err = readProgress(filepath.Join(dir, sequencesLog)); err != nil {
		return nil, fmt.Errorf("sequences: %w", err)
	}
	return e, nil
}

// Members returns the numbers of the members that have frames, in increasing order.
func (e *Sequences) Members() []int {
	var all []int
	for m, n := range e.frames {
		if n > 0 {
			all = append(all, m)
		}
	}
	slices.Sort(all)
	return all
}

// Frames returns how many frames of a member are finished.
func (e *Sequences) Frames(member int) int { return e.frames[member] }

// FrameSize returns the number of values of a frame.
func (e *Sequences) FrameSize() int { return e.Height * e.Width * len(e.Channels) }

// Read reads frames of a member to dst, in physical units, beginning with frame from.
// The length of dst says how many.
func (e *Sequences) Read(member, from int, dst []float32) error {
	size := e.FrameSize()
	if len(dst)%size != 0 {
		return fmt.Errorf("sequences %s: %d values: want a multiple of the %d of a frame", e.Dir, len(dst), size)
	}
	if to := from + len(dst)/size; from < 0 || to > e.frames[member] {
		return fmt.Errorf("sequences %s: frames %d to %d of member %d: it has %d", e.Dir, from, to-1, member, e.frames[member])
	}
	return readFrames(memberPath(e.Dir, member), from*size, dst)
}

func memberPath(dir string, member int) string {
	return filepath.Join(dir, fmt.Sprintf("member-%06d.f32", member))
}

// readFrames reads the values of a flat file from value at on.
func readFrames(path string, at int, dst []float32) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	raw := make([]byte, 4*len(dst))
	if _, err := f.ReadAt(raw, 4*int64(at)); err != nil {
		return fmt.Errorf("%s: values %d to %d: %w", path, at, at+len(dst)-1, err)
	}
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return nil
}

func readSequences(dir string) (h SequencesHeader, err error) {
	path := filepath.Join(dir, sequencesName)
	text, err := os.ReadFile(path)
	if err != nil {
		return h, err
	}
	return parseSequences(path, text)
}

// mostValues is the largest number of values of a frame, so that no product of sizes
// overflows.
const mostValues = 1 << 31

func parseSequences(path string, text []byte) (h SequencesHeader, err error) {
	if err := json.Unmarshal(text, &h); err != nil {
		return h, fmt.Errorf("%s: %w", path, err)
	}
	if h.Format != sequencesFormat {
		return h, fmt.Errorf("%s: format is %d, want %d", path, h.Format, sequencesFormat)
	}
	if h.Height < 1 || h.Width < 1 || len(h.Channels) < 1 || h.Height > mostValues/h.Width || h.Height*h.Width > mostValues/len(h.Channels) {
		return h, fmt.Errorf("%s: frames of %d × %d × %d channels", path, h.Height, h.Width, len(h.Channels))
	}
	return h, nil
}

// progressLine says that a number of members from First on have a number of frames.
type progressLine struct {
	First   int `json:"first"`
	Members int `json:"members"`
	Frames  int `json:"frames"`
}

// mostTogether is how many members a line is about at most: those that are drawn together.
const mostTogether = 1 << 16

// mostMembers is how many members a folder has at most: each has a file of its own. A few
// damaged lines must not fill the memory.
const mostMembers = 1 << 18

// readProgress returns the number of finished frames of each member, and how many bytes
// of the file are complete lines: bytes after them were being written when the process
// was killed.
func readProgress(path string) (frames map[int]int, whole int64, err error) {
	text, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[int]int{}, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	defer text.Close()
	return parseProgress(path, text)
}

func parseProgress(path string, text io.Reader) (frames map[int]int, whole int64, err error) {
	frames = map[int]int{}
	lines := bufio.NewReader(text)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err != nil { // the end, perhaps within a line
			return frames, whole, nil
		}
		var p progressLine
		if err := json.Unmarshal(line, &p); err != nil || p.First < 0 || p.First > mostValues || p.Members < 1 || p.Members > mostTogether || p.Frames < 0 {
			if _, err := lines.Peek(1); err != nil { // the last line: it was not on the disk when the machine lost power
				return frames, whole, nil
			}
			return nil, 0, fmt.Errorf("%s: line %d is %q: want first, members and frames", path, n, bytes.TrimSpace(line))
		}
		whole += int64(len(line))
		for i := range p.Members {
			frames[p.First+i] = max(frames[p.First+i], p.Frames)
		}
		if len(frames) > mostMembers {
			return nil, 0, fmt.Errorf("%s: line %d: more than %d members", path, n, mostMembers)
		}
	}
}

// sequencesWriter adds frames to sequences. It has the folder's lock.
type sequencesWriter struct {
	dir    string
	header SequencesHeader
	frames map[int]int
	lock   *os.File
	log    *os.File
}

// createSequences begins a folder, or opens one of the same settings to add to it.
func createSequences(dir string, h SequencesHeader) (w *sequencesWriter, err error) {
	if err := checkpoint.MakeFolder(dir); err != nil {
		return nil, err
	}
	w = &sequencesWriter{dir: dir, header: h}
	if w.lock, err = os.Open(dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if err := unix.Flock(int(w.lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return w, fmt.Errorf("%s: another process is at work there (%w)", dir, err)
	}
	begun, err := readSequences(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := w.begin(); err != nil {
			return w, err
		}
	case err != nil:
		return w, err
	default:
		if diff := jsonDifferences(begun, h); len(diff) > 0 {
			return w, fmt.Errorf("%s was begun with other settings: %s; take those, or another folder", dir, strings.Join(diff, "; "))
		}
	}
	path := filepath.Join(dir, sequencesLog)
	frames, whole, err := readProgress(path)
	if err != nil {
		return w, err
	}
	w.frames = frames
	if w.log, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644); err != nil {
		return w, err
	}
	if err := w.log.Truncate(whole); err != nil {
		return w, err
	}
	_, err = w.log.Seek(whole, 0)
	return w, err
}

// begin writes the header, atomically.
func (w *sequencesWriter) begin() error {
	for _, name := range []string{sequencesLog, filepath.Base(memberPath("", w.header.Settings.First))} {
		if _, err := os.Stat(filepath.Join(w.dir, name)); err == nil {
			return fmt.Errorf("%s has %s but no %s: restore it, or take another folder", w.dir, name, sequencesName)
		}
	}
	text, err := json.MarshalIndent(w.header, "", " ")
	if err != nil {
		return err
	}
	return checkpoint.WriteBytes(filepath.Join(w.dir, sequencesName), append(text, '\n'))
}

// jsonDifferences returns the names of the fields in which two headers differ.
func jsonDifferences(begun, now SequencesHeader) (diff []string) {
	fields := func(v any) map[string]any {
		text, _ := json.Marshal(v)
		m := map[string]any{}
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber() // seeds have more digits than a float64
		_ = d.Decode(&m)
		return m
	}
	compare := func(a, b map[string]any) {
		both := maps.Clone(a) // an entry may be left out of one of the two
		maps.Copy(both, b)
		for name := range both {
			switch name {
			case "settings", "layout", "training_data", "version": // no frame depends on these
				continue
			}
			if x, y := orNothing(a[name]), orNothing(b[name]); x != y {
				diff = append(diff, fmt.Sprintf("%s was %s, is %s", name, x, y))
			}
		}
	}
	compare(fields(begun), fields(now))
	compare(fields(begun.Settings), fields(now.Settings))
	slices.Sort(diff)
	return diff
}

// orNothing returns an entry in words.
func orNothing(entry any) string {
	if entry == nil {
		return "not set"
	}
	return fmt.Sprint(entry)
}

// read reads finished frames of a member.
func (w *sequencesWriter) read(member, from int, dst []float32) error {
	frame := w.header.Height * w.header.Width * len(w.header.Channels)
	return readFrames(memberPath(w.dir, member), from*frame, dst)
}

// write writes frames of a member at their place and syncs them to the disk.
func (w *sequencesWriter) write(member, from int, x []float32) error {
	f, err := os.OpenFile(memberPath(w.dir, member), os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	frame := w.header.Height * w.header.Width * len(w.header.Channels)
	raw := make([]byte, 0, 4*len(x))
	for _, v := range x {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	_, err = f.WriteAt(raw, 4*int64(from*frame))
	return errors.Join(err, f.Sync(), f.Close())
}

// finish records that a number of members from first on have a number of frames, all of
// which are on the disk. One line is one write.
func (w *sequencesWriter) finish(first, members, frames int) error {
	line, err := json.Marshal(progressLine{first, members, frames})
	if err != nil {
		return err
	}
	if err := w.lock.Sync(); err != nil { // the names of the members' files, and of the log
		return err
	}
	if _, err := w.log.Write(append(line, '\n')); err != nil {
		return err
	}
	if err := w.log.Sync(); err != nil {
		return err
	}
	for i := range members {
		w.frames[first+i] = max(w.frames[first+i], frames)
	}
	return nil
}

func (w *sequencesWriter) close() (err error) {
	if w.log != nil {
		err = w.log.Close()
	}
	if w.lock != nil {
		err = errors.Join(err, w.lock.Close())
	}
	return err
}
