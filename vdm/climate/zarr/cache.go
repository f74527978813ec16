package zarr

import "sync"

// cache keeps chunks of which blocks take a part.
type cache struct {
	mutex sync.Mutex
	keys  []string
	data  map[string][]byte
	bytes int
}

// mostCached bounds the chunks that are kept of an array.
const mostCached = 64 << 20

func (c *cache) get(key string) ([]byte, bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	b, ok := c.data[key]
	return b, ok
}

func (c *cache) put(key string, b []byte) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if _, there := c.data[key]; there || len(b) > mostCached {
		return
	}
	if c.data == nil {
		c.data = map[string][]byte{}
	}
	for c.bytes+len(b) > mostCached && len(c.keys) > 0 {
		c.bytes -= len(c.data[c.keys[0]])
		delete(c.data, c.keys[0])
		c.keys = c.keys[1:]
	}
	c.keys, c.data[key], c.bytes = append(c.keys, key), b, c.bytes+len(b)
}
