package fusion

import (
	"encoding/binary"
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// These are numbers of fields in ONNX's protocol buffers (onnx.proto): of a model, a
// graph, a node, a tensor and an attribute.
const (
	modelGraph = 7

	graphNode, graphInitializer, graphOutput = 1, 5, 12

	nodeInput, nodeOutput, nodeOperator, nodeAttribute = 1, 2, 4, 5

	tensorDims, tensorType, tensorName, tensorRaw = 1, 2, 8, 9

	valueName = 1

	attributeName, attributeInt, attributeType = 1, 3, 20
)

const (
	typeInt64    = 7 // TensorProto.INT64
	attributeIsI = 2 // AttributeProto.INT
)

// model is what the rewriting of a graph needs to know of it.
type model struct {
	around []field // of the model, without the graph
	rest   []field // of the graph, without its nodes
	nodes  []*node

	made    map[string]*node   // by the names of its outputs
	uses    map[string]int     // how often a value is read; being an output counts
	integer map[string][]int64 // constants
}

// node is an operator.
type node struct {
	operator        string
	inputs, outputs []string
	raw             []byte // the node as it was; nil after a change
	attributes      [][]byte
	dropped         bool
}

// field is a field of a message as it is on the wire.
type field struct {
	number protowire.Number
	bytes  []byte // with its tag
	value  []byte // of a field of bytes, without tag and length
}

// fields returns the fields of a message.
func fields(message []byte) ([]field, error) {
	var all []field
	for len(message) > 0 {
		number, kind, tag := protowire.ConsumeTag(message)
		if tag < 0 {
			return nil, protowire.ParseError(tag)
		}
		size := protowire.ConsumeFieldValue(number, kind, message[tag:])
		if size < 0 {
			return nil, protowire.ParseError(size)
		}
		f := field{number: number, bytes: message[:tag+size]}
		if kind == protowire.BytesType {
			f.value, _ = protowire.ConsumeBytes(message[tag:])
		}
		all = append(all, f)
		message = message[tag+size:]
	}
	return all, nil
}

// parse reads a model.
func parse(data []byte) (*model, error) {
	m := &model{made: map[string]*node{}, uses: map[string]int{}, integer: map[string][]int64{}}
	top, err := fields(data)
	if err != nil {
		return nil, err
	}
	var graph []byte
	for _, f := range top {
		if f.number == modelGraph {
			graph = f.value
		} else {
			m.around = append(m.around, f)
		}
	}
	if graph == nil {
		return nil, errors.New("the model has no graph")
	}
	parts, err := fields(graph)
	if err != nil {
		return nil, err
	}
	for _, f := range parts {
		switch f.number {
		case graphNode:
			n, err := parseNode(f.value)
			if err != nil {
				return nil, err
			}
			m.nodes = append(m.nodes, n)
			for _, name := range n.outputs {
				m.made[name] = n
			}
			for _, name := range n.inputs {
				m.uses[name]++
			}
			continue
		case graphInitializer:
			if err := m.addConstant(f.value); err != nil {
				return nil, err
			}
		case graphOutput:
			value, err := fields(f.value)
			if err != nil {
				return nil, err
			}
			for _, v := range value {
				if v.number == valueName {
					m.uses[string(v.value)]++
				}
			}
		}
		m.rest = append(m.rest, f)
	}
	return m, nil
}

func parseNode(data []byte) (*node, error) {
	n := &node{raw: data}
	all, err := fields(data)
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		switch f.number {
		case nodeInput:
			n.inputs = append(n.inputs, string(f.value))
		case nodeOutput:
			n.outputs = append(n.outputs, string(f.value))
		case nodeOperator:
			n.operator = string(f.value)
		case nodeAttribute:
			n.attributes = append(n.attributes, f.value)
		}
	}
	return n, nil
}

// addConstant remembers a constant of 64-bit integers: axes and shapes.
func (m *model) addConstant(data []byte) error {
	all, err := fields(data)
	if err != nil {
		return err
	}
	var name string
	var kind uint64
	var raw []byte
	for _, f := range all {
		switch f.number {
		case tensorName:
			name = string(f.value)
		case tensorType:
			_, _, tag := protowire.ConsumeTag(f.bytes)
			kind, _ = protowire.ConsumeVarint(f.bytes[tag:])
		case tensorRaw:
			raw = f.value
		}
	}
	if kind != typeInt64 {
		return nil
	}
	if len(raw)%8 != 0 {
		return fmt.Errorf("constant %q has %d bytes, want whole numbers of 8", name, len(raw))
	}
	for ; len(raw) > 0; raw = raw[8:] {
		m.integer[name] = append(m.integer[name], int64(binary.LittleEndian.Uint64(raw)))
	}
	return nil
}

// bytes returns the model as it is after the changes.
func (m *model) bytes() []byte {
	var graph []byte
	for _, n := range m.nodes {
		if !n.dropped {
			graph = protowire.AppendTag(graph, graphNode, protowire.BytesType)
			graph = protowire.AppendBytes(graph, n.bytes())
		}
	}
	for _, f := range m.rest {
		graph = append(graph, f.bytes...)
	}
	var out []byte
	for _, f := range m.around {
		out = append(out, f.bytes...)
	}
	out = protowire.AppendTag(out, modelGraph, protowire.BytesType)
	return protowire.AppendBytes(out, graph)
}

func (n *node) bytes() []byte {
	if n.raw != nil {
		return n.raw
	}
	var out []byte
	text := func(number protowire.Number, value string) {
		out = protowire.AppendTag(out, number, protowire.BytesType)
		out = protowire.AppendString(out, value)
	}
	for _, name := range n.inputs {
		text(nodeInput, name)
	}
	for _, name := range n.outputs {
		text(nodeOutput, name)
	}
	text(nodeOperator, n.operator)
	for _, a := range n.attributes {
		text(nodeAttribute, string(a))
	}
	return out
}

// integerAttribute returns an attribute of a node.
func integerAttribute(name string, value int64) []byte {
	var out []byte
	out = protowire.AppendTag(out, attributeName, protowire.BytesType)
	out = protowire.AppendString(out, name)
	out = protowire.AppendTag(out, attributeInt, protowire.VarintType)
	out = protowire.AppendVarint(out, uint64(value))
	out = protowire.AppendTag(out, attributeType, protowire.VarintType)
	return protowire.AppendVarint(out, attributeIsI)
}
