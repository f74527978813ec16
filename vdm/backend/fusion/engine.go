//go:build cgo

package fusion

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/gomlx/compute"
	onnx "github.com/gomlx/compute-onnx"
	"github.com/gomlx/compute/shapes"
)

func init() { compute.Register("onnx", open) }

// open returns compute-onnx's engine, which fuses where it runs on the CPU.
func open(config string) (compute.Backend, error) {
	opened, err := onnx.New(config)
	if err != nil {
		return nil, err
	}
	be, ok := opened.(*onnx.Backend)
	if !ok || be.Description() != cpu {
		return opened, nil
	}
	be.SetKeepModelProto(true)
	return &engine{be}, nil
}

// cpu is how compute-onnx describes its engine on the CPU.
const cpu = "ONNX Runtime (CPU) compute backend for GoMLX"

// engine is compute-onnx's engine with builders of its own. GoMLX compares the engines of
// buffers, so these have to say that they belong to this one.
type engine struct{ *onnx.Backend }

func (e *engine) Builder(name string) compute.Builder {
	return builder{e.Backend.Builder(name), e}
}

func (e *engine) BufferFromFlatData(device compute.DeviceNum, flat any, shape shapes.Shape) (compute.Buffer, error) {
	return e.own(e.Backend.BufferFromFlatData(device, flat, shape))
}

func (e *engine) NewSharedBuffer(device compute.DeviceNum, shape shapes.Shape) (compute.Buffer, any, error) {
	plain, flat, err := e.Backend.NewSharedBuffer(device, shape)
	if err != nil {
		return nil, nil, err
	}
	return buffer{plain, e}, flat, nil
}

// own returns a buffer of compute-onnx as one of this engine.
func (e *engine) own(plain compute.Buffer, err error) (compute.Buffer, error) {
	if err != nil {
		return nil, err
	}
	return buffer{plain, e}, nil
}

type buffer struct {
	compute.Buffer
	engine *engine
}

func (b buffer) Backend() compute.Backend { return b.engine }

func (b buffer) CopyToDevice(device compute.DeviceNum) (compute.Buffer, error) {
	return b.engine.own(b.Buffer.CopyToDevice(device))
}

type executable struct {
	compute.Executable
	engine *engine
}

func (x executable) Execute(inputs []compute.Buffer, donate []bool, device compute.DeviceNum) ([]compute.Buffer, error) {
	plain := make([]compute.Buffer, len(inputs))
	for i, in := range inputs {
		own, ok := in.(buffer)
		if !ok {
			return nil, fmt.Errorf("fusion: input %d is a %T of another engine", i, in)
		}
		plain[i] = own.Buffer
	}
	outputs, err := x.Executable.Execute(plain, donate, device)
	for i := range outputs {
		outputs[i] = buffer{outputs[i], x.engine}
	}
	return outputs, err
}

type builder struct {
	compute.Builder
	engine *engine
}

// Compile compiles the program, and once more where something of it can be fused or left out.
func (b builder) Compile() (compute.Executable, error) {
	compiled, err := b.Builder.Compile()
	if err != nil {
		return nil, err
	}
	fused, err := b.engine.fused(compiled)
	if err != nil {
		return nil, fmt.Errorf("fusion: %w", err)
	}
	return executable{fused, b.engine}, nil
}

// fused returns the program with its softmaxes fused and without what no result needs;
// where there is neither, it is plain.
func (e *engine) fused(plain compute.Executable) (compute.Executable, error) {
	var model bytes.Buffer
	if err := onnx.SaveModel(e.Backend, plain, &model, nil, nil); err != nil {
		return nil, fmt.Errorf("reading the program back: %w", err)
	}
	rewritten, changed, err := fuse(model.Bytes())
	if err != nil || changed == (changes{}) {
		return plain, errors.Join(err, keep(rewritten))
	}
	defer plain.Finalize()
	fused, err := onnx.LoadModel(e.Backend, bytes.NewReader(rewritten))
	if err != nil {
		return nil, fmt.Errorf("compiling the program with %d softmaxes fused and without %d unused operators: %w", changed.softmaxes, changed.unused, err)
	}
	// A model says neither that a number has no axes nor that bfloat16 was asked for. Both
	// programs have the same inputs and outputs, so the first one's shapes are right; the
	// slices that an executable returns are its own.
	_, from := plain.Inputs()
	_, to := fused.Inputs()
	copy(to, from)
	copy(fused.Outputs(), plain.Outputs())
	fusedSoftmaxes.Add(int64(changed.softmaxes))
	return fused, keep(rewritten)
}

// modelsEnv is the variable that names a folder for the programs' models.
const modelsEnv = "VDM_ONNX_MODELS"

// keep writes a model to the folder that modelsEnv names, under its size.
func keep(model []byte) error {
	folder := os.Getenv(modelsEnv)
	if folder == "" {
		return nil
	}
	return os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.onnx", len(model))), model, 0o644)
}

// fusedSoftmaxes counts the softmaxes fused in this process.
var fusedSoftmaxes atomic.Int64
