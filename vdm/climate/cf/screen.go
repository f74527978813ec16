package cf

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/internal/machine"
)

// add screens frames, beginning with frame t0. Rain that is negative by rounding becomes
// 0.
func (s *screen) add(f *climate.Field, t0 int, data []float32) {
	rain := f.Kind == climate.KindRain && f.Units == climate.RainUnits
	low, high := float32(-mostAnything), float32(mostAnything)
	if rain {
		low, high = 0, mostRain
	}
	if rain {
		s.mean.add(data)
	}
	second, missing := s.second, 0
	for i, v := range data {
		if v >= low && v <= second {
			continue
		}
		if v >= low && v <= high {
			switch {
			case v > s.highest:
				second = s.highest
				s.highest, s.peak, s.peaks = v, t0+i/f.Width()/f.Height(), 1
			case v == s.highest:
				s.peaks++
			default:
				second = v
			}
			continue
		}
		if v != v {
			missing++
			continue
		}
		if rain && v < 0 {
			s.lowest = min(s.lowest, v)
			if v >= -s.rounding {
				s.tiny++
				data[i] = 0
				continue
			}
			if s.source.opt.ClipNegative {
				s.clipped++
				data[i] = 0
				continue
			}
			s.negative++
		}
		if s.impossible == 0 {
			s.first = v
			s.x, s.y = i%f.Width(), i/f.Width()%f.Height()
			s.t = t0 + i/f.Width()/f.Height()
		}
		s.alike = s.alike && v == s.first
		s.impossible++
	}
	s.second, s.missing, s.present = second, s.missing+missing, s.present+len(data)-missing
	if s.growth != nil {
		s.growth.add(f, t0, data)
	}
}

// problem returns an error that says what is wrong with the values, nil if nothing is.
func (s *screen) problem(f *climate.Field) error {
	if err := s.impossibleValues(f); err != nil {
		return err
	}
	if err := s.undeclaredFill(f); err != nil {
		return err
	}
	return s.growth.problem(f.Name, s.source.opt)
}

func (s *screen) impossibleValues(f *climate.Field) error {
	if s.present == 0 {
		return fmt.Errorf("variable %q: every one of its %d values is missing%s", f.Name, s.missing, s.causes())
	}
	if s.impossible == 0 {
		return nil
	}
	opt := s.source.opt
	expected := fmt.Sprintf("magnitudes below %g", mostAnything)
	if f.Kind == climate.KindRain {
		expected = fmt.Sprintf("rain of 0 to %g mm/h", mostRain)
	}
	share := 100 * float64(s.impossible) / float64(s.present+s.missing)
	advice := fmt.Sprintf("If it is an undeclared fill value, name it (%s), in the file's units", opt.called("Fill"))
	differences := false
	for _, fr := range s.source.frames {
		differences = differences || fr.before != 0
	}
	switch {
	case s.negative == s.impossible && differences:
		advice = fmt.Sprintf("They are falls of running totals, the largest by %g mm/h: either these begin anew at other times (%s), or the data are rounded, and %s sets what is below 0 to 0",
			-s.lowest, opt.called("Totals"), opt.called("ClipNegative"))
		if strings.HasPrefix(f.Name, "RAIN") && s.lowest < -1 {
			advice += fmt.Sprintf(". WRF with bucket_mm empties each cell in its turn: the total is then %s plus bucket_mm times I_%s", f.Name, f.Name)
		}
	case f.Kind == climate.KindRain && !s.alike && s.negative == 0 && share > 1:
		advice = fmt.Sprintf("So many different values are no fill value: the numbers are probably in other units than the file says (%s gives them), as fluxes are that scale_factor has "+
			"turned into amounts of a day", opt.called("Units"))
	case s.negative == s.impossible && !(s.alike && s.impossible > 1 && s.first == float32(math.Trunc(float64(s.first)))) && -s.lowest < max(s.highest, 1):
		advice = fmt.Sprintf("They go down to %g: interpolation and packing leave such; %s sets them to 0. If it is an undeclared fill value instead, name it (%s)",
			s.lowest, opt.called("ClipNegative"), opt.called("Fill"))
	}
	return fmt.Errorf("variable %q: %d values (%.2g %%) are impossible, the first %g %s at frame %d (%s), row %d, column %d; expected %s. %s",
		f.Name, s.impossible, share, s.first, f.Units, s.t, f.Date(s.t), s.y, s.x, expected, advice)
}

// usualFills are numbers that files have in cells without a value, below what is
// impossible for rain.
var usualFills = []float64{999, 999.9, 9999, 9999.9, 9998, 99999, 999999, 32767, 32766, 65535, 65534}

