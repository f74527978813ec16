package house

import (
	"math/bits"
	"slices"
)

// digraph is a set of named nodes with at most one arrow from each to each other.
type digraph struct {
	names []string
	index map[string]int
	to    []bitset // to[v] are the nodes that v has an arrow to
}

func newDigraph(names []string) *digraph {
	g := &digraph{names: slices.Sorted(slices.Values(names)), index: map[string]int{}, to: make([]bitset, len(names))}
	for i, name := range g.names {
		g.index[name] = i
		g.to[i] = newBitset(len(names))
	}
	return g
}

// arrow adds an arrow between two named nodes; from a node to itself there is none.
func (g *digraph) arrow(from, to string) {
	a, knownA := g.index[from]
	b, knownB := g.index[to]
	if knownA && knownB && a != b {
		g.to[a].add(b)
	}
}

// arrows returns the number of arrows.
func (g *digraph) arrows() int {
	n := 0
	for _, to := range g.to {
		n += to.count()
	}
	return n
}

// all returns the set of all nodes.
func (g *digraph) all() bitset {
	s := newBitset(len(g.to))
	for v := range g.to {
		s.add(v)
	}
	return s
}

// knots returns the sets of at least two nodes of which each leads to all others,
// the largest first.
func (g *digraph) knots() [][]string {
	var found [][]string
	for _, c := range g.components(g.all()) {
		var names []string
		for _, v := range c.members() {
			names = append(names, g.names[v])
		}
		found = append(found, names)
	}
	slices.SortStableFunc(found, func(a, b []string) int { return len(b) - len(a) })
	return found
}

// components returns the strongly connected components with more than one node of
// the graph's part within a set, by Tarjan's algorithm.
func (g *digraph) components(within bitset) []bitset {
	var (
		found  []bitset
		stack  []int
		number = make([]int, len(g.to)) // in the order of visits, from 1
		low    = make([]int, len(g.to))
		inside = newBitset(len(g.to)) // of the stack
		visits int
		visit  func(v int)
	)
	visit = func(v int) {
		visits++
		number[v], low[v] = visits, visits
		stack = append(stack, v)
		inside.add(v)
		for _, w := range g.to[v].and(within).members() {
			if number[w] == 0 {
				visit(w)
				low[v] = min(low[v], low[w])
			} else if inside.has(w) {
				low[v] = min(low[v], number[w])
			}
		}
		if low[v] < number[v] {
			return
		}
		c := newBitset(len(g.to))
		for {
			w := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			inside.remove(w)
			c.add(w)
			if w == v {
				break
			}
		}
		if c.count() > 1 {
			found = append(found, c)
		}
	}
	for _, v := range within.members() {
		if number[v] == 0 {
			visit(v)
		}
	}
	return found
}

// bitset is a set of small numbers.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (s bitset) has(v int) bool { return s[v/64]>>(v%64)&1 == 1 }
func (s bitset) add(v int)      { s[v/64] |= 1 << (v % 64) }
func (s bitset) remove(v int)   { s[v/64] &^= 1 << (v % 64) }

func (s bitset) and(t bitset) bitset {
	both := make(bitset, len(s))
	for i := range s {
		both[i] = s[i] & t[i]
	}
	return both
}

func (s bitset) count() int {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// common returns how many members two sets have in common.
func (s bitset) common(t bitset) int {
	n := 0
	for i := range s {
		n += bits.OnesCount64(s[i] & t[i])
	}
	return n
}

func (s bitset) members() []int {
	var found []int
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			found = append(found, i*64+bits.TrailingZeros64(word))
		}
	}
	return found
}
