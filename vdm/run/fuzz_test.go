package run

import (
	"os"
	"path/filepath"
	"testing"
)

// Whatever a run's metrics are, they are read or refused, and what is read can be appended
// to and read again.
func FuzzMetrics(f *testing.F) {
	f.Add([]byte(`{"step":1,"loss":0.5,"seconds":1}`+"\n"+`{"step":2,"held_out":0.25,"seconds":2}`+"\n"), int64(1))
	f.Add([]byte("\x00\x00\x00{\"step\":3}\n{\"st"), int64(9))
	f.Add([]byte(`{"step":1e3,"loss":null}`+"\n[]\n"), int64(0))
	f.Fuzz(func(t *testing.T, text []byte, last int64) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, metricsName), text, 0o644); err != nil {
			t.Fatal(err)
		}
		all, err := ReadMetrics(dir)
		if err != nil {
			return
		}
		file, err := openMetrics(dir, last)
		if err != nil {
			t.Fatal(err)
		}
		if err := file.add(MetricsLine{Step: last}); err != nil {
			t.Fatal(err)
		}
		_ = file.Close()
		kept := 1
		for _, line := range all {
			if line.Step <= last {
				kept++
			}
		}
		if now, err := ReadMetrics(dir); err != nil || len(now) != kept {
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
	f.Fuzz(func(t *testing.T, head, progress, data []byte) {
		dir := t.TempDir()
		for name, b := range map[string][]byte{sequencesName: head, sequencesLog: progress, "member-000000.f32": data} {
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		s, err := OpenSequences(dir)
		if err != nil || s.FrameSize() < 1 || s.FrameSize() > 1<<16 {
			return
		}
		if n := s.Frames(0); n > 0 && n < 1<<16/s.FrameSize() {
			dst := make([]float32, n*s.FrameSize())
			if err := s.Read(0, 0, dst); err == nil && len(data) < 4*len(dst) {
				t.Errorf("%d values are read of %d bytes", len(dst), len(data))
			}
		}
	})
}
