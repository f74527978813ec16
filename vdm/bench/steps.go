package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// randomClips are standard normal clips, each its own.
type randomClips struct{ frames, height, width int }

func (r randomClips) Len() int                    { return 1 << 20 }
func (r randomClips) Shape() (int, int, int, int) { return r.frames, r.height, r.width, 1 }
func (r randomClips) Clip(i int, dst []float32) error {
	noise.Key{Seed: 5, Stream: noise.Synthetic, Sample: uint32(i)}.Normal(dst)
	return nil
}

func newSubject(o options) (*vdm.Model, backend.Choice, error) {
	dir, err := os.MkdirTemp("", "vdm-bench-*")
	if err != nil {
		return nil, backend.Choice{}, err
	}
	m, err := vdm.Create(dir, vdm.Config{
		Clip:     vdm.ClipConfig{Frames: o.frames, Height: o.height, Width: o.wide, Channels: []vdm.ChannelConfig{{Name: "x", Units: "1"}}},
		Network:  unet.Config{Dim: o.dim, Multiples: o.multiples, Heads: o.heads, HeadDim: o.headDim, BFloat16: o.precision == "bfloat16"},
		Training: vdm.TrainingConfig{Batch: o.batch, SnapshotEvery: 1 << 30},
	}, nil)
	if err != nil {
		return nil, backend.Choice{}, err
	}
	_, choice, err := m.Engine()
	return m, choice, err
}

// timings are the seconds of each step, ours and each peer's, in the order taken.
type timings struct {
	ours  []float64
	peers []*peer
	their [][]float64
}

// interleave takes steps in turn: ours, then one of each peer. Neither side's
// clock counts the drawing of its random inputs: ours are drawn ahead, and ready
// when the clock starts, as the peers' turn is over.
func interleave(ctx context.Context, m *vdm.Model, o options, what string, peers []*peer) (*timings, error) {
	const warmUp = 2
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t := &timings{peers: peers, their: make([][]float64, len(peers))}
	began, steps := time.Now(), 0
	var failed error
	progress := func(vdm.Progress) {
		if failed != nil {
			return
		}
		seconds := time.Since(began).Seconds()
		if steps++; steps > warmUp {
			t.ours = append(t.ours, seconds)
		}
		for i, p := range peers {
			a, err := p.ask(what)
			if err != nil {
				failed = err
				cancel(err)
				return
			}
			if steps > warmUp {
				t.their[i] = append(t.their[i], a.Seconds)
			}
		}
		began = time.Now()
	}
	total := o.repeats + warmUp
	var err error
	if what == "train" {
		err = m.Train(ctx, vdm.TrainOptions{Data: randomClips{o.frames, o.height, o.wide}, Steps: total, Progress: progress})
	} else {
		_, err = m.Sample(ctx, vdm.SampleOptions{Count: o.batch, Batch: o.batch, Steps: total, Progress: progress})
	}
	if failed != nil {
		return nil, failed
	}
	return t, err
}

// print writes a row for each side; the ratio is against the fastest peer.
func (t *timings) print(what string) {
	best := 0
	for i := range t.their {
		if median(t.their[i]) < median(t.their[best]) {
			best = i
		}
	}
	ratios := make([]float64, len(t.ours))
	for i := range ratios {
		ratios[i] = t.ours[i] / t.their[best][i]
	}
	row := func(name string, x []float64, note string) {
		fmt.Printf("%-7s %-28s %9.3f %9.3f %9.3f   %s\n", what, name, median(x), slices.Min(x), slices.Max(x), note)
	}
	row("climate-vdm", t.ours, fmt.Sprintf("%.2f (%.2f … %.2f)", median(ratios), slices.Min(ratios), slices.Max(ratios)))
	for i, p := range t.peers {
		note := ""
		if i == best {
			note = "the peer"
		}
		row(p.name, t.their[i], note)
	}
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
