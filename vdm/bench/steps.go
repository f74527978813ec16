package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

func (r randomClips) Len() int { return 1 << 20 }

func (r randomClips) Shape() (int, int, int, int) { return r.frames, r.height, r.width, 1 }

func (r randomClips) Clip(i int, dst []float32) error {
	noise.Key{Seed: 5, Stream: noise.Synthetic, Sample: uint32(i)}.Normal(dst)
	return nil
}

// series contains the seconds of one program's steps.
type series struct {
	name    string
	first   float64 // with everything before a first step: compiling, above all
	seconds []float64
}

// add takes a step's seconds, counted from 0.
func (s *series) add(step int, seconds float64) {
	switch {
	case step == 0:
		s.first = seconds
	case step >= warmUp:
		s.seconds = append(s.seconds, seconds)
	}
}

// compiling returns the time of the first step minus the time of a steady one.
func (s series) compiling() float64 { return s.first - median(s.seconds) }

// timings contains the steps of one kind, of each program, in the order taken.
type timings struct {
	ours          series
	others, their []series // of the alternatives that ran, and of the peers
	peers         []*peer
}

// interleave takes steps in turn: ours, then one of each alternative and each peer. No
// clock includes the drawing of random inputs: ours are drawn ahead, and are ready when
// the clock starts, because the others have just had their turn.
func interleave(ctx context.Context, m *run.Run, o options, what string, others []*alternative, peers []*peer) (*timings, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	t := &timings{ours: series{name: "climate-vdm"}, their: make([]series, len(peers)), peers: peers}
	running := map[*alternative]*turns{}
	taken := map[*alternative]*series{}
	for _, a := range others {
		if a.failed == nil {
			running[a], taken[a] = a.start(ctx, o, what), &series{name: a.name()}
		}
	}
	defer func() { // their memory is free then
		cancel(nil)
		for _, turn := range running {
			<-turn.ended
		}
	}()
	began, n := time.Now(), 0
	var failed error
	err := takeSteps(ctx, m, o, what, func() {
		if failed != nil {
			return
		}
		t.ours.add(n, time.Since(began).Seconds())
		for _, a := range others {
			if a.failed != nil {
				continue
			}
			var seconds float64
			if seconds, a.failed = running[a].step(); a.failed == nil {
				taken[a].add(n, seconds)
			}
		}
		for i, p := range peers {
			a, err := p.ask(what)
			if err != nil {
				failed = err
				cancel(err)
				return
			}
			t.their[i].name = p.name
			if t.their[i].add(n, a.Seconds); n == 0 {
				t.their[i].first = a.First
			}
		}
		n++
		began = time.Now()
	})
	if failed != nil {
		err = failed
	}
	if err != nil {
		return nil, err
	}
	for _, a := range others {
		if a.failed == nil {
			t.others = append(t.others, *taken[a])
		}
	}
	return t, nil
}

// print writes a row for each program, with our ratio to the fastest peer and to each
// alternative, and the time of compilation.
func (t *timings) print(what string) {
	best := 0
	for i := range t.their {
		if median(t.their[i].seconds) < median(t.their[best].seconds) {
			best = i
		}
	}
	row := func(s series, note string) {
		fmt.Printf("%-7s %-28s %9.3f %9.3f %9.3f   %s\n", what, s.name, median(s.seconds), slices.Min(s.seconds), slices.Max(s.seconds), note)
	}
	row(t.ours, t.ours.over(t.their[best]))
	for _, s := range t.others {
		row(s, t.ours.over(s)+" of ours to this")
	}
	for i, s := range t.their {
		note := ""
		if i == best {
			note = "the peer"
		}
		row(s, note)
	}
	for _, s := range append([]series{t.ours}, t.others...) {
		fmt.Printf("compile %-7s %-28s %9.1f s\n", what, s.name, s.compiling())
	}
	for i, s := range t.their {
		if t.peers[i].compiled {
			fmt.Printf("compile %-7s %-28s %9.1f s\n", what, s.name, s.compiling())
		}
	}
}

// over returns the ratio to another program's steps, pair by pair.
func (s series) over(other series) string {
	ratios := make([]float64, len(s.seconds))
	for i := range ratios {
		ratios[i] = s.seconds[i] / other.seconds[i]
	}
	return fmt.Sprintf("%.2f (%.2f … %.2f)", median(ratios), slices.Min(ratios), slices.Max(ratios))
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
