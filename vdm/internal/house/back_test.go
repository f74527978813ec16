package house

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// searched is how many sets of nodes the exact search for the fewest back arrows
// looks at in one component before it gives way to improvement of orders.
const searched = 200_000

// backArrows returns the fewest arrows that go against an order of the nodes in
// which all others go forward (a minimum feedback arc set), and whether the number
// is proven to be the smallest. Where the search for a proof takes too long the
// number is the best that moving single nodes finds from many orders, which may be
// too large, never too small.
func (g *digraph) backArrows() (n int, proven bool) {
	proven = true
	for _, c := range g.components(g.all()) {
		s := &backSearch{g: g, known: map[string]int{}}
		if best := s.fewest(c); len(s.known) < searched {
			n += best
		} else {
			n += g.improved(c)
			proven = false
		}
	}
	return n, proven
}

// backSearch finds the fewest back arrows of strongly connected components: one of
// its nodes is the first of the best order, arrows into it go back, and what is
// left falls apart into smaller components.
type backSearch struct {
	g     *digraph
	known map[string]int
}

func (s *backSearch) fewest(component bitset) int {
	key := fmt.Sprint([]uint64(component))
	if n, ok := s.known[key]; ok || len(s.known) >= searched {
		return n
	}
	members := component.members()
	from := make([]bitset, len(s.g.to)) // the tails of arrows into a node
	for _, v := range members {
		from[v] = newBitset(len(s.g.to))
	}
	for _, v := range members {
		for _, w := range s.g.to[v].and(component).members() {
			from[w].add(v)
		}
	}
	slices.SortStableFunc(members, func(a, b int) int { return from[a].count() - from[b].count() })
	best := len(members) * len(members)
	without := func(v, cost int) {
		rest := slices.Clone(component)
		rest.remove(v)
		for _, c := range s.g.components(rest) {
			cost += s.fewest(c)
		}
		best = min(best, cost)
	}
	// A node of whose arrows on one side each has its reverse: of each such pair one
	// arrow goes back in every order, and where it is always the one on that side no
	// other arrow at the node does. So the node is the first, or the last, of a best
	// order.
	for _, v := range members {
		to := s.g.to[v].and(component)
		pairs := from[v].common(to)
		if pairs == from[v].count() || pairs == to.count() {
			without(v, pairs)
			s.known[key] = best
			return best
		}
	}
	for _, first := range members {
		if cost := from[first].count(); cost < best {
			without(first, cost)
		}
	}
	s.known[key] = best
	return best
}

// improved returns the fewest back arrows among the orders that are reached by
// taking single nodes out and putting them back where they are best, from the orders
// in which depth-first searches leave the nodes, the last one first.
func (g *digraph) improved(component bitset) int {
	best := component.count() * component.count()
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		order := g.depthFirst(component, random)
		for better := true; better; {
			better = false
			for i := range order {
				better = g.reinsert(order, i) || better
			}
		}
		n := 0
		for i, v := range order {
			for _, w := range order[:i] {
				if g.to[v].has(w) {
					n++
				}
			}
		}
		best = min(best, n)
	}
	return best
}

// depthFirst returns the nodes of a component by when a depth-first search in random
// order leaves them, the last one first.
func (g *digraph) depthFirst(component bitset, random *rand.Rand) []int {
	var order []int
	seen := newBitset(len(g.to))
	shuffled := func(s bitset) []int {
		m := s.members()
		random.Shuffle(len(m), func(i, j int) { m[i], m[j] = m[j], m[i] })
		return m
	}
	var visit func(v int)
	visit = func(v int) {
		seen.add(v)
		for _, w := range shuffled(g.to[v].and(component)) {
			if !seen.has(w) {
				visit(w)
			}
		}
		order = append(order, v)
	}
	for _, v := range shuffled(component) {
		if !seen.has(v) {
			visit(v)
		}
	}
	slices.Reverse(order)
	return order
}

// reinsert moves the node at place i of an order to where it has the fewest back
// arrows, and reports whether there are fewer than before.
func (g *digraph) reinsert(order []int, i int) bool {
	v := order[i]
	gain, best, at := 0, 0, i
	change := func(passed int, sign int) { // v comes to stand on passed's other side
		if g.to[v].has(passed) {
			gain += sign
		}
		if g.to[passed].has(v) {
			gain -= sign
		}
	}
	for j := i - 1; j >= 0; j-- { // v before order[j]: its arrow to order[j] is a back arrow no more
		if change(order[j], 1); gain > best {
			best, at = gain, j
		}
	}
	gain = 0
	for j := i + 1; j < len(order); j++ {
		if change(order[j], -1); gain > best {
			best, at = gain, j
		}
	}
	if at < i {
		copy(order[at+1:i+1], order[at:i])
	} else {
		copy(order[i:at], order[i+1:at+1])
	}
	order[at] = v
	return best > 0
}

// Graphs whose fewest back arrows are known, and small random ones in all their
// orders.
func TestBackArrows(t *testing.T) {
	numbered := func(n int) *digraph {
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf("%02d", i)
		}
		return newDigraph(names)
	}
	expect := func(name string, g *digraph, want int) {
		t.Helper()
		if n, proven := g.backArrows(); n != want || !proven {
			t.Errorf("%s: %d back arrows (proven: %v), want %d", name, n, proven, want)
		}
		n := 0
		for _, c := range g.components(g.all()) {
			n += g.improved(c)
		}
		if n != want {
			t.Errorf("%s: improvement of orders finds %d back arrows, want %d", name, n, want)
		}
	}
	ring, complete, chain, two := numbered(70), numbered(9), numbered(70), numbered(6)
	for i := range 70 {
		ring.to[i].add((i + 1) % 70)
		for j := range i {
			chain.to[i].add(j)
		}
	}
	for i := range 9 {
		for j := range 9 {
			if i != j {
				complete.to[i].add(j)
			}
		}
	}
	for _, a := range [][2]int{{0, 1}, {1, 2}, {2, 0}, {2, 3}, {3, 4}, {4, 5}, {5, 3}} {
		two.to[a[0]].add(a[1])
	}
	expect("a ring of 70", ring, 1)
	expect("all arrows among 9", complete, 36)
	expect("no way back", chain, 0)
	expect("two rings", two, 2)
	if knots := two.knots(); len(knots) != 2 || len(knots[0]) != 3 || len(knots[1]) != 3 {
		t.Errorf("two rings of three with an arrow between them have the knots %v", knots)
	}
	if knots := chain.knots(); len(knots) != 0 {
		t.Errorf("a graph with no way back has the knots %v", knots)
	}

	random := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		g := numbered(6)
		for i := range 6 {
			for j := range 6 {
				if i != j && random.IntN(5) < 2 {
					g.to[i].add(j)
				}
			}
		}
		expect("a random graph", g, ofAllOrders(g, nil, g.all()))
	}
}

// ofAllOrders returns the fewest back arrows among all orders that go on from one.
func ofAllOrders(g *digraph, order []int, rest bitset) int {
	if rest.count() == 0 {
		return 0
	}
	placed := newBitset(len(g.to))
	for _, v := range order {
		placed.add(v)
	}
	best := len(g.to) * len(g.to)
	for _, v := range rest.members() {
		left := slices.Clone(rest)
		left.remove(v)
		best = min(best, g.to[v].common(placed)+ofAllOrders(g, append(order, v), left))
	}
	return best
}
