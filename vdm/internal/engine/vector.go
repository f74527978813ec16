package engine

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
)

// DeviceVector is a flat float32 tensor in the memory of one device of an engine.
type DeviceVector struct {
	be     compute.Backend
	device compute.DeviceNum
	Tensor *tensors.Tensor
}

// NewDeviceVector uploads values to a device. The vector may share their memory.
func NewDeviceVector(be compute.Backend, device int, values []float32) (*DeviceVector, error) {
	v := &DeviceVector{be, compute.DeviceNum(device), tensors.FromFlatDataAndDimensions(values, len(values))}
	if err := v.Tensor.ToDevice(be, v.device); err != nil {
		return v, Explain("upload", err)
	}
	return v, nil
}

// Values returns a copy of the vector on the host.
func (v *DeviceVector) Values() ([]float32, error) {
	x, err := tensors.CopyFlatData[float32](v.Tensor)
	if err != nil {
		return nil, Explain("download", err)
	}
	return x, nil
}
