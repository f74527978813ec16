"""One training step and one sampling step of the PyTorch network, each timed by itself."""

import time

import torch
import torch.nn.functional as F

from unet3d import LAYOUTS, UNet3D, parameter_count


class Bench:
    """A network, its optimiser and a generator of inputs; each step returns its seconds.

    On a GPU a step ends when the device has done it. bfloat16 is automatic mixed precision:
    master weights, norms and softmax stay float32.
    """

    def __init__(self, options):
        torch.manual_seed(options.seed)
        self.device = torch.device(options.device)
        self.half = options.precision == "bfloat16"
        torch.backends.cuda.matmul.allow_tf32 = options.precision == "tf32"
        torch.backends.cudnn.allow_tf32 = options.precision == "tf32"
        torch.backends.cudnn.benchmark = True
        network = UNet3D(
            dim=options.dim,
            dim_mults=options.mults,
            heads=options.heads,
            dim_head=options.dim_head,
            channels=options.channels,
            layout=LAYOUTS[options.layout],
        ).to(self.device)
        self.parameters = parameter_count(network)
        self.optimiser = torch.optim.Adam(network.parameters(), lr=1e-4, foreach=True)
        self.model = torch.compile(network) if options.compile else network
        self.shape = (options.batch, options.channels, options.frames, options.height, options.width)

    def inputs(self):
        """A noisy clip, its logSNR, and a second clip of unit variance: target or noise."""
        log_snr = torch.empty(self.shape[0], device=self.device).uniform_(-20, 20)
        z = torch.randn(self.shape, device=self.device)
        other = torch.randn(self.shape, device=self.device)
        self.wait()
        return z, log_snr, other

    def wait(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def network(self, z, log_snr):
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.half):
            return self.model(z, log_snr)

    def train(self):
        z, log_snr, target = self.inputs()
        start = time.perf_counter()
        self.optimiser.zero_grad(set_to_none=True)
        loss = F.mse_loss(self.network(z, log_snr).float(), target)
        loss.backward()
        self.optimiser.step()
        loss.item()
        self.wait()
        return time.perf_counter() - start

    @torch.inference_mode()
    def sample(self):
        z, log_snr, noise = self.inputs()
        log_snr[:] = log_snr[0]  # a sampler has the whole batch at one noise level
        start = time.perf_counter()
        v = self.network(z, log_snr)
        ancestral_step(z, v, noise, log_snr[0], log_snr[0] + 0.06)
        self.wait()
        return time.perf_counter() - start

    def step(self, what):
        return self.train() if what == "train" else self.sample()

    def describe(self):
        """What was timed, for the records that bench.py prints."""
        return {
            "parameters": self.parameters,
            "shape": self.shape,
            "threads": torch.get_num_threads(),
            "torch": torch.__version__,
            "device": torch.cuda.get_device_name() if self.device.type == "cuda" else "cpu",
        }


def peak_device():
    """Largest memory that tensors took on the GPU so far, in bytes; 0 without one."""
    return torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0


def ancestral_step(z, v, noise, log_snr_t, log_snr_s):
    """z_s from z_t by q(z_s | z_t, x̂) with the smaller variance, σ²_s (1 − e^(λ_t − λ_s))."""
    alpha_t, sigma_t = torch.sigmoid(log_snr_t).sqrt(), torch.sigmoid(-log_snr_t).sqrt()
    alpha_s, sigma_s = torch.sigmoid(log_snr_s).sqrt(), torch.sigmoid(-log_snr_s).sqrt()
    ratio = torch.exp(log_snr_t - log_snr_s)
    x = alpha_t * z - sigma_t * v
    mean = (ratio * alpha_s / alpha_t) * z + ((1 - ratio) * alpha_s) * x
    return mean + (sigma_s * (1 - ratio).sqrt()) * noise
