package house

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// crossings returns how many lines cross between a row and the next.
func crossings(upper, lower []*node) int {
	for i, n := range lower {
		n.place = i
	}
	ends := make([]int, 0, 64)
	for _, n := range upper {
		start := len(ends)
		for _, to := range n.out {
			ends = append(ends, to.place)
		}
		slices.Sort(ends[start:])
	}
	count := 0
	for i, a := range ends {
		for _, b := range ends[:i] {
			if b > a {
				count++
			}
		}
	}
	return count
}

// arrange orders the rows for few crossings and short lines and gives each node its
// place between left and right: from random orders, nodes are sorted by where their
// neighbours stand and then moved singly as long as that helps.
func (l *layout) arrange(left, right float64) {
	random := rand.New(rand.NewPCG(5, 6))
	best := math.Inf(1)
	var kept [][]*node
	for range 100 {
		for _, row := range l.rows {
			random.Shuffle(len(row), func(i, j int) { row[i], row[j] = row[j], row[i] })
			l.sort(row, func(n *node) float64 { return 0 })
		}
		l.place(left, right, 4)
		for sweep := range 12 {
			for i := range l.rows {
				row := l.rows[i]
				if sweep%2 == 1 {
					row = l.rows[len(l.rows)-1-i]
				}
				l.sort(row, func(n *node) float64 {
					x, _ := n.wanted()
					return x
				})
				l.place(left, right, 1)
			}
		}
		l.swap()
		l.place(left, right, 30)
		if cost := l.cost(); cost < best {
			best, kept = cost, nil
			for _, row := range l.rows {
				kept = append(kept, slices.Clone(row))
			}
		}
	}
	l.rows = kept
	l.place(left, right, 400)
}

// sort orders a row by a key; what stands aside stays last.
func (l *layout) sort(row []*node, key func(*node) float64) {
	slices.SortStableFunc(row, func(a, b *node) int {
		if aside(a) != aside(b) {
			if aside(a) {
				return 1
			}
			return -1
		}
		return cmp.Compare(key(a), key(b))
	})
}

// swap moves single nodes of a row as long as that makes lines cross less.
func (l *layout) swap() {
	for better := true; better; {
		better = false
		for i, row := range l.rows {
			around := func() (n int) {
				if i > 0 {
					n += crossings(l.rows[i-1], row)
				}
				if i+1 < len(l.rows) {
					n += crossings(row, l.rows[i+1])
				}
				return n
			}
			for from := range row {
				for to := range row {
					if from == to || aside(row[from]) || aside(row[to]) {
						continue
					}
					before := around()
					shift(row, from, to)
					if around() < before {
						better = true
					} else {
						shift(row, to, from)
					}
				}
			}
		}
	}
}

// shift takes a node out of a row and puts it elsewhere.
func shift(row []*node, from, to int) {
	n := row[from]
	if from < to {
		copy(row[from:to], row[from+1:to+1])
	} else {
		copy(row[to+1:from+1], row[to:from])
	}
	row[to] = n
}

// cost is what arrange minimises: crossings, and how far lines go sideways.
func (l *layout) cost() float64 {
	cost := 0.0
	for i, row := range l.rows {
		if i > 0 {
			cost += 60 * float64(crossings(l.rows[i-1], row))
		}
		for _, n := range row {
			for _, to := range n.out {
				cost += math.Abs(n.x - to.x)
			}
		}
	}
	return cost
}

// weight returns how much a line between two nodes counts when they are placed: most
// where an arrow passes two rows, so that it stays straight.
func weight(a, b *node) float64 {
	switch {
	case !a.box && !b.box:
		return 8
	case !a.box || !b.box:
		return 2
	}
	return 1
}

// wanted returns where a node would stand if it were alone, between its neighbours,
// and how much that counts.
func (n *node) wanted() (x, counts float64) {
	sum := 0.0
	for _, neighbours := range [][]*node{n.in, n.out} {
		for _, m := range neighbours {
			w := weight(n, m)
			sum += w * m.x
			counts += w
		}
	}
	if counts == 0 {
		return n.x, 0.1
	}
	return sum / counts, counts
}

// place gives the nodes of each row the places that are nearest to where they should
// stand, by least squares, in the row's order and without overlap.
func (l *layout) place(left, right float64, sweeps int) {
	for sweep := range sweeps {
		for i := range l.rows {
			row := l.rows[i]
			if sweep%2 == 1 {
				row = l.rows[len(l.rows)-1-i]
			}
			fit(row, left, right)
		}
	}
}

// fit is one row of place: regression under the constraint that the nodes stay in
// order, by pooling neighbours that would overlap.
func fit(row []*node, left, right float64) {
	type pool struct {
		sum, weight float64
		size        int
	}
	var pools []pool
	offsets := make([]float64, len(row)) // from the first node's centre, all packed
	for i, n := range row {
		if i > 0 {
			offsets[i] = offsets[i-1] + row[i-1].width/2 + gap(row[i-1], n) + n.width/2
		}
		want, counts := n.wanted()
		if aside(n) && n.width > passing {
			want = right
		}
		pools = append(pools, pool{counts * (want - offsets[i]), counts, 1})
		for len(pools) > 1 {
			a, b := pools[len(pools)-2], pools[len(pools)-1]
			if a.sum/a.weight <= b.sum/b.weight {
				break
			}
			pools = append(pools[:len(pools)-2], pool{a.sum + b.sum, a.weight + b.weight, a.size + b.size})
		}
	}
	if len(row) == 0 {
		return
	}
	low := left + row[0].width/2
	high := right - row[len(row)-1].width/2 - offsets[len(row)-1]
	i := 0
	for _, p := range pools {
		at := max(low, min(high, p.sum/p.weight))
		for range p.size {
			row[i].x = at + offsets[i]
			i++
		}
	}
}

// gap returns the room between two neighbours of a row.
func gap(a, b *node) float64 {
	switch {
	case a.box && aside(b) && b.width > passing:
		return asideGap
	case a.box && b.box:
		return boxGap
	}
	return passingGap
}
