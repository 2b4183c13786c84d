#!/usr/bin/env python3
"""Writes quantization.json: fake quantization of values and of weights in PyTorch, with gradients.

Values go through a moving-average observer of min and max and a fake quantization to 0 ... 255, batch after batch; the first
batch sets the range. Weights are rounded symmetrically, by torch.fake_quantize_per_channel_affine for the outputs and the
gradients by the weights, and by the learned step size of Esser et al. (arXiv:1902.08153) for those by the steps. Convolution
weights are stored as [KH, KW, in, out]. Gradients are those of the sum of output element i times cos(i).

Run with a Python that has torch: python Tests/ExecutionTests/Fixtures/generate_quantization.py
"""

import json
import math
import pathlib
import warnings

import torch

warnings.filterwarnings("ignore")
from torch.ao.quantization import FakeQuantize, MovingAverageMinMaxObserver

torch.set_num_threads(1)
torch.manual_seed(5)


def weighted_sum(y):
    return (y * torch.tensor([math.cos(i) for i in range(y.numel())]).reshape(y.shape)).sum()


def values(shape, low, high, momentum, batches=4):
    quantize = FakeQuantize.with_args(
        observer=MovingAverageMinMaxObserver, averaging_constant=momentum, quant_min=0, quant_max=255,
        dtype=torch.quint8, qscheme=torch.per_tensor_affine)()
    steps = []
    for batch in range(batches):
        # The last batch leaves the range by far, so that much is cut off.
        x = (torch.rand(shape) * (high - low) + low) * (3 if batch == batches - 1 else 1)
        x.requires_grad_()
        y = quantize(x)
        weighted_sum(y).backward()
        observer = quantize.activation_post_process
        steps.append({"x": x.detach().flatten().tolist(), "output": y.detach().flatten().tolist(),
                      "gradient": x.grad.flatten().tolist(),
                      "range": [observer.min_val.item(), observer.max_val.item()],
                      "step": quantize.scale.item(), "zero": quantize.zero_point.item()})
    return {"shape": shape, "momentum": momentum, "batches": steps}


def learned(weight, steps, bits, axis):
    """The rounding whose error is held fixed where the rounded number is not cut off, so that its gradient by the steps is
    eq. 3 of Esser et al., times their factor."""
    largest = 2 ** (bits - 1) - 1
    factor = 1 / math.sqrt(weight.numel() // steps.numel() * largest)
    s = (steps - steps * factor).detach() + steps * factor
    if steps.numel() > 1:
        s = s.reshape([-1 if a == axis else 1 for a in range(weight.dim())])
    v = weight / s
    q = v.detach().round()
    return torch.where(q.abs() <= largest, (q - v).detach() + v, q.clamp(-largest, largest)) * s


def weights(shape, bits, per_channel):
    axis = 0 if len(shape) == 2 else len(shape) - 1
    largest = 2 ** (bits - 1) - 1
    weight = torch.randn(shape)
    # Half as large as Esser et al. begin, so that a part of the weights is cut off.
    mean = weight.abs().mean([a for a in range(len(shape)) if a != axis]) if per_channel else weight.abs().mean()
    steps = (2 * mean / math.sqrt(largest)).reshape(-1) * (0.25 + torch.rand(shape[axis] if per_channel else 1) / 2)
    w = weight.clone().requires_grad_()
    if per_channel:
        zeros = torch.zeros(shape[axis], dtype=torch.int32)
        y = torch.fake_quantize_per_channel_affine(w, steps, zeros, axis, -largest, largest)
    else:
        y = torch.fake_quantize_per_tensor_affine(w, steps.item(), 0, -largest, largest)
    weighted_sum(y).backward()
    s = steps.clone().requires_grad_()
    by_hand = weight.clone().requires_grad_()
    z = learned(by_hand, s, bits, axis)
    weighted_sum(z).backward()
    assert torch.allclose(y, z, atol=1e-6) and torch.allclose(w.grad, by_hand.grad, atol=1e-6)
    # PyTorch's own learned steps agree.
    t, u = steps.clone().requires_grad_(), weight.clone().requires_grad_()
    factor = 1 / math.sqrt(weight.numel() // steps.numel() * largest)
    if per_channel:
        own = torch._fake_quantize_learnable_per_channel_affine(
            u, t, torch.zeros_like(t), axis, -largest, largest, factor)
    else:
        own = torch._fake_quantize_learnable_per_tensor_affine(u, t, torch.zeros_like(t), -largest, largest, factor)
    weighted_sum(own).backward()
    assert torch.allclose(t.grad, s.grad, atol=1e-5), (t.grad, s.grad)
    return {"shape": shape, "bits": bits, "weights": weight.flatten().tolist(), "steps": steps.tolist(),
            "output": y.detach().flatten().tolist(), "gradient": w.grad.flatten().tolist(),
            "stepsGradient": s.grad.tolist()}


fixture = {
    "values": [values([6, 7], -1.3, 2.2, 0.01), values([3, 33], 0.0, 5.0, 0.1), values([2, 4, 5, 3], -4.0, -1.0, 0.5)],
    "weights": [weights(shape, bits, per_channel) for shape in ([5, 19], [3, 2, 4, 9]) for bits in (2, 3, 4, 8)
                for per_channel in (True, False)],
}
path = pathlib.Path(__file__).with_name("quantization.json")
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
