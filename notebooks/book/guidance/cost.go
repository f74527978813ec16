package guidance

import (
	"fmt"
	"slices"
	"time"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// Network returns an untrained network as a denoiser, with its initial weights.
func Network(n vdm.Network) vdm.Denoiser {
	values := weights.Initial(n.Variables(), 1)
	return vdm.PredictV.Denoiser(func(z *g.Node, at vdm.Level, in vdm.Batch) *g.Node {
		w := vdm.Weights{}
		for _, v := range n.Variables() {
			w[v.Name] = g.Const(z.Graph(), tensors.FromFlatDataAndDimensions(values[v.Name], v.Shape...))
		}
		return n.Apply(w, z, at, in)
	})
}

// Timing is the duration of a guided estimate, in units of one without guidance.
type Timing struct {
	Guidance vdm.Guidance
	Ratio    float64 // median over rounds, each of which takes all in turn
}

// Timings returns the durations of x̂ of a denoiser without guidance and with each,
// given that the first half of the values of a clip is known. They are measured one
// after another in each round, so that all run under the same other load.
func Timings(be compute.Backend, d vdm.Denoiser, batch int, shape [4]int, guidances []vdm.Guidance, rounds int) (out []Timing, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("timing a guided step: %v", r)
		}
	}()
	n := shape[0] * shape[1] * shape[2] * shape[3]
	known := make([]bool, n)
	for i := range n / 2 {
		known[i] = true
	}
	half, err := vdm.KnownCells(make([]float32, n), known)
	if err != nil {
		return nil, err
	}
	var programs []*g.Exec
	for i := range len(guidances) + 1 {
		exec, err := g.NewExec(be, func(z, logSNR *g.Node) *g.Node {
			at := vdm.Level{LogSNR: logSNR}
			if i == 0 {
				return d(z, at, vdm.Batch{}).X()
			}
			given, err := vdm.Observation{half}.Fixed(z, g.ZerosLike(z))
			if err != nil {
				panic(err)
			}
			guidance := guidances[i-1]
			p := guidance.Guide(d, given)(z, at, vdm.Batch{})
			if after, ok := guidance.(vdm.StepGuidance); ok {
				return after.After(p, at, p.X(), given)
			}
			return p.X()
		})
		if err != nil {
			return nil, err
		}
		defer exec.Finalize()
		programs = append(programs, exec)
	}
	z := tensors.FromFlatDataAndDimensions(make([]float32, batch*n), append([]int{batch}, shape[:]...)...)
	took := make([][]float64, len(programs))
	for round := range rounds + 1 { // the first round compiles
		for i, exec := range programs {
			began := time.Now()
			result, err := exec.Call(z, make([]float32, batch))
			if err != nil {
				return nil, err
			}
			_ = tensors.ConstFlatData(result[0], func([]float32) {})
			if round > 0 {
				took[i] = append(took[i], time.Since(began).Seconds())
			}
			_ = result[0].FinalizeAll()
		}
	}
	for i, guidance := range guidances {
		var ratios []float64
		for k, t := range took[i+1] {
			ratios = append(ratios, t/took[0][k])
		}
		slices.Sort(ratios)
		out = append(out, Timing{guidance, ratios[len(ratios)/2]})
	}
	return out, nil
}

// CostTable returns a table of the cost of a step at the size of a configuration,
// counted from its graph, for one clip of which the first half is known.
func CostTable(be compute.Backend, c run.Config, guidances []vdm.Guidance) (report.Table, error) {
	t := report.Table{
		Title:   fmt.Sprintf("One step for one clip of %d×%d×%d", c.Clip.Frames, c.Clip.Height, c.Clip.Width),
		Columns: []string{"guidance", "GFLOP", "times the network's", "GiB at the peak"},
	}
	n := c.Clip.Frames * c.Clip.Height * c.Clip.Width * len(c.Clip.Channels)
	known := make([]bool, n)
	for i := range n / 2 {
		known[i] = true
	}
	half, err := vdm.KnownCells(make([]float32, n), known)
	if err != nil {
		return t, err
	}
	alone, err := c.SamplingCost(be, 1, nil, nil)
	if err != nil {
		return t, err
	}
	add := func(name string, flops float64, peak int64) {
		t.Rows = append(t.Rows, []string{name, fmt.Sprintf("%.1f", flops/1e9), fmt.Sprintf("%.2f", flops/alone.FLOPs), fmt.Sprintf("%.2f", float64(peak)/(1<<30))})
	}
	add("none", alone.FLOPs, alone.Peak)
	for _, guidance := range guidances {
		cost, err := c.SamplingCost(be, 1, vdm.Observation{half}, guidance)
		if err != nil {
			return t, err
		}
		add(guidance.String(), cost.FLOPs, cost.Peak)
	}
	return t, nil
}

// TimingTable returns timings as a table.
func TimingTable(timings []Timing) report.Table {
	t := report.Table{Title: "Time of a guided estimate, in units of one without guidance", Columns: []string{"guidance", "times as long"}}
	for _, m := range timings {
		t.Rows = append(t.Rows, []string{m.Guidance.String(), fmt.Sprintf("%.2f", m.Ratio)})
	}
	return t
}
