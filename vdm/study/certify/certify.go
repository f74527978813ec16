package certify

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/machine"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// Certificate is the result of all checks with what they were made on.
type Certificate struct {
	Version string    `json:"version"`
	Go      string    `json:"go"`
	Machine string    `json:"machine"`
	Engine  string    `json:"engine"`
	Seeds   []uint64  `json:"seeds"` // of the clips that are observed and of the members
	Made    time.Time `json:"made"`
	Checks  []Check   `json:"checks"`
}

// Options are the settings of [Run].
type Options struct {
	Version string // of the program
	Engine  string // its name and version

	Most  int        // number of checks at most, for a look; 0 means all
	Ranks int        // truths of the last checks; 0 means 200
	Log   report.Log // nil means silence
}

// Run makes all checks, in minutes.
func Run(ctx context.Context, be compute.Backend, o Options) (*Certificate, error) {
	o.Ranks = cmp.Or(o.Ranks, 200)
	if o.Log == nil {
		o.Log = report.Quiet{}
	}
	c := &Certificate{
		Version: o.Version, Engine: o.Engine, Go: runtime.Version(), Seeds: seeds, Made: time.Now().UTC().Truncate(time.Second),
		Machine: fmt.Sprintf("%s, %d threads, %s/%s", model(machine.Processor()), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH),
	}
	work, err := all(be, o.Ranks)
	if err != nil {
		return nil, err
	}
	if o.Most > 0 {
		work = work[:min(o.Most, len(work))]
	}
	clock := vdm.NewProgressClock(int64(len(work)), o.Log.Bar("checks"))
	for _, w := range work {
		if ctx.Err() != nil {
			return nil, vdm.ErrInterrupted
		}
		check := w.check
		if check.Mean, check.Covariance, err = w.errors(ctx); err != nil {
			return nil, fmt.Errorf("%s given %s by %s: %w", check.Method, check.Given, check.Sampler, err)
		}
		c.Checks = append(c.Checks, check)
		clock.Tick()
	}
	return c, nil
}

// model returns the name in a description of a processor by several lines.
func model(processor string) string {
	for line := range strings.Lines(processor) {
		if name, ok := strings.CutPrefix(line, "model name:"); ok {
			return strings.TrimSpace(name)
		}
	}
	return strings.TrimSpace(processor)
}

// all returns all checks in the order of the table.
func all(be compute.Backend, ranks int) ([]work, error) {
	var list []work
	for _, part := range []func() ([]work, error){
		func() ([]work, error) { return unconditional(be) },
		byMap,
		func() ([]work, error) { return byGuidance(be) },
		func() ([]work, error) { return byRanks(ranks) },
		func() ([]work, error) { return byParticles(2000, 100) },
	} {
		more, err := part()
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// Failed returns how many claims there are, and how many of them do not hold.
func (c *Certificate) Failed() (claims, failed int) {
	for _, check := range c.Checks {
		if check.Claimed() {
			claims++
		}
		if !check.Holds() {
			failed++
		}
	}
	return claims, failed
}

// Verdict returns the last line: how many claims hold.
func (c *Certificate) Verdict() string {
	claims, failed := c.Failed()
	if failed > 0 {
		return fmt.Sprintf("%d of %d claims FAIL", failed, claims)
	}
	return fmt.Sprintf("all %d claims hold", claims)
}

// Table returns the checks as a table.
func (c *Certificate) Table() report.Table {
	t := report.Table{
		Title:   "Samples against exact distributions",
		Columns: []string{"method", "given", "sampler", "evaluations", "mean is off by", "covariance is off by", "claim", ""},
		Notes: []string{
			"errors of the mean over the prior's standard deviation, of the covariance over its size; of ranks: the share of truths within the members over what it should be, and χ² over its limit of 0.1 %",
			fmt.Sprintf("vdm %s, %s; %s; %s; seeds %v; %s", c.Version, c.Go, c.Engine, c.Machine, c.Seeds, c.Made.Format("2 January 2006, 15:04 MST")),
		},
	}
	for _, check := range c.Checks {
		claim, holds := "none", ""
		if check.Claimed() {
			claim = fmt.Sprintf("≤ %s, %s", share(check.Claim[0]), share(check.Claim[1]))
			if holds = "holds"; !check.Holds() {
				holds = "FAILS"
			}
		}
		t.Rows = append(t.Rows, []string{check.Method, check.Given, check.Sampler, fmt.Sprint(check.Evaluations), share(check.Mean), share(check.Covariance), claim, holds})
	}
	return t
}

// share returns a share in per cent, with three digits.
func share(x float64) string { return fmt.Sprintf("%.3g %%", 100*x) }
