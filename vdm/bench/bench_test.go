package main

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
	"github.com/climate-vdm/climate-vdm/vdm/run"
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

// subject is newSubject's network without fused attention.
func subject(t *testing.T, o options) *run.Run {
	t.Helper()
	m, _, err := newSubject(o, "none")
	if m != nil {
		t.Cleanup(func() { os.RemoveAll(m.Dir) })
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// usesTorch runs where PyTorch (Debian's python3-torch, which make bench installs) works.
const usesTorch = "import torch; torch.ones(2, requires_grad=True).sum().backward()"

// The whole comparison on a tiny network, where PyTorch is there.
func TestCompareTiny(t *testing.T) {
	// The working folder has a folder torch, which Python would take for a module.
	python := installed.Python(t, usesTorch)
	o := options{
		dim: 8, heads: 1, headDim: 4, multiples: []int{1}, batch: 2, frames: 2, height: 4, wide: 4,
		repeats: 3, threads: []int{1}, modes: []string{"eager"}, device: "cpu", precision: "float32", pythons: []string{python}, script: "torch/bench.py",
	}
	m := subject(t, o)
	peers, err := startPeers(o, m.Config.Network.Count())
	if err != nil {
		t.Fatal(err)
	}
	defer peers[0].Stop()
	for _, what := range []string{"train", "sample"} {
		got, err := interleave(context.Background(), m, o, what, nil, peers)
		if err != nil {
			t.Fatal(err)
		}
		ours, their := got.ours, got.their[0]
		if len(ours.seconds) != o.repeats || len(their.seconds) != o.repeats {
			t.Errorf("%s: %d of our steps and %d of theirs, want %d", what, len(ours.seconds), len(their.seconds), o.repeats)
		}
		if slices.Min(ours.seconds) <= 0 || slices.Min(their.seconds) <= 0 || their.first <= 0 {
			t.Errorf("%s: a step took no time: %v, %v", what, ours, their)
		}
		if ours.compiling() <= 0 { // two hundred operators are never compiled within a step's spread
			t.Errorf("%s: compiling took %v s", what, ours.compiling())
		}
	}
}

// Alternatives take their steps in turn with ours, and what an engine refuses
// is left out by name.
func TestAlternatives(t *testing.T) {
	o := options{dim: 8, heads: 1, headDim: 8, multiples: []int{1}, batch: 2, frames: 2, height: 4, wide: 4, repeats: 3,
		precision: "bfloat16", attention: []string{"none", "none", "both", "other"}}
	m := subject(t, o)
	be, _, err := m.Engine()
	if err != nil {
		t.Fatal(err)
	}
	others := newAlternatives(o)
	for _, a := range others {
		defer a.close()
	}
	fused := be.Capabilities().Operations[compute.OpTypeFusedScaledDotProductAttention]
	if refused := others[1].failed; !fused && (refused == nil || !strings.Contains(refused.Error(), `fused_attention "both" cannot be used`)) {
		t.Errorf("both: %v", refused)
	}
	if refused := others[2].failed; refused == nil || !strings.Contains(refused.Error(), `fused_attention is "other"`) {
		t.Errorf("other: %v", refused)
	}
	for _, what := range []string{"train", "sample"} {
		got, err := interleave(context.Background(), m, o, what, others, nil)
		if err != nil {
			t.Fatal(err)
		}
		if others[0].failed != nil || len(got.others) == 0 || len(got.others[0].seconds) != o.repeats || slices.Min(got.others[0].seconds) <= 0 {
			t.Errorf("%s: %+v, %v", what, got.others, others[0].failed)
		}
	}
}

func TestRates(t *testing.T) {
	m := machine{flops: 100, bytes: 10}
	flops, ofProduct, ofFloor := m.rates(engine.Cost{FLOPs: 150, Bytes: 90, Least: 15}, 3)
	if flops != 50 || ofProduct != 0.5 || ofFloor != 0.5 {
		t.Errorf("%v, %v, %v, want 50, 0.5, 0.5", flops, ofProduct, ofFloor)
	}
}

// What the machine reaches at best is more than a step of the tiny network.
func TestMeasure(t *testing.T) {
	if testing.Short() {
		t.Skip("a product of 2048×2048 and a pass over 2²⁶ numbers: seconds")
	}
	o := options{dim: 8, heads: 1, headDim: 4, multiples: []int{1}, batch: 2, frames: 2, height: 4, wide: 4, repeats: 3}
	m := subject(t, o)
	be, choice, err := m.Engine()
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(choice.Name, "go") {
		t.Skip("the pure Go engine takes minutes")
	}
	ceilings, err := measure(be, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(ceilings)
	pass, err := newForward(be, m, o)
	if err != nil {
		t.Fatal(err)
	}
	defer pass.close()
	step, _, err := costOf(context.Background(), be, m, o, "ddim", "", pass)
	if err != nil {
		t.Fatal(err)
	}
	cost, err := costOfStep(be, m, o, "")
	if err != nil {
		t.Fatal(err)
	}
	flops, ofProduct, ofFloor := ceilings.rates(cost, step)
	if flops <= 0 || ofProduct <= 0 || ofProduct >= 1 || ofFloor <= 0 || ofFloor >= 1 {
		t.Errorf("%v FLOP/s, %v of the product's, %v of the floor", flops, ofProduct, ofFloor)
	}
}

// A step of a tiny network is timed, with and without guidance, against a forward
// pass that was really run.
func TestCostOfTiny(t *testing.T) {
	o := options{dim: 8, heads: 1, headDim: 4, multiples: []int{1}, batch: 2, frames: 2, height: 4, wide: 4, repeats: 3}
	m := subject(t, o)
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
