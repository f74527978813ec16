package climate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// threeParts is a record of 6 frames that is written in three parts of two.
func threeParts() (PreparedHeader, *Field) {
	f := ramp("pr", 0, 6, 3, 4)
	f.Data[17] = nan
	head := *f
	head.Data = nil
	return PreparedHeader{Channels: []*Field{&head}, Recipe: []string{"made here", "in three parts"}, Parts: 3,
		Split: &Split{Rule: "by hand", Train: []Range{{1, 4}}, Test: []Range{{0, 1}, {4, 6}}}}, f
}

func writePart(t testing.TB, w *PreparedWriter, f *Field, part int) {
	t.Helper()
	if err := w.Write(0, 2*part, f.Data[2*part*12:2*(part+1)*12]); err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(part, Source{Name: fmt.Sprint("part ", part)}, [][]string{{fmt.Sprint("note ", part)}}); err != nil {
		t.Fatal(err)
	}
}

func create(t testing.TB, dir string, h PreparedHeader, replace bool) *PreparedWriter {
	t.Helper()
	w, err := CreatePrepared(dir, h, replace)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// complete goes on with a preparation and returns which parts it had to write.
func complete(t testing.TB, dir string, h PreparedHeader, f *Field) (written []int) {
	t.Helper()
	w := create(t, dir, h, false)
	for part := range h.Parts {
		if _, finished := w.Part(part); !finished {
			writePart(t, w, f, part)
			written = append(written, part)
		}
	}
	if err := errors.Join(w.Commit(context.Background(), nil), w.Close()); err != nil {
		t.Fatal(err)
	}
	p, err := OpenPrepared(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Verify(), p.Close()); err != nil {
		t.Error(err)
	}
	return written
}

// contents are all files of a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range list(t, dir) {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(text)
	}
	return all
}

func TestPreparedInParts(t *testing.T) {
	h, f := threeParts()
	dir := t.TempDir()
	if got := complete(t, dir, h, f); len(got) != 3 {
		t.Errorf("parts %v were written", got)
	}
	p, err := OpenPrepared(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if got, want := p.Fields()[0].Data, f.Data; !slices.EqualFunc(got, want, func(a, b float32) bool { return a == b || a != a && b != b }) {
		t.Errorf("data %v, want %v", got, want)
	}
	if got := p.Fields()[0].Notes; !slices.Equal(got, []string{"note 0", "note 1", "note 2"}) {
		t.Errorf("notes %q", got)
	}
	if s := p.manifest.Sources; len(s) != 3 || s[2].Name != "part 2" {
		t.Errorf("sources %v", s)
	}
	if !slices.Equal(p.Recipe(), h.Recipe) || p.Split() == nil || p.Split().Describe() != "3 frames train in 1 ranges, 3 frames test in 2" {
		t.Errorf("recipe %q, split %+v", p.Recipe(), p.Split())
	}
	// The range of the training part is known, and is that of its frames.
	w, err := NewWindows(WindowOptions{Frames: 1, Ranges: p.Split().Train, Missing: KeepMissing}, p.Fields()...)
	if err != nil {
		t.Fatal(err)
	}
	if low, high := w.Range(0); low != 12 || high != 47 || p.Fields()[0].training == nil {
		t.Errorf("range of the training part %v to %v", low, high)
	}
	if low, high, _ := p.Range(0); low != 0 || high != 71 {
		t.Errorf("range %v to %v", low, high)
	}
	// Once more: nothing to do, not a byte changes.
	before := contents(t, dir)
	again := create(t, dir, h, false)
	if source, finished := again.Part(1); !again.Complete() || !finished || source.Name != "part 1" {
		t.Error("complete data are not known to be complete")
	}
	if err := again.Write(0, 0, f.Data[:12]); err == nil {
		t.Error("complete data are written to")
	}
	if err := errors.Join(again.Commit(context.Background(), nil), again.Close()); err != nil {
		t.Error(err)
	}
	if after := contents(t, dir); len(after) != 2 || fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("the folder holds %v", list(t, dir))
	}
}

// Checksum and statistics are gathered while frames are written in their order, and by
// reading them again where they are not: in every order, and where a part is written
// twice, the manifest is the same.
func TestPreparedInAnyOrder(t *testing.T) {
	h, f := threeParts()
	want := t.TempDir()
	complete(t, want, h, f)
	wrong := *f
	wrong.Data = make([]float32, len(f.Data))
	for _, order := range [][]int{{2, 1, 0}, {0, 2, 1}, {1, 0, 2}, {0, 1, -1, 2}, {0, 1, 2, -1}} {
		dir := t.TempDir()
		w := create(t, dir, h, false)
		for _, part := range order {
			if part < 0 { // the first part once more, wrong before
				if err := w.Write(0, 0, wrong.Data[:12]); err != nil {
					t.Fatal(err)
				}
				part = 0
			}
			writePart(t, w, f, part)
		}
		if err := errors.Join(w.Commit(context.Background(), nil), w.Close()); err != nil {
			t.Fatal(err)
		}
		if a, b := contents(t, dir), contents(t, want); fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("order %v: %s, want %s", order, a["manifest.json"], b["manifest.json"])
		}
	}
}

