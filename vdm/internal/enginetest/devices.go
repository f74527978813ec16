package enginetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
)

// Devices is the pure Go engine with the interface of several devices, for programs of
// GoMLX's SPMD strategy. It can fail on demand.
//
// A program with an all-reduce becomes one of the engine below with one more input (the
// result of the reduction) and one more output (its operand) for each operand. It runs
// once on each device for each all-reduce in it, which gives the operands, and once more
// for the results.
type Devices struct {
	compute.Backend
	devices int
	Fail    func() error // called before each execution, whose error it returns; nil means never
}

// NewDevices returns an engine with a number of devices.
func NewDevices(t testing.TB, devices int) *Devices {
	t.Helper()
	be, _, err := backend.OpenNamed("go")
	if err != nil {
		t.Fatal(err)
	}
	return &Devices{Backend: be, devices: devices}
}

func (e *Devices) NumDevices() int { return e.devices }

func (e *Devices) HasSharedBuffers() bool { return false }

func (e *Devices) Builder(name string) compute.Builder {
	return &testBuilder{Builder: e.Backend.Builder(name), engine: e, devices: 1}
}

func (e *Devices) BufferFromFlatData(device compute.DeviceNum, flat any, shape shapes.Shape) (compute.Buffer, error) {
	if device < 0 || int(device) >= e.devices {
		return nil, fmt.Errorf("device %d of %d", device, e.devices)
	}
	b, err := e.Backend.BufferFromFlatData(0, flat, shape)
	return testBuffer{b, e, device}, err
}

type testBuffer struct {
	compute.Buffer
	engine *Devices
	device compute.DeviceNum
}

func (b testBuffer) Backend() compute.Backend { return b.engine }

func (b testBuffer) DeviceNum() (compute.DeviceNum, error) { return b.device, nil }

func (b testBuffer) Data() (any, error) { return nil, fmt.Errorf("not shared") }

func (b testBuffer) values(shape shapes.Shape) ([]float32, error) {
	x := make([]float32, shape.Size())
	return x, b.ToFlatData(x)
}

type testBuilder struct {
	compute.Builder
	engine  *Devices
	main    *testFunction
	devices int
}

func (b *testBuilder) DistributedSPMD(devices int) error { b.devices = devices; return nil }

func (b *testBuilder) DeviceAssignment(d ...compute.DeviceNum) error { return nil }

func (b *testBuilder) Main() compute.Function {
	if b.main == nil {
		b.main = &testFunction{Function: b.Builder.Main(), builder: b}
	}
	return b.main
}

func (b *testBuilder) Compile() (compute.Executable, error) {
	e, err := b.Builder.Compile()
	return &testExecutable{Executable: e, engine: b.engine, devices: b.devices, main: b.main}, err
}

type testFunction struct {
	compute.Function
	builder  *testBuilder
	inputs   int // number of ordinary inputs
	outputs  int
	reducing []compute.Value // operands of all all-reduces, in order
	calls    []int           // number of operands of each call
}

func (f *testFunction) Builder() compute.Builder { return f.builder }

func (f *testFunction) Parameter(name string, shape shapes.Shape, s *compute.ShardingSpec) (compute.Value, error) {
	if len(f.calls) > 0 {
		return nil, fmt.Errorf("the test engine wants parameters before the first all-reduce")
	}
	f.inputs++
	return f.Function.Parameter(name, shape, s)
}

func (f *testFunction) AllReduce(operands []compute.Value, how compute.ReduceOpType, groups [][]int) ([]compute.Value, error) {
	if how != compute.ReduceOpSum || len(groups) != 1 || len(groups[0]) != f.builder.devices {
		return nil, fmt.Errorf("the test engine only sums over all devices: %v over %v", how, groups)
	}
	f.calls = append(f.calls, len(operands))
	var reduced []compute.Value
	for _, x := range operands {
		shape, err := f.Shape(x)
		if err != nil {
			return nil, err
		}
		r, err := f.Function.Parameter(fmt.Sprintf("reduced%d", len(f.reducing)), shape, nil)
		if err != nil {
			return nil, err
		}
		f.reducing, reduced = append(f.reducing, x), append(reduced, r)
	}
	return reduced, nil
}

func (f *testFunction) Return(outputs []compute.Value, s []*compute.ShardingSpec) error {
	f.outputs = len(outputs)
	return f.Function.Return(append(slices.Clone(outputs), f.reducing...), nil)
}

type testExecutable struct {
	compute.Executable
	engine  *Devices
	devices int
	main    *testFunction
}

func (e *testExecutable) Inputs() ([]string, []shapes.Shape) {
	names, s := e.Executable.Inputs()
	return names[:e.main.inputs], s[:e.main.inputs]
}

func (e *testExecutable) Outputs() []shapes.Shape { return e.Executable.Outputs()[:e.main.outputs] }

func (e *testExecutable) Execute(inputs []compute.Buffer, donate []bool, device compute.DeviceNum) ([]compute.Buffer, error) {
	if e.engine.Fail != nil {
		if err := e.engine.Fail(); err != nil {
			return nil, err
		}
	}
	if len(inputs) != e.devices*e.main.inputs {
		return nil, fmt.Errorf("%d inputs for %d devices of %d", len(inputs), e.devices, e.main.inputs)
	}
	extra := e.Executable.Outputs()[e.main.outputs:]
	reduced := make([]compute.Buffer, len(extra))
	for i, shape := range extra {
		var err error
		if reduced[i], err = e.engine.Backend.BufferFromFlatData(0, make([]float32, shape.Size()), shape); err != nil {
			return nil, err
		}
	}
	// on runs the program for one device.
	on := func(d int) ([]compute.Buffer, error) {
		var in []compute.Buffer
		for _, b := range inputs[d*e.main.inputs : (d+1)*e.main.inputs] {
			own := b.(testBuffer)
			if e.devices > 1 && int(own.device) != d {
				return nil, fmt.Errorf("an input of device %d lies on device %d", d, own.device)
			}
			in = append(in, own.Buffer)
		}
		return e.Executable.Execute(append(in, reduced...), nil, 0)
	}
	from := 0
	for _, n := range e.main.calls {
		sums := make([][]float32, n)
		for d := range e.devices {
			out, err := on(d)
			if err != nil {
				return nil, err
			}
			for i := range n {
				x, err := testBuffer{Buffer: out[e.main.outputs+from+i]}.values(extra[from+i])
				if err != nil {
					return nil, err
				}
				if sums[i] == nil {
					sums[i] = make([]float32, len(x))
				}
				for j, v := range x {
					sums[i][j] += v
				}
			}
		}
		for i, sum := range sums {
			var err error
			if reduced[from+i], err = e.engine.Backend.BufferFromFlatData(0, sum, extra[from+i]); err != nil {
				return nil, err
			}
		}
		from += n
	}
	var results []compute.Buffer
	for d := range e.devices {
		out, err := on(d)
		if err != nil {
			return nil, err
		}
		for _, b := range out[:e.main.outputs] {
			on := compute.DeviceNum(d)
			if e.devices == 1 {
				on = device
			}
			results = append(results, testBuffer{b, e.engine, on})
		}
	}
	for i, b := range inputs {
		if donate != nil && donate[i] {
			if err := b.Finalize(); err != nil {
				return nil, err
			}
		}
	}
	return results, nil
}
