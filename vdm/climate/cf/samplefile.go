package cf

import (
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// SampleFile is generated clips, to be written by the CF conventions (CF-1.8).
type SampleFile struct {
	Channels []SampleChannel
	Members  int
	Numbers  []int32 // values of the coordinate "member"; nil for 0, 1, 2 …
	Grid     climate.Grid

	// Times of the frames: hours since Epoch in the calendar; with
	// climate.RelativeEpoch (or "") hours from the start of the clip, for samples
	// that belong to no date.
	Times           []float64
	Calendar, Epoch string

	// From and To are the ends of the interval of each frame, in the hours of Times,
	// which become time bounds; nil where not known.
	From, To []float64

	// Reference is the time from which a forecast starts, in the hours of Times: the
	// end of what it was given. It becomes forecast_reference_time, and the times since
	// then forecast_period; nil where the clips are no forecast or have no dates.
	Reference *float64

	// Attributes are written as global attributes: title, source, history, and the
	// run's provenance (folder, configuration, seed, step). Conventions is added.
	Attributes map[string]string
}

// NewSampleFile arranges clips as the models give them, (members, frames,
// height, width, channels) with channels last, for writing. Each channel takes
// its name and units from the field of the same place in like; grid and times
// are the caller's to set.
func NewSampleFile(like []*climate.Field, members, frames, height, width int, clips []float32) (*SampleFile, error) {
	channels, cells := len(like), members*frames*height*width
	if channels == 0 || cells == 0 || len(clips) != cells*channels {
		return nil, fmt.Errorf("%d values are not %d members × %d frames × %d × %d × %d channels",
			len(clips), members, frames, height, width, channels)
	}
	s := &SampleFile{Members: members, Grid: climate.Grid{Height: height, Width: width}}
	for c, f := range like {
		data := make([]float32, cells)
		for i := range data {
			data[i] = clips[i*channels+c]
		}
		s.Channels = append(s.Channels, SampleChannel{Name: f.Name, LongName: f.LongName, StandardName: f.StandardName, Units: f.Units, CellMethods: f.CellMethods, Data: data})
	}
	return s, nil
}

// Validate says whether the parts fit together.
func (s *SampleFile) Validate() error {
	if err := s.validateHeader(); err != nil {
		return err
	}
	want := s.Members * len(s.Times) * s.Grid.Height * s.Grid.Width
	for _, c := range s.Channels {
		if len(c.Data) != want {
			return fmt.Errorf("channel %q has %d values, expected %d members × %d times × %d × %d = %d",
				c.Name, len(c.Data), s.Members, len(s.Times), s.Grid.Height, s.Grid.Width, want)
		}
	}
	return nil
}

// validateHeader checks all but the values.
func (s *SampleFile) validateHeader() error {
	if err := s.Grid.Validate(); err != nil {
		return err
	}
	if s.Members < 1 || len(s.Times) < 1 || len(s.Channels) < 1 {
		return fmt.Errorf("%d channels of %d members and %d times are nothing to write", len(s.Channels), s.Members, len(s.Times))
	}
	if s.Numbers != nil && len(s.Numbers) != s.Members {
		return fmt.Errorf("%d numbers for %d members", len(s.Numbers), s.Members)
	}
	for i := range s.Times {
		if i > 0 && !(s.Times[i] > s.Times[i-1]) {
			return fmt.Errorf("time does not go forward: %v h, then %v h", s.Times[i-1], s.Times[i])
		}
	}
	if len(s.From) != len(s.To) || s.From != nil && len(s.From) != len(s.Times) {
		return fmt.Errorf("intervals of %d and %d ends for %d times", len(s.From), len(s.To), len(s.Times))
	}
	if r := s.Reference; r != nil && (s.Epoch != climate.Epoch || math.IsNaN(*r) || math.IsInf(*r, 0)) {
		return fmt.Errorf("a forecast from %v h of times in %q: expected times that count from a date", *r, s.Epoch)
	}
	names := map[string]bool{}
	for _, name := range s.coordinateNames() {
		names[name] = true
	}
	for _, c := range s.Channels {
		if c.Name == "" || names[c.Name] {
			return fmt.Errorf("channel name %q is empty or already taken", c.Name)
		}
		names[c.Name] = true
	}
	return nil
}

// horizontal are the names of the horizontal dimensions in the file.
func (s *SampleFile) horizontal() (y, x string) {
	return horizontalNames(&s.Grid)
}

func (s *SampleFile) coordinateNames() []string {
	y, x := s.horizontal()
	return []string{"time", "elapsed_time", "time_bnds", "elapsed_time_bnds", "member", "forecast_reference_time", "forecast_period", "forecast_period_bnds",
		y, x, "lat", "lon", s.Grid.MappingName}
}

// chunkFrames is how many frames of a member a chunk of the file holds: members
// are written, and mostly read, one by one.
func (s *SampleFile) chunkFrames() int {
	return min(len(s.Times), max(1, chunkCells/(s.Grid.Height*s.Grid.Width)))
}

// chunkCells is about how many cells make a chunk of output.
const chunkCells = 1 << 18

// horizontalNames are the names of the horizontal dimensions of a grid in a file. A
// dimension must not have the name of a coordinate over both of them.
func horizontalNames(g *climate.Grid) (y, x string) {
	taken := []string{"", "time", "elapsed_time", "member", "bnds"}
	if g.Lat != nil {
		taken = append(taken, "lat", "lon")
	}
	if g.YName == g.XName || slices.Contains(taken, g.YName) || slices.Contains(taken, g.XName) {
		return "y", "x"
	}
	return g.YName, g.XName
}
