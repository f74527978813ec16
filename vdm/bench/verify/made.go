package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// made makes forecasts of artificial rain: blobs that move, and members whose blobs are
// moved and weighted differently.
type made struct{ options }

// truthFile is the record's, by its length: a kept folder may be of fewer forecasts.
func (m made) truthFile() string {
	return filepath.Join(m.folder, fmt.Sprintf("truth-%d.nc", m.frames()))
}

// frames returns the length of the record: every forecast begins an hour after the one
// before, in steps of ten minutes.
func (m made) frames() int { return m.forecasts + m.leads + 1 }

// blob is a patch of rain.
type blob struct{ y, x, dy, dx, size, rain float64 }

// blobs returns the showers of a hundred frames, the same for truth and members but for their noise.
func (m made) blobs(frame int) (all []blob) {
	r := noise.Key{Seed: 1, Stream: noise.Synthetic, Step: uint64(frame / 100)}.Rand()
	for range 12 {
		all = append(all, blob{r.Float64(), r.Float64(), r.Float64() / 100, r.Float64() / 100, 0.02 + 0.06*r.Float64(), 1 + 15*r.Float64()})
	}
	return all
}

// frame writes the rain of a frame; member −1 is the truth.
func (m made) frame(dst []float32, frame, issued, member int) {
	clear(dst)
	r := noise.Key{Seed: 2, Stream: noise.Synthetic, Step: uint64(issued), Sample: uint32(member + 1)}.Rand()
	n := float64(m.size)
	for _, b := range m.blobs(frame) {
		off, factor := [2]float64{}, 1.0
		if member >= 0 {
			lead := float64(frame - issued)
			off = [2]float64{r.NormFloat64() * lead / 120, r.NormFloat64() * lead / 120}
			factor = math.Exp(0.3 * r.NormFloat64())
		}
		t := float64(frame % 100)
		y, x := math.Mod(b.y+t*b.dy+off[0]+2, 1)*n, math.Mod(b.x+t*b.dx+off[1]+2, 1)*n
		reach := 3 * b.size * n
		for j := max(0, int(y-reach)); j < min(m.size, int(y+reach)); j++ {
			for i := max(0, int(x-reach)); i < min(m.size, int(x+reach)); i++ {
				d := ((float64(j)-y)*(float64(j)-y) + (float64(i)-x)*(float64(i)-x)) / (b.size * b.size * n * n)
				if v := b.rain * factor * (math.Exp(-d) - 0.05); v > 0 {
					dst[j*m.size+i] += float32(v)
				}
			}
		}
	}
}

func (m made) file(members, first, frames int) *cf.SampleFile {
	f := &cf.SampleFile{Members: members, Calendar: climate.Standard, Epoch: climate.Epoch,
		Grid: climate.Grid{Height: m.size, Width: m.size, YName: "y", XName: "x", YUnits: "km", XUnits: "km",
			YStandardName: "projection_y_coordinate", XStandardName: "projection_x_coordinate"},
		Channels: []cf.SampleChannel{{Name: "rain", StandardName: "lwe_precipitation_rate", Units: "mm/h"}}}
	for i := range m.size {
		f.Grid.Y, f.Grid.X = append(f.Grid.Y, float64(i)), append(f.Grid.X, float64(i))
	}
	for n := range frames {
		f.Times = append(f.Times, 420000+float64(first+n)/6)
	}
	return f
}

// write writes the truth and the forecasts that do not exist yet.
func (m made) write(ctx context.Context) error {
	dir := filepath.Join(m.folder, "forecasts")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	cells := m.size * m.size
	if _, err := os.Stat(m.truthFile()); err != nil {
		w, err := cf.CreateSamples(m.truthFile(), m.file(1, 0, m.frames()))
		if err != nil {
			return err
		}
		frame := make([]float32, cells)
		for n := range m.frames() {
			m.frame(frame, n, n, -1)
			if err := w.Write(0, n, frame); err != nil {
				return err
			}
		}
		if err := w.Commit(); err != nil {
			return err
		}
	}
	for i := range m.forecasts {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := filepath.Join(dir, fmt.Sprintf("f%05d.nc", i))
		if _, err := os.Stat(path); err == nil {
			continue
		}
		file := m.file(m.members, i, m.leads+1)
		file.Attributes = map[string]string{archive.KnownAttribute: "0"}
		w, err := cf.CreateSamples(path, file)
		if err != nil {
			return err
		}
		for k, clip := range m.clips(i) {
			if err := w.Write(k, 0, clip); err != nil {
				return err
			}
		}
		if err := w.Commit(); err != nil {
			return err
		}
	}
	return nil
}

// clips returns the members of a forecast, whole clips of one known frame and the leads.
func (m made) clips(i int) (all [][]float32) {
	cells := m.size * m.size
	for k := range m.members {
		clip := make([]float32, (m.leads+1)*cells)
		m.frame(clip[:cells], i, i, -1)
		for n := 1; n <= m.leads; n++ {
			m.frame(clip[n*cells:(n+1)*cells], i+n, i, k)
		}
		all = append(all, clip)
	}
	return all
}
