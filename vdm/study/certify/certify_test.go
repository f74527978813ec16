package certify

import (
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// Of each kind of check some are made: what is claimed holds, and what is known to be
// biased is.
func TestChecks(t *testing.T) {
	be := enginetest.Small(t)
	work, err := all(be, 40)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Check{}
	for _, w := range work {
		c := w.check
		key := strings.Join([]string{c.Method, c.Given, c.Sampler}, ", ")
		made := c.Evaluations <= 25 && c.Given != "time means and gauges" && (c.Sampler == vdm.DefaultSampler || c.Sampler == vdm.DefaultGuidedSampler || c.Given == "nowcast")
		if _, twice := got[key]; !made || twice && c.Evaluations < 25 {
			continue
		}
		if c.Mean, c.Covariance, err = w.errors(t.Context()); err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		if got[key] = c; !c.Holds() {
			t.Errorf("%s with %d evaluations: the mean is off by %.4f, the covariance by %.4f, claimed %v", key, c.Evaluations, c.Mean, c.Covariance, c.Claim)
		}
	}
	for key, least := range map[string]float64{"replacement, the first frame, dpm++2m-sde": 0.02, "map of noise levels, nowcast, ddim": 0.005} {
		if c, ok := got[key]; !ok || !(c.Covariance > least) {
			t.Errorf("%s: the covariance is off by %.4f, want more than %v of a method that is biased or too coarse", key, c.Covariance, least)
		}
	}
}

// A claim that fails is named in the verdict and in its row.
func TestVerdict(t *testing.T) {
	c := Certificate{Version: "v1", Checks: []Check{
		{Method: "one", Mean: 0.005, Claim: exactly}, {Method: "two", Covariance: 0.5}, {Method: "three", Covariance: 0.021, Claim: exactly},
	}}
	if got := c.Verdict(); got != "1 of 2 claims FAIL" {
		t.Errorf("the verdict is %q", got)
	}
	text := c.Table().Text()
	for _, want := range []string{"FAILS", "holds", "none", "vdm v1"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
	c.Checks = c.Checks[:2]
	if got := c.Verdict(); got != "all 1 claims hold" {
		t.Errorf("the verdict is %q", got)
	}
	work, err := all(nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	claims := 0
	for _, w := range work {
		if w.check.Claimed() {
			claims++
		}
	}
	if len(work) < 83 || claims < 17 {
		t.Errorf("%d checks with %d claims", len(work), claims)
	}
}

// Weighted particles have the right mean and covariance. Those of showers take a minute
// and are left to vdm certify.
func TestParticles(t *testing.T) {
	list, err := byParticles(500, 1)
	if err != nil {
		t.Fatal(err)
	}
	c := list[0].check
	if c.Mean, c.Covariance, err = list[0].errors(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !c.Holds() {
		t.Errorf("%s given %s: the mean is off by %.4f, the covariance by %.4f, claimed %v", c.Method, c.Given, c.Mean, c.Covariance, c.Claim)
	}
}
