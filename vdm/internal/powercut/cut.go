package powercut

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// state is what may be on a disk after a cut.
type state struct {
	files    map[string][]byte
	promises int
	story    string // what was done last, and what of it is lost
}

// fate is what becomes of an operation that is not safe.
type fate byte

const (
	kept fate = iota
	lost
	firstHalf  // of a write
	secondHalf // of a write, the bytes before it zero if the file grew
)

// history is a disk and what is done to it: what is safe, and what may be lost.
type history struct {
	safe     *disk
	pending  []operation
	promises int
}

// do takes an operation to the history.
func (h *history) do(o operation) {
	switch {
	case o.kind == promised:
		h.promises++
	case o.kind != sync:
		h.pending = append(h.pending, o)
	case h.safe.entries[o.node] == nil:
		h.settle(func(p operation) bool { return (p.kind == write || p.kind == resize) && p.node == o.node })
	default:
		// An operation on two folders is safe or not as one, and with it what was done
		// before in either.
		folders := map[int]bool{o.node: true}
		for _, p := range slices.Backward(h.pending) {
			if touched := p.folders(); slices.ContainsFunc(touched, func(f int) bool { return folders[f] }) {
				for _, f := range touched {
					folders[f] = true
				}
			}
		}
		h.settle(func(p operation) bool {
			return slices.ContainsFunc(p.folders(), func(f int) bool { return folders[f] })
		})
	}
}

// settle makes pending operations safe.
func (h *history) settle(is func(operation) bool) {
	rest := h.pending[:0:0]
	for _, p := range h.pending {
		if is(p) {
			h.safe.do(p)
		} else {
			rest = append(rest, p)
		}
	}
	h.pending = rest
}

// after returns the disk on which the pending operations have the given fates.
func (h *history) after(fates []fate) *disk {
	d := h.safe.clone()
	for i, p := range h.pending {
		half := len(p.data) / 2
		switch fates[i] {
		case lost:
			continue
		case firstHalf:
			p.data = p.data[:half]
		case secondHalf:
			p.data, p.at = p.data[half:], p.at+int64(half)
		}
		d.do(p)
	}
	return d
}

// Of at most few pending operations all combinations are tried, and else so many random ones.
const few, random = 5, 12

// count returns how many choices there are.
func (h *history) count() int {
	n := len(h.pending)
	all := 1 << min(n, few)
	if n > few {
		all = 2 + 2*n + random
	}
	for _, p := range h.pending {
		if p.torn() {
			all += 2
		}
	}
	return all
}

// torn reports whether a cut may leave half of an operation.
func (o operation) torn() bool { return o.kind == write && len(o.data) > 1 }

// choices returns the fates of n pending operations that are tried: all combinations of a
// few; of more, none and all, each alone, all but each, each write torn, and some at
// random.
func (h *history) choices(r *rand.Rand) (all [][]fate) {
	n := len(h.pending)
	uniform := func(f fate) []fate { return slices.Repeat([]fate{f}, n) }
	but := func(f []fate, i int, other fate) []fate {
		f[i] = other
		return f
	}
	if n <= few {
		for bits := range 1 << n {
			f := uniform(kept)
			for i := range n {
				f[i] = fate(bits >> i & 1)
			}
			all = append(all, f)
		}
	} else {
		all = append(all, uniform(kept), uniform(lost))
		for i := range n {
			all = append(all, but(uniform(kept), i, lost), but(uniform(lost), i, kept))
		}
		for range random {
			f := uniform(kept)
			for i := range f {
				f[i] = fate(r.IntN(2))
			}
			all = append(all, f)
		}
	}
	for i, p := range h.pending {
		if p.torn() {
			all = append(all, but(uniform(kept), i, firstHalf), but(uniform(kept), i, secondHalf))
		}
	}
	return all
}

// cuts are the moments at which the power may be cut, after each operation.
type cuts struct {
	operations []operation
	at         []*history // before the first operation, and after each
	total      int        // number of all choices at all moments
	seed       uint64
}

// newCuts returns the moments of a recording.
func newCuts(before *disk, operations []operation, seed uint64) *cuts {
	h := &history{safe: before}
	for _, o := range operations { // what is made later, and has no name yet
		if o.kind == link && o.node == len(before.entries) {
			before.add(o.folder)
		}
	}
	c := &cuts{operations: operations, seed: seed}
	for i := -1; i < len(operations); i++ {
		if i >= 0 {
			h.do(operations[i])
		}
		now := &history{safe: h.safe.clone(), pending: slices.Clone(h.pending), promises: h.promises}
		c.at = append(c.at, now)
		c.total += now.count()
	}
	return c
}

// fates returns the choices that are tried at a cut.
func (c *cuts) fates(cut int) [][]fate {
	return c.at[cut].choices(rand.New(rand.NewPCG(c.seed, uint64(cut))))
}

// state returns what is on the disk after a cut.
func (c *cuts) state(cut int, fates []fate) state {
	h := c.at[cut]
	return state{h.after(fates).files(), h.promises, h.story(c.operations, cut-1, fates)}
}

// complete returns what the disk is when nothing is lost.
func (c *cuts) complete() map[string][]byte {
	h := c.at[len(c.at)-1]
	return h.after(make([]fate, len(h.pending))).files()
}

// some returns at most n different states, in the order of the cuts: all, if there are
// no more, or else at each cut as many as at the others, chosen at random.
func (c *cuts) some(n int) (all []state) {
	seen := map[string]bool{}
	add := func(cut int, fates []fate) {
		s := c.state(cut, fates)
		if key := digest(s.files, s.promises); !seen[key] {
			seen[key] = true
			all = append(all, s)
		}
	}
	if c.total <= n {
		for cut := range c.at {
			for _, fates := range c.fates(cut) {
				add(cut, fates)
			}
		}
		return all
	}
	r := rand.New(rand.NewPCG(c.seed, 1<<63))
	for try := 0; len(all) < n && try < 4*n; try++ {
		cut := (2*try + 1) * len(c.at) / (2 * n) % len(c.at)
		fates := c.fates(cut)
		add(cut, fates[r.IntN(len(fates))])
	}
	return all
}

// story returns a cut in words.
func (h *history) story(operations []operation, last int, fates []fate) string {
	var s strings.Builder
	fmt.Fprintf(&s, "cut after operation %d of %d", last+1, len(operations))
	if last >= 0 {
		fmt.Fprintf(&s, ": %v", operations[last])
	}
	for i, p := range h.pending {
		fmt.Fprintf(&s, "\n\t%-12s %v", [...]string{"kept", "lost", "first half", "second half"}[fates[i]], p)
	}
	return s.String()
}

func digest(files map[string][]byte, promises int) string {
	sum := sha256.New()
	fmt.Fprintln(sum, promises)
	for _, path := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(sum, "%s %d\n", path, len(files[path]))
		sum.Write(files[path])
	}
	return string(sum.Sum(nil))
}
