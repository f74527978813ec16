package climate

import (
	"fmt"
	"math"
)

// SeasonSplit says how a record is split by season; its zero value is the rule of the
// dissertation. Seasons are counted by time from the start of the first frame, so that a
// missing month does not move them: in the 360-day calendar, a record that starts on 1
// December has the meteorological seasons. Season 0, and every Every-th after it, is for
// tests, the others for training.
type SeasonSplit struct {
	Hours float64 // length of a season; 0 means 2160, three months of 30 days
	Every int     // 0 means 5
}

// Split says which frames of a record are for training and which for tests. Ranges are
// in order and do not touch: neighbouring seasons of one part are one range.
type Split struct {
	Rule  string  `json:"rule"` // in words
	Train []Range `json:"train"`
	Test  []Range `json:"test"`
}

func (s SeasonSplit) withDefaults() SeasonSplit {
	if s.Hours == 0 {
		s.Hours = 2160
	}
	if s.Every == 0 {
		s.Every = 5
	}
	return s
}

// Validate refuses seasons without length and an Every below 2.
func (s SeasonSplit) Validate() error {
	s = s.withDefaults()
	if !(s.Hours > 0) || math.IsInf(s.Hours, 0) || s.Every < 2 {
		return fmt.Errorf("split into seasons of %v h, every %dth for tests; want hours above 0 and 2 or more seasons", s.Hours, s.Every)
	}
	return nil
}

// Split returns the split of a record by the times of its frames, in hours.
func (s SeasonSplit) Split(times []float64) (*Split, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	s = s.withDefaults()
	split := &Split{Rule: fmt.Sprintf("seasons of %g h from the start of the record; season 0 and every %dth after it is test, the others train", s.Hours, s.Every)}
	if len(times) == 0 {
		return nil, fmt.Errorf("a record without frames cannot be split")
	}
	start := times[0] - MedianStep(times)/2
	last := -1
	for t, at := range times {
		season := int(math.Floor((at - start) / s.Hours))
		part := &split.Train
		if season%s.Every == 0 {
			part = &split.Test
		}
		// A season that follows another of its part lengthens its range.
		same := last >= 0 && (last%s.Every == 0) == (season%s.Every == 0) && season-last <= 1
		if !same {
			*part = append(*part, Range{From: t})
		}
		(*part)[len(*part)-1].To = t + 1
		last = season
	}
	if len(split.Train) == 0 {
		return nil, fmt.Errorf("the record of %.0f h ends before the first training season, which begins %g h after its start (%s)",
			times[len(times)-1]-start, s.Hours, split.Rule)
	}
	return split, nil
}

// Describe returns how many frames each part has, in words.
func (s *Split) Describe() string {
	count := func(ranges []Range) (n int) {
		for _, r := range ranges {
			n += r.To - r.From
		}
		return n
	}
	return fmt.Sprintf("%d frames train in %d ranges, %d frames test in %d", count(s.Train), len(s.Train), count(s.Test), len(s.Test))
}

// check returns an error where a split from a file does not belong to a record of a
// number of frames.
func (s *Split) check(frames int) error {
	for _, part := range [][]Range{s.Train, s.Test} {
		last := 0
		for _, r := range part {
			if r.From < last || r.To <= r.From || r.To > frames {
				return fmt.Errorf("split: frames %d to %d are no range, in order, of %d frames", r.From, r.To, frames)
			}
			last = r.To
		}
	}
	return nil
}
