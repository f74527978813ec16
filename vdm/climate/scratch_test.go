package climate

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// resident returns the bytes of mapped files that are in this process's memory.
func resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	sum := 0
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); words[0] == "RssFile:" || words[0] == "RssShmem:" {
			n, err := strconv.Atoi(words[1])
			if err != nil {
				t.Fatal(err)
			}
			sum += n << 10
		}
	}
	return sum
}

// Values in a scratch file are outside Go's memory, leave the memory of the process when
// they are released, and are the same when they are used again.
func TestScratch(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	const size = 8 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var s Scratch
	room, err := s.Room(size / 4)
	if err != nil {
		t.Fatal(err)
	}
	for i := range room {
		room[i] = float32(i)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > size/4 {
		t.Errorf("%d bytes of Go's memory for %d in a file", grown, size)
	}
	full := resident(t)
	if err := s.Release(); err != nil {
		t.Fatal(err)
	}
	if left := full - resident(t); left < size*3/4 {
		t.Errorf("%d of %d bytes left the memory", left, size)
	}
	for i, v := range room {
		if v != float32(i) {
			t.Fatalf("value %d is %v after it was released", i, v)
		}
	}
	if names, _ := os.ReadDir(dir); len(names) > 0 {
		t.Errorf("a file has a name: %s", names[0].Name())
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	t.Setenv("TMPDIR", filepath.Join(dir, "absent"))
	if _, err := s.Room(1); err == nil {
		t.Error("room in a folder that does not exist")
	}
	if _, err := new(Scratch).Room(1 << 45); err == nil {
		t.Error("room for a hundred terabytes")
	}
}
