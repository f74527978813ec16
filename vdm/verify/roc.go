package verify

// ROCValue is the relative operating characteristic of the forecasts of an event: which
// share of the events is forecast, against which share of the other cells is a false
// alarm, as "yes" is said at ever fewer members.
//
// The curve joins its points by straight lines, and Area is the area below it
// (trapezoids). This is the probability that, of one event and one non-event drawn at
// random, the event had the higher forecast, ties counting half (the Mann–Whitney
// statistic; Mason and Graham 2002, QJRMS 128, 2145): 1 is perfect, ½ no discrimination.
// It does not depend on calibration. m members give only m+1 different probabilities, so
// a small ensemble has more ties and an area nearer to ½ than a large one from the same
// distribution.
type ROCValue struct {
	HitRate        []float64 // from 0 to 1: at least m+1 (never), m, …, 1, 0 (always) members
	FalseAlarmRate []float64
	Area           float64
	Events, Others int64 // where either is 0 the curve is not defined: NaN
}

// ROC returns the curve over all lead times.
func (e *Exceedance) ROC() ROCValue {
	var v ROCValue
	all := e.total()
	for _, c := range all {
		v.Events += c.events
		v.Others += c.cells - c.events
	}
	n1, n0 := float64(v.Events), float64(v.Others)
	var hits, alarms int64
	area := 0.0
	v.HitRate, v.FalseAlarmRate = append(v.HitRate, 0/n1), append(v.FalseAlarmRate, 0/n0)
	for k := len(all) - 1; k >= 0; k-- {
		events, others := all[k].events, all[k].cells-all[k].events
		// Non-events with k members rank below the events above, and tie with the events
		// at k.
		area += float64(others) * (float64(hits) + float64(events)/2)
		hits += events
		alarms += others
		v.HitRate = append(v.HitRate, float64(hits)/n1)
		v.FalseAlarmRate = append(v.FalseAlarmRate, float64(alarms)/n0)
	}
	v.Area = area / (n1 * n0)
	return v
}
