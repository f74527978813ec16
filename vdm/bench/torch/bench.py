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
import resource
import statistics
import sys
import time

import torch
import torch.nn.functional as F

from unet3d import LAYOUTS, UNet3D, parameter_count


class Bench:
    """A network, its optimiser and a generator of inputs; each step returns its seconds."""

    def __init__(self, options):
        torch.manual_seed(options.seed)
        self.model = UNet3D(
            dim=options.dim,
            dim_mults=options.mults,
            heads=options.heads,
            dim_head=options.dim_head,
            channels=options.channels,
            layout=LAYOUTS[options.layout],
        )
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=1e-4, foreach=not options.single_adam)
        self.shape = (options.batch, options.channels, options.frames, options.height, options.width)

    def inputs(self):
        """A noisy clip, its logSNR, and a second clip of unit variance: target or noise."""
        log_snr = torch.empty(self.shape[0]).uniform_(-20, 20)
        return torch.randn(self.shape), log_snr, torch.randn(self.shape)

    def train(self):
        z, log_snr, target = self.inputs()
        start = time.perf_counter()
        self.optimiser.zero_grad(set_to_none=True)
        loss = F.mse_loss(self.model(z, log_snr), target)
        loss.backward()
        self.optimiser.step()
        loss.item()
        return time.perf_counter() - start

    @torch.inference_mode()
    def sample(self):
        z, log_snr, noise = self.inputs()
        log_snr[:] = log_snr[0]  # a sampler has the whole batch at one noise level
        start = time.perf_counter()
        v = self.model(z, log_snr)
        ancestral_step(z, v, noise, log_snr[0], log_snr[0] + 0.06)
        return time.perf_counter() - start

    def step(self, what):
        return self.train() if what == "train" else self.sample()


def ancestral_step(z, v, noise, log_snr_t, log_snr_s):
    """z_s from z_t by q(z_s | z_t, x̂) with the smaller variance, σ²_s (1 − e^(λ_t − λ_s))."""
    alpha_t, sigma_t = torch.sigmoid(log_snr_t).sqrt(), torch.sigmoid(-log_snr_t).sqrt()
    alpha_s, sigma_s = torch.sigmoid(log_snr_s).sqrt(), torch.sigmoid(-log_snr_s).sqrt()
    ratio = torch.exp(log_snr_t - log_snr_s)
    x = alpha_t * z - sigma_t * v
    mean = (ratio * alpha_s / alpha_t) * z + ((1 - ratio) * alpha_s) * x
    return mean + (sigma_s * (1 - ratio).sqrt()) * noise


def peak_rss():
    """Largest resident memory of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # kilobytes on Linux


def describe(bench, options):
    return {
        "parameters": parameter_count(bench.model),
        "shape": bench.shape,
        "layout": options.layout,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }


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
        **describe(bench, options),
        "peak_rss": peak_rss(),
    }


def serve(bench, options):
    """Answers each line of stdin with one line; the first step of a kind is preceded by the warm-up."""
    warm = set()
    for line in sys.stdin:
        what = line.strip()
        if what == "quit":
            return
        if what == "info":
            answer = describe(bench, options)
        elif what in ("train", "sample"):
            if what not in warm:
                warm.add(what)
                for _ in range(options.warmup):
                    bench.step(what)
            answer = {"what": what, "seconds": bench.step(what), "peak_rss": peak_rss()}
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
    parser.add_argument("--layout", choices=LAYOUTS, default="default")
    parser.add_argument("--single-adam", action="store_true", help="Adam tensor by tensor instead of in one call")
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--count", action="store_true", help="print the number of parameters and stop")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    bench = Bench(options)
    if options.count:
        print(parameter_count(bench.model))
    elif options.serve:
        serve(bench, options)
    else:
        for what in ("sample", "train") if options.what == "both" else (options.what,):
            print(json.dumps(measure(bench, what, options)), flush=True)


if __name__ == "__main__":
    main()
