package run

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
)

// Whatever a run's metrics are, they are read or refused, and what is read can be appended
// to and read again.
func FuzzMetrics(f *testing.F) {
	f.Add([]byte(`{"step":1,"loss":0.5,"seconds":1}`+"\n"+`{"step":2,"held_out":0.25,"seconds":2}`+"\n"), int64(1))
	f.Add([]byte("\x00\x00\x00{\"step\":3}\n{\"st"), int64(9))
	f.Add([]byte(`{"step":1e3,"loss":null}`+"\n[]\n"), int64(0))
	f.Fuzz(func(t *testing.T, text []byte, last int64) {
		all, err := parseMetrics("", bytes.NewReader(text))
		if err != nil {
			return
		}
		var file bytes.Buffer
		if err := encodeMetrics(&file, all, last); err != nil {
			t.Fatal(err)
		}
		if err := encodeMetrics(&file, []MetricsLine{{Step: last}}, last); err != nil {
			t.Fatal(err)
		}
		kept := 1
		for _, line := range all {
			if line.Step <= last {
				kept++
			}
		}
		if now, err := parseMetrics("", &file); err != nil || len(now) != kept {
			t.Errorf("%d lines after appending, want %d (%v)", len(now), kept, err)
		}
	})
}

// Whatever the files of long sequences are, they are read or refused, and no frame is
// promised that is not in its file.
func FuzzSequences(f *testing.F) {
	header := []byte(`{"format":1,"height":1,"width":2,"channels":["pr"],"units":["mm/h"],"settings":{}}`)
	f.Add(header, []byte(`{"first":0,"members":1,"frames":2}`+"\n"), make([]byte, 16))
	f.Add(header, []byte(`{"first":0,"members":1,"frames":9}`+"\n\x00\x00"), make([]byte, 7))
	f.Add([]byte(`{"format":1,"height":1073741824,"width":1073741824,"channels":["a"]}`), []byte(`{"first":0,"members":2000000000,"frames":1}`+"\n"), []byte{1})
	f.Add([]byte(`{"format":1,"height":4294967296,"width":4294967296,"channels":["a"]}`), []byte(`{"first":0,"members":1,"frames":1}`+"\n"), []byte{1})
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, head, progress, data []byte) {
		h, err := parseSequences("", head)
		if err != nil {
			return
		}
		s := Sequences{Dir: dir, SequencesHeader: h}
		if s.FrameSize() < 1 {
			t.Fatalf("a frame has %d values", s.FrameSize())
		}
		if s.frames, _, err = parseProgress("", bytes.NewReader(progress)); err != nil || s.FrameSize() > 1<<16 {
			return
		}
		if n := s.Frames(0); n > 0 && n < 1<<16/s.FrameSize() {
			if err := os.WriteFile(memberPath(dir, 0), data, 0o644); err != nil {
				t.Fatal(err)
			}
			dst := make([]float32, n*s.FrameSize())
			if err := s.Read(0, 0, dst); err == nil && len(data) < 4*len(dst) {
				t.Errorf("%d values are read of %d bytes", len(dst), len(data))
			}
		}
	})
}

// A few lines of progress about a great many members are refused before they fill the
// memory, and so are frames whose number of values is none.
func TestSequencesOfHostileSize(t *testing.T) {
	var progress strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&progress, "{\"first\":%d,\"members\":65536,\"frames\":1}\n", i<<16)
	}
	if frames, _, err := parseProgress("progress", strings.NewReader(progress.String())); err == nil || len(frames) > 0 || !strings.Contains(err.Error(), "more than 262144 members") {
		t.Errorf("%d members, error %v", len(frames), err)
	}
	for _, size := range []string{`"height":4294967296,"width":4294967296`, `"height":65536,"width":65536`, `"height":0,"width":1`, `"height":-1,"width":-1`} {
		if h, err := parseSequences("header", []byte(`{"format":1,`+size+`,"channels":["a"]}`)); err == nil {
			t.Errorf("frames of %d × %d cells are taken", h.Height, h.Width)
		}
	}
}

// Each number of a line of progress has a range, whose ends are taken and whose neighbours
// are not; a line that is refused is named.
func TestProgressBeyondItsRange(t *testing.T) {
	for _, c := range []struct {
		first, members, frames int
		ok                     bool
	}{
		{0, 1, 0, true}, {-1, 1, 1, false}, {0, 0, 1, false}, {0, 1, -1, false},
		{mostValues, 1, 1, true}, {mostValues + 1, 1, 1, false}, {0, mostTogether, 1, true}, {0, mostTogether + 1, 1, false},
	} {
		line := fmt.Sprintf("{\"first\":%d,\"members\":%d,\"frames\":%d}\n", c.first, c.members, c.frames)
		text := "{\"first\":7,\"members\":1,\"frames\":2}\n" + line + "{\"first\":8,\"members\":1,\"frames\":3}\n"
		_, whole, err := parseProgress("progress", strings.NewReader(text))
		if c.ok && (err != nil || whole != int64(len(text))) {
			t.Errorf("%s is refused, or read wrongly: %d of %d bytes, %v", line, whole, len(text), err)
		}
		if !c.ok && (err == nil || !strings.Contains(err.Error(), "progress: line 2 is ")) {
			t.Errorf("%s is taken, or refused without its number: %v", line, err)
		}
	}
}
