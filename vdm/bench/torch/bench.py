"""Times one training step and one sampling step of the PyTorch network.

  python3 bench.py                      both, one JSON line each
  python3 bench.py --what sample --threads 1 --repeats 20
  python3 bench.py --serve              steps on demand: "train", "sample", "info" or "quit" on
                                        stdin, one JSON line on stdout for each (none for quit)
  python3 bench.py --count --dim 64 --mults 1,2,4,8 --heads 8

A training step: forward, mean squared error to a v target, backward, Adam. A sampling
step: forward without gradients and the linear ancestral update. Every step has fresh
random inputs, drawn before its clock starts.
"""

import argparse
import json
import os
import resource
import statistics
import sys

LAYOUTS = ("default", "conv2d-last", "conv2d", "conv3d-last", "conv3d")  # of unet3d.py, which is imported later


def set_threads(options):
    """Sets the thread pools, which read their environment once, when torch is imported.

    PyTorch's own pool (OpenMP) and that of the BLAS (OpenBLAS has another) would otherwise
    spin against each other for the same cores between two operations: on two cores a step
    takes up to ten times as long while other programs run. Two BLAS threads were slower
    than one as well: most matrices here are small.
    """
    if options.threads:
        os.environ["OMP_NUM_THREADS"] = str(options.threads)
    os.environ["OPENBLAS_NUM_THREADS"] = str(options.blas_threads)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def peak_rss():
    """Largest resident memory of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # kilobytes on Linux


def peak_device():
    import step

    return step.peak_device()


def measure(bench, what, options):
    for _ in range(options.warmup):
        bench.step(what)
    seconds = [bench.step(what) for _ in range(options.repeats)]
    return {
        "what": what,
        "median": statistics.median(seconds),
        "min": min(seconds),
        "max": max(seconds),
        "repeats": len(seconds),
        **bench.describe(),
        "peak_rss": peak_rss(),
        "peak_device": peak_device(),
    }


def serve(bench, options):
    """Answers each line of stdin with one line; the first step of a kind is preceded by the warm-up.

    "first" in an answer is what the very first step of the kind took: torch.compile works then.
    """
    first = {}
    for line in sys.stdin:
        what = line.strip()
        if what == "quit":
            return
        if what == "info":
            answer = bench.describe()
        elif what in ("train", "sample"):
            if what not in first:
                first[what], *_ = [bench.step(what) for _ in range(max(1, options.warmup))]
            answer = {"what": what, "seconds": bench.step(what), "first": first[what], "peak_rss": peak_rss(), "peak_device": peak_device()}
        else:
            answer = {"error": f"{what!r}: expected train, sample, info or quit"}
        print(json.dumps(answer), flush=True)


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text}: expected at least 1")
    return value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dim", type=positive, default=16)
    parser.add_argument("--mults", type=lambda text: tuple(positive(part) for part in text.split(",")), default=(1, 2))
    parser.add_argument("--heads", type=positive, default=2)
    parser.add_argument("--dim-head", type=positive, default=32)
    parser.add_argument("--channels", type=positive, default=1)
    parser.add_argument("--batch", type=positive, default=4)
    parser.add_argument("--frames", type=positive, default=10)
    parser.add_argument("--height", type=positive, default=32)
    parser.add_argument("--width", type=positive, default=32)
    parser.add_argument("--threads", type=positive, default=None, help="default: PyTorch's choice")
    parser.add_argument("--repeats", type=positive, default=10)
    parser.add_argument("--warmup", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--what", choices=("train", "sample", "both"), default="both")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--precision", choices=("float32", "tf32", "bfloat16"), default="float32")
    parser.add_argument("--compile", action="store_true", help="torch.compile, of PyTorch 2")
    parser.add_argument("--layout", choices=LAYOUTS, default="default")
    parser.add_argument("--blas-threads", type=positive, default=1, help="of OpenBLAS, which has its own pool")
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--count", action="store_true", help="print the number of parameters and stop")
    options = parser.parse_args()
    set_threads(options)
    import step  # here, because it imports torch

    bench = step.Bench(options)
    if options.count:
        print(bench.describe()["parameters"])
    elif options.serve:
        serve(bench, options)
    else:
        for what in ("sample", "train") if options.what == "both" else (options.what,):
            print(json.dumps(measure(bench, what, options)), flush=True)


if __name__ == "__main__":
    main()