// A process killed after any step of the work: the parts it finished are not
// written again, and the outcome is that of a process left alone.
func TestPreparedKilledAnywhere(t *testing.T) {
	h, f := threeParts()
	whole := t.TempDir()
	complete(t, whole, h, f)
	want := contents(t, whole)
	var data string
	for name := range want {
		if name != manifestName {
			data = name
		}
	}
	begin := func(t *testing.T, dir string, parts int) {
		w := create(t, dir, h, false)
		for part := range parts {
			writePart(t, w, f, part)
		}
		if parts < 3 {
			if err := w.Write(0, 2*parts, f.Data[:12]); err != nil { // half of a part, and wrong
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		prepare func(t *testing.T, dir string)
		written []int
	}{
		"before any part": {func(t *testing.T, dir string) { begin(t, dir, 0) }, []int{0, 1, 2}},
		"in part 1":       {func(t *testing.T, dir string) { begin(t, dir, 1) }, []int{1, 2}},
		"in part 2":       {func(t *testing.T, dir string) { begin(t, dir, 2) }, []int{2}},
		"after all parts": {func(t *testing.T, dir string) { begin(t, dir, 3) }, nil},
		"in a line of the journal": {func(t *testing.T, dir string) {
			begin(t, dir, 2)
			appendTo(t, filepath.Join(dir, journalName), `{"part":2,"source":{"na`)
		}, []int{2}},
		"in the first line of the journal": {func(t *testing.T, dir string) {
			os.WriteFile(filepath.Join(dir, journalName), []byte(`{"format":"clim`), 0o644)
			os.WriteFile(filepath.Join(dir, partialName), make([]byte, 7), 0o644)
		}, []int{0, 1, 2}},
		"before the journal": {func(t *testing.T, dir string) {
			os.WriteFile(filepath.Join(dir, partialName), make([]byte, 288), 0o644)
		}, []int{0, 1, 2}},
		"with the checksum known": {func(t *testing.T, dir string) {
			begin(t, dir, 3)
			appendTo(t, filepath.Join(dir, journalName), checksumLine(t, want[manifestName]))
		}, nil},
		"with the data named": {func(t *testing.T, dir string) {
			begin(t, dir, 3)
			appendTo(t, filepath.Join(dir, journalName), checksumLine(t, want[manifestName]))
			os.Rename(filepath.Join(dir, partialName), filepath.Join(dir, data))
		}, nil},
		"in the manifest": {func(t *testing.T, dir string) {
			begin(t, dir, 3)
			appendTo(t, filepath.Join(dir, journalName), checksumLine(t, want[manifestName]))
			os.Rename(filepath.Join(dir, partialName), filepath.Join(dir, data))
			os.WriteFile(filepath.Join(dir, manifestName+".part"), []byte(want[manifestName][:99]), 0o600)
		}, nil},
		"before the journal was removed": {func(t *testing.T, dir string) {
			begin(t, dir, 3)
			appendTo(t, filepath.Join(dir, journalName), checksumLine(t, want[manifestName]))
			os.Rename(filepath.Join(dir, partialName), filepath.Join(dir, data))
			os.WriteFile(filepath.Join(dir, manifestName), []byte(want[manifestName]), 0o644)
		}, nil},
		"with its values lost": {func(t *testing.T, dir string) {
			begin(t, dir, 2)
			os.Remove(filepath.Join(dir, partialName))
		}, []int{0, 1, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c.prepare(t, dir)
			if got := complete(t, dir, h, f); !slices.Equal(got, c.written) {
				t.Errorf("parts %v are written, want %v", got, c.written)
			}
			if got := contents(t, dir); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("the folder holds %v, or other bytes than without the stop", list(t, dir))
			}
		})
	}
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteString(text)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

// checksumLine is the line of a journal that a manifest's checksum makes.
func checksumLine(t *testing.T, text string) string {
	m, err := parseManifest([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("{\"source\":{},\"sha256\":%q}\n", m.SHA256)
}

// Other data in the folder are refused with what differs, and replaced only when
// all is written.
func TestPreparedOtherData(t *testing.T) {
	h, f := threeParts()
	dir := t.TempDir()
	complete(t, dir, h, f)
	before := contents(t, dir)
	other := h
	other.Recipe = []string{"made here", "of something else"}
	if _, err := CreatePrepared(dir, other, false); err == nil || !strings.Contains(err.Error(), `"in three parts" there, "of something else" here`) ||
		!strings.Contains(err.Error(), dir) {
		t.Errorf("other recipe: %v", err)
	}
	other = h
	other.Split = nil
	if _, err := CreatePrepared(dir, other, false); err == nil || !strings.Contains(err.Error(), "split") {
		t.Errorf("other split: %v", err)
	}
	if fmt.Sprint(contents(t, dir)) != fmt.Sprint(before) {
		t.Error("a refusal changes the folder")
	}
	w := create(t, dir, other, true)
	shifted := *f
	shifted.Data = slices.Clone(f.Data)
	for i := range shifted.Data {
		shifted.Data[i]++
	}
	writePart(t, w, &shifted, 0)
	if p, err := OpenPrepared(dir); err != nil || p.Split() == nil {
		t.Errorf("while they are replaced, the old data cannot be read: %v", err)
	}
	if err := w.Commit(context.Background(), nil); err == nil || !strings.Contains(err.Error(), "part 1 of 3") {
		t.Errorf("unfinished data are put in place: %v", err)
	}
	w.Close()
	// The beginning of a replacement is in the way of others, and can be gone on with.
	if _, err := CreatePrepared(dir, PreparedHeader{Channels: other.Channels, Parts: 3}, false); err == nil {
		t.Error("others are begun beside it")
	}
	w = create(t, dir, other, true)
	if _, finished := w.Part(0); !finished {
		t.Error("what was finished of a replacement is lost")
	}
	writePart(t, w, &shifted, 1)
	writePart(t, w, &shifted, 2)
	if err := errors.Join(w.Commit(context.Background(), nil), w.Close()); err != nil {
		t.Fatal(err)
	}
	p, err := OpenPrepared(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if p.Split() != nil || p.Fields()[0].Data[0] != 1 || len(list(t, dir)) != 2 {
		t.Errorf("after replacing: %v, folder %v", p.Fields()[0].Data[:3], list(t, dir))
	}
}

func TestPreparedWriterAlone(t *testing.T) {
	h, _ := threeParts()
	dir := t.TempDir()
	w := create(t, dir, h, false)
	if _, err := CreatePrepared(dir, h, false); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("a second writer: %v", err)
	}
	if err := w.Discard(); err != nil {
		t.Error(err)
	}
	if names := list(t, dir); len(names) != 0 {
		t.Errorf("after discarding the folder holds %v", names)
	}
}

// More than the disk has is refused before a byte is written, with both figures.
func TestPreparedNoRoom(t *testing.T) {
	h, _ := threeParts()
	head := *h.Channels[0]
	head.Grid = Grid{Height: 1 << 19, Width: 1 << 19} // 6.6 TB
	var disk syscall.Statfs_t
	dir := t.TempDir()
	if err := syscall.Statfs(dir, &disk); err != nil || disk.Bavail*uint64(disk.Bsize) > 6_000_000_000_000 {
		t.Skip("the disk is not known, or larger than this")
	}
	h.Channels = []*Field{&head}
	_, err := CreatePrepared(dir, h, false)
	if err == nil || !strings.Contains(err.Error(), "take 6597.070 GB more, the disk has") || !strings.Contains(err.Error(), dir) {
		t.Errorf("error %v", err)
	}
	if names := list(t, dir); len(names) != 0 {
		t.Errorf("the folder holds %v", names)
	}
}

// A manifest of version 1, which had neither recipe nor split, is read.
func TestManifestVersion1(t *testing.T) {
	dir := t.TempDir()
	if err := WritePrepared(dir, []*Field{ramp("pr", 0, 3, 2, 2)}, nil); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, manifestName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(path, bytes.Replace(text, []byte(`"version": 2`), []byte(`"version": 1`), 1), 0o644)
	p, err := OpenPrepared(dir)
	if err != nil {
		t.Fatal(err)
	}
	if p.Split() != nil || p.Recipe() != nil {
		t.Error("it has a split or a recipe")
	}
	p.Close()
}

func FuzzJournal(f *testing.F) {
	f.Add([]byte("{\"format\":\"climate-vdm preparation\",\"version\":1,\"digest\":\"ab\"}\n{\"part\":1}\n{\"sha256\":\"00\"}\n{\"pa"))
	f.Fuzz(func(t *testing.T, text []byte) {
		j, whole := parseJournal(text)
		if j == nil {
			return
		}
		if whole > len(text) || whole < 1 || text[whole-1] != '\n' {
			t.Fatalf("%d of %d bytes are whole lines", whole, len(text))
		}
		again, n := parseJournal(text[:whole])
		if again == nil || n != whole || len(again.parts) != len(j.parts) || again.SHA256 != j.SHA256 {
			t.Error("the whole lines alone read differently")
		}
	})
}
