package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/netcdf"
)

// knownAttribute is the global attribute in which nowcast and its kin say which
// frames were given.
const knownAttribute = "vdm_known_frames"

// parseKnown reads that attribute: "0, 1, 2", or "the first 3". It is not ok where
// the file says nothing.
func parseKnown(text string, frames int) (known []bool, ok bool) {
	known = make([]bool, frames)
	var n int
	if _, err := fmt.Sscanf(text, "the first %d", &n); err == nil && n >= 0 && n <= frames {
		for i := range n {
			known[i] = true
		}
		return known, true
	}
	for word := range strings.SplitSeq(text, ",") {
		i, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || i < 0 || i >= frames {
			return nil, false
		}
		known[i] = true
	}
	return known, true
}

// readSamples reads a file that sample or nowcast wrote, or another program in
// their form: its clips, for each variable a field with the times and the grid of
// the file, and what it says about the frames that were known.
func readSamples(path string) (s *vdm.Samples, like []*climate.Field, known string, err error) {
	contents, err := netcdf.Inspect(path)
	if err != nil {
		return nil, nil, "", err
	}
	var members [][]*climate.Field // of each variable
	for _, v := range contents.Variables {
		axis := slices.Index(v.Dims, v.Members)
		if v.Members == "" || axis < 0 {
			continue
		}
		var all []*climate.Field
		for i := range v.Shape[axis] {
			// As other than rain, for clips that were not clamped to what rain can be.
			f, err := netcdf.Read(path, netcdf.ReadOptions{Variable: v.Name, Kind: climate.KindOther, Index: map[string]int{v.Members: i}, Name: flagOf})
			if err != nil {
				return nil, nil, "", err
			}
			inRainUnits(f)
			all = append(all, f)
		}
		like, members = append(like, all[0]), append(members, all)
	}
	if len(like) == 0 {
		return nil, nil, "", fmt.Errorf("%s holds no variable with a dimension of members, such as \"member\", \"realization\" or \"ens_number\": it is no file of sample or nowcast", path)
	}
	first := like[0]
	s = vdm.NewSamples(len(members[0]), first.Frames(), first.Height(), first.Width(), len(like))
	for ch, all := range members {
		if len(all) != len(members[0]) || len(all[0].Data) != len(first.Data) {
			return nil, nil, "", fmt.Errorf("%s: %s and %s have different sizes", path, like[ch].Name, first.Name)
		}
		for i, f := range all {
			clip := s.At(i)
			for j, x := range f.Data {
				clip[j*s.Channels+ch] = x
			}
		}
	}
	return s, like, contents.Attributes[knownAttribute], nil
}

// inRainUnits brings a rate of rain to mm/h, which is what data are compared in.
func inRainUnits(f *climate.Field) {
	found := climate.Recognise(climate.Signs{Name: f.Name, LongName: f.LongName, StandardName: f.StandardName, Units: f.Units})
	scale, err := climate.ParseRainUnits(f.Units)
	if found.Kind != climate.KindRain || err != nil || scale.Amount {
		return
	}
	for i, x := range f.Data {
		f.Data[i] = float32(float64(x) * scale.Factor)
	}
	f.Units = climate.RainUnits
}

// findTruth cuts the frames and cells out of the data that a clip lies on,
// [frame, height, width, channel]. The data may reach further, and be finer in
// time.
func findTruth(clip *climate.Field, fields []*climate.Field) ([]float32, error) {
	data := fields[0]
	frames, err := data.FramesAt(clip)
	if err != nil {
		return nil, err
	}
	rows, cols, err := data.Grid.Find(&clip.Grid)
	if err != nil {
		return nil, fmt.Errorf("its cells are not cells of the data's grid: %w", err)
	}
	var truth []float32
	for _, t := range frames {
		for _, y := range rows {
			for _, x := range cols {
				for _, f := range fields {
					truth = append(truth, f.Frame(t)[y*f.Width()+x])
				}
			}
		}
	}
	return truth, nil
}

// withFrameBefore puts the frame of the data before a clip's first in front of every
// member, and of the truth. It is not ok where the data do not have it.
func withFrameBefore(samples *vdm.Samples, clip *climate.Field, fields []*climate.Field) (more *vdm.Samples, truth []float32, ok bool) {
	step := clip.Step()
	if step == 0 {
		return nil, nil, false
	}
	longer := *clip
	longer.Times = append([]float64{clip.Times[0] - step}, clip.Times...)
	truth, err := findTruth(&longer, fields)
	if err != nil {
		return nil, nil, false
	}
	more = vdm.NewSamples(samples.Len(), samples.Frames+1, samples.Height, samples.Width, samples.Channels)
	frame := len(truth) / more.Frames
	for i := range samples.Len() {
		copy(more.At(i), truth[:frame])
		copy(more.At(i)[frame:], samples.At(i))
	}
	return more, truth, true
}

// knownFrames says in which frames every member is the truth, wherever that is
// known: those that the members were given.
func knownFrames(samples *vdm.Samples, truth []float32) []bool {
	frames := make([]bool, samples.Frames)
	frame := samples.Size() / samples.Frames
	for t := range frames {
		present := false
		frames[t] = true
		for j := t * frame; j < (t+1)*frame; j++ {
			if want := float64(truth[j]); !math.IsNaN(want) {
				present = true
				for i := range samples.Len() {
					if math.Abs(float64(samples.At(i)[j])-want) > 1e-5*max(1, math.Abs(want)) {
						frames[t] = false
					}
				}
			}
		}
		frames[t] = frames[t] && present
	}
	return frames
}
