package cf

// following calls a function with blocks in their order, each while the next one is read.
type following struct {
	done     func(t0 int, data []float32) error
	running  chan error // nil where nothing runs
	panicked any        // the value with which done panicked
}

// start waits for the block before, and begins with another. An error is of the one
// before.
func (f *following) start(t0 int, data []float32) error {
	if err := f.wait(); err != nil {
		return err
	}
	f.running = make(chan error, 1)
	go func() {
		var err error
		defer func() {
			f.panicked = recover() // it belongs to the caller, who may catch it
			f.running <- err
		}()
		err = f.done(t0, data)
	}()
	return nil
}

// wait waits for the last block and returns its error.
func (f *following) wait() error {
	if f.running == nil {
		return nil
	}
	err := <-f.running
	f.running = nil
	if f.panicked != nil {
		panic(f.panicked)
	}
	return err
}

func first(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// twoBlocks returns memory for stream that is used again for every second block: one is
// read while the other is used.
func (s *source) twoBlocks() func(t0, n int) []float32 {
	var blocks [2][]float32
	turn := 0
	return func(_, n int) []float32 {
		turn = 1 - turn
		if size := n * s.field.Height() * s.field.Width(); cap(blocks[turn]) < size {
			blocks[turn] = make([]float32, size)
		} else {
			blocks[turn] = blocks[turn][:size]
		}
		return blocks[turn]
	}
}
