"""The 3D U-Net of the dissertation in PyTorch: the peer that the Go network is timed and checked against.

Tensors are [batch, channel, frame, height, width]. Convolutions act on space only
(their kernels are [out, in, 1, k, k]), attention is factorised into space (each
frame alone) and time (each cell alone). Parameter names are those of the original
program, so a state dict of either loads into the other.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

GROUPS = 8  # of every group normalisation
SPATIAL_HEAD = 32  # head size of both spatial attentions, whatever the temporal one is
BUCKETS = 32  # rows of the relative position bias: 16 for n >= 0, 16 for n < 0
EXACT_DISTANCE = 8  # distances below this have a bucket each
MAX_DISTANCE = 32  # distances from here on share the last bucket


class Layout:
    """How a network computes its convolutions; the numbers are the same in all four.

    fold: frames become part of the batch and the convolution is 2-D; otherwise it is
      3-D with (1, k, k) kernels.
    channels_last: network inputs are arranged with channels innermost in memory.

    Measured (README.md): the four lie within about 20 % of each other, because the
    attentions take most of the time. Folded without channels_last used the least
    processor time in training and in sampling, so it is the default.
    """

    def __init__(self, fold=True, channels_last=False):
        self.fold = fold
        self.channels_last = channels_last

    def arrange(self, x):
        """Puts a network input into this layout's memory format."""
        if self.channels_last:
            return x.contiguous(memory_format=torch.channels_last_3d)
        return x.contiguous()

    def convolve(self, x, weight, bias, stride, padding, transposed):
        if not self.fold:
            convolution = F.conv_transpose3d if transposed else F.conv3d
            return convolution(x, weight, bias, (1, stride, stride), (0, padding, padding))
        b, c, f, h, w = x.shape
        frames = x.transpose(1, 2).reshape(b * f, c, h, w)
        convolution = F.conv_transpose2d if transposed else F.conv2d
        y = convolution(frames, weight.squeeze(2), bias, stride, padding)
        return y.view(b, f, *y.shape[1:]).transpose(1, 2)


LAYOUTS = {
    "default": Layout(),
    "conv2d-last": Layout(fold=True, channels_last=True),
    "conv2d": Layout(fold=True, channels_last=False),
    "conv3d-last": Layout(fold=False, channels_last=True),
    "conv3d": Layout(fold=False, channels_last=False),
}


class SpatialConv(nn.Module):
    """A convolution over height and width with zero padding; transposed: weight [in, out, 1, k, k]."""

    def __init__(self, layout, inputs, outputs, kernel, stride=1, padding=0, transposed=False):
        super().__init__()
        self.layout, self.stride, self.padding, self.transposed = layout, stride, padding, transposed
        ends = (inputs, outputs) if transposed else (outputs, inputs)
        self.weight = nn.Parameter(torch.empty(*ends, 1, kernel, kernel))
        self.bias = nn.Parameter(torch.empty(outputs))
        # PyTorch's own initialisation; it takes the second axis for the fan-in of both kinds.
        bound = 1 / math.sqrt(ends[1] * kernel * kernel)
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, x):
        return self.layout.convolve(x, self.weight, self.bias, self.stride, self.padding, self.transposed)


class LogSNREmbedding(nn.Module):
    """Sines, then cosines, of the raw logSNR [batch]; gives [batch, dim]."""

    def __init__(self, dim):
        super().__init__()
        half = dim // 2
        frequencies = torch.exp(-math.log(10000) / (half - 1) * torch.arange(half))
        self.register_buffer("frequencies", frequencies, persistent=False)

    def forward(self, log_snr):
        angles = log_snr[:, None] * self.frequencies
        return torch.cat((angles.sin(), angles.cos()), dim=1)


