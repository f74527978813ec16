package dissertation

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm"
)

// The curve over t reaches both corners, falls, and has no long jump: half of
// the dissertation's λ lie in the first and last 0.5 % of the time.
func TestScheduleCurve(t *testing.T) {
	for _, s := range []vdm.Schedule{vdm.Cosine{}, vdm.Cosine{Min: -10, Max: 7, Shift: -2}, vdm.LinearLogSNR{}} {
		o := ScheduleOptions{Schedules: []vdm.Schedule{s}}
		low, high, err := o.complete()
		if err != nil {
			t.Fatal(err)
		}
		c := o.overTime(func(l float64) float64 { return l })[0]
		n := len(c.X)
		if n != 801 || c.X[0] != 0 || c.X[n-1] != 1 || math.Abs(c.Y[0]-high) > 1e-9 || math.Abs(c.Y[n-1]-low) > 1e-9 {
			t.Errorf("%v: the curve of %d points runs from (%v, %v) to (%v, %v)", s, n, c.X[0], c.Y[0], c.X[n-1], c.Y[n-1])
		}
		for i := 1; i < n; i++ {
			if c.X[i] < c.X[i-1] || c.Y[i] > c.Y[i-1] || c.Y[i-1]-c.Y[i] > (high-low)/200 {
				t.Fatalf("%v: the curve goes from (%v, %v) to (%v, %v)", s, c.X[i-1], c.Y[i-1], c.X[i], c.Y[i])
			}
		}
	}
}

func TestScheduleFigures(t *testing.T) {
	draw := map[string]func(ScheduleOptions) (*plotting.Picture, error){
		"2.3": FigureLogSNR, "2.4": FigureAlphaSigma, "2.5": FigureDensity,
		"end": func(o ScheduleOptions) (*plotting.Picture, error) { return FigureEnd(o, 1e-9) },
	}
	for name, f := range draw {
		var pictures [][]byte
		for _, o := range []ScheduleOptions{
			{},
			{Schedules: []vdm.Schedule{vdm.Cosine{Min: -10, Max: 10}}},
			{Schedules: []vdm.Schedule{vdm.Cosine{}, vdm.FloatCosine{}, vdm.LinearLogSNR{Min: -9, Max: 40}}, Style: plotting.Style{Width: 15}},
		} {
			p, err := f(o)
			if err != nil {
				t.Fatalf("figure %s: %v", name, err)
			}
			file, err := p.PNG()
			if err != nil {
				t.Fatal(err)
			}
			for _, other := range pictures {
				if bytes.Equal(file, other) {
					t.Errorf("figure %s is the same for other schedules", name)
				}
			}
			pictures = append(pictures, file)
		}
		for _, bad := range []ScheduleOptions{{Points: 1}, {Schedules: []vdm.Schedule{vdm.Cosine{Min: 3, Max: 1}}}, {Style: plotting.Style{Width: -1}}} {
			if _, err := f(bad); err == nil {
				t.Errorf("figure %s of %+v was drawn", name, bad)
			}
		}
	}
	if _, err := FigureEnd(ScheduleOptions{}, 0); err == nil || !strings.Contains(err.Error(), "shortest") {
		t.Errorf("a figure of the end from 1 − t = 0: %v", err)
	}
}

func TestSaveFigure(t *testing.T) {
	p, err := FigureDensity(ScheduleOptions{Points: 50})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "figures")
	if _, err := SaveFigure(p, folder, "2.5"); err != nil {
		t.Fatal(err)
	}
	for file, magic := range map[string]string{"figure-2.5.png": "\x89PNG", "figure-2.5.pdf": "%PDF"} {
		b, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil || !slices.Equal(b[:4], []byte(magic)) {
			t.Errorf("%s: %v", file, err)
		}
		if magic == "%PDF" && bytes.Count(b, []byte("D:20230412000000")) != 2 {
			t.Errorf("%s is dated by the day it was saved", file)
		}
	}
	for _, bad := range []string{"", "../2.5"} {
		if _, err := SaveFigure(p, folder, bad); err == nil {
			t.Errorf("figure %q was saved", bad)
		}
	}
}
