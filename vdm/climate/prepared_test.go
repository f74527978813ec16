package climate

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func preparedFields() []*Field {
	rain, wind := ramp("pr", 0, 6, 4, 5), ramp("uas", -30, 6, 4, 5)
	rain.LongName, rain.StandardName, rain.Notes = "rain", "lwe_precipitation_rate", []string{"made here"}
	wind.Units, wind.Kind = "m s-1", KindOther
	rain.Data[7], rain.Data[66] = nan, nan
	for _, f := range []*Field{rain, wind} {
		f.Times[3] += 1.0 / 3
		f.Grid = Grid{Height: 4, Width: 5, Y: []float64{0.1, 0.2, 0.3, 0.4}, X: []float64{-1, 0, 1, 2, 3}, YName: "rlat", XName: "rlon",
			YUnits: "degrees", XUnits: "degrees", YStandardName: "grid_latitude", XStandardName: "grid_longitude",
			Lat: make([]float64, 20), Lon: make([]float64, 20), MappingName: "rotated_pole",
			Mapping: map[string]any{"grid_mapping_name": "rotated_latitude_longitude", "grid_north_pole_latitude": 37.5,
				"standard_parallel": []float64{-26.2, -29.3}}}
		f.Calendar = ThreeSixtyDay
	}
	return []*Field{rain, wind}
}

