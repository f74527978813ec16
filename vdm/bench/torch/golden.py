"""Makes the golden files of the Go network's tests: python3 golden.py FOLDER

Weights and inputs are drawn in float32 from a fixed seed, everything is computed in
float64 and stored as float32, so the only error in a file is the last rounding. The
layout is that of check.py's input; metadata "computed" says the precision.
"""

import argparse
import os

import torch

import tensorfile
from check import network
from unet3d import GROUPS

# golden_tiny: two levels; eleven frames, so that distances of 8 and more share buckets
# of the position bias; the gradient of every parameter (but see vanishing).
# golden_channels: three levels, widening and narrowing; two channels in and out; a
# temporal head wider than the rotary part (32) and than the spatial heads.
FILES = {
    "golden_tiny.safetensors": {
        "dim": 8, "dim_mults": "1,2", "heads": 2, "dim_head": 16,
        "frames": 11, "size": 8, "batch": 2, "seed": 1, "gradients": "all",
    },
    "golden_channels.safetensors": {
        "dim": 8, "dim_mults": "1,2,1", "heads": 2, "dim_head": 40, "channels": 2, "out_channels": 2,
        "frames": 4, "size": 16, "batch": 2, "seed": 2, "gradients": "some",
    },
}

SOME_GRADIENTS = (
    "time_rel_pos_bias.relative_attention_bias.weight",
    "init_conv.weight",
    "init_conv.bias",
    "time_mlp.1.weight",
    "downs.0.2.fn.fn.to_qkv.weight",
    "downs.0.4.weight",
    "downs.1.0.mlp.1.weight",
    "downs.1.3.fn.fn.fn.to_qkv.weight",
    "mid_spatial_attn.fn.fn.fn.to_qkv.weight",
    "mid_temporal_attn.fn.fn.fn.to_qkv.weight",
    "ups.1.4.weight",
    "ups.2.0.res_conv.weight",
    "final_conv.0.block1.norm.weight",
    "final_conv.1.weight",
    "final_conv.1.bias",
)


def draw(shape, generator, low=None, high=None):
    """float32 values in a float64 tensor: standard normal, or uniform between two bounds."""
    if low is None:
        values = torch.randn(shape, generator=generator, dtype=torch.float32)
    else:
        values = torch.rand(shape, generator=generator, dtype=torch.float32) * (high - low) + low
    return values.double()


def randomise(model, generator):
    """Draws every parameter, away from the values (gain 1, offset 0) that would hide a mistake."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            shape = parameter.shape
            if name.endswith(("gamma", "norm.weight")):
                parameter.copy_(draw(shape, generator, 0.5, 1.5))
            elif "relative_attention_bias" in name:
                parameter.copy_(draw(shape, generator))
            elif parameter.dim() == 1:
                parameter.copy_(draw(shape, generator, -0.5, 0.5))
            else:
                bound = shape[1:].numel() ** -0.5
                parameter.copy_(draw(shape, generator, -bound, bound).mul_(1.5).float())


def vanishing(name, parameter):
    """Whether a gradient is zero by construction, so that no relative error has a meaning.

    A group norm with one channel a group takes away whatever a convolution's bias adds.
    """
    return name.endswith(".proj.bias") and parameter.numel() == GROUPS


def golden(description):
    """The tensors and metadata of one file."""
    generator = torch.Generator().manual_seed(description["seed"])
    metadata = {key: str(value) for key, value in description.items() if key not in ("batch", "gradients")}
    metadata["computed"] = "float64 throughout from float32 weights and inputs, stored as float32"
    model = network(metadata)
    randomise(model, generator)
    cells = (description["frames"], description["size"], description["size"])
    channels = description.get("channels", 1)
    batch = description["batch"]
    z = draw((batch, channels, *cells), generator).requires_grad_()
    log_snr = draw((batch,), generator, -20, 20)
    cotangent = draw((batch, description.get("out_channels", channels), *cells), generator)
    v = model(z, log_snr)
    v.backward(cotangent)

    tensors = {"param." + name: value for name, value in model.state_dict().items()}
    tensors.update({
        "input.z": z, "input.log_snr": log_snr, "output.v": v, "cotangent.v": cotangent, "grad.z": z.grad,
    })
    parameters = dict(model.named_parameters())
    wanted = SOME_GRADIENTS
    if description["gradients"] == "all":
        wanted = [name for name, parameter in parameters.items() if not vanishing(name, parameter)]
        metadata["omitted"] = f"grad.param of .proj.bias with {GROUPS} channels: zero by construction"
    tensors.update({"grad.param." + name: parameters[name].grad for name in wanted})
    return {name: value.detach().float().numpy() for name, value in tensors.items()}, metadata


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    folder = parser.parse_args().folder
    torch.set_default_dtype(torch.float64)
    for name, description in FILES.items():
        path = os.path.join(folder, name)
        tensorfile.write(path, *golden(description))
        print(path, os.path.getsize(path), "bytes")


if __name__ == "__main__":
    main()
