package verification

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// forecastCase is a file of forecasts beside the data: for each variable the observed
// clip and the members, whole clips [frame, height, width].
type forecastCase struct {
	path      string
	clip      climate.Field // name, units, grid and times; no values
	names     []string      // of the variables
	called    []string      // the variables, in words
	units     []string
	known     climate.KnownFrames
	observed  [][]float32
	members   [][][]float32
	uncovered int     // frames ahead that the data do not have
	missing   float64 // share of the values ahead, where the data have them, that are missing
}

// readCase reads a file with the data at its times and places.
func (o *Options) readCase(path string) (*forecastCase, error) {
	variables, attributes, err := cf.ReadEnsembles(path, o.Name)
	if err != nil {
		return nil, err
	}
	first := variables[0]
	k := &forecastCase{path: path, clip: first.Field}
	if len(variables) != len(o.Data.Fields) {
		return nil, fmt.Errorf("%s has %d variables with members, the data %d: %s", path, len(variables), len(o.Data.Fields), o.Data.Names())
	}
	for i, v := range variables {
		if v.Frames() != first.Frames() || v.Height() != first.Height() || v.Width() != first.Width() || v.Count != first.Count {
			return nil, fmt.Errorf("%s: %s is %d members of %d×%d×%d, %s %d of %d×%d×%d: variables of one file are of one grid and have the same times and members", path,
				v.Name, v.Count, v.Frames(), v.Height(), v.Width(), first.Name, first.Count, first.Frames(), first.Height(), first.Width())
		}
		inRainUnits(v)
		if have := o.Data.Fields[i].Units; v.Units != have {
			return nil, fmt.Errorf("%s: %s is in %q, the data in %q", path, v.Name, v.Units, have)
		}
		k.names, k.called, k.units, k.members = append(k.names, v.Name), append(k.called, v.Called()), append(k.units, v.Units), append(k.members, v.Members)
	}
	values, covered, err := o.Data.Overlap(&k.clip)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	k.observe(values)
	before, err := o.findKnown(k, attributes)
	if err != nil {
		return nil, err
	}
	for range before {
		covered = append([]bool{true}, covered...)
	}
	k.count(covered)
	return k, nil
}

// observe stores the values of the data by variable.
func (k *forecastCase) observe(values []float32) {
	channels := len(k.names)
	k.observed = nil
	for ch := range channels {
		one := make([]float32, len(values)/channels)
		for i := range one {
			one[i] = values[i*channels+ch]
		}
		k.observed = append(k.observed, one)
	}
}

// count counts the frames and values ahead that cannot be scored.
func (k *forecastCase) count(covered []bool) {
	missing, values := 0, 0
	for f, known := range k.known {
		if known {
			continue
		}
		if !covered[f] {
			k.uncovered++
			continue
		}
		for _, one := range k.observed {
			frame := len(one) / len(k.known)
			for _, v := range one[f*frame : (f+1)*frame] {
				values++
				if v != v {
					missing++
				}
			}
		}
	}
	if values > 0 {
		k.missing = float64(missing) / float64(values)
	}
}

// findKnown finds which frames were known: by the options, else by the file, else those
// in which every member equals the data. If a file contains only the frames ahead, as
// other programs write them, the frames of the data before it are added in front, and
// their number is returned.
func (o *Options) findKnown(k *forecastCase, attributes map[string]string) (before int, err error) {
	source := "by " + o.called("Known") + " they are"
	k.known = climate.FirstFrames(k.clip.Frames(), o.Known)
	if o.Known == 0 {
		var told bool
		k.known, told = climate.ParseKnownFrames(attributes[archive.KnownAttribute], k.clip.Frames())
		if frames := k.differing(); told && len(frames) > 0 {
			told = false
			o.noteOnce(fmt.Sprintf("members differ in frames %s of %s, which its attribute %s calls known: frames were cut off after it was written, and the attribute is not used",
				frames, filepath.Base(k.path), archive.KnownAttribute), "members differ in frames")
		} else if frames := k.unlike(); told && frames != nil {
			o.noteOnce(fmt.Sprintf("frames %s of %s, which its attribute %s calls known, are not as in the data: if frames were cut off after it was written, give %s",
				frames, filepath.Base(k.path), archive.KnownAttribute, o.called("Known")), "are not as in the data")
		}
		if told {
			source = "by its attribute " + archive.KnownAttribute + " they are"
		} else {
			source = "the members agree with the data in frames"
			k.known = k.agreeing()
		}
	}
	if len(k.known.Ahead()) == 0 {
		return 0, fmt.Errorf("%s: which frames were known? %s %s, all there are, which leaves none to score; give %s", k.path, source, k.known, o.called("Known"))
	}
	if k.known.Span() == 0 {
		return o.putBefore(k), nil
	}
	return 0, nil
}

