// Package archive stores generated clips in the folder of a run, as CF NetCDF, so that
// no clip is drawn twice.
//
// Beside each file NAME.nc lies NAME.json, which says how the clips were drawn: at which
// step of training, with which seed and settings, from which known frames. Called again
// with the same, [Sample] and [Nowcast] read the file; called with other settings and
// that name, they draw again and replace it.
package archive

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// Clips are generated clips that are stored in a run's folder.
type Clips struct {
	*vdm.Samples
	Draw Draw
}

// Draw says how clips were drawn, and how long it took.
type Draw struct {
	Recipe    run.Recipe `json:"settings"`
	Clips     int        `json:"clips"` // number of clips drawn
	Engine    string     `json:"engine"`
	Seconds   float64    `json:"seconds"`          // total time, including compilation
	PerSecond float64    `json:"steps_per_second"` // steps of the sampler, each for one batch
	SHA256    string     `json:"sha256"`           // of the NetCDF file
}

// Place says where and when clips lie, and which fields their channels continue.
type Place struct {
	// Like gives each channel its name and units; required.
	Like []*climate.Field
	// Grid and Times (with Like's calendar) of the clips are optional; without them the
	// clips have no place, and times count in hours from their start.
	Grid  *climate.Grid
	Times []float64
}

// PlaceOf returns the place and the time of one window.
func PlaceOf(w *climate.Windows, i int) Place {
	frames, height, width, _ := w.Shape()
	t, y, x, _ := w.Origin(i)
	like := w.Fields()
	grid := like[0].Grid.Window(y, x, height, width)
	return Place{Like: like, Grid: &grid, Times: like[0].Times[t : t+frames]}
}

// Sample returns clips without conditions, drawn now or read from the file where they
// were drawn before. name is a file name without its ending.
func Sample(ctx context.Context, m *run.Run, name string, at Place, o run.SampleOptions) (*Clips, error) {
	return keep(m, name, at, o, "", func(o run.SampleOptions) (*vdm.Samples, error) { return m.Sample(ctx, o) })
}

// Nowcast returns continuations of a clip whose first frames are known, drawn now or
// read from the file where they were drawn before; see run.Run.Nowcast.
func Nowcast(ctx context.Context, m *run.Run, name string, at Place, clip []float32, known int, o run.SampleOptions) (*Clips, error) {
	frames := m.Config.Clip.Frames
	if known < 0 || known > frames {
		return nil, fmt.Errorf("nowcast: %d known frames; the run's clips have %d", known, frames)
	}
	return Interpolate(ctx, m, name, at, clip, climate.FirstFrames(frames, known), o)
}

// Interpolate returns members in which the unknown frames of a clip are filled in, drawn
// now or read from the file where they were drawn before; see run.Run.Interpolate. As
// there, clip may be one clip for each member.
func Interpolate(ctx context.Context, m *run.Run, name string, at Place, clip []float32, known climate.KnownFrames, o run.SampleOptions) (*Clips, error) {
	c := m.Config.Clip
	frame := c.Height * c.Width * len(c.Channels)
	if len(known) != c.Frames || len(clip)%(c.Frames*frame) != 0 {
		return nil, fmt.Errorf("interpolate: %d marks of known frames and %d values; the run's clips have %d frames of %d values", len(known), len(clip), c.Frames, frame)
	}
	sum := sha256.New()
	for one := range slices.Chunk(clip, c.Frames*frame) { // values that are not known do not matter
		_ = binary.Write(sum, binary.LittleEndian, known.Of(one))
	}
	return keep(m, name, at, o, fmt.Sprintf("frames %v, %s", known.Numbers(), hex.EncodeToString(sum.Sum(nil))),
		func(o run.SampleOptions) (*vdm.Samples, error) { return m.Interpolate(ctx, clip, known, o) })
}

// Downscale returns clips whose coarse means are known, drawn now or read from the file
// where they were drawn before; see run.Run.Downscale.
func Downscale(ctx context.Context, m *run.Run, name string, at Place, coarse []float32, by vdm.Coarsening, o run.SampleOptions) (*Clips, error) {
	sum := sha256.New()
	_ = binary.Write(sum, binary.LittleEndian, coarse)
	return keep(m, name, at, o, fmt.Sprintf("means of %+v, %s", by, hex.EncodeToString(sum.Sum(nil))),
		func(o run.SampleOptions) (*vdm.Samples, error) { return m.Downscale(ctx, coarse, by, o) })
}