class ConvNorm(nn.Module):
    """Convolution, group norm over all frames and cells of a clip, optional modulation, SiLU."""

    def __init__(self, layout, inputs, outputs):
        super().__init__()
        self.proj = SpatialConv(layout, inputs, outputs, kernel=3, padding=1)
        self.norm = nn.GroupNorm(GROUPS, outputs, eps=1e-5)

    def forward(self, x, scale_shift=None):
        x = self.norm(self.proj(x).to(self.norm.weight.dtype))
        if scale_shift is not None:
            scale, shift = scale_shift[:, :, None, None, None].chunk(2, dim=1)
            x = torch.addcmul(shift, x, scale + 1)
        return F.silu(x)


class ResidualBlock(nn.Module):
    """Two ConvNorm and a shortcut; the embedding, where there is one, modulates the first."""

    def __init__(self, layout, inputs, outputs, embedding=None):
        super().__init__()
        if embedding is not None:
            self.mlp = nn.Sequential(nn.SiLU(), nn.Linear(embedding, 2 * outputs))
        self.block1 = ConvNorm(layout, inputs, outputs)
        self.block2 = ConvNorm(layout, outputs, outputs)
        same = inputs == outputs
        self.res_conv = nn.Identity() if same else SpatialConv(layout, inputs, outputs, kernel=1)

    def forward(self, x, embedding=None):
        scale_shift = None if embedding is None else self.mlp(embedding)
        return self.block2(self.block1(x, scale_shift)) + self.res_conv(x)


class ChannelNorm(nn.Module):
    """Layer norm over the last axis with a gain only; the gain is stored as [1, dim, 1, 1, 1]."""

    def __init__(self, dim):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(1, dim, 1, 1, 1))

    def forward(self, x):
        return F.layer_norm(x.to(self.gamma.dtype), x.shape[-1:], self.gamma.flatten(), eps=1e-5)


class Wrapper(nn.Module):
    """Holds fn and nothing else: it is there for the parameters' names."""

    def __init__(self, fn):
        super().__init__()
        self.fn = fn

    def forward(self, *inputs):
        return self.fn(*inputs)


class PreNorm(nn.Module):
    """fn of the normalised input."""

    def __init__(self, dim, fn):
        super().__init__()
        self.norm = ChannelNorm(dim)
        self.fn = fn

    def forward(self, x, *more):
        return self.fn(self.norm(x), *more)


class Residual(Wrapper):
    """x + fn(x); fn sees the channels as the last axis: [batch, frame, height, width, channel]."""

    def forward(self, x, *more):
        return x + self.fn(x.permute(0, 2, 3, 4, 1), *more).permute(0, 4, 1, 2, 3)


class Pointwise(nn.Module):
    """A linear map of the last axis whose weight is stored as a 1×1 convolution's."""

    def __init__(self, inputs, outputs, bias):
        super().__init__()
        bound = 1 / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.empty(outputs, inputs, 1, 1).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(outputs).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        return F.linear(x, self.weight.flatten(1), self.bias)


class SpatialLinearAttention(nn.Module):
    """Attention inside each frame at a cost linear in the number of cells."""

    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.to_qkv = Pointwise(dim, 3 * heads * SPATIAL_HEAD, bias=False)
        self.to_out = Pointwise(heads * SPATIAL_HEAD, dim, bias=True)

    def forward(self, x):
        b, f, h, w, _ = x.shape
        qkv = self.to_qkv(x).view(b * f, h * w, 3, self.heads, SPATIAL_HEAD)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each [frames, heads, cells, head dimension]
        q = q.softmax(dim=-1) * SPATIAL_HEAD**-0.5
        k = k.softmax(dim=-2)
        context = k.transpose(-1, -2) @ v
        y = (q @ context).transpose(1, 2).reshape(b, f, h, w, -1)
        return self.to_out(y)


