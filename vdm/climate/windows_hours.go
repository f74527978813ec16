package climate

import "math"

// HoursOfDay returns the hour of the day of each frame of window i, in [0, 24) and in
// the time of the record, which is UTC as a rule; nil where the record's times have no
// dates.
func (w *Windows) HoursOfDay(i int) []float64 {
	f := w.channels[0]
	if !f.HasDates() {
		return nil
	}
	start, _, _, _ := w.Origin(i)
	return HoursOfDay(f.Times[start : start+w.opt.Frames])
}

// HoursOfDay returns the hour of the day, in [0, 24), of times in hours since [Epoch].
func HoursOfDay(times []float64) []float64 {
	hours := make([]float64, len(times))
	for i, t := range times {
		hours[i] = t - 24*math.Floor(t/24)
	}
	return hours
}
