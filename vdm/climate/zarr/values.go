package zarr

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"runtime"
	"slices"
	"sync"
	"unsafe"
)

// Why says nothing beyond the error.
func (a *array) Why() string { return "" }

// mostMemory bounds the chunks that are unpacked at the same time.
const mostMemory = 512 << 20

// remoteAtOnce is how many chunks are fetched at the same time, which the way there
// takes longer for than the processor.
const remoteAtOnce = 8

// Read fills dst with a block. The chunks that it touches are read by several workers at
// the same time, as far as memory allows.
func (a *array) Read(dst any, start, count []int) error {
	if a.dtype.unread != "" {
		return errors.New(a.dtype.unread)
	}
	out, size := bytesOf(dst)
	if want := a.dtype.size; size != want && !(a.half() && size == 4) {
		return fmt.Errorf("values of %d bytes are wanted of an array of %d", size, want)
	}
	places, total := a.touched(start, count)
	workers := runtime.GOMAXPROCS(0)
	if _, remote := a.store.(*remote); remote {
		workers = max(workers, remoteAtOnce)
	}
	workers = max(1, min(workers, total, mostMemory/max(1, 2*a.chunkValues*a.dtype.size)))
	work := make(chan []int)
	failed := make(chan error, workers)
	stop := make(chan struct{})
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for place := range work {
				if err := a.take(out, size, place, start, count); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	var err error
	go func() {
		defer close(work)
		for place := range places {
			select {
			case work <- place:
			case <-stop:
				return
			}
		}
	}()
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	select {
	case err = <-failed:
	case <-done:
		select {
		case err = <-failed:
		default:
		}
	}
	close(stop)
	<-done
	return err
}

// touched are the places of the chunks that a block touches, and their number.
func (a *array) touched(start, count []int) (places iter.Seq[[]int], total int) {
	rank := len(a.chunk)
	first, last, total := make([]int, rank), make([]int, rank), 1
	for i, c := range a.chunk {
		if count[i] == 0 {
			return func(func([]int) bool) {}, 0
		}
		first[i], last[i] = start[i]/c, (start[i]+count[i]-1)/c
		total *= last[i] - first[i] + 1
	}
	return func(yield func([]int) bool) {
		at := slices.Clone(first)
		for yield(slices.Clone(at)) {
			i := rank - 1
			for ; i >= 0; i-- {
				if at[i]++; at[i] <= last[i] {
					break
				}
				at[i] = first[i]
			}
			if i < 0 {
				return
			}
		}
	}, total
}

func (a *array) half() bool { return a.dtype.kind == 'f' && a.dtype.size == 2 }

// take copies from one chunk what a block wants of it.
func (a *array) take(out []byte, size int, place, start, count []int) error {
	chunk, err := a.chunkAt(place, start, count)
	if err != nil {
		return err
	}
	stride := 1
	if rank := len(place); rank > 0 {
		stride = a.strides[rank-1]
	}
	a.eachRun(place, start, count, func(inChunk, inBlock, n int) { a.copyRun(out, size, inBlock, chunk, inChunk, stride, n) })
	return nil
}

// eachRun visits the values that a block has of a chunk, those along the last dimension
// together: where they begin in the chunk and in the block, and how many they are.
func (a *array) eachRun(place, start, count []int, visit func(inChunk, inBlock, n int)) {
	rank := len(place)
	from, many, to, steps := make([]int, rank), make([]int, rank), make([]int, rank), make([]int, rank)
	for i, k := range place {
		first := max(start[i], k*a.chunk[i])
		from[i], to[i] = first-k*a.chunk[i], first-start[i]
		many[i] = min(start[i]+count[i], (k+1)*a.chunk[i]) - first
	}
	for i, step := rank-1, 1; i >= 0; i-- {
		steps[i] = step
		step *= count[i]
	}
	at, run := make([]int, rank), 1
	if rank > 0 {
		run = many[rank-1]
	}
	for {
		inChunk, inBlock := 0, 0
		for i := range rank {
			inChunk += (from[i] + at[i]) * a.strides[i]
			inBlock += (to[i] + at[i]) * steps[i]
		}
		visit(inChunk, inBlock, run)
		i := rank - 2
		for ; i >= 0; i-- {
			if at[i]++; at[i] < many[i] {
				break
			}
			at[i] = 0
		}
		if i < 0 {
			return
		}
	}
}

// copyRun copies values of a chunk that are stride apart, in the order of this machine.
func (a *array) copyRun(out []byte, size, target int, chunk []byte, source, stride, n int) {
	own := a.dtype.size
	if a.half() {
		for k := range n {
			x := fromHalf(a.dtype.order.Uint16(chunk[(source+k*stride)*2:]))
			*(*float32)(unsafe.Pointer(&out[(target+k)*4])) = x
		}
		return
	}
	to := out[target*size : (target+n)*size]
	if stride == 1 {
		copy(to, chunk[source*own:(source+n)*own])
	} else {
		for k := range n {
			copy(to[k*own:(k+1)*own], chunk[(source+k*stride)*own:])
		}
	}
	a.swap(to)
}

// swap turns the bytes of values around where this machine has them in another order.
func (a *array) swap(b []byte) {
	own := a.dtype.size
	if own == 1 || a.dtype.order.Uint16([]byte{1, 0}) == binary.NativeEndian.Uint16([]byte{1, 0}) {
		return
	}
	for k := 0; k < len(b); k += own {
		for i, j := k, k+own-1; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
	}
}

// chunkAt returns the unpacked bytes of a chunk, and keeps them where a block takes only
// a part.
func (a *array) chunkAt(place, start, count []int) ([]byte, error) {
	key := a.key(place)
	if b, ok := a.cache.get(key); ok {
		return b, nil
	}
	b, err := a.unpack(place, a.chunkValues*a.dtype.size)
	if errors.Is(err, fs.ErrNotExist) {
		b, err = a.filled(), nil
	}
	if err != nil {
		return nil, err
	}
	for i, k := range place {
		end := min((k+1)*a.chunk[i], a.shape[i])
		if start[i] > k*a.chunk[i] || start[i]+count[i] < end {
			a.cache.put(key, b)
			break
		}
	}
	return b, nil
}

// unpack reads and decodes a chunk; size is −1 where it is not known.
func (a *array) unpack(place []int, size int) ([]byte, error) {
	key := a.key(place)
	if a.shards != nil {
		key = fmt.Sprint(place)
	}
	limit := int64(mostChunk)
	if size >= 0 { // what does not shrink grows by little
		limit = int64(size) + int64(size)/8 + 1<<16
	}
	b, err := a.stored(place, limit)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		return nil, fmt.Errorf("chunk %s: %w", key, err)
	}
	for i, c := range a.codecs {
		bound := size
		for _, later := range a.codecs[i+1:] {
			if !later.sum || bound < 0 {
				bound = -1
				break
			}
			bound += 4
		}
		if b, err = c.decode(b, bound); err != nil {
			if errors.Is(err, errNoLibrary) { // the chunk may be whole
				return nil, fmt.Errorf("chunk %s: %w", key, err)
			}
			return nil, fmt.Errorf("chunk %s is damaged or not what its array says: %w", key, err)
		}
	}
	if size >= 0 && len(b) != size {
		return nil, fmt.Errorf("chunk %s has %d bytes, expected %d: it is truncated, or its array says another shape", key, len(b), size)
	}
	return b, nil
}

// filled is a chunk of fill values.
func (a *array) filled() []byte {
	b := make([]byte, a.chunkValues*a.dtype.size)
	for n := copy(b, a.fill); n > 0 && n < len(b); {
		n += copy(b[n:], b[:n])
	}
	return b
}

// bytesOf are the bytes of a slice of numbers, and how many each has.
func bytesOf(values any) ([]byte, int) {
	switch v := values.(type) {
	case []int8:
		return view(v), 1
	case []uint8:
		return v, 1
	case []int16:
		return view(v), 2
	case []uint16:
		return view(v), 2
	case []int32:
		return view(v), 4
	case []uint32:
		return view(v), 4
	case []int64:
		return view(v), 8
	case []uint64:
		return view(v), 8
	case []float32:
		return view(v), 4
	case []float64:
		return view(v), 8
	}
	return nil, 0
}

func view[T any](v []T) []byte {
	if len(v) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), len(v)*int(unsafe.Sizeof(v[0])))
}