class SpatialAttention(nn.Module):
    """Softmax attention over the cells of each frame, without position information."""

    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.to_qkv = nn.Linear(dim, 3 * heads * SPATIAL_HEAD, bias=False)
        self.to_out = nn.Linear(heads * SPATIAL_HEAD, dim, bias=False)

    def forward(self, x):
        b, f, h, w, _ = x.shape
        qkv = self.to_qkv(x).view(b * f, h * w, 3, self.heads, SPATIAL_HEAD)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        weights = (q * SPATIAL_HEAD**-0.5 @ k.transpose(-1, -2)).softmax(dim=-1)
        y = (weights @ v).transpose(1, 2).reshape(b, f, h, w, -1)
        return self.to_out(y)


class Rotary(nn.Module):
    """Turns interleaved pairs of the first min(32, head) dimensions by frame · frequency."""

    def __init__(self, head):
        super().__init__()
        self.pairs = head // 2
        width = min(32, head)
        self.register_buffer("freqs", 10000.0 ** (-torch.arange(0, width, 2) / width))

    def factors(self, frames):
        """e^(i·angle) for each frame and pair, [frames, head/2]; one for the pairs that do not turn."""
        frequencies = F.pad(self.freqs, (0, self.pairs - len(self.freqs)))
        angles = torch.arange(frames, dtype=self.freqs.dtype)[:, None] * frequencies
        return torch.polar(torch.ones_like(angles), angles)

    @staticmethod
    def turn(x, factors):
        """x: [..., head]; factors broadcast against [..., head/2]. One complex product, no copy of halves."""
        pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)))
        return torch.view_as_real(pairs * factors).flatten(-2)


class TemporalAttention(nn.Module):
    """Softmax attention over the frames of each cell; bias [heads, frames, frames] is added to the logits."""

    def __init__(self, dim, heads, head):
        super().__init__()
        if head % 2:
            raise ValueError(f"temporal head size {head}: expected an even number, rotary embedding turns pairs")
        self.heads, self.head = heads, head
        self.rotary_emb = Rotary(head)
        self.to_qkv = nn.Linear(dim, 3 * heads * head, bias=False)
        self.to_out = nn.Linear(heads * head, dim, bias=False)

    def forward(self, x, bias):
        b, f, h, w, c = x.shape
        # Frames are made neighbours in memory before the channels grow to q, k and v.
        x = x.reshape(b, f, h * w, c).transpose(1, 2)
        qkv = self.to_qkv(x).view(b * h * w, f, 3, self.heads, self.head)
        qk, v = qkv.split((2, 1), dim=2)
        # One product turns q and k; the scale of the logits rides on q's factors.
        factors = self.rotary_emb.factors(f)[:, None, None]
        factors = torch.cat((factors * self.head**-0.5, factors), dim=1)
        q, k = self.rotary_emb.turn(qk, factors).permute(2, 0, 3, 1, 4)  # [cells, heads, frames, head dimension]
        v = v.squeeze(2).transpose(1, 2)
        weights = (q @ k.transpose(-1, -2) + bias).softmax(dim=-1)
        y = (weights @ v).transpose(1, 2).reshape(b, h * w, f, -1)
        return self.to_out(y).transpose(1, 2).reshape(b, f, h, w, c)


class RelativePositionBias(nn.Module):
    """One bias per head and bucket of the distance n = query − key; gives [heads, frames, frames]."""

    def __init__(self, heads):
        super().__init__()
        self.relative_attention_bias = nn.Embedding(BUCKETS, heads)

    @staticmethod
    def buckets(frames):
        position = torch.arange(frames)
        n = position[:, None] - position[None, :]
        half = BUCKETS // 2
        distance = n.abs()
        ratio = torch.log(distance.clamp(min=1) / EXACT_DISTANCE) / math.log(MAX_DISTANCE / EXACT_DISTANCE)
        far = EXACT_DISTANCE + torch.floor(ratio * (half - EXACT_DISTANCE)).long()
        bucket = torch.where(distance < EXACT_DISTANCE, distance, far.clamp(max=half - 1))
        return bucket + half * (n < 0)

    def forward(self, frames):
        return self.relative_attention_bias(self.buckets(frames)).permute(2, 0, 1)


