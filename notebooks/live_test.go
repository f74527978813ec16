package notebooks

import (
	"encoding/json"
	"fmt"
	"math"
	"os/exec"
	"testing"

	"github.com/climate-vdm/climate-vdm/notebooks/book/dissertation"
	"github.com/climate-vdm/climate-vdm/vdm"
)

// The script of the page with sliders has the library's numbers.
func TestLivePageHasTheLibrarysNumbers(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	const script = `const live = require("./tools/web/static/live.js"), out = {};
const put = (name, ...values) => { out[name] = values; };
for (const [min, max] of [[-30, 30], [-12, 4], [-1, 1], [-3, 29]]) {
	const s = live.cosine(min, max), grid = [0, .1, .25, .5, .8, .999, 1];
	put("lambda " + min + " " + max, ...grid.map(s.lambda));
	for (const name of Object.keys(live.weightings)) {
		const w = live.weightings[name](s), at = grid.map((u) => min + u * (max - min));
		put(name + " " + min + " " + max, ...at.map(w.w), ...at.map(w.slope));
	}
	for (const upper of [false, true]) { put("plan " + upper + " " + min + " " + max, ...live.ancestral(s, 7, upper).flatMap((p) => [p.t, p.s, p.z, p.x, p.noise])); }
}
put("denoise", ...[[0, 0], [1, .2], [-2, 1.5]].flatMap((z) => [-12, -1, 0, 2, 12].flatMap((l) => live.denoise(live.ring, .12, z, l))));
put("spread", ...[false, true].map((upper) => live.spread(live.follow(live.ancestral(live.cosine(-12, 12), 20, upper), 4000, 1).pop())));
console.log(JSON.stringify(out));`
	printed, err := exec.Command("node", "-e", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	var got map[string][]float64
	if err := json.Unmarshal(printed, &got); err != nil {
		t.Fatalf("%v: %.200s", err, printed)
	}
	want := map[string][]float64{}
	grid := []float64{0, .1, .25, .5, .8, .999, 1}
	for _, b := range [][2]float64{{-30, 30}, {-12, 4}, {-1, 1}, {-3, 29}} {
		s, name := vdm.Cosine{Min: b[0], Max: b[1]}, fmt.Sprintf(" %g %g", b[0], b[1])
		for _, u := range grid {
			want["lambda"+name] = append(want["lambda"+name], s.LogSNR(u))
		}
		for kind, w := range map[string]vdm.Weighting{
			"ELBO": vdm.UnitWeighting{}, "v": vdm.VelocityWeighting{Schedule: s}, "sigmoid": vdm.Sigmoid{Bias: -1}, "min-SNR": vdm.MinSNR{Schedule: s}, "EDM": vdm.EDM{},
		} {
			for _, f := range []func(float64) float64{w.W, w.NegDW} {
				for _, u := range grid {
					want[kind+name] = append(want[kind+name], f(b[0]+u*(b[1]-b[0])))
				}
			}
		}
		for bound, kind := range map[vdm.VarianceBound]string{vdm.LowerBound: "plan false", vdm.UpperBound: "plan true"} {
			plan, err := vdm.UniformTime(s, 7).Ancestral(bound)
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range plan.Steps {
				want[kind+name] = append(want[kind+name], step.LogSNRT, step.LogSNRS, step.Z, step.X, step.Noise)
			}
		}
	}
	ring := dissertation.Isotropic{}
	for k := range 8 {
		angle := 2 * math.Pi * float64(k) / 8
		ring.Weights, ring.Std = append(ring.Weights, 1.0/8), append(ring.Std, 0.12)
		ring.Means = append(ring.Means, []float64{1.3 * math.Cos(angle), 1.3 * math.Sin(angle)})
	}
	for _, z := range [][]float64{{0, 0}, {1, .2}, {-2, 1.5}} {
		for _, l := range []float64{-12, -1, 0, 2, 12} {
			want["denoise"] = append(want["denoise"], ring.Denoise(z, l)...)
		}
	}
	for _, bound := range []vdm.VarianceBound{vdm.LowerBound, vdm.UpperBound} {
		plan, err := vdm.UniformTime(vdm.Cosine{Min: -12, Max: 12}, 20).Ancestral(bound)
		if err != nil {
			t.Fatal(err)
		}
		path, sum := ring.Follow(plan, 4000, 1), 0.0
		for _, x := range path[len(path)-1] {
			nearest := math.Inf(1)
			for _, m := range ring.Means {
				nearest = min(nearest, math.Pow(x[0]-m[0], 2)+math.Pow(x[1]-m[1], 2))
			}
			sum += nearest
		}
		want["spread"] = append(want["spread"], math.Sqrt(sum/8000))
	}
	if len(got) != len(want) {
		t.Errorf("%d lists of numbers, want %d", len(got), len(want))
	}
	for name, w := range want {
		g := got[name]
		if len(g) != len(w) {
			t.Errorf("%s: %d numbers, want %d", name, len(g), len(w))
			continue
		}
		tolerance := 1e-11
		if name == "spread" { // of 4000 points, drawn with other random numbers: standard errors of 0.001
			tolerance = 0.004
		}
		for i := range w {
			if math.Abs(g[i]-w[i]) > tolerance*math.Max(1, math.Abs(w[i])) {
				t.Errorf("%s, number %d: %v, want %v", name, i, g[i], w[i])
			}
		}
	}
}
