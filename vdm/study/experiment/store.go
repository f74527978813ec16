package experiment

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// Generated is a growing file of clips, and a source of them: little-endian float32 in
// physical units, [clip, frame, height, width, channel], so that numpy.memmap opens it.
// Beside it lies a file that says how the clips were drawn, and while it grows another,
// NAME.f32.safe, with the number of clips that are safe on the disk: what a process that
// was killed or lost its power has left beyond them does not count.
type Generated struct {
	file   *os.File
	clip   run.ClipConfig
	n      int
	safe   int       // clips that the file beside it tells of; −1 where there is no such file
	synced time.Time // when it was written
}

// often is how far apart clips are made safe: so much work a kill may cost.
const often = 500 * time.Millisecond

// clipsName is the name of the clips of Unconditional.
const clipsName = "generated.f32"

// openGenerated opens a file of clips that are drawn as want says, and begins a new one
// where they were drawn in another way.
func openGenerated(path string, clip run.ClipConfig, want drawing) (*Generated, error) {
	how := strings.TrimSuffix(path, filepath.Ext(path)) + ".json"
	have, err := os.ReadFile(how)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	case err != nil || !want.made(have):
		text, err := json.MarshalIndent(want, "", " ")
		if err != nil {
			return nil, err
		}
		// The clips are removed first: settings without clips are a beginning, clips
		// with the settings of others would be wrong.
		if err := errors.Join(checkpoint.Remove(path), checkpoint.Remove(path+safeSuffix)); err != nil {
			return nil, err
		}
		if err := checkpoint.WriteBytes(how, text); err != nil {
			return nil, err
		}
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	g := &Generated{file: file, clip: clip, safe: -1}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	g.n = int(info.Size() / g.bytes())
	text, err := os.ReadFile(path + safeSuffix)
	switch {
	case err == nil:
		if g.safe, err = strconv.Atoi(string(bytes.TrimSpace(text))); err != nil || g.safe < 0 {
			return nil, errors.Join(fmt.Errorf("%s: %q is no number of clips; remove it and %s to have them drawn again", path+safeSuffix, text, path), file.Close())
		}
		g.n = min(g.n, g.safe)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, errors.Join(err, file.Close())
	}
	return g, nil
}

const safeSuffix = ".safe"

// sync makes the clips so far safe, and says so.
func (g *Generated) sync() error {
	if g.safe == g.n {
		return nil
	}
	err := g.file.Sync()
	if err == nil {
		err = checkpoint.WriteBytes(g.file.Name()+safeSuffix, fmt.Appendln(nil, g.n))
	}
	if err == nil {
		g.safe, g.synced = g.n, time.Now()
	}
	return err
}

func (g *Generated) bytes() int64 {
	return int64(4 * g.clip.Frames * g.clip.Height * g.clip.Width * len(g.clip.Channels))
}

// add appends a clip.
func (g *Generated) add(clip []float32) error {
	if g.safe < 0 || g.safe > g.n { // the first clip, or one that is drawn again
		if err := g.sync(); err != nil {
			return err
		}
	}
	raw := make([]byte, 0, 4*len(clip))
	for _, v := range clip {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	if _, err := g.file.WriteAt(raw, int64(g.n)*g.bytes()); err != nil {
		return fmt.Errorf("clip %d of %s: %w", g.n, g.file.Name(), err)
	}
	g.n++
	if time.Since(g.synced) < often {
		return nil
	}
	return g.sync()
}

// truncateToBatch drops the clips of an incomplete last batch: drawn again in the same
// batch they have the same rounding as without a stop.
func (g *Generated) truncateToBatch(batch int) { g.n -= g.n % batch }

// Len returns the number of clips.
func (g *Generated) Len() int { return g.n }

// Shape returns the shape of a clip.
func (g *Generated) Shape() (frames, height, width, channels int) {
	return g.clip.Frames, g.clip.Height, g.clip.Width, len(g.clip.Channels)
}

// Clip reads clip i.
func (g *Generated) Clip(i int, dst []float32) error {
	if i < 0 || i >= g.n || int64(4*len(dst)) != g.bytes() {
		return fmt.Errorf("clip %d of %d into %d values: want %d values", i, g.n, len(dst), g.bytes()/4)
	}
	raw := make([]byte, g.bytes())
	if _, err := g.file.ReadAt(raw, int64(i)*g.bytes()); err != nil {
		return fmt.Errorf("clip %d of %s: %w", i, g.file.Name(), err)
	}
	for j := range dst {
		dst[j] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*j:]))
	}
	return nil
}

// close makes the clips safe and closes the file. The number of clips is not needed then.
func (g *Generated) close() error {
	if g.safe < 0 { // no clip was added
		return g.file.Close()
	}
	err := g.sync()
	if err == nil {
		err = checkpoint.RemoveIfThere(g.file.Name() + safeSuffix)
	}
	return errors.Join(err, g.file.Close())
}
