package verification

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// A rival that moves rain sees the whole field where the data have it, and so forecasts a
// part of it as it forecasts the whole.
func TestRivalOfAPartSeesWhatLiesAround(t *testing.T) {
	data := record(t)
	const start, length, known = 0, 6, 3
	const row, column, high, wide = 1, 4, 4, 4 // rain comes from the west
	path := forecastFile(t, filepath.Join(t.TempDir(), "part.nc"), data, start, length, known, []float32{1, 2}, func(f *cf.SampleFile) {
		whole := f.Channels[0].Data
		f.Grid = f.Grid.Window(row, column, high, wide)
		f.Channels[0].Data = nil
		for n := range len(whole) / cells {
			for y := range high {
				at := n*cells + (row+y)*width + column
				f.Channels[0].Data = append(f.Channels[0].Data, whole[at:at+wide]...)
			}
		}
	})
	pattern := climate.FirstFrames(length, known)
	clip, place, err := data.Cut(climate.CutOptions{Height: height, Width: width, Known: pattern})
	if err != nil {
		t.Fatal(err)
	}
	members, err := archive.Baseline{Name: "advection", Clip: clip, Place: place, Known: pattern, Members: 1}.Make(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := 0.0
	for n := known; n < length; n++ {
		for y := row; y < row+high; y++ {
			for x := column; x < column+wide; x++ {
				want += math.Abs(float64(members[0][n*cells+y*width+x]-data.Fields[0].Frame(start + n)[y*width+x])) / ((length - known) * high * wide)
			}
		}
	}
	rival, err := ParseRival("advection")
	if err != nil {
		t.Fatal(err)
	}
	r := scored(t, Options{Data: data, Rivals: []Rival{rival}}, path)
	near(t, "CRPS of advection that sees the whole field", r.value(1, "crps"), want)
	if notes := strings.Join(r.Cases.Notes, "\n"); !strings.Contains(notes, "rival advection sees 6 × 8 cells of the data, in which the 4 × 4 of the files lie") {
		t.Errorf("it is not said what advection sees: %q", notes)
	}
	// Of data that have no more than the file it sees the file's cells, as it must.
	f := *data.Fields[0]
	f.Grid = f.Grid.Window(row, column, high, wide)
	f.Data = nil
	for n := range frames {
		for y := range high {
			at := n*cells + (row+y)*width + column
			f.Data = append(f.Data, data.Fields[0].Data[at:at+wide]...)
		}
	}
	alone := scored(t, Options{Data: &climate.Record{Fields: []*climate.Field{&f}}, Rivals: []Rival{rival}}, path)
	if got := alone.value(1, "crps"); !(got > want*1.05) || len(alone.Cases.Notes) > 0 {
		t.Errorf("advection that sees the part alone has %v, the whole %v; notes %q", got, want, alone.Cases.Notes)
	}
}

// Frames that were cut off a file after it was written leave an attribute behind that is no
// longer true: members that differ in a frame were not given it.
func TestKnownFramesThatWereCutOff(t *testing.T) {
	data := record(t)
	path := forecastFile(t, filepath.Join(t.TempDir(), "cut.nc"), data, 3, 5, 2, []float32{1, 3}, nil)
	cut := forecastFile(t, filepath.Join(t.TempDir(), "cut.nc"), data, 5, 3, 0, []float32{1, 3}, func(f *cf.SampleFile) {
		f.Attributes[archive.KnownAttribute] = "0, 1"
	})
	want, got := scored(t, Options{Data: data}, path), scored(t, Options{Data: data}, cut)
	near(t, "CRPS of the frames ahead alone", got.value(0, "crps"), want.value(0, "crps"))
	if got.Cases.Frames != 3 || len(want.Cases.Notes) > 0 || !strings.Contains(strings.Join(got.Cases.Notes, "\n"), "members differ in frames 0, 1 of cut.nc") {
		t.Errorf("%d frames ahead, notes %q and %q", got.Cases.Frames, got.Cases.Notes, want.Cases.Notes)
	}
	// One member cannot differ from others; it can from the data.
	one := forecastFile(t, filepath.Join(t.TempDir(), "one.nc"), data, 5, 3, 0, []float32{1}, func(f *cf.SampleFile) {
		f.Attributes[archive.KnownAttribute] = "0, 1"
	})
	if notes := strings.Join(scored(t, Options{Data: data}, one, one).Cases.Notes, "\n"); strings.Count(notes, "frames 0, 1 of one.nc, which its attribute vdm_known_frames calls known, are not as in the data") != 1 {
		t.Errorf("notes %q", notes)
	}
}
