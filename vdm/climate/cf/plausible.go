package cf

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// mostIn returns the most rain in mm that has been measured at one place in a number of
// hours: about 425 D^0.47 (WMO-No. 168, Guide to Hydrological Practices, on the records
// of the world from a minute to two years).
func mostIn(hours float64) float64 { return 425 * math.Pow(hours, 0.47) }

// plausible returns a note where the mean of all cells, over the time of the record, comes
// near to what has been measured at one place: a field of rain never does, sums called
// rates, a factor that only a description names, and days taken for hours do.
func (s *screen) plausible() []string {
	f := &s.source.field
	step := f.Step()
	if f.Kind != climate.KindRain || f.Units != climate.RainUnits || s.mean.n == 0 || !(step > 0) {
		return nil
	}
	const share = 1. / 3
	span := f.Times[len(f.Times)-1] - f.Times[0] + step
	mean, most := s.mean.sum/float64(s.mean.n), mostIn(span)/span
	if mean < share*most {
		return nil
	}
	return []string{fmt.Sprintf("the mean of all cells is about %.3g mm/h over %s, and the most ever measured at one place in that time is about %.3g: the values are probably sums, or in other units than %q (%s gives them)",
		mean, hours(span), most, s.source.v.text("units"), s.source.opt.called("Units"))}
}
