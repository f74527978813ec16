package checkpoint

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"
)

func TestFloat32s(t *testing.T) {
	values := []float32{0, float32(math.Copysign(0, -1)), 1.5, -math.MaxFloat32, math.SmallestNonzeroFloat32, float32(math.Inf(-1))}
	tensor := FromFloat32s("w", []int{2, 3}, values)
	for i, v := range values {
		if bits := binary.LittleEndian.Uint32(tensor.Data[4*i:]); bits != math.Float32bits(v) {
			t.Errorf("value %d is stored as %x", i, bits)
		}
	}
	got, err := Float32s(tensor)
	if err != nil || !slices.Equal(got, values) {
		t.Errorf("%v, %v", got, err)
	}
	got[0] = 7
	if values[0] != 0 {
		t.Error("Float32s is not a copy")
	}
	if empty, err := Float32s(FromFloat32s("e", []int{0}, nil)); err != nil || len(empty) != 0 {
		t.Errorf("%v, %v", empty, err)
	}
	for _, bad := range []Tensor{{"a", "F64", nil, make([]byte, 8)}, {"a", "I32", nil, make([]byte, 4)}, {"a", "F32", []int{2}, make([]byte, 4)}, {"a", "F32", []int{1}, make([]byte, 5)}} {
		if _, err := Float32s(bad); err == nil {
			t.Errorf("%+v is read as float32", bad)
		}
	}
	// Every half-precision number, by its definition.
	for h := range 1 << 16 {
		tensor := Tensor{"h", "F16", nil, binary.LittleEndian.AppendUint16(nil, uint16(h))}
		got, err := Float32s(tensor)
		if err != nil {
			t.Fatal(err)
		}
		e, f := h>>10&31, float64(h&1023)
		want := math.Ldexp(1+f/1024, e-15)
		if e == 0 {
			want = math.Ldexp(f/1024, -14)
		}
		if e == 31 {
			want = math.Inf(1)
			if f != 0 {
				want = math.NaN()
			}
		}
		if h>>15 == 1 {
			want = -want
		}
		if g := float64(got[0]); g != want && !(math.IsNaN(g) && math.IsNaN(want)) || (want == 0 && math.Signbit(g) != (h>>15 == 1)) {
			t.Fatalf("half %04x is %v, want %v", h, g, want)
		}
	}
	got, err = Float32s(Tensor{"b", "BF16", []int{2}, []byte{0x80, 0x3f, 0x49, 0xc0}})
	if err != nil || got[0] != 1 || got[1] != -3.140625 {
		t.Errorf("bfloat16: %v, %v", got, err)
	}
}

// Rounding to bfloat16 is to the nearest, ties to even, at every exponent.
func TestBFloat16s(t *testing.T) {
	bits := math.Float32frombits
	values := []float32{0, 1, -3.140625, bits(0x3f808000), bits(0x3f818000), bits(0x3f808001), bits(0x3f807fff), 1e-40,
		float32(math.Inf(-1)), math.MaxFloat32, bits(0x7f800001)}
	want := []float32{0, 1, -3.140625, bits(0x3f800000), bits(0x3f820000), bits(0x3f810000), bits(0x3f800000), bits(0x00010000),
		float32(math.Inf(-1)), float32(math.Inf(1)), float32(math.NaN())}
	got, err := Float32s(BFloat16s("x", []int{len(values)}, values))
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if got[i] != want[i] && (got[i] == got[i] || want[i] == want[i]) {
			t.Errorf("%g becomes %g, want %g", values[i], got[i], want[i])
		}
	}
}