// undeclaredFill returns an error where the highest rain is a number that usually means
// missing and stands far above all other values.
func (s *screen) undeclaredFill(f *climate.Field) error {
	if f.Kind != climate.KindRain || f.Units != climate.RainUnits || s.source.rain != nil || s.peaks == 0 || s.highest < 2*max(s.second, 1) {
		return nil
	}
	fr, u := s.source.frames[s.peak], s.source.unpack
	if fr.before != 0 {
		return nil
	}
	value := float64(s.highest) / (s.source.factor * fr.now)
	for _, fill := range usualFills {
		stored := (value - u.offset) / u.scale
		if math.Abs(value/fill-1) < 1e-5 || u.packed && math.Abs(stored/fill-1) < 1e-5 {
			return fmt.Errorf("variable %q: %d values are %.6g in the file's units, first at %s, %.6g %s, and the next highest is %.6g: they look like an undeclared fill value; "+
				"name it (%s), or keep all values as they are (%s other)", f.Name, s.peaks, value, f.Date(s.peak), s.highest, f.Units, s.second,
				s.source.opt.set("Fill", fmt.Sprintf("%.7g", value)), s.source.opt.called("Kind"))
		}
	}
	return nil
}

// causes returns why cells are missing, the most frequent cause first.
func (s *screen) causes() string {
	u := s.source.unpack
	if len(u.causes) == 0 {
		return ""
	}
	names := slices.SortedFunc(maps.Keys(u.causes), func(a, b string) int {
		if d := u.causes[b] - u.causes[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	var parts []string
	for _, name := range names {
		text := percent(float64(u.causes[name])/float64(max(1, s.present+s.missing))) + " " + name
		if name == rangeCause {
			text += fmt.Sprintf(" (%s; %s takes them as they are)", u.limits, s.source.opt.called("IgnoreValidRange"))
		}
		if value, ok := u.declared[name]; ok && s.mayBeData(value) {
			text += fmt.Sprintf(" (%s takes it as it is)", s.source.opt.called("IgnoreFill"))
		}
		parts = append(parts, text)
	}
	return ": " + strings.Join(parts, ", ")
}

// percent returns a share in per cent, so that a few cells of many are not 0.00 %.
func percent(share float64) string {
	if share > 0 && share < 0.00005 {
		return fmt.Sprintf("%.1g %%", 100*share)
	}
	return fmt.Sprintf("%.2f %%", 100*share)
}

// mayBeData reports whether a value that the file declares as missing could also be one of
// the variable's, such as the 0 of dry cells.
func (s *screen) mayBeData(value float64) bool {
	const most = 1000
	for _, fill := range usualFills {
		if math.Abs(value/fill) > 1-1e-5 && math.Abs(value/fill) < 1+1e-5 {
			return false
		}
	}
	return math.Abs(value) <= most && (value >= 0 || s.source.field.Kind != climate.KindRain)
}

// notes returns what was changed in the cells, a sentence each.
func (s *screen) notes() []string {
	var all []string
	u := s.source.unpack
	if s.missing > 0 {
		all = append(all, fmt.Sprintf("%s of cells are missing%s", percent(float64(s.missing)/float64(s.present+s.missing)), s.causes()))
	}
	if m := s.source.layout.merged; m >= 0 {
		text := fmt.Sprintf("the %d places along %s complete one another: %d cells were taken from others than the first, which is missing there", s.source.v.shape[m], s.source.v.dims[m], u.merged)
		if u.conflicts > 0 {
			text += fmt.Sprintf("; %d cells have values in several, of which the first counts (%s chooses one)", u.conflicts, s.source.opt.indexed(s.source.v.dims[m]))
		}
		all = append(all, text)
	}
	all = append(all, s.source.rain.notes()...)
	all = append(all, s.plausible()...)
	if s.tiny > 0 {
		all = append(all, fmt.Sprintf("%d cells of rain between %g and 0 mm/h were set to 0", s.tiny, -s.rounding))
	}
	if s.clipped > 0 {
		all = append(all, fmt.Sprintf("%d cells (%s) of negative rain, down to %g mm/h, were set to 0 (as set)", s.clipped, percent(float64(s.clipped)/float64(s.present+s.missing)), s.lowest))
	}
	return all
}

// fits refuses a record that does not fit in this machine's free memory.
func fits(name string, frames, height, width int) error {
	need := 4 * int64(frames) * int64(height) * int64(width)
	const little = 64 << 20 // nobody lacks it
	if need <= little {
		return nil
	}
	if free := machine.FreeMemory(); free > 0 && need > free {
		return fmt.Errorf("variable %q: %d frames of %d×%d cells take %.1f GiB as float32, %.1f GiB of memory are free", name,
			frames, height, width, float64(need)/(1<<30), float64(free)/(1<<30))
	}
	return nil
}

// screen returns a screen for the values of a source.
func (s *source) screen() *screen {
	c := &screen{source: s, alike: true, rounding: -tinyNegative}
	for _, f := range s.frames {
		if f.before != 0 {
			c.rounding = max(c.rounding, float32(1.01*s.unpack.step()*s.factor*f.now))
		}
	}
	if s.counted && s.field.Kind == climate.KindRain {
		c.growth = &growth{rates: !s.amounts}
	}
	return c
}
