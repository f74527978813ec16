package run

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// These environment variables say how many random combinations the test of relations
// takes, from which seed, and one that should be taken alone, as a failure prints it.
const (
	relationsCount = "VDM_RELATIONS"
	relationsSeed  = "VDM_RELATIONS_SEED"
	relationAlone  = "VDM_RELATION"
)

// choice is something that must not matter: its options, of which the first is the plain
// one, and whether losses and samples are the same to the bit or to rounding.
type choice struct {
	name    string
	options []int
	exact   bool
}

// The batch of a step is 4 clips however it is divided. Engines are numbers in
// enginetest.Names; those after the first take part where they are available.
var relationChoices = []choice{
	{"snapshots", []int{100, 1, 2, 5}, true},
	{"threads", []int{2, 1, 4}, true},
	{"stop", []int{0, 1, 3, 4}, true},     // the step at which the run is left and opened again
	{"again", []int{0, 2, 5}, true},       // the same once more
	{"accumulate", []int{1, 2, 4}, false}, // passes a step
	{"devices", []int{1, 2, 4}, false},
	{"resident", []int{0, 1}, false},   // clips on the host or on the device
	{"draw", []int{5, 1, 2, 3}, false}, // clips drawn at a time
	{"engine", []int{0, 1}, false},
}

// combination is the index of the option of each choice.
type combination []int

func (c combination) get(name string) int {
	i := slices.IndexFunc(relationChoices, func(o choice) bool { return o.name == name })
	return relationChoices[i].options[c[i]]
}

// String returns the options that are not plain, as the environment variable has them.
func (c combination) String() string {
	var parts []string
	for i, o := range relationChoices {
		if c[i] != 0 {
			parts = append(parts, fmt.Sprintf("%s=%d", o.name, o.options[c[i]]))
		}
	}
	return strings.Join(parts, " ")
}

func parseCombination(text string) (combination, error) {
	c := make(combination, len(relationChoices))
	for _, part := range strings.Fields(text) {
		name, value, _ := strings.Cut(part, "=")
		i := slices.IndexFunc(relationChoices, func(o choice) bool { return o.name == name })
		n, err := strconv.Atoi(value)
		if i < 0 || err != nil || !slices.Contains(relationChoices[i].options, n) {
			return nil, fmt.Errorf("%q is none of the choices %v", part, relationChoices)
		}
		c[i] = slices.Index(relationChoices[i].options, n)
	}
	return c, nil
}

// possible makes a combination one that can be run: as many devices as a pass has clips at
// most, and devices only on the engine that imitates them.
func (c combination) possible() combination {
	at := func(name string) int {
		return slices.IndexFunc(relationChoices, func(o choice) bool { return o.name == name })
	}
	for c.get("devices")*c.get("accumulate") > 4 {
		c[at("devices")]--
	}
	if c.get("devices") > 1 {
		c[at("engine")] = 0
	}
	return c
}

// reduced returns the smallest combination that fails as c does: plain options in the
// place of others wherever the failure stays, and then earlier ones.
func (c combination) reduced(fails func(combination) bool) combination {
	c = slices.Clone(c)
	for changed := true; changed; {
		changed = false
		for i := range c {
			for option := range c[i] {
				smaller := slices.Clone(c)
				smaller[i] = option
				if fails(smaller) {
					c, changed = smaller, true
					break
				}
			}
		}
	}
	return c
}

// outcome is what must not depend on the choices.
type outcome struct {
	losses  []float64
	samples []float32
}

// outcomeOf trains six steps and draws five clips.
func outcomeOf(t *testing.T, clips *climate.Windows, c combination) outcome {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(c.get("threads")))
	config := tinyConfig(t)
	config.Training.Steps, config.Training.LogEvery, config.Training.Warmup = 6, 1, 0
	config.Training.SnapshotEvery, config.Training.Accumulate = c.get("snapshots"), c.get("accumulate")
	config.Training.Batch = 4 / c.get("accumulate")
	m, err := Create(t.TempDir(), config, clips)
	if err != nil {
		t.Fatal(err)
	}
	o := TrainOptions{Data: clips, Residence: ResideHost}
	if c.get("resident") == 1 {
		o.Residence = ResideDevice
	}
	stops := []int{c.get("stop"), c.get("again"), 6}
	slices.Sort(stops)
	for _, step := range stops {
		if step == 0 || int64(step) == m.Step() {
			continue
		}
		if m, err = Open(m.Dir); err != nil {
			t.Fatal(err)
		}
		switch {
		case c.get("devices") > 1:
			m.use(enginetest.NewDevices(t, c.get("devices")))
			o.Devices = c.get("devices")
		case c.get("engine") > 0:
			m.on(t, enginetest.Names()[0])
		}
		o.Steps = step
		mustTrain(t, m, o)
	}
	if c.get("devices") > 1 { // drawn by one
		if m, err = Open(m.Dir); err != nil {
			t.Fatal(err)
		}
	}
	s, err := m.Sample(context.Background(), SampleOptions{Count: 5, Batch: c.get("draw"), Evaluations: 4, Seed: 8})
	if err != nil {
		t.Fatal(err)
	}
	return outcome{losses(t, m), s.Data}
}

