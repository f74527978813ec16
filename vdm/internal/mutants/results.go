package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"math"
	"os"
	"path/filepath"
)

// result is the result of a change; one line of the file of results.
type result struct {
	Key      string  `json:"key"`
	File     string  `json:"file"`
	Line     int     `json:"line"`
	Kind     string  `json:"kind"`
	Old      string  `json:"old"`
	New      string  `json:"new"`
	By       string  `json:"by"`      // what noticed the change; "" means nothing
	Reached  int     `json:"reached"` // tests and examples that run the changed code
	Seconds  float64 `json:"seconds"`
	Packages string  `json:"packages"` // whose tests were run
	Tests    string  `json:"tests"`    // pattern of their names, "" means all
}

// keyOf names a change of a file as it stands.
func keyOf(c change, text string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	return fmt.Sprintf("%s:%d-%d %s @%x", c.file, c.from, c.to, c.wrong, h.Sum64())
}

// read returns the last result of each key; a file that does not exist has none.
func read(path string) (map[string]result, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]result{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all := map[string]result{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r result
		if json.Unmarshal(lines.Bytes(), &r) == nil { // false for a line of a program that was stopped
			all[r.Key] = r
		}
	}
	return all, lines.Err()
}

// appendTo adds a result to a file.
func (r result) appendTo(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	line, err := json.Marshal(r)
	if err == nil {
		_, err = f.Write(append(line, '\n'))
	}
	return errors.Join(err, f.Close())
}

// wilson returns the 95 % interval of a share k of n (Wilson 1927, J. Am. Stat. Assoc.
// 22).
func wilson(k, n int) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	const z = 1.959964
	p, m := float64(k)/float64(n), float64(n)
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(0, middle-half), min(1, middle+half)
}
