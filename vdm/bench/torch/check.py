"""Compares the PyTorch network with a reference file: python3 check.py FILE.safetensors…

Prints the relative L2 error of the output, of the input gradient and of every
parameter gradient in the file; exits with status 1 when one is too large. --double
computes in float64, --layout as in bench.py.
"""

import argparse
import sys

import torch

import tensorfile
from unet3d import LAYOUTS, UNet3D

OUTPUT_LIMIT = 5e-6
GRADIENT_LIMIT = 1e-4


def network(metadata, layout="default"):
    """The network that a file's metadata describe, with weights yet to be loaded."""
    channels = int(metadata.get("channels", 1))
    return UNet3D(
        dim=int(metadata["dim"]),
        dim_mults=tuple(int(multiple) for multiple in metadata["dim_mults"].split(",")),
        heads=int(metadata["heads"]),
        dim_head=int(metadata["dim_head"]),
        channels=channels,
        out_channels=int(metadata.get("out_channels", channels)),
        layout=LAYOUTS[layout],
    )


def relative_error(got, want):
    return float((got.double() - want.double()).norm() / want.double().norm())


def errors(path, layout="default"):
    """Yields (name, relative L2 error, limit) for each result in the file, in torch's default dtype."""
    tensors, metadata = tensorfile.read(path)
    dtype = torch.get_default_dtype()
    tensors = {name: torch.from_numpy(value).to(dtype) for name, value in tensors.items()}
    model = network(metadata, layout)
    model.load_state_dict({name[6:]: value for name, value in tensors.items() if name.startswith("param.")})
    z = tensors["input.z"].clone().requires_grad_()
    v = model(z, tensors["input.log_snr"])
    v.backward(tensors["cotangent.v"])
    yield "output.v", relative_error(v.detach(), tensors["output.v"]), OUTPUT_LIMIT
    yield "grad.z", relative_error(z.grad, tensors["grad.z"]), GRADIENT_LIMIT
    for name, parameter in model.named_parameters():
        key = "grad.param." + name
        if key in tensors:
            yield key, relative_error(parameter.grad, tensors[key]), GRADIENT_LIMIT


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="+")
    parser.add_argument("--double", action="store_true")
    parser.add_argument("--layout", choices=LAYOUTS, default="default")
    options = parser.parse_args()
    if options.double:
        torch.set_default_dtype(torch.float64)
    failed = False
    for path in options.file:
        print(path)
        for name, error, limit in errors(path, options.layout):
            bad = not error <= limit  # also true for NaN
            failed |= bad
            print(f"  {error:9.2e}  {name}" + (f"  FAILED: above {limit:g}" if bad else ""))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