func TestPreparedRoundTrip(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	fields := preparedFields()
	sources := []Source{{Name: "a.nc", Bytes: 5, SHA256: "00"}}
	if err := WritePrepared(dir, fields, sources); err != nil {
		t.Fatal(err)
	}
	p, err := OpenPrepared(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Verify(); err != nil {
		t.Error(err)
	}
	same := cmp.Options{cmpopts.IgnoreUnexported(Field{}), cmpopts.EquateNaNs()}
	if diff := cmp.Diff(fields, p.Fields(), same); diff != "" {
		t.Errorf("what was written and what was read differ:\n%s", diff)
	}
	if diff := cmp.Diff(sources, p.manifest.Sources); diff != "" {
		t.Error(diff)
	}
	lowest, highest, mean := p.Range(0)
	if lowest != 0 || highest != 119 || mean < 59 || mean > 60 {
		t.Errorf("range %v to %v, mean %v", lowest, highest, mean)
	}
	// The missing cells known from the manifest give the same windows as a search.
	opt := WindowOptions{Frames: 2, Height: 2, Width: 2}
	a, err := NewWindows(opt, fields...)
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewWindows(opt, p.Fields()...)
	if err != nil {
		t.Fatal(err)
	}
	if a.Summary() != b.Summary() {
		t.Errorf("%s; prepared: %s", a.Summary(), b.Summary())
	}
	if train, _, err := SplitTime(p.Fields()[0], 1); err != nil || len(train.missingCells()) != 5 {
		t.Errorf("split of prepared data: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

// Writing again replaces the record, keeps readers of the old one whole, and
// leaves no other file.
func TestPreparedReplaced(t *testing.T) {
	dir := t.TempDir()
	f := ramp("pr", 0, 3, 2, 2)
	for range 2 { // the same data twice over is fine
		if err := WritePrepared(dir, []*Field{f}, nil); err != nil {
			t.Fatal(err)
		}
	}
	old, err := OpenPrepared(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if err := WritePrepared(dir, []*Field{ramp("pr", 100, 5, 2, 2)}, nil); err != nil {
		t.Fatal(err)
	}
	p, err := OpenPrepared(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if p.Fields()[0].Frames() != 5 || p.Fields()[0].Data[0] != 100 || old.Fields()[0].Data[11] != 11 {
		t.Error("old or new record is not what was written")
	}
	if names := list(t, dir); len(names) != 2 {
		t.Errorf("the folder holds %v, want one manifest and one data file", names)
	}
}

func list(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestPreparedDamaged(t *testing.T) {
	dir := t.TempDir()
	if err := WritePrepared(dir, preparedFields(), nil); err != nil {
		t.Fatal(err)
	}
	manifestPath := filepath.Join(dir, manifestName)
	good, err := os.ReadFile(manifestPath)
	if err != nil {
		t.Fatal(err)
	}
	var dataPath string
	for _, n := range list(t, dir) {
		if strings.HasSuffix(n, ".f32") {
			dataPath = filepath.Join(dir, n)
		}
	}
	data, err := os.ReadFile(dataPath)
	if err != nil {
		t.Fatal(err)
	}

	flipped := bytes.Clone(data)
	flipped[100] ^= 1
	os.WriteFile(dataPath, flipped, 0o644)
	p, err := OpenPrepared(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Verify(); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("an altered byte: %v", err)
	}
	p.Close()
	os.WriteFile(dataPath, data[:len(data)-4], 0o644)
	if _, err := OpenPrepared(dir); err == nil || !strings.Contains(err.Error(), "truncated") || !strings.Contains(err.Error(), dataPath) {
		t.Errorf("truncated data: %v", err)
	}
	os.WriteFile(dataPath, data, 0o644)

	for n := range len(good) { // truncated anywhere, it is refused
		if n%37 == 0 {
			if m, err := parseManifest(good[:n]); err == nil {
				t.Fatalf("%d bytes of the manifest are accepted: %+v", n, m)
			}
		}
	}
	for _, c := range []struct{ old, new, say string }{
		{`"version": 2`, `"version": 4`, "version 4"},
		{manifestFormat, "something else", "format is"},
		{`"frames": 6`, `"frames": 7`, "do not describe"},
		{`"height": 4`, `"height": 5`, "expected 5"},
		{`"bytes": 960`, `"bytes": 961`, "961 bytes"},
		{`"data": "data-`, `"data": "../data-`, "plain name"},
		{`"frames"`, `"frams"`, "unknown field"},
		{`"kind": "other"`, `"kind": "auto"`, "kind is"},
		{`"missing_by_frame": [`, `"missing_by_frame": [1,`, "missing_by_frame"},
		{`-26.2`, `"a"`, "standard_parallel"},
		{`426907,`, `526907,`, "does not go forward"},
	} {
		bad := strings.Replace(string(good), c.old, c.new, 1)
		if bad == string(good) {
			t.Fatalf("%q is not in the manifest", c.old)
		}
		os.WriteFile(manifestPath, []byte(bad), 0o644)
		if _, err := OpenPrepared(dir); err == nil || !strings.Contains(err.Error(), c.say) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: error %v, want one with %q and the folder", c.new, err, c.say)
		}
	}
	if _, err := OpenPrepared(filepath.Join(dir, "absent")); err == nil {
		t.Error("an absent folder is opened")
	}
}

func TestPreparedCannotBeWritten(t *testing.T) {
	fields := []*Field{ramp("pr", 0, 3, 2, 2)}
	blocked := filepath.Join(t.TempDir(), "file")
	os.WriteFile(blocked, []byte("mine"), 0o644)
	if err := WritePrepared(filepath.Join(blocked, "below"), fields, nil); err == nil || !strings.Contains(err.Error(), blocked) {
		t.Errorf("a folder below a file: %v", err)
	}
	empty := ramp("pr", 0, 3, 2, 2)
	for i := range empty.Data {
		empty.Data[i] = nan
	}
	dir := t.TempDir()
	if err := WritePrepared(dir, []*Field{empty}, nil); err == nil || !strings.Contains(err.Error(), "every value") {
		t.Errorf("all missing: %v", err)
	}
	// A folder in the manifest's place: the renaming at the very end fails.
	if err := WritePrepared(dir, fields, nil); err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(dir, manifestName))
	os.MkdirAll(filepath.Join(dir, manifestName, "x"), 0o755)
	if err := WritePrepared(dir, []*Field{ramp("pr", 9, 3, 2, 2)}, nil); err == nil {
		t.Error("a manifest that cannot be written is no error")
	}
	if names := list(t, dir); len(names) != 2 {
		t.Errorf("after a failure the folder holds %v", names)
	}
	if os.Geteuid() != 0 { // root writes everywhere
		locked := t.TempDir()
		os.Chmod(locked, 0o555)
		if err := WritePrepared(locked, fields, nil); err == nil || !strings.Contains(err.Error(), locked) {
			t.Errorf("a folder without write permission: %v", err)
		}
	}
}

func FuzzManifest(f *testing.F) {
	dir := f.TempDir()
	if err := WritePrepared(dir, preparedFields(), nil); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"format":"climate-vdm prepared data","version":1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := parseManifest(text)
		if err != nil {
			return
		}
		if want := int64(len(m.Channels)) * int64(m.Frames) * int64(m.Grid.Height) * int64(m.Grid.Width) * 4; want != m.Bytes || want <= 0 {
			t.Errorf("a manifest of %d bytes of data is accepted for %d", want, m.Bytes)
		}
	})
}

// BenchmarkPreparedClips reads random 10-frame windows of 64×64 cells from
// prepared data: whole frames, windows inside a wider grid, and with reflections
// and two channels. The target is 1 GB/s from warm memory.
func BenchmarkPreparedClips(b *testing.B) {
	for _, c := range []struct {
		name            string
		frames, h, w, n int
		flips           bool
	}{{"whole", 8000, 64, 64, 1, false}, {"inside", 600, 256, 256, 1, false}, {"flips", 600, 256, 256, 1, true}, {"two", 4000, 64, 64, 2, false}} {
		b.Run(c.name, func(b *testing.B) {
			dir := b.TempDir()
			var fields []*Field
			for range c.n {
				fields = append(fields, ramp("pr", 0, c.frames, c.h, c.w))
			}
			if err := WritePrepared(dir, fields, nil); err != nil {
				b.Fatal(err)
			}
			p, err := OpenPrepared(dir)
			if err != nil {
				b.Fatal(err)
			}
			defer p.Close()
			w, err := NewWindows(WindowOptions{Frames: 10, Height: 64, Width: 64, Flips: c.flips}, p.Fields()...)
			if err != nil {
				b.Fatal(err)
			}
			for _, f := range p.Fields() {
				new(Stats).Add(f.Data) // warm
			}
			dst := make([]float32, 10*64*64*c.n)
			order := rand.New(rand.NewPCG(1, 2))
			b.SetBytes(int64(4 * len(dst)))
			for b.Loop() {
				if err := w.Clip(order.IntN(w.Len()), dst); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
