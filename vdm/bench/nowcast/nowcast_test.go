package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/report"
)

var missing = float32(math.NaN())

// An event of one cell that is wet in frames 2 to 7 only.
func TestStarts(t *testing.T) {
	e := &event{height: 1, width: 2}
	for f := range 12 {
		rate := float32(0)
		if f >= 2 && f <= 7 {
			rate = 1
		}
		e.frames = append(e.frames, []float32{rate, missing})
	}
	// Two known and three forecast frames: starts 0 to 7; the last known frame is wet
	// from 1 to 6.
	if got, want := e.starts(3, 2, 3, 0.5), []int{1, 3, 6}; !slices.Equal(got, want) {
		t.Errorf("starts %v, expected %v", got, want)
	}
	if got := e.starts(20, 2, 3, 0.5); len(got) != 6 {
		t.Errorf("starts %v, expected six, each once", got)
	}
	if got := e.starts(3, 2, 3, 2); len(got) != 0 {
		t.Errorf("starts %v where it never rains that much", got)
	}
}

func TestStartCounts(t *testing.T) {
	if got, err := startCounts("4", 3); err != nil || !slices.Equal(got, []int{4, 4, 4}) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := startCounts("4,5", 2); err != nil || !slices.Equal(got, []int{4, 5}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"4,5,6", "1", "x"} {
		if _, err := startCounts(bad, 2); err == nil {
			t.Errorf("-starts %q for two events is accepted", bad)
		}
	}
}

// Arguments that cannot be meant are refused before a file is opened.
func TestEventArguments(t *testing.T) {
	for argument, want := range map[string]string{"a.nc": "FILE,MINUTES", "a.nc,0,2": "minutes", "a.nc,5,-1": "side of a cell", "a.nc,5,2,0": "cells a side"} {
		if _, err := readEvent(argument, math.NaN()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, expected one with %q", argument, err, want)
		}
	}
}

// Two members, of which one says nothing of the last cell: the whole has 0 there,
// the common part leaves the cell out.
func TestWhereNothingIsSaid(t *testing.T) {
	members, truth := [][]float32{{1, 2, missing}, {1, 3, 4}}, []float32{missing, 2, 4}
	if got := where(truth, members); got[0] == got[0] || got[1] != 2 || got[2] == got[2] {
		t.Errorf("common part %v, expected NaN, 2, NaN", got)
	}
	if got := dryWhereNothing(members[0]); !slices.Equal(got, []float32{1, 2, 0}) {
		t.Errorf("%v, expected 1, 2, 0", got)
	}
}

// A wave of eight cells has all its power in the band from 8 to 16 cells; half of
// the rows are dry, and two of eight cells of the others; with the truth as both members the CRPS is 0.
func TestScore(t *testing.T) {
	const side = 32
	clip := make([]float32, side*side)
	for i := range clip {
		clip[i] = float32(1 + math.Sin(2*math.Pi*(float64(i%side)+0.5)/8))
		if i/side%2 == 0 {
			clip[i] = 0.05
		}
	}
	smooth := make([]float32, side*side)
	for i := range smooth {
		smooth[i] = float32(1 + math.Sin(2*math.Pi*float64(i%side)/8))
	}
	p, err := newPart("whole", &event{height: side, width: side, minutes: 5, kilometres: 2}, 1)
	if err != nil {
		t.Fatal(err)
	}
	off := slices.Clone(smooth)
	for i := range off {
		off[i] += 0.5
	}
	off[3] = missing
	for range 2 {
		if err := p.add(smooth, report.Forecast{Name: "ours", Members: [][]float32{smooth, smooth}}, report.Forecast{Name: "pysteps", Members: [][]float32{off, off}}); err != nil {
			t.Fatal(err)
		}
	}
	power := p.looks[0].bandPower(side)
	for b, v := range power {
		if (b == 2) != (v > 1e-6*slices.Max(power)) {
			t.Errorf("power by band %v, expected all between 8 and 16 cells", power)
		}
	}
	rows, scores, err := p.rows()
	if err != nil {
		t.Fatal(err)
	}
	both := differences("whole", scores)
	if len(both) != 2 || len(both[0].ours) != 2 || both[0].String() != "-0.5000 (-0.5000, -0.5000)" || strings.Count(rows, "\n") != 2 || !strings.Contains(rows, "whole, pysteps") {
		t.Errorf("differences %v and rows\n%s", both, rows)
	}
	r := &result{starts: []int{1, 2}, pairs: both}
	if got := summarise([]*result{r, r}); !strings.HasPrefix(got, "4 starts of 2 events") || !strings.Contains(got, "whole, fair          ours 0.0000, pysteps 0.5000, difference -0.5000 (-0.5000, -0.5000)") {
		t.Errorf("summary\n%s", got)
	}
	dry := newLook(side, side)
	if err := dry.add(clip, clip); err != nil {
		t.Fatal(err)
	}
	if share := dry.values.Value().DryShare; math.Abs(share-0.625) > 0.01 {
		t.Errorf("a share of %.2f is dry, expected five eighths: half the rows, and two of eight cells of the others", share)
	}
}

// The program answers orders as pysteps_peer.py does.
func TestAnswers(t *testing.T) {
	dir := t.TempDir()
	input, output := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	var known []float32
	for f := range 3 {
		for i := range 16 * 16 {
			y, x := float64(i/16-8), float64(i%16-5-f)
			known = append(known, float32(5*math.Exp(-(y*y+x*x)/9)))
		}
	}
	if err := writeFloats(input, known); err != nil {
		t.Fatal(err)
	}
	var orders, answers bytes.Buffer
	good := order{What: "forecast", Input: input, Output: output, Known: 3, Height: 16, Width: 16, Leads: 2, Members: 2, Kilometres: 2, Minutes: 5, Seed: 1}
	bad := good
	bad.Height = 17
	for _, o := range []order{{What: "info"}, good, bad} {
		if err := json.NewEncoder(&orders).Encode(o); err != nil {
			t.Fatal(err)
		}
	}
	if err := answerOrders(context.Background(), &orders, &answers); err != nil {
		t.Fatal(err)
	}
	var got []answer
	for line := range strings.Lines(answers.String()) {
		var a answer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		got = append(got, a)
	}
	if len(got) != 3 || got[0].Name == "" || got[1].Error != "" || !(got[1].Seconds > 0) || !strings.Contains(got[2].Error, "expected 3264") {
		t.Fatalf("answers %+v", got)
	}
	all, err := readFloats(output, 2*2*16*16)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Max(all) < 1 || slices.ContainsFunc(all, func(v float32) bool { return !(v >= 0) }) {
		t.Errorf("members from %g to %g", slices.Min(all), slices.Max(all))
	}
}

// pysteps answers too, where there is an interpreter that has it.
func TestPysteps(t *testing.T) {
	python := os.Getenv("VDM_PYSTEPS")
	if python == "" {
		t.Skip("VDM_PYSTEPS names no interpreter with pysteps")
	}
	p, err := startProgram(context.Background(), 1, python, "pysteps_peer.py")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	if !strings.HasPrefix(p.name, "pysteps ") {
		t.Errorf("the program is called %q", p.name)
	}
	if _, err := p.ask(order{What: "forecast", Input: filepath.Join(t.TempDir(), "none")}); err == nil || !strings.Contains(err.Error(), "FileNotFoundError") {
		t.Errorf("an order without its input: error %v", err)
	}
}
