package run

// trainedSize returns the rows and columns of the training clips, which differ from those
// of the clips where a run is used on larger fields.
func (c Config) trainedSize() [2]int {
	if c.TrainedSize != [2]int{} {
		return c.TrainedSize
	}
	return [2]int{c.Clip.Height, c.Clip.Width}
}
