//go:build !nonetcdf

package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// --weight 0 is a weight of 0; a weight that is not given is the guidance's own, and
// the help says which.
func TestWeightOfAGuidance(t *testing.T) {
	for _, c := range []struct {
		args []string
		want vdm.Guidance
		says string // of the error
	}{
		{[]string{"--guidance", "reconstruction"}, vdm.Reconstruction{Weight: 1}, ""},
		{[]string{"--guidance", "reconstruction", "--weight", "0"}, vdm.Replacement{}, ""},
		{[]string{"--guidance", "reconstruction", "--weight", "3"}, vdm.Reconstruction{Weight: 3}, ""},
		{[]string{"--guidance", "posterior-sampling"}, vdm.PosteriorSampling{Scale: 1}, ""},
		{[]string{"--guidance", "posterior-sampling", "--weight", "0"}, nil, "ζ is 0"},
		{nil, vdm.Replacement{}, ""},
	} {
		var f conditionalFlags
		cmd := &cobra.Command{Use: "conditional"}
		f.addTo(cmd)
		if err := cmd.ParseFlags(c.args); err != nil {
			t.Fatal(err)
		}
		err := f.prepare(cmd)
		if c.says != "" {
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v: error %v, want one that says %q", c.args, err, c.says)
			}
			continue
		}
		if err != nil || f.o.Guidance != c.want {
			t.Errorf("%v: %v (%v), want %v", c.args, f.o.Guidance, err, c.want)
		}
		if help := cmd.Flags().FlagUsages(); !strings.Contains(help, "where 0 means replacement") || !strings.Contains(help, "(default: 1)") {
			t.Errorf("the help of --weight does not say what 0 and no weight are:\n%s", help)
		}
	}
}
