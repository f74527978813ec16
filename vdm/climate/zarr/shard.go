package zarr

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
)

// shards says how the chunks of an array lie together in files (the sharding_indexed codec
// of version 3): each begins or ends with an index of where its chunks are.
type shards struct {
	per     []int // chunks of a shard along each dimension
	atStart bool  // the index comes first
	sum     bool  // a checksum follows the index

	mutex sync.Mutex // over the shard that was read last
	key   string
	bytes []byte
	err   error
}

// mostInShard bounds the chunks of a shard, whose index has 16 bytes for each.
const mostInShard = 1 << 20

// addShards reads the configuration of the codec. What is not read of it is a note as for
// other codecs.
func (a *array) addShards(raw json.RawMessage, order []int) error {
	var d struct {
		Configuration struct {
			Shape  json.RawMessage   `json:"chunk_shape"`
			Codecs []json.RawMessage `json:"codecs"`
			Index  []json.RawMessage `json:"index_codecs"`
			Place  string            `json:"index_location"`
		} `json:"configuration"`
	}
	if err := decode(raw, &d); err != nil {
		return fmt.Errorf("the configuration of its shards is no metadata: %w", err)
	}
	c := d.Configuration
	inner, err := integers("chunk_shape of the shards", c.Shape)
	if err != nil {
		return err
	}
	if len(inner) != len(a.chunk) {
		return fmt.Errorf("its shards of %v have chunks of %v, expected as many numbers", a.chunk, inner)
	}
	if a.shards != nil || len(a.codecs) > 0 || a.compression != "" {
		a.dtype.unread = notRead("codec", "sharding_indexed, within another or after others")
		return nil
	}
	s := &shards{atStart: c.Place == "start"}
	if c.Place != "" && c.Place != "start" && c.Place != "end" {
		return fmt.Errorf("index_location of its shards is %q, expected start or end", c.Place)
	}
	many := 1
	for i, n := range inner {
		if n < 1 || a.chunk[i]%n != 0 || many > mostInShard/max(1, a.chunk[i]/n) {
			return fmt.Errorf("its shards of %v are not made of chunks of %v, %d at most", a.chunk, inner, mostInShard)
		}
		s.per = append(s.per, a.chunk[i]/n)
		many *= a.chunk[i] / n
	}
	for _, raw := range c.Index {
		var codec struct {
			Name string `json:"name"`
		}
		if err := decode(raw, &codec); err != nil {
			return fmt.Errorf("codec %.80s of the index of its shards is not an object with a name", raw)
		}
		switch codec.Name {
		case "bytes":
		case "crc32c":
			s.sum = true
		default:
			a.dtype.unread = notRead("codec of the index of shards", codec.Name)
		}
	}
	a.chunk, a.shards = inner, s
	for _, raw := range c.Codecs {
		if err := a.addCodecV3(raw, order); err != nil {
			return err
		}
	}
	return nil
}

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
