package zarr

import (
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// times checks sections 3.3 and 5.1.
func (m *mlcast) times() error {
	a := m.find("time")
	if !m.rule("3.3", a != nil && len(a.shape) == 1, "there is no coordinate time of one dimension") {
		return nil
	}
	times, calendar, err := a.hours()
	if err != nil {
		m.rule("3.3", false, "the times cannot be read: %v", err)
		return nil
	}
	forward := true
	for i := 1; i < len(times); i++ {
		forward = forward && times[i] > times[i-1]
	}
	if !m.rule("3.3", forward, "times do not grow strictly") || len(times) == 0 {
		return nil
	}
	const fewest = 3
	years := math.Floor((times[len(times)-1]-times[0])/24) / 365.25
	m.rule("3.3", years >= fewest, "the times cover %.1f years, expected at least %d", years, fewest)

	regular := times
	start, given := m.root["consistent_timestep_start"].(string)
	m.rule("5.1", given || !varying(times), "times are not a regular step apart, and consistent_timestep_start does not say since when they are")
	if given {
		begin, err := climate.ParseTime(start, calendar)
		if !m.rule("5.1", err == nil, "consistent_timestep_start is %q, which is no date", start) {
			return nil
		}
		at, _ := slices.BinarySearch(times, begin)
		m.rule("3.3", shrinking(times[:at]) || m.find("missing_times") != nil, "times before consistent_timestep_start are irregular and there is no missing_times")
		regular = times[at:]
	}
	missing, listed, err := m.missingTimes()
	if err != nil {
		m.rule("3.3", false, "missing_times cannot be read: %v", err)
		return nil
	}
	both := 0
	for _, t := range missing {
		if _, there := slices.BinarySearch(times, t); there {
			both++
		}
	}
	m.rule("3.3", both == 0, "%d of missing_times stand among the times", both)
	m.gaps(regular, missing, listed, calendar)
	return nil
}

// gaps compares the jumps of regular times with those that are listed as missing.
func (m *mlcast) gaps(times, missing []float64, listed bool, calendar string) {
	if len(times) < 2 {
		m.warn("3.3", "there are too few times to tell which are missing")
		return
	}
	step := math.Inf(1)
	for i := 1; i < len(times); i++ {
		step = min(step, times[i]-times[i-1])
	}
	const second = 1.0 / 3600
	if step < second {
		m.warn("3.3", "times are less than a second apart")
		return
	}
	slices.Sort(missing)
	unlisted, example := 0, 0.0
	for i := 1; i < len(times); i++ {
		for t := times[i-1] + step; t < times[i]-second && unlisted < 1e6; t += step {
			at, _ := slices.BinarySearch(missing, t-second)
			if at == len(missing) || missing[at] > t+second {
				if unlisted == 0 {
					example = t
				}
				unlisted++
			}
		}
	}
	why := "and there is no variable missing_times"
	if listed {
		why = "and missing_times does not list them"
	}
	m.rule("3.3", unlisted == 0, "%d times are missing, the first %s, %s", unlisted, climate.FormatTime(example, calendar), why)
}

// shrinking reports whether steps never grow.
func shrinking(times []float64) bool {
	for i := 2; i < len(times); i++ {
		if times[i]-times[i-1] > times[i-1]-times[i-2]+1e-9 {
			return false
		}
	}
	return true
}

// varying reports whether times are not a regular step apart.
func varying(times []float64) bool {
	const second = 1.0 / 3600
	for i := 2; i < len(times); i++ {
		if math.Abs((times[i]-times[i-1])-(times[1]-times[0])) > second {
			return true
		}
	}
	return false
}

// missingTimes reads the variable of that name.
func (m *mlcast) missingTimes() (times []float64, listed bool, err error) {
	a := m.find("missing_times")
	if a == nil {
		return nil, false, nil
	}
	times, _, err = a.hours()
	return times, true, err
}

// hours reads a coordinate of time, in hours since climate.Epoch.
func (a *array) hours() (times []float64, calendar string, err error) {
	units := a.attributes["units"].Text
	if units == "" {
		units = a.dtype.units
	}
	u, err := climate.ParseTimeUnits(units, a.attributes["calendar"].Text)
	if err != nil {
		return nil, "", err
	}
	if u.Relative {
		return nil, "", fmt.Errorf("its units %q name no date", units)
	}
	stored, err := a.numbers(-1)
	if err != nil {
		return nil, "", err
	}
	for i, x := range stored {
		t, err := u.Hours(x)
		if err != nil {
			return nil, "", fmt.Errorf("value %d: %w", i, err)
		}
		times = append(times, t)
	}
	return times, u.Calendar, nil
}
