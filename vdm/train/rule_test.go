package train

import (
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// momentum is a rule with one state and no scalars, which moves matrices alone.
type momentum struct{}

func (momentum) States() []string { return []string{"momentum"} }

func (momentum) Scalars(int64, func(int64) float64) []float32 { return nil }

func (momentum) Update(at Point) After {
	moved := g.Add(g.MulScalar(at.States[0], 0.5), at.Gradient)
	var direction []*g.Node
	for i, x := range Views(at.Variables, moved) {
		if at.Variables[i].Kind != weights.Matrix {
			x = g.ZerosLike(x)
		}
		direction = append(direction, x)
	}
	return After{Weights: at.along(concatenated(direction)), States: []*g.Node{moved}}
}

// A rule has as many states and scalars as it says, and sees which variables are
// matrices.
func TestAnotherRule(t *testing.T) {
	o := options()
	o.Rule, o.Clip, o.Passes = momentum{}, 0, 1
	from := initial(o.Rule)
	state, _ := trained(t, goEngine(t), regression(nil), o, from, 3)
	w, m := float64s(from.Weights), make([]float64, weightCount)
	for k := range int64(3) {
		_, gradient := passLoss(w, k, 0)
		for i, d := range gradient {
			m[i] = 0.5*m[i] + d
			if i < inWidth*outWidth {
				w[i] -= o.Rate(k) * m[i]
			}
		}
	}
	close32(t, "weight", state.Weights, w, 1e-5)
	if len(state.Moments) != 1 {
		t.Fatalf("%d moments, want 1", len(state.Moments))
	}
	close32(t, "momentum", state.Moments[0], m, 1e-5)
}

func TestRulesByName(t *testing.T) {
	set := RuleOptions{Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-7}
	for _, name := range append(RuleNames(), "") {
		r, err := NewRule(name, set)
		if err != nil {
			t.Fatal(err)
		}
		if name == "" && r != Rule(Adam(set)) {
			t.Errorf("without a name the rule is %v", r)
		}
		if states := slices.Clone(r.States()); len(slices.Compact(slices.Sorted(slices.Values(states)))) != len(states) {
			t.Errorf("%s: two of the states %v have one name", name, states)
		}
		rate := func(int64) float64 { return 0.1 }
		if one, many := len(r.Scalars(1, rate)), len(r.Scalars(1000, rate)); one != many {
			t.Errorf("%s has %d scalars in step 1 and %d in step 1000", name, one, many)
		}
	}
	_, err := NewRule("sgd", set)
	enginetest.WantError(t, "an unknown rule", err, `optimiser "sgd": want one of adam`)
	set.WeightDecay = 0.1
	_, err = NewRule("", set)
	enginetest.WantError(t, "a decay that Adam lacks", err, "optimiser adam has no weight decay, and 0.1 is asked for: take adamw")
}

func TestFlatVectors(t *testing.T) {
	values := map[string][]float32{"W": {1, 2, 3, 4, 5, 6}, "b": {7, 8}}
	flat, err := Join(variables, values)
	if err != nil || !slices.Equal(flat, []float32{1, 2, 3, 4, 5, 6, 7, 8}) {
		t.Fatalf("joined: %v (%v)", flat, err)
	}
	for name, x := range Cut(variables, flat) {
		if !slices.Equal(x, values[name]) {
			t.Errorf("%s is %v, was %v", name, x, values[name])
		}
	}
	got := enginetest.Evaluate(t, goEngine(t), func(in []*g.Node) []*g.Node {
		w := Named(variables, Views(variables, in[0]))
		return []*g.Node{g.AddScalar(g.Transpose(w["W"], 0, 1), 0), g.AddScalar(w["b"], 0)}
	}, enginetest.Tensor(flat, 8))
	if !slices.Equal(got[0], []float32{1, 3, 5, 2, 4, 6}) || !slices.Equal(got[1], []float32{7, 8}) {
		t.Errorf("in a graph: Wᵀ = %v, b = %v", got[0], got[1])
	}
	_, err = Join(variables, map[string][]float32{"W": {1}, "b": {1, 2}})
	enginetest.WantError(t, "a short variable", err, "variable W has 1 values, want 6")
	_, err = Join(variables, map[string][]float32{"b": {1, 2}})
	enginetest.WantError(t, "a missing variable", err, "no value for the variable W")
}

// What does not fit is refused, by name.
func TestRefusals(t *testing.T) {
	be := enginetest.NewDevices(t, 2)
	for _, c := range []struct {
		change func(p *Problem, o *Options, s *State)
		want   string
	}{
		{func(p *Problem, o *Options, s *State) { p.Loss = nil }, "variables, a loss and batches"},
		{func(p *Problem, o *Options, s *State) { p.Variables = nil }, "variables, a loss and batches"},
		{func(p *Problem, o *Options, s *State) { p.Inputs[1].Name = "x" }, `two inputs have the name "x"`},
		{func(p *Problem, o *Options, s *State) { p.Constants[0].Name = "x" }, `two inputs have the name "x"`},
		{func(p *Problem, o *Options, s *State) { p.Inputs[0].DType = dtypes.Float64 }, "the input x is Float64"},
		{func(p *Problem, o *Options, s *State) { o.Rule = nil }, "update rule"},
		{func(p *Problem, o *Options, s *State) { o.Batch = 0 }, "2 passes of 0 samples"},
		{func(p *Problem, o *Options, s *State) { o.Devices = -1 }, "-1 devices: want at least 1"},
		{func(p *Problem, o *Options, s *State) { o.Devices = 4 }, "4 devices asked for, and the engine has 2"},
		{func(p *Problem, o *Options, s *State) { o.Devices, o.Batch = 2, 5 }, "cannot share a batch of 5 evenly"},
		{func(p *Problem, o *Options, s *State) { s.Weights = s.Weights[1:] }, "has 7 numbers, the variables have 8"},
		{func(p *Problem, o *Options, s *State) { s.Moments = s.Moments[1:] }, "1 moments, the optimiser has 2"},
	} {
		p, o := regression(nil), options()
		s := initial(o.Rule)
		c.change(&p, &o, &s)
		trainer, err := New(be, p, o, s)
		if err == nil {
			trainer.Close()
		}
		enginetest.WantError(t, c.want, err, c.want)
	}
	for want, batch := range map[string][]*tensors.Tensor{
		"a batch of 1 inputs, want 2": {enginetest.Tensor(make([]float32, 12), 4, 3)},
		"the input target of the batch is": {
			enginetest.Tensor(make([]float32, 12), 4, 3), enginetest.Tensor(make([]float32, 12), 4, 3),
		},
	} {
		p, o := regression(nil), options()
		p.Batch = func(int64, int) ([]*tensors.Tensor, error) { return batch, nil }
		trainer, err := New(be, p, o, initial(o.Rule))
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range trainer.Steps(t.Context(), 1) {
			enginetest.WantError(t, want, err, want)
		}
		trainer.Close()
	}
}