// differing returns the frames among the known ones in which members differ, as they
// cannot where they were given a frame.
func (k *forecastCase) differing() (frames climate.KnownFrames) {
	frames = make(climate.KnownFrames, len(k.known))
	for f, known := range k.known {
		for _, members := range k.members {
			frame := len(members[0]) / len(k.known)
			part := func(m []float32) []float32 { return m[f*frame : (f+1)*frame] }
			for _, m := range members[1:] {
				frames[f] = frames[f] || known && !slices.EqualFunc(part(members[0]), part(m), func(x, y float32) bool { return x == y || x != x && y != y })
			}
		}
	}
	return orNone(frames)
}

// orNone returns frames, nil where there are none.
func orNone(frames climate.KnownFrames) climate.KnownFrames {
	if frames.Span() == 0 {
		return nil
	}
	return frames
}

// unlike returns the known frames that are another field than the data, by a tenth of what
// these have: more than packing changes.
func (k *forecastCase) unlike() (frames climate.KnownFrames) {
	frames = make(climate.KnownFrames, len(k.known))
	for f, known := range k.known {
		off, all := 0.0, 0.0
		for ch, observed := range k.observed {
			frame := len(observed) / len(k.known)
			for i := f * frame; i < (f+1)*frame; i++ {
				if d := math.Abs(float64(observed[i] - k.members[ch][0][i])); d == d {
					off, all = off+d, all+math.Abs(float64(observed[i]))
				}
			}
		}
		frames[f] = known && off > 0.1*all && off > 0
	}
	return orNone(frames)
}

// agreeing returns the frames in which every member equals the data, wherever these are
// not missing: by the numbers, the frames that the members were given.
func (k *forecastCase) agreeing() climate.KnownFrames {
	known := make(climate.KnownFrames, k.clip.Frames())
	for f := range known {
		present, same := false, true
		for ch, observed := range k.observed {
			frame := len(observed) / len(known)
			for i := f * frame; i < (f+1)*frame && same; i++ {
				want := float64(observed[i])
				if want != want {
					continue
				}
				present = true
				for _, m := range k.members[ch] {
					same = same && math.Abs(float64(m[i])-want) <= 1e-5*max(1, math.Abs(want))
				}
			}
		}
		known[f] = present && same
	}
	return known
}

// mostBefore is how many frames of the data are added before a file that contains only
// the frames ahead: enough to estimate motion.
const mostBefore = 4

// putBefore adds the frames of the data before the first one in front of a case, up to
// mostBefore, marks them as known, and returns their number.
func (o *Options) putBefore(k *forecastCase) int {
	step := stepOf(k.clip.Times, o.Data.Fields[0].Step())
	for n := mostBefore; n > 0 && step > 0; n-- {
		earlier := k.clip
		earlier.Times = nil
		for i := range n {
			earlier.Times = append(earlier.Times, k.clip.Times[0]-float64(n-i)*step)
		}
		values, err := o.Data.At(&earlier)
		if err != nil {
			continue
		}
		channels := len(k.names)
		for ch := range channels {
			before := make([]float32, len(values)/channels)
			for i := range before {
				before[i] = values[i*channels+ch]
			}
			k.observed[ch] = append(before[:len(before):len(before)], k.observed[ch]...)
			for m, clip := range k.members[ch] {
				k.members[ch][m] = append(before[:len(before):len(before)], clip...)
			}
		}
		k.clip.Times = append(earlier.Times, k.clip.Times...)
		k.known = climate.FirstFrames(n+len(k.known), n)
		return n
	}
	return 0
}

// inRainUnits brings a rate of rain to mm/h, which is what data are compared in.
func inRainUnits(e *cf.Ensemble) {
	found := climate.Recognise(climate.Signs{Name: e.Name, LongName: e.LongName, StandardName: e.StandardName, Units: e.Units})
	scale, err := climate.ParseRainUnits(e.Units)
	if found.Kind != climate.KindRain || err != nil || scale.Amount {
		return
	}
	e.Units = climate.RainUnits
	if scale.Factor == 1 {
		return
	}
	for _, m := range e.Members {
		for i, x := range m {
			m[i] = float32(float64(x) * scale.Factor)
		}
	}
}
