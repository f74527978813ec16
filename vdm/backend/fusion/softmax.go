package fusion

import "slices"

// changes counts what a rewriting changed.
type changes struct {
	softmaxes int // operators that are now ONNX Runtime's
	unused    int // operators left out, because no result depends on them
}

// fuse returns a model in which every softmax over the last axis is one operator, without
// operators on which no result depends.
func fuse(data []byte) (rewritten []byte, c changes, err error) {
	m, err := parse(data)
	if err != nil {
		return nil, c, err
	}
	for _, n := range slices.Backward(m.nodes) {
		if m.unused(n) {
			n.dropped = true
			c.unused++
			for _, name := range n.inputs {
				m.uses[name]--
			}
		}
	}
	for _, n := range m.nodes {
		if m.fuseSoftmax(n) {
			c.softmaxes++
		}
	}
	if c == (changes{}) {
		return data, c, nil
	}
	return m.bytes(), c, nil
}

// unused reports whether nothing reads what an operator makes.
func (m *model) unused(n *node) bool {
	return len(n.outputs) > 0 && !slices.ContainsFunc(n.outputs, func(name string) bool { return m.uses[name] > 0 })
}

// fuseSoftmax replaces e/Σe with e = exp(x − max x), where the sum and the maximum are
// taken over the last axis and nothing else reads e, by one operator. It reports whether
// division is such a node.
func (m *model) fuseSoftmax(division *node) bool {
	if !division.is("Div", 2) {
		return false
	}
	exponential := m.made[division.inputs[0]]
	if !exponential.is("Exp", 1) || m.uses[division.inputs[0]] != 2 {
		return false
	}
	summed, ofSum, ok := m.overLast("ReduceSum", division.inputs[1])
	if !ok || summed != division.inputs[0] {
		return false
	}
	difference := m.made[exponential.inputs[0]]
	if !difference.is("Sub", 2) || m.uses[exponential.inputs[0]] != 1 {
		return false
	}
	x := difference.inputs[0]
	largest, ofMaximum, ok := m.overLast("ReduceMax", difference.inputs[1])
	if !ok || largest != x {
		return false
	}
	for _, n := range append(append(ofSum, ofMaximum...), exponential, difference) {
		n.dropped = true
	}
	division.operator, division.inputs, division.raw = "Softmax", []string{x}, nil
	division.attributes = [][]byte{integerAttribute("axis", -1)}
	return true
}

// overLast follows a value that is an operator's result over the last axis, which is kept
// with size 1 by a Reshape, as GoMLX writes it, and perhaps marked as having no gradient by
// an Identity. It returns the operator's input and all nodes on the way, which nothing else
// may read.
func (m *model) overLast(operator, value string) (input string, way []*node, ok bool) {
	n := m.made[value]
	for n.is("Identity", 1) && m.uses[value] == 1 && len(way) < len(m.nodes) {
		way = append(way, n)
		value = n.inputs[0]
		n = m.made[value]
	}
	if !n.is("Reshape", 2) || m.uses[value] != 1 {
		return "", nil, false
	}
	shape := m.integer[n.inputs[1]]
	way = append(way, n)
	value = n.inputs[0]
	n = m.made[value]
	if !n.is(operator, 2) || m.uses[value] != 1 {
		return "", nil, false
	}
	axes := m.integer[n.inputs[1]]
	if len(axes) != 1 || len(shape) == 0 || axes[0] != int64(len(shape)-1) || shape[len(shape)-1] != 1 {
		return "", nil, false
	}
	return n.inputs[0], append(way, n), true
}

// is reports whether a node is an operator with a number of inputs and one output.
func (n *node) is(operator string, inputs int) bool {
	return n != nil && !n.dropped && n.operator == operator && len(n.inputs) == inputs && len(n.outputs) == 1
}
