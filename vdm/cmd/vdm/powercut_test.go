//go:build !nonetcdf

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/internal/powercut"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// With the power cut at any moment of `weights choose --out` the new run is absent or
// complete, with weights, configuration and, once the command has said so, the origin of
// its data; and the same command goes on.
func TestPowerCutWeightsChoose(t *testing.T) {
	const from = "VDM_TEST_CHOOSE_FROM" // folders of the data and the run, for the process that is traced
	if os.Getenv(from) == "" {
		data, dir := trained(t)
		t.Setenv(from, data+"\n"+dir)
	}
	data, dir, _ := strings.Cut(os.Getenv(from), "\n")
	place := func(folder string) string { return filepath.Join(folder, "runs", "best") }
	var want map[string][]float32
	powercut.Run(t, powercut.Case{
		Write: func(folder string, _ func()) error {
			var out, complaints bytes.Buffer
			if runArguments([]string{"weights", "choose", dir, "--data", data, "--count", "1", "--out", place(folder)}, &out, &complaints) != 0 {
				return errors.New(complaints.String())
			}
			return nil
		},
		Check: func(folder string, promises int) error {
			m, err := run.Open(place(folder))
			if errors.Is(err, run.ErrNoRun) && promises == 0 {
				return nil
			}
			if err != nil || len(m.Warnings) > 0 {
				return fmt.Errorf("%v, warnings %q", err, m.Warnings)
			}
			if want == nil {
				want = m.Weights(true)
			}
			if !reflect.DeepEqual(m.Weights(true), want) {
				return errors.New("the weights are others than without a cut")
			}
			origin, err := climate.ReadOrigin(place(folder))
			if err != nil {
				return err
			}
			if promises > 0 && (origin == nil || len(origin.Sources) == 0) {
				return errors.New("the run does not know its data")
			}
			return nil
		},
		States: 4,
	})
}
