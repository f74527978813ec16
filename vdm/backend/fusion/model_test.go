package fusion

import (
	"bytes"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// softmaxModel returns a model of one softmax over the last axis, as compute-onnx writes it,
// and of two operators that nothing needs.
func softmaxModel() []byte {
	message := func(parts ...[]byte) (all []byte) { return bytes.Join(parts, nil) }
	text := func(number protowire.Number, s string) []byte {
		return protowire.AppendString(protowire.AppendTag(nil, number, protowire.BytesType), s)
	}
	operator := func(name, output string, inputs ...string) []byte {
		var n []byte
		for _, in := range inputs {
			n = append(n, text(nodeInput, in)...)
		}
		return text(graphNode, string(message(n, text(nodeOutput, output), text(nodeOperator, name))))
	}
	constant := func(name string, value byte, more ...byte) []byte {
		raw := make([]byte, 8)
		raw[0] = value
		for _, v := range more {
			raw = append(raw, v, 0, 0, 0, 0, 0, 0, 0)
		}
		kind := protowire.AppendVarint(protowire.AppendTag(nil, tensorType, protowire.VarintType), typeInt64)
		return text(graphInitializer, string(message(kind, text(tensorName, name), text(tensorRaw, string(raw)))))
	}
	graph := message(
		constant("axis", 1), constant("kept", 7, 1),
		operator("ReduceMax", "largest", "x", "axis"), operator("Reshape", "m", "largest", "kept"),
		operator("Sub", "d", "x", "m"), operator("Exp", "e", "d"),
		operator("ReduceSum", "total", "e", "axis"), operator("Reshape", "s", "total", "kept"),
		operator("Div", "y", "e", "s"),
		operator("Neg", "n", "y"), operator("Neg", "nn", "n"), // which nothing needs
		text(graphOutput, string(text(valueName, "y"))))
	return message(text(2, "producer"), text(modelGraph, string(graph)))
}

func TestModelOfOneSoftmax(t *testing.T) {
	out, changed, err := fuse(softmaxModel())
	if want := (changes{softmaxes: 1, unused: 2}); err != nil || changed != want {
		t.Fatalf("%+v, %v; want %+v", changed, err, want)
	}
	m, err := parse(out)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.nodes) != 1 || m.nodes[0].operator != "Softmax" || m.nodes[0].inputs[0] != "x" || m.nodes[0].outputs[0] != "y" {
		t.Errorf("the rewritten model has %d operators, want a Softmax of x that makes y", len(m.nodes))
	}
	if !bytes.Contains(out, []byte("producer")) {
		t.Error("what surrounds the graph is gone")
	}
	again, changed, err := fuse(out)
	if err != nil || changed != (changes{}) || !bytes.Equal(again, out) {
		t.Errorf("a second pass changes the model: %+v, %v", changed, err)
	}
}

// TestDamagedModels has every truncation of a model: an error, or a model without a softmax.
func TestDamagedModels(t *testing.T) {
	whole := softmaxModel()
	for n := range whole {
		if _, changed, err := fuse(whole[:n]); err == nil && changed.softmaxes > 0 {
			t.Fatalf("the first %d of %d bytes have a softmax", n, len(whole))
		}
	}
}

func FuzzModel(f *testing.F) {
	f.Add(softmaxModel())
	f.Fuzz(func(t *testing.T, data []byte) {
		out, _, err := fuse(data)
		if err != nil {
			return
		}
		if _, err := parse(out); err != nil {
			t.Errorf("a rewritten model cannot be read: %v", err)
		}
	})
}