// keep returns the clips of a file, or draws and stores them.
func keep(m *run.Run, name string, at Place, given run.SampleOptions, known string, draw func(run.SampleOptions) (*vdm.Samples, error)) (*Clips, error) {
	if name != filepath.Base(name) || name == "" || len(at.Like) != len(m.Config.Clip.Channels) {
		return nil, fmt.Errorf("archive: name %q and %d fields; want a plain file name and a field for each of %d channels", name, len(at.Like), len(m.Config.Clip.Channels))
	}
	if given.Each != nil {
		return nil, errors.New("archive: option Each is set, but the clips are kept and returned")
	}
	want, err := m.Recipe(given, known)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(m.Dir, run.SamplesDir, name)
	if done, err := readDraw(path); err == nil && done.Recipe.Same(want) {
		s, err := read(path+".nc", m, at, done.Clips)
		if err == nil {
			return &Clips{s, done}, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("archive: %w; remove it to have it drawn again", err)
		}
	}
	d := Draw{Recipe: want, Engine: want.Engine}
	o, began := given, time.Now()
	o.Progress = func(p vdm.Progress) {
		d.PerSecond = p.PerSecond
		if given.Progress != nil {
			given.Progress(p)
		}
	}
	s, err := draw(o)
	if err != nil {
		return nil, err
	}
	d.Clips = s.Len()
	d.Seconds = math.Round(100*time.Since(began).Seconds()) / 100
	if err := write(path, m, at, s, &d); err != nil {
		return nil, err
	}
	return &Clips{s, d}, nil
}

func readDraw(path string) (d Draw, err error) {
	text, err := os.ReadFile(path + ".json")
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	return d, err
}

// write writes clips, and then how they were drawn.
func write(path string, m *run.Run, at Place, s *vdm.Samples, d *Draw) error {
	f, err := cf.NewSampleFile(at.Like, s.Len(), s.Frames, s.Height, s.Width, s.Data)
	if err != nil {
		return err
	}
	if at.Grid != nil {
		f.Grid = *at.Grid
	}
	if at.Times != nil {
		f.Times, f.Calendar, f.Epoch = at.Times, at.Like[0].Calendar, at.Like[0].Epoch
	} else {
		step := m.Config.Clip.Step
		if step == 0 {
			step = 1
		}
		for i := range s.Frames {
			f.Times = append(f.Times, float64(i)*step)
		}
	}
	set, err := json.Marshal(d.Recipe)
	if err != nil {
		return err
	}
	if f.Attributes, err = m.Attributes(d.Recipe, filepath.Base(path), "clips generated by a video diffusion model"); err != nil {
		return err
	}
	f.Attributes["vdm_settings"] = string(set)
	f.Attributes["history"] = fmt.Sprintf("climate-vdm %s: %s of the run %s", d.Recipe.Version, filepath.Base(path), filepath.Base(m.Dir))
	// The old description goes first: whenever this stops, a description speaks
	// of the file beside it or there is none.
	if err := checkpoint.MakeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	if err := checkpoint.Remove(path + ".json"); err != nil {
		return err
	}
	if err := cf.WriteSamples(path+".nc", f); err != nil {
		return err
	}
	source, err := climate.HashSource(path + ".nc")
	if err != nil {
		return err
	}
	d.SHA256 = source.SHA256
	text, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		return err
	}
	return checkpoint.WriteBytes(path+".json", append(text, '\n'))
}

// read returns the clips of a file.
func read(path string, m *run.Run, at Place, count int) (*vdm.Samples, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	c := m.Config.Clip
	s := vdm.NewSamples(count, c.Frames, c.Height, c.Width, len(c.Channels))
	for ch, like := range at.Like {
		for i := range count {
			f, err := cf.Read(path, cf.ReadOptions{Variable: like.Name, Kind: like.Kind, Index: map[string]int{"member": i}})
			if err != nil {
				return nil, err
			}
			if f.Frames() != c.Frames || f.Height() != c.Height || f.Width() != c.Width {
				return nil, fmt.Errorf("%s holds clips of %d×%d×%d, the run's are %d×%d×%d", path, f.Frames(), f.Height(), f.Width(), c.Frames, c.Height, c.Width)
			}
			clip := s.At(i)
			for j, v := range f.Data {
				clip[j*s.Channels+ch] = v
			}
		}
	}
	return s, nil
}
