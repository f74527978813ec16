package backend

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gomlx/compute"
)

// openLimit bounds the time for opening one engine. CUDA takes seconds; a driver that
// does not answer in this time never will.
const openLimit = 2 * time.Minute

// opener opens engines, each once: ONNX Runtime has one environment in a process, and a
// second XLA client on a GPU finds no memory left.
type opener struct {
	search func() places
	limit  time.Duration

	mu     sync.Mutex
	opened map[string]compute.Backend // by driver and configuration
	stuck  map[string]error           // constructors that did not return
	chosen map[string]Choice          // by request, "" for the first engine that can be opened

	proofs *proofs // checks engines before Open chooses them; nil means no check
}

func newOpener(search func() places, limit time.Duration) *opener {
	return &opener{
		search: search,
		limit:  limit,
		opened: make(map[string]compute.Backend),
		stuck:  make(map[string]error),
		chosen: make(map[string]Choice),
	}
}

var process = thisProcess()

func thisProcess() *opener {
	o := newOpener(thisMachine, openLimit)
	if os.Getenv(ProveEnv) == "" { // a check must not ask for another
		o.proofs = &proofs{folder: proofFolder, check: checkByChild, notice: func(line string) { fmt.Fprintln(os.Stderr, line) }}
	}
	return o
}

// Open returns the engine that GOMLX_BACKEND asks for or, where it is not set, the first
// of XLA CUDA, ONNX Runtime, XLA CPU and pure Go that can be opened and has the right
// values on this machine, and the reason for the choice. Open never downloads, hangs or
// panics. Later calls return the same engine; the caller does not finalize it.
//
// At the first use of a library on a machine its [Proof] takes up to a minute, and two
// lines on the standard error say so.
//
// It is an error if GOMLX_BACKEND names an engine that is unknown, not linked or cannot
// be opened here (no other is taken instead), or if no engine is linked. An engine that
// GOMLX_BACKEND names is used with wrong values, too: see Choice.Warning.
func Open() (compute.Backend, Choice, error) { return process.open() }

// OpenNamed returns the engine with a name ("xla:cuda", "xla:cpu", "onnx", "go", or any
// value that GOMLX_BACKEND may have), whatever the value of GOMLX_BACKEND; no other is
// taken instead, and its values are not checked. Later calls return the same engine; the
// caller does not finalize it.
func OpenNamed(name string) (compute.Backend, Choice, error) {
	return process.openNamed(name, "asked for by name", false)
}

// Prove checks an engine again, by its name as in [OpenNamed], keeps the result for
// later processes and returns it with the engine's description. It is an error where the
// engine is not present or where it cannot be checked, for lack of memory for example.
func Prove(name string) (Proof, Choice, error) {
	p, skipped, err := process.search().resolve(name)
	if err != nil {
		return Proof{}, Choice{}, err
	}
	proof, err := process.proofs.of(p, true)
	return proof, p.choice(skipped), err
}

// AtHand returns the names of the engines that can be opened here, in Open's order of
// preference, for tests that run on every one. It opens them. The engine that
// GOMLX_BACKEND asks for takes the place of its kind.
func AtHand() []string {
	wanted := slices.Clone(preferred)
	if request := os.Getenv(compute.ConfigEnvVar); request != "" {
		if _, c, err := OpenNamed(request); err == nil {
			if i := slices.Index(wanted, c.Name); i >= 0 {
				wanted[i] = request
			} else {
				wanted = append([]string{request}, wanted...)
			}
		}
	}
	var names []string
	for _, name := range wanted {
		if _, _, err := OpenNamed(name); err == nil {
			names = append(names, name)
		}
	}
	return names
}

