package cf

// header is the file of the samples but for the values of the channels.
func (s *SampleFile) header() *Header {
	h, g := &Header{}, &s.Grid
	y, x := s.horizontal()
	at := place{grid: g, y: y, x: x, times: s.Times, from: s.From, to: s.To, calendar: s.Calendar, epoch: s.Epoch}
	h.coordinates(at, func(h *Header) {
		numbers := s.Numbers
		if numbers == nil {
			numbers = make([]int32, s.Members)
			for i := range numbers {
				numbers[i] = int32(i)
			}
		}
		h.Dims = append(h.Dims, Dimension{"member", s.Members})
		v := HeaderVariable{Name: "member", Type: Int, Dims: []string{"member"}, Values: numbers}
		v.text("standard_name", "realization", "long_name", "member of the ensemble of samples", "units", "1", "axis", "E")
		h.Variables = append(h.Variables, v)
	})
	for _, c := range s.Channels {
		h.field(c, g, []string{"time", "member", y, x}, []int{s.chunkFrames(), 1, g.Height, g.Width})
	}
	h.globals(s.Attributes)
	return h
}
