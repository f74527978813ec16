package unet

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// Check returns an error that says why the network cannot run on an engine: a setting
// that [Config.Validate] refuses, or an option for which the engine has no operator or
// type. Rematerialise needs barriers that keep the compiler from merging the repeated
// computation with the first; ONNX Runtime has none.
func (c Config) Check(be compute.Backend) error {
	if err := c.Validate(); err != nil {
		return err
	}
	has := be.Capabilities()
	if c.Rematerialise {
		for _, op := range []compute.OpType{compute.OpTypeOptimizationBarrier, compute.OpTypeSchedulingBarrier} {
			if !has.Operations[op] {
				return fmt.Errorf("U-Net configuration: rematerialise cannot be used on the engine %s: it has no %s; leave rematerialise off, or choose another engine", be.Name(), op)
			}
		}
	}
	if c.fusesSpatial() || c.fusesTemporal() {
		for _, op := range []compute.OpType{compute.OpTypeFusedScaledDotProductAttention, compute.OpTypeFusedScaledDotProductAttentionVJP} {
			if !has.Operations[op] {
				return fmt.Errorf("U-Net configuration: fused_attention %q cannot be used on the engine %s: it has no %s; leave it %q, or choose another engine", c.FusedAttention, be.Name(), op, FusedNone)
			}
		}
	}
	if c.BFloat16 && !has.DTypes[dtypes.BFloat16] {
		return fmt.Errorf("U-Net configuration: bfloat16 cannot be used on the engine %s: it has no such type", be.Name())
	}
	return nil
}
