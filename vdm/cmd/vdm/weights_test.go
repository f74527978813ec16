//go:build !nonetcdf

package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

func TestWeightsThereAndBack(t *testing.T) {
	data, dir := trained(t)
	file := filepath.Join(t.TempDir(), "w.safetensors")
	if got := succeed(t, "weights", "export", dir, file, "--last"); got != file+"\n" {
		t.Errorf("export prints %q", got)
	}
	_, last, err := unet.ReadWeights(file)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(last, weightsOf(t, dir)) {
		t.Error("the last weights were not exported")
	}
	succeed(t, "weights", "export", dir, file)
	_, averaged, err := unet.ReadWeights(file)
	if err != nil {
		t.Fatal(err)
	}
	if reflect.DeepEqual(averaged, last) {
		t.Error("the average is the last weights: the test proves little")
	}

	fresh := filepath.Join(t.TempDir(), "fresh")
	succeed(t, tiny(data, fresh, "--only-create")...)
	succeed(t, "weights", "import", fresh, file)
	if !reflect.DeepEqual(weightsOf(t, fresh), averaged) {
		t.Error("the weights of the file are not those of the run")
	}
	succeed(t, tiny(data, fresh, "--steps", "1")...) // and can be trained on
	if got := weightsOf(t, fresh); reflect.DeepEqual(got, averaged) {
		t.Error("nothing was learnt")
	}
	refuse(t, exitFailed, []string{"has been trained for 1 steps"}, "weights", "import", fresh, file)

	other := filepath.Join(t.TempDir(), "other")
	succeed(t, append(tiny(data, other, "--only-create"), "--head-dim", "6")...)
	refuse(t, exitFailed, []string{"1 heads of 4", "1 heads of 6"}, "weights", "import", other, file)
	text := filepath.Join(t.TempDir(), "text.safetensors")
	if err := os.WriteFile(text, []byte("no weights here, only words\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	refuse(t, exitFailed, []string{"text.safetensors", "not a safetensors file"}, "weights", "import", fresh, text)
	refuse(t, exitFailed, []string{"no run in"}, "weights", "export", t.TempDir(), file)
	refuse(t, exitFailed, []string{"absent"}, "weights", "export", dir, filepath.Join(t.TempDir(), "absent", "w.safetensors"))
}

// The best weights of a training become a run of their own.
func TestWeightsChoose(t *testing.T) {
	data, dir := trained(t)
	best := filepath.Join(t.TempDir(), "best")
	text := succeed(t, "weights", "choose", dir, "--data", data, "--clips", "2", "--half-lives", "2", "--out", best)
	for _, want := range []string{"99.9 % quantile", "half-life", "* "} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
	if reflect.DeepEqual(weightsOf(t, best), weightsOf(t, dir)) {
		t.Error("the averages are the last weights: the test proves little")
	}
	succeed(t, "sample", best, "--count", "1", "--evaluations", "2")
	refuse(t, exitUsage, []string{"--data is missing"}, "weights", "choose", dir)
	refuse(t, exitFailed, []string{`criterion "rain"`}, "weights", "choose", dir, "--data", data, "--by", "rain")
}