class UNet3D(nn.Module):
    """v̂ = network(z, logSNR): z [batch, channels, frames, height, width], logSNR [batch].

    Height and width must be divisible by 2^(levels − 1), every width by eight.
    """

    def __init__(self, dim=64, dim_mults=(1, 2, 4, 8), heads=8, dim_head=32, channels=1, out_channels=None, layout=None):
        super().__init__()
        out_channels = channels if out_channels is None else out_channels
        self.layout = layout = Layout() if layout is None else layout
        widths = [dim] + [dim * multiple for multiple in dim_mults]
        levels = list(zip(widths[:-1], widths[1:]))
        embedding = 4 * dim

        def block(inputs, outputs):
            return ResidualBlock(layout, inputs, outputs, embedding)

        def linear(width):
            return Residual(PreNorm(width, SpatialLinearAttention(width, heads)))

        def temporal(width):
            return Residual(PreNorm(width, Wrapper(TemporalAttention(width, heads, dim_head))))

        def resample(width, last, transposed):
            if last:
                return nn.Identity()
            return SpatialConv(layout, width, width, kernel=4, stride=2, padding=1, transposed=transposed)

        self.time_rel_pos_bias = RelativePositionBias(heads)
        self.init_conv = SpatialConv(layout, channels, dim, kernel=7, padding=3)
        self.init_temporal_attn = temporal(dim)
        self.time_mlp = nn.Sequential(
            LogSNREmbedding(dim), nn.Linear(dim, embedding), nn.GELU(), nn.Linear(embedding, embedding)
        )
        self.downs = nn.ModuleList()
        for i, (narrow, wide) in enumerate(levels):
            down = resample(wide, i == len(levels) - 1, transposed=False)
            self.downs.append(
                nn.ModuleList([block(narrow, wide), block(wide, wide), linear(wide), temporal(wide), down])
            )
        deepest = widths[-1]
        self.mid_block1 = block(deepest, deepest)
        self.mid_spatial_attn = Residual(PreNorm(deepest, Wrapper(SpatialAttention(deepest, heads))))
        self.mid_temporal_attn = temporal(deepest)
        self.mid_block2 = block(deepest, deepest)
        self.ups = nn.ModuleList()
        for i, (narrow, wide) in enumerate(reversed(levels)):
            up = resample(narrow, i == len(levels) - 1, transposed=True)
            self.ups.append(
                nn.ModuleList([block(2 * wide, narrow), block(narrow, narrow), linear(narrow), temporal(narrow), up])
            )
        self.final_conv = nn.Sequential(
            ResidualBlock(layout, 2 * dim, dim), SpatialConv(layout, dim, out_channels, kernel=1)
        )

    def forward(self, z, log_snr):
        bias = self.time_rel_pos_bias(z.shape[2])
        embedding = self.time_mlp(log_snr)
        x = self.init_conv(self.layout.arrange(z))
        x = start = self.init_temporal_attn(x, bias)
        skips = []
        for block1, block2, spatial, temporal, down in self.downs:
            x = block2(block1(x, embedding), embedding)
            x = temporal(spatial(x), bias)
            skips.append(x)
            x = down(x)
        x = self.mid_block1(x, embedding)
        x = self.mid_temporal_attn(self.mid_spatial_attn(x), bias)
        x = self.mid_block2(x, embedding)
        for block1, block2, spatial, temporal, up in self.ups:
            x = torch.cat((x, skips.pop()), dim=1)
            x = block2(block1(x, embedding), embedding)
            x = up(temporal(spatial(x), bias))
        return self.final_conv(torch.cat((x, start), dim=1))


def parameter_count(model):
    """The number of trained values."""
    return sum(p.numel() for p in model.parameters())
