package zarr

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// stored returns the packed bytes of a chunk, of a file of its own or of its shard; limit
// is how many it can need.
func (a *array) stored(place []int, limit int64) ([]byte, error) {
	s := a.shards
	if s == nil {
		return a.store.get(a.key(place), limit)
	}
	outer, number, many := make([]int, len(place)), 0, 1
	for i, k := range place {
		outer[i] = k / s.per[i]
		number = number*s.per[i] + k%s.per[i]
		many *= s.per[i]
	}
	shard, err := s.read(a.store, a.key(outer))
	if err != nil {
		return nil, err
	}
	length := 16 * many
	index := shard
	if s.sum {
		length += 4
	}
	if len(shard) < length {
		return nil, fmt.Errorf("the shard has %d bytes, fewer than the %d of its index: it is truncated", len(shard), length)
	}
	if index = shard[:length]; !s.atStart {
		index = shard[len(shard)-length:]
	}
	if s.sum {
		if index, err = withoutSum(index, 0); err != nil {
			return nil, fmt.Errorf("the index of the shard: %w", err)
		}
	}
	at, n := binary.LittleEndian.Uint64(index[16*number:]), binary.LittleEndian.Uint64(index[16*number+8:])
	const none = 1<<64 - 1
	switch {
	case at == none && n == none:
		return nil, fs.ErrNotExist
	case at > uint64(len(shard)) || n > uint64(len(shard))-at:
		return nil, fmt.Errorf("the chunk is at %d to %d of a shard of %d bytes: it is truncated or damaged", at, at+n, len(shard))
	case n > uint64(limit):
		return nil, fmt.Errorf("the chunk has %d bytes in its shard, more than the %d that it can need", n, limit)
	}
	return slices.Clone(shard[at : at+n]), nil // a decoder may keep it
}

// read returns a shard, and keeps the last.
func (s *shards) read(from store, key string) ([]byte, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.key != key || s.bytes == nil && s.err == nil {
		s.key = key
		s.bytes, s.err = from.get(key, mostChunk)
		if s.err != nil && !errors.Is(s.err, fs.ErrNotExist) {
			defer func() { s.key = "" }() // the next may do better
		}
	}
	return s.bytes, s.err
}
