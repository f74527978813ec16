"""Where the time of a training and of a sampling step goes on ONNX Runtime.

    VDM_ONNX_MODELS=build/profile go run ./vdm/bench -models
    build/torch/bin/python vdm/bench/profile.py build/profile > vdm/bench/PROFILE.md

`make profile` does both. The models are run by Python's onnxruntime of the same version,
with random inputs and ONNX Runtime's own profile, which takes time itself: shares count,
not milliseconds.
"""

import collections
import json
import os
import sys
import tempfile

import numpy
import onnxruntime

STEPS, ROWS = 12, 12


def opened(path, **settings):
    """Returns a session of a model with ONNX Runtime's own settings but these."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    for name, value in settings.items():
        setattr(options, name, value)
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def profile(path):
    """Returns the seconds of a step by operator and by operator with its shapes, and how often each runs."""
    session = opened(path, enable_profiling=True, profile_file_prefix=os.path.join(tempfile.mkdtemp(), "profile"))
    random = numpy.random.default_rng(0)
    kinds = {"tensor(float)": numpy.float32, "tensor(int64)": numpy.int64, "tensor(int32)": numpy.int32, "tensor(bool)": bool}
    feed = {}
    for one in session.get_inputs():
        kind = kinds[one.type]
        shape = [n if isinstance(n, int) else 1 for n in one.shape]
        feed[one.name] = (0.1 * random.standard_normal(shape)).astype(kind) if kind is numpy.float32 else numpy.zeros(shape, kind)
    for _ in range(STEPS):
        session.run(None, feed)
    with open(session.end_profiling()) as file:
        events = json.load(file)
    operators, shapes, counts = collections.Counter(), collections.Counter(), collections.Counter()
    for e in events:
        if e.get("cat") == "Node" and e["name"].endswith("_kernel_time"):
            name = e["args"]["op_name"]
            inputs = " ".join("×".join(map(str, dims)) for given in e["args"].get("input_type_shape", []) for dims in given.values() if dims)
            operators[name] += e["dur"]
            shapes[name, inputs] += e["dur"]
            counts[name] += 1
    return operators, shapes, counts


def main(folder):
    models = sorted((f for f in os.listdir(folder) if f.endswith(".onnx")), key=lambda f: os.path.getsize(os.path.join(folder, f)))
    # The two largest are those of the two steps; a training step returns the whole state.
    paths = [os.path.join(folder, f) for f in models[-2:]]
    paths.sort(key=lambda path: len(opened(path).get_outputs()))
    named = dict(zip(("sampling step", "training step"), paths))
    print("# Where the time of a step goes\n")
    print("Made by `make profile`: the network of `make bench` (dim 16, batch 4 of 10×32×32) on ONNX Runtime "
          f"{onnxruntime.__version__}, {os.cpu_count()} cores, shares of the time of all operators over {STEPS} steps. "
          "XLA's plugin for the CPU gives no such account.\n")
    for what in ("training step", "sampling step"):
        operators, shapes, counts = profile(named[what])
        total = sum(operators.values())
        print(f"## {what.capitalize()}\n\n| operator | share | times a step |\n|---|---|---|")
        for name, t in operators.most_common(ROWS):
            print(f"| {name} | {100 * t / total:.1f} % | {counts[name] // STEPS} |")
        print("\n| the largest, with the shapes of their inputs | share |\n|---|---|")
        for (name, inputs), t in shapes.most_common(ROWS):
            print(f"| {name} {inputs} | {100 * t / total:.1f} % |")
        print()


if __name__ == "__main__":
    main(sys.argv[1])