func (o *opener) open() (compute.Backend, Choice, error) {
	if len(compute.List()) == 0 {
		return nil, Choice{}, fmt.Errorf("no engine is linked into this program: %w", errNoImport)
	}
	if request := os.Getenv(compute.ConfigEnvVar); request != "" {
		b, c, err := o.openNamed(request, compute.ConfigEnvVar+"="+request, true)
		if err != nil {
			return nil, c, fmt.Errorf("%s=%s: %w (without %[1]s the program chooses an engine itself)", compute.ConfigEnvVar, request, err)
		}
		return b, c, nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if c, ok := o.chosen[""]; ok {
		if b := o.opened[c.Config]; b != nil && !b.IsFinalized() {
			return b, c, nil
		}
	}
	var skipped []Skip
	for _, name := range preferred {
		b, c, err := o.try(name, chosen)
		if err != nil {
			skipped = append(skipped, Skip{name, oneLine(err.Error())})
			continue
		}
		c.Skipped = skipped
		c.Why = "the first in order of preference"
		if len(skipped) > 0 {
			c.Why = reasons(skipped)
		}
		o.chosen[""] = c
		return b, c, nil
	}
	return nil, Choice{Skipped: skipped}, fmt.Errorf("no engine can be opened: %s", reasons(skipped))
}

// openNamed opens an engine by name; with checked, its proof decides as for an engine
// that GOMLX_BACKEND names.
func (o *opener) openNamed(request, why string, checked bool) (compute.Backend, Choice, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	how := byName
	if checked {
		how = forced
	}
	if c, ok := o.chosen[request]; ok && !checked {
		if b := o.opened[c.Config]; b != nil && !b.IsFinalized() {
			c.Why = why
			return b, c, nil
		}
	}
	b, c, err := o.try(request, how)
	if err != nil {
		return nil, c, err
	}
	c.Why = why
	o.chosen[request] = c
	return b, c, nil
}

// manner is how an engine was asked for, which says what its proof decides.
type manner int

const (
	byName manner = iota // the proof is not asked for
	chosen               // an engine with wrong values is skipped
	forced               // an engine with wrong values is used with a warning
)

// try returns one engine, opened now or before. The caller has the lock.
func (o *opener) try(request string, how manner) (compute.Backend, Choice, error) {
	p, skipped, err := o.search().resolve(request)
	if err != nil {
		return nil, Choice{}, err
	}
	c := p.choice(skipped)
	if how != byName && o.proofs != nil && p.library != "" {
		proof, err := o.proofs.of(p, false)
		switch {
		case err != nil: // not the engine's fault
			c.Unproved = oneLine(err.Error())
		case proof.Dead || proof.Wrong != "" && how == chosen:
			return nil, c, fmt.Errorf("%s failed its check on this machine: %s", c.Label, proof.Wrong)
		default:
			c.Warning = proof.Wrong
		}
	}
	if b := o.opened[c.Config]; b != nil && !b.IsFinalized() {
		return b, c, nil
	}
	if err := o.stuck[c.Config]; err != nil {
		return nil, c, err
	}
	b, err := o.construct(p)
	if err != nil {
		return nil, c, err
	}
	o.opened[c.Config] = b
	return b, c, nil
}

// construct calls GoMLX's constructor so that neither a panic nor a driver that does not
// answer reaches the caller.
func (o *opener) construct(p plan) (compute.Backend, error) {
	config := p.driver + ":" + p.config
	if p.name == "onnx" || p.name == "onnx:cuda" {
		// The variable is the only way to tell compute-onnx where its library is, and so
		// the only way to keep it from downloading one. Once the library is loaded the
		// variable is not read again.
		before, was := os.LookupEnv(onnxPathEnv)
		if err := os.Setenv(onnxPathEnv, p.library); err != nil {
			return nil, err
		}
		defer func() {
			switch {
			case o.stuck[config] != nil: // that constructor may still read the variable
			case was:
				os.Setenv(onnxPathEnv, before)
			default:
				os.Unsetenv(onnxPathEnv)
			}
		}()
	}
	type result struct {
		backend compute.Backend
		err     error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if p := recover(); p != nil {
				r = result{err: fmt.Errorf("opening %s: %s", config, oneLine(fmt.Sprint(p)))}
			}
			done <- r
		}()
		r.backend, r.err = compute.NewWithConfig(config)
	}()
	select {
	case r := <-done:
		switch {
		case r.err != nil:
			return nil, fmt.Errorf("opening %s: %s", config, oneLine(r.err.Error()))
		case r.backend == nil:
			return nil, fmt.Errorf("opening %s: the constructor returned nothing", config)
		}
		return r.backend, nil
	case <-time.After(o.limit):
		err := fmt.Errorf("opening %s: no answer within %v", config, o.limit)
		o.stuck[config] = err
		return nil, err
	}
}

// reasons returns why engines were skipped, in one line.
func reasons(skipped []Skip) string {
	var parts []string
	for _, s := range skipped {
		parts = append(parts, labels[s.Name]+": "+s.Why)
	}
	return strings.Join(parts, "; ")
}
