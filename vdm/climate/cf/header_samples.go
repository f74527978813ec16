package cf

// header is the file of the samples but for the values of the channels.
func (s *SampleFile) header() *Header {
	h, at := &Header{Dims: []Dimension{{"member", s.Members}}}, s.place()
	numbers := s.Numbers
	if numbers == nil {
		numbers = make([]int32, s.Members)
		for i := range numbers {
			numbers[i] = int32(i)
		}
	}
	members := HeaderVariable{Name: "member", Type: Int, Dims: []string{"member"}, Values: numbers}
	members.text("standard_name", "realization", "long_name", "member of the ensemble of samples", "units", "1")
	h.Variables = append(h.Variables, members)
	of := h.coordinates(at)
	for _, c := range s.Channels {
		h.field(c, of, []string{"member", at.timeName(), at.y, at.x}, []int{1, s.chunkFrames(), s.Grid.Height, s.Grid.Width})
	}
	h.globals(s.Attributes)
	return h
}

// place is where and when the samples lie.
func (s *SampleFile) place() *place {
	y, x := s.horizontal()
	return &place{grid: &s.Grid, y: y, x: x, times: s.Times, from: s.From, to: s.To, calendar: s.Calendar, epoch: s.Epoch, reference: s.Reference}
}
