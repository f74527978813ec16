package verification

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

const (
	height, width = 6, 8
	cells         = height * width
	frames        = 40
)

func grid() climate.Grid {
	g := climate.Grid{Height: height, Width: width, YName: "lat", XName: "lon", YUnits: "degrees_north", XUnits: "degrees_east", YStandardName: "latitude", XStandardName: "longitude"}
	for y := range height {
		g.Y = append(g.Y, 50+float64(y)/4)
	}
	for x := range width {
		g.X = append(g.X, -4+float64(x)/4)
	}
	return g
}

// record is hourly rain of 40 hours from 28 February 2018, 20:00, on.
func record(t testing.TB) *climate.Record {
	t.Helper()
	from, err := climate.ParseTime("2018-02-28 20:00", climate.Standard)
	if err != nil {
		t.Fatal(err)
	}
	f := &climate.Field{Name: "pr", Units: "mm/h", Kind: climate.KindRain, Grid: grid(), Calendar: climate.Standard, Epoch: climate.Epoch}
	r := noise.Key{Seed: 5, Stream: noise.Synthetic}.Rand()
	for n := range frames {
		f.Times = append(f.Times, from+float64(n))
		for i := range cells {
			d := math.Hypot(float64(i/width)-2.5, float64(i%width)-float64(n%10))
			f.Data = append(f.Data, float32(max(0, 8*math.Exp(-d*d/4)-0.5+r.Float64()/2)))
		}
	}
	return &climate.Record{Fields: []*climate.Field{f}}
}

// forecastFile writes a forecast of so many frames from a frame of a record on, of which
// the first known were known: members that are the truth plus an amount each in the frames
// ahead, 0 beyond the record. change may change the file.
func forecastFile(t testing.TB, path string, r *climate.Record, start, length, known int, above []float32, change func(*cf.SampleFile)) string {
	t.Helper()
	f := r.Fields[0]
	file := &cf.SampleFile{Members: len(above), Grid: f.Grid, Calendar: f.Calendar, Epoch: f.Epoch,
		Channels:   []cf.SampleChannel{{Name: "pr", StandardName: "lwe_precipitation_rate", Units: "mm/h"}},
		Attributes: map[string]string{archive.KnownAttribute: climate.FirstFrames(length, known).String()}}
	file.Grid.Y, file.Grid.X = slices.Clone(f.Grid.Y), slices.Clone(f.Grid.X)
	for n := range length {
		file.Times = append(file.Times, f.Times[0]+float64(start+n))
	}
	for _, more := range above {
		for n := range length {
			frame := make([]float32, cells)
			if start+n < f.Frames() {
				frame = slices.Clone(f.Frame(start + n))
			}
			for i := range frame {
				if n >= known {
					frame[i] += more
				}
			}
			file.Channels[0].Data = append(file.Channels[0].Data, frame...)
		}
	}
	if change != nil {
		change(file)
	}
	if err := cf.WriteSamples(path, file); err != nil {
		t.Fatal(err)
	}
	return path
}

// scored scores files without a rival unless the options have one.
func scored(t testing.TB, o Options, paths ...string) *Results {
	t.Helper()
	r, err := Forecasts(t.Context(), paths, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// value is a score of a forecaster in the group of all cases.
func (r *Results) value(forecaster int, key string) float64 {
	return float64(r.Groups[0].Entries[forecaster].Score(key).Value)
}

func near(t testing.TB, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-5*max(1, math.Abs(want))) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// refused wants an error that says all the texts.
func refused(t testing.TB, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error; want one that says %q", texts)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%q is not said in: %v", text, err)
		}
	}
}

// folder writes forecasts of 3 frames ahead from so many starts, 2 hours apart, whose
// members lie above the truth by what above says of case i.
func folder(t testing.TB, r *climate.Record, starts int, above func(i int) []float32) string {
	t.Helper()
	dir := t.TempDir()
	for i := range starts {
		// Names against the order of time.
		forecastFile(t, filepath.Join(dir, string(rune('z'-i))+".nc"), r, 2*i, 5, 2, above(i), nil)
	}
	return dir
}
