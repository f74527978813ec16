package archive

import (
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/netcdf"
)

// KnownAttribute is the global attribute in which a file of generated clips says which
// of their frames were given, as climate.ParseKnownFrames reads it.
const KnownAttribute = "vdm_known_frames"

// Members are the clips of a file of samples, of this program or another.
type Members struct {
	*vdm.Samples
	// Like contains a field for each variable, with the times and the grid of the file,
	// and the values of the first member.
	Like []*climate.Field
	// Known marks the frames that were given according to the file; nil where it does
	// not say.
	Known climate.KnownFrames
}

// ReadMembers reads a file that sample or nowcast wrote, or another program in the same
// form: every variable that has a dimension of members. Rain becomes mm/h. name returns
// the name of an option of netcdf.ReadOptions in messages; nil means the options' names.
func ReadMembers(path string, name func(option string) string) (*Members, error) {
	contents, err := netcdf.Inspect(path)
	if err != nil {
		return nil, err
	}
	m := &Members{}
	var members [][]*climate.Field // for each variable
	for _, v := range contents.Variables {
		axis := slices.Index(v.Dims, v.Members)
		if v.Members == "" || axis < 0 {
			continue
		}
		var all []*climate.Field
		for i := range v.Shape[axis] {
			// The variable is read as other than rain, because clips may not have been
			// clamped to what is possible for rain.
			f, err := netcdf.Read(path, netcdf.ReadOptions{Variable: v.Name, Kind: climate.KindOther, Index: map[string]int{v.Members: i}, Name: name})
			if err != nil {
				return nil, err
			}
			inRainUnits(f)
			all = append(all, f)
		}
		m.Like, members = append(m.Like, all[0]), append(members, all)
	}
	if len(m.Like) == 0 {
		return nil, fmt.Errorf("%s holds no variable with a dimension of members, such as \"member\", \"realization\" or \"ens_number\": it is no file of sample or nowcast", path)
	}
	first := m.Like[0]
	m.Samples = vdm.NewSamples(len(members[0]), first.Frames(), first.Height(), first.Width(), len(m.Like))
	for ch, all := range members {
		if len(all) != len(members[0]) || len(all[0].Data) != len(first.Data) {
			return nil, fmt.Errorf("%s: %s and %s have different sizes", path, m.Like[ch].Name, first.Name)
		}
		for i, f := range all {
			clip := m.At(i)
			for j, x := range f.Data {
				clip[j*m.Channels+ch] = x
			}
		}
	}
	if known, ok := climate.ParseKnownFrames(contents.Attributes[KnownAttribute], m.Frames); ok {
		m.Known = known
	}
	return m, nil
}

// inRainUnits converts a rate of rain to mm/h, in which data are compared.
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

// WithFrameBefore returns the members with the frame of a record before their first one
// in front of each, and the record's values at all these frames. It is for programs that
// write only the forecast frames: the added frame is the last one that was given. ok is
// false where the record lacks that frame.
func (m *Members) WithFrameBefore(record *climate.Record) (longer *Members, truth []float32, ok bool) {
	clip := m.Like[0]
	step := clip.Step()
	if step == 0 {
		return nil, nil, false
	}
	earlier := *clip
	earlier.Times = append([]float64{clip.Times[0] - step}, clip.Times...)
	truth, err := record.At(&earlier)
	if err != nil {
		return nil, nil, false
	}
	longer = &Members{
		Samples: vdm.NewSamples(m.Len(), m.Frames+1, m.Height, m.Width, m.Channels),
		Like:    m.Like, Known: climate.FirstFrames(m.Frames+1, 1),
	}
	frame := len(truth) / longer.Frames
	for i := range m.Len() {
		copy(longer.At(i), truth[:frame])
		copy(longer.At(i)[frame:], m.At(i))
	}
	return longer, truth, true
}

// Agreeing returns the frames in which every member equals the truth wherever that is
// not missing: by the numbers, the frames that the members were given. It is for files
// that do not say.
func (m *Members) Agreeing(truth []float32) climate.KnownFrames {
	frames := make(climate.KnownFrames, m.Frames)
	frame := m.Size() / m.Frames
	for t := range frames {
		present := false
		frames[t] = true
		for j := t * frame; j < (t+1)*frame; j++ {
			if want := float64(truth[j]); !math.IsNaN(want) {
				present = true
				for i := range m.Len() {
					if math.Abs(float64(m.At(i)[j])-want) > 1e-5*max(1, math.Abs(want)) {
						frames[t] = false
					}
				}
			}
		}
		frames[t] = frames[t] && present
	}
	return frames
}
