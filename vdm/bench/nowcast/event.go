package main

import (
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	_ "github.com/climate-vdm/climate-vdm/vdm/climate/netcdf"
)

// event is a record of radar rain in mm/h, NaN where a cell is missing.
type event struct {
	name          string
	minutes       float64 // between frames
	kilometres    float64 // side of a cell
	frames        [][]float32
	height, width int
}

// readEvent reads FILE,MINUTES,KILOMETRES[,COARSEN]; fill means missing where it is a number.
func readEvent(argument string, fill float64) (*event, error) {
	parts := strings.Split(argument, ",")
	if len(parts) < 3 || len(parts) > 4 {
		return nil, fmt.Errorf("event %q: want FILE,MINUTES,KILOMETRES or FILE,MINUTES,KILOMETRES,COARSEN", argument)
	}
	minutes, err := strconv.ParseFloat(parts[1], 64)
	if err != nil || !(minutes > 0) {
		return nil, fmt.Errorf("event %q: minutes between frames are %q, want a positive number", argument, parts[1])
	}
	kilometres, err := strconv.ParseFloat(parts[2], 64)
	if err != nil || !(kilometres > 0) {
		return nil, fmt.Errorf("event %q: the side of a cell in km is %q, want a positive number", argument, parts[2])
	}
	coarsen := 1
	if len(parts) == 4 {
		if coarsen, err = strconv.Atoi(parts[3]); err != nil || coarsen < 1 {
			return nil, fmt.Errorf("event %q: cells a side that become one are %q, want a positive whole number", argument, parts[3])
		}
	}
	// An amount of rain is one of the time between frames.
	options := cf.ReadOptions{Interval: minutes / 60}
	if fill == fill {
		options.Fill = []float64{fill}
	}
	field, err := cf.Read(parts[0], options)
	if err != nil {
		return nil, err
	}
	if step := field.Step() * 60; math.Abs(step-minutes) > 0.01 {
		return nil, fmt.Errorf("%s: frames are %.4g minutes apart, the argument says %g", parts[0], step, minutes)
	}
	if gaps := field.Gaps(); len(gaps) > 0 {
		return nil, fmt.Errorf("%s: time jumps after frame %d, want frames without a gap", parts[0], gaps[0])
	}
	reduction, err := climate.Coarsening(field.Grid, coarsen)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", parts[0], err)
	}
	e := &event{name: strings.TrimSuffix(filepath.Base(parts[0]), ".nc"), minutes: minutes, kilometres: kilometres, height: reduction.Height, width: reduction.Width}
	for t := range field.Frames() {
		frame := make([]float32, e.height*e.width)
		reduction.Apply(frame, field.Frame(t))
		e.frames = append(e.frames, frame)
	}
	return e, nil
}

// starts returns the first known frames of at most n forecasts, spread evenly over those
// whose last known frame has a mean of at least wet mm/h: the choice does not depend on
// the forecast frames.
func (e *event) starts(n, known, leads int, wet float64) []int {
	var fit, chosen []int
	for t := 0; t+known+leads <= len(e.frames); t++ {
		if mean(e.frames[t+known-1]) >= wet {
			fit = append(fit, t)
		}
	}
	n = min(n, len(fit))
	for k := range n {
		at := 0
		if n > 1 {
			at = k * (len(fit) - 1) / (n - 1)
		}
		chosen = append(chosen, fit[at])
	}
	return chosen
}

// mean returns the mean of the cells that are not missing.
func mean(frame []float32) float64 {
	sum, n := 0.0, 0.0
	for _, v := range frame {
		if v == v {
			sum, n = sum+float64(v), n+1
		}
	}
	return sum / n
}
