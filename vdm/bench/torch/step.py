"""One training step and one sampling step of the PyTorch network, each timed by itself."""

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
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=1e-4, foreach=True)
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

    def describe(self):
        """What was timed, for the records that bench.py prints."""
        return {
            "parameters": parameter_count(self.model),
            "shape": self.shape,
            "threads": torch.get_num_threads(),
            "torch": torch.__version__,
        }


def ancestral_step(z, v, noise, log_snr_t, log_snr_s):
    """z_s from z_t by q(z_s | z_t, x̂) with the smaller variance, σ²_s (1 − e^(λ_t − λ_s))."""
    alpha_t, sigma_t = torch.sigmoid(log_snr_t).sqrt(), torch.sigmoid(-log_snr_t).sqrt()
    alpha_s, sigma_s = torch.sigmoid(log_snr_s).sqrt(), torch.sigmoid(-log_snr_s).sqrt()
    ratio = torch.exp(log_snr_t - log_snr_s)
    x = alpha_t * z - sigma_t * v
    mean = (ratio * alpha_s / alpha_t) * z + ((1 - ratio) * alpha_s) * x
    return mean + (sigma_s * (1 - ratio).sqrt()) * noise
