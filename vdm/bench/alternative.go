package main

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// alternative is our network with another form of attention, which takes steps on
// demand, in turn with the first form and the peers.
type alternative struct {
	attention string
	model     *run.Run
	failed    error // why it cannot run; it is then left out
}

// newAlternatives returns one alternative for each form of attention after the first.
func newAlternatives(o options) (all []*alternative) {
	for _, attention := range o.attention[1:] {
		m, _, err := newSubject(o, attention)
		all = append(all, &alternative{attention, m, err})
	}
	return all
}

func (a *alternative) close() {
	if a.model != nil {
		os.RemoveAll(a.model.Dir)
	}
}

func (a *alternative) name() string { return "climate-vdm, attention " + a.attention }

// turns are the steps of one kind that an alternative takes when it is asked.
type turns struct {
	ask   chan struct{}
	took  chan float64
	ended chan struct{}
	err   error // set before ended is closed
}

// start starts an alternative, which waits for its first turn and ends with ctx.
func (a *alternative) start(ctx context.Context, o options, what string) *turns {
	t := &turns{ask: make(chan struct{}), took: make(chan float64), ended: make(chan struct{})}
	var began time.Time
	wait := func() {
		select {
		case <-t.ask:
			began = time.Now()
		case <-ctx.Done():
		}
	}
	go func() {
		defer close(t.ended)
		wait()
		t.err = takeSteps(ctx, a.model, o, what, func() {
			select {
			case t.took <- time.Since(began).Seconds():
				wait()
			case <-ctx.Done():
			}
		})
	}()
	return t
}

// step returns the seconds of the next step.
func (t *turns) step() (float64, error) {
	select {
	case t.ask <- struct{}{}:
	case <-t.ended:
		return 0, t.why()
	}
	select {
	case seconds := <-t.took:
		return seconds, nil
	case <-t.ended:
		return 0, t.why()
	}
}

// why returns the error that ended it before its last turn.
func (t *turns) why() error {
	if t.err == nil {
		return errors.New("it ended before its last turn")
	}
	return t.err
}