// differs returns in what two outcomes differ by more than the choices allow, "" if in
// nothing.
func (c combination) differs(got, want outcome) string {
	exact := true
	for i, o := range relationChoices {
		exact = exact && (o.exact || c[i] == 0)
	}
	lossLimit, sampleLimit := 2e-5, 2e-3 // of the loss; of the largest rain
	if exact {
		lossLimit, sampleLimit = 0, 0
	}
	if len(got.losses) != len(want.losses) || len(got.samples) != len(want.samples) {
		return fmt.Sprintf("%d losses and %d values, want %d and %d", len(got.losses), len(got.samples), len(want.losses), len(want.samples))
	}
	for k, w := range want.losses {
		if !(math.Abs(got.losses[k]-w) <= lossLimit*w) {
			return fmt.Sprintf("the loss of step %d is %v, want %v", k+1, got.losses[k], w)
		}
	}
	scale := float64(slices.Max(want.samples))
	for i, w := range want.samples {
		if !(math.Abs(float64(got.samples[i]-w)) <= sampleLimit*scale) {
			return fmt.Sprintf("value %d of the samples is %v, want %v", i, got.samples[i], w)
		}
	}
	return ""
}

// Losses and samples do not depend on what must not matter. A combination of choices for
// which they do is reduced to its smallest form and printed as a command. VDM_RELATIONS
// is the number of combinations.
func TestChoicesDoNotMatter(t *testing.T) {
	number := func(name string, usual int) int {
		text := os.Getenv(name)
		if text == "" {
			return usual
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			t.Fatalf("%s is %q, want a number", name, text)
		}
		return n
	}
	n, seed := number(relationsCount, 4), number(relationsSeed, 1)
	clips := rain(t, climate.WindowOptions{})
	want := outcomeOf(t, clips, make(combination, len(relationChoices)))
	if len(want.losses) != 6 || slices.Max(want.samples) <= 0 {
		t.Fatalf("%d losses and samples up to %v", len(want.losses), slices.Max(want.samples))
	}
	why := func(c combination) string { return c.differs(outcomeOf(t, clips, c), want) }

	var all []combination
	if text := os.Getenv(relationAlone); text != "" {
		c, err := parseCombination(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	} else {
		r := rand.New(rand.NewPCG(uint64(seed), 18))
		for range n {
			c := make(combination, len(relationChoices))
			for i, o := range relationChoices {
				c[i] = r.IntN(len(o.options))
			}
			if enginetest.Names()[0] == "go" || n <= 4 && len(all) > 0 { // one start of another engine is enough
				c[len(c)-1] = 0
			}
			all = append(all, c.possible())
		}
	}
	for _, c := range all {
		if what := why(c); what != "" {
			c = c.reduced(func(smaller combination) bool {
				return slices.Equal(smaller, slices.Clone(smaller).possible()) && why(smaller) != ""
			})
			t.Fatalf("%s\nthe smallest form: %s='%s' go test ./vdm/run -count=1 -run TestChoicesDoNotMatter\nthere %s", what, relationAlone, c, why(c))
		}
	}
	t.Logf("%d combinations", len(all))
}

// A failure is reduced to the choices that it needs.
func TestCombinationsAreReduced(t *testing.T) {
	long, err := parseCombination("snapshots=2 threads=4 stop=4 again=5 accumulate=4 resident=1 draw=3")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	small := long.reduced(func(c combination) bool {
		tried++
		return c.get("stop") >= 3 && c.get("accumulate") > 1
	})
	if got := small.String(); got != "stop=3 accumulate=2" || tried > 40 {
		t.Errorf("reduced to %q by %d tries", got, tried)
	}
	if _, err := parseCombination("stop=7"); err == nil {
		t.Error("a stop that is no option was taken")
	}
	if _, err := parseCombination(vdm.DefaultSampler); err == nil {
		t.Error("a word that is no choice was taken")
	}
}
