package main

import (
	"context"
	"os/exec"
	"slices"
	"testing"
)

func TestIntegers(t *testing.T) {
	got, err := integers("1, 2,2")
	if err != nil || !slices.Equal(got, []int{1, 2}) {
		t.Errorf("integers(\"1, 2,2\") = %v, %v", got, err)
	}
	for _, bad := range []string{"", "0", "1,x", "-2"} {
		if _, err := integers(bad); err == nil {
			t.Errorf("integers(%q): no error", bad)
		}
	}
}

func TestMedian(t *testing.T) {
	if m := median([]float64{5, 1, 3}); m != 3 {
		t.Errorf("median of three is %v, want 3", m)
	}
	if m := median([]float64{4, 1, 3, 2}); m != 2.5 {
		t.Errorf("median of four is %v, want 2.5", m)
	}
}

// The whole comparison on a tiny network, where PyTorch is there.
func TestCompareTiny(t *testing.T) {
	const python = "/usr/bin/python3"
	if exec.Command(python, "-c", "import torch").Run() != nil {
		t.Skip("no PyTorch here (Debian's python3-torch): make bench installs it")
	}
	o := options{
		dim: 8, heads: 1, headDim: 4, multiples: []int{1}, batch: 2, frames: 2, height: 4, wide: 4,
		repeats: 3, threads: []int{1}, modes: []string{"eager"}, device: "cpu", precision: "float32", python: python, script: "torch/bench.py",
	}
	m, _, err := newSubject(o)
	if err != nil {
		t.Fatal(err)
	}
	m.Dir = t.TempDir()
	peers, err := startPeers(o, m.Config.Network.Count())
	if err != nil {
		t.Fatal(err)
	}
	defer peers[0].stop()
	for _, what := range []string{"train", "sample"} {
		got, err := interleave(context.Background(), m, o, what, peers)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.ours) != o.repeats || len(got.their[0]) != o.repeats {
			t.Errorf("%s: %d of our steps and %d of theirs, want %d", what, len(got.ours), len(got.their[0]), o.repeats)
		}
		if slices.Min(got.ours) <= 0 || slices.Min(got.their[0]) <= 0 {
			t.Errorf("%s: a step took no time: %v, %v", what, got.ours, got.their)
		}
	}
}

// A step of a tiny network is timed, with and without guidance, against a forward
// pass that was really run.
func TestCostOfTiny(t *testing.T) {
	o := options{dim: 8, heads: 1, headDim: 4, multiples: []int{1}, batch: 2, frames: 2, height: 4, wide: 4, repeats: 3}
	m, _, err := newSubject(o)
	if err != nil {
		t.Fatal(err)
	}
	m.Dir = t.TempDir()
	be, _, err := m.Engine()
	if err != nil {
		t.Fatal(err)
	}
	pass, err := newForward(be, m, o)
	if err != nil {
		t.Fatal(err)
	}
	defer pass.close()
	for _, guidance := range []string{"", "reconstruction"} {
		step, ratio, err := costOf(context.Background(), be, m, o, "ancestral", guidance, pass)
		if err != nil {
			t.Fatal(err)
		}
		if !(step > 0) || !(ratio > 0) {
			t.Errorf("guidance %q: %v s, %v forward passes", guidance, step, ratio)
		}
	}
	if _, _, err := costOf(context.Background(), be, m, o, "ancestral", "none", pass); err == nil {
		t.Error("an unknown guidance is timed")
	}
}
