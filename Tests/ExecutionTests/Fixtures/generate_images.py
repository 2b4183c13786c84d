#!/usr/bin/env python3
"""Writes images.json: forward and backward of all operations and losses in PyTorch.

Element i of input number k of a case is sin(0.7 i + 1.3 k + case) + cos(0.31 i k) / 3, in float32; targets and labels are
stored. Images are stored channels last and convolution weights as [KH, KW, in / groups, out], as hpo has them. The
gradients are those of the sum of output element i times cos(i).

Run with a Python that has torch: python Tests/ExecutionTests/Fixtures/generate_images.py
"""

import json
import math
import pathlib
import random

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
random.seed(11)


def elements(case, number, shape):
    count = math.prod(shape)
    values = [math.sin(0.7 * i + 1.3 * number + case) + math.cos(0.31 * i * number) / 3 for i in range(count)]
    return torch.tensor(values).reshape(shape)


def first(x):
    """Channels last to channels first."""
    return x.permute(0, 3, 1, 2)


def last(x):
    return x.permute(0, 2, 3, 1)


def finish(case, inputs, output):
    weights = torch.tensor([math.cos(i) for i in range(output.numel())]).reshape(output.shape)
    (output * weights).sum().backward()
    case["output"] = output.detach().flatten().tolist()
    case["gradients"] = [x.grad.flatten().tolist() for x in inputs]
    return case


def leaves(number, shapes):
    return [elements(number, k, shape).requires_grad_() for k, shape in enumerate(shapes)]


def convolved(number, shapes, stride, padding, dilation, groups):
    inputs = leaves(number, shapes)
    weight = inputs[1].permute(3, 2, 0, 1).contiguous()
    output = last(F.conv2d(first(inputs[0]), weight, inputs[2], stride, padding, dilation, groups))
    case = {"kind": "convolution", "number": number, "shapes": shapes, "stride": stride, "padding": padding,
            "dilation": dilation, "groups": groups}
    return finish(case, inputs, output)


def convolution(number):
    kind = number % 4
    groups = random.choice([1, 2, 3]) if kind == 1 else 1
    inner, outer = random.choice([1, 2, 3, 5]), random.choice([1, 3, 4, 17])
    if kind == 2:
        groups, inner, outer = random.choice([3, 8, 17]), 1, 1
    window = [random.choice([1, 2, 3, 4]), random.choice([1, 3, 5])]
    stride = [random.choice([1, 2, 4]), random.choice([1, 2, 3])]
    padding = [random.choice([0, 1, 2]), random.choice([0, 1])]
    dilation = [random.choice([1, 2]), random.choice([1, 3])] if kind == 3 else [1, 1]
    extent = [(window[a] - 1) * dilation[a] + random.randint(1, 6) for a in (0, 1)]
    batch, c, o = random.choice([1, 2, 3]), inner * groups, outer * groups
    shapes = [[batch, *extent, c], [*window, inner, o], [o]]
    return convolved(number, shapes, stride, padding, dilation, groups)


def pooling(number, kind):
    window = [random.choice([1, 2, 3]), random.choice([2, 3])]
    stride = [random.choice([1, 2, 4]), random.choice([1, 2, 3])]
    padding = [random.randint(0, w // 2) for w in window]
    shape = [random.choice([1, 2]), window[0] + random.randint(0, 5), window[1] + random.randint(0, 5),
             random.choice([1, 3, 17])]
    inputs = leaves(number, [shape])
    x = first(inputs[0])
    if kind == "maxPooling":
        output = last(F.max_pool2d(x, window, stride, padding))
    elif kind == "globalAveragePooling":
        output = x.mean(dim=(2, 3))
    else:
        output = last(F.avg_pool2d(x, window, stride, padding, count_include_pad=kind == "averagePooling"))
    case = {"kind": kind, "number": number, "shapes": [shape], "window": window, "stride": stride, "padding": padding}
    return finish(case, inputs, output)


def batch_normalization(number, batch=None):
    shape = [batch or random.choice([2, 3]), random.choice([1, 4]), random.choice([2, 5]), random.choice([1, 3, 17])]
    channels = shape[3]
    inputs = leaves(number, [shape, [channels], [channels]])
    mean, variance = torch.zeros(channels), torch.ones(channels)
    steps = []
    for _ in range(3):
        output = F.batch_norm(first(inputs[0]), mean, variance, inputs[1], inputs[2], True, 0.1, 1e-5)
        steps = mean.tolist() + variance.tolist()
    case = finish({"kind": "batchNormalization", "number": number, "shapes": [shape, [channels], [channels]]},
                  inputs, last(output))
    case["running"] = steps
    return case


def layer_normalization(number):
    shape, channels = [3, 2, random.choice([5, 17])], None
    channels = shape[2]
    inputs = leaves(number, [shape, [channels], [channels]])
    output = F.layer_norm(inputs[0], [channels], inputs[1], inputs[2], 1e-5)
    return finish({"kind": "layerNormalization", "number": number, "shapes": [shape, [channels], [channels]]},
                  inputs, output)


ACTIVATIONS = {
    "relu": F.relu, "relu6": lambda x: F.relu6(4 * x), "leakyReLU": F.leaky_relu, "elu": F.elu, "gelu": F.gelu,
    "silu": F.silu, "hardSwish": lambda x: F.hardswish(3 * x), "tanh": torch.tanh, "sigmoid": torch.sigmoid,
    "softmax": lambda x: F.softmax(x, dim=-1),
}


def activation(number, name, shape=[3, 17]):
    inputs = leaves(number, [shape])
    return finish({"kind": name, "number": number, "shapes": [shape]}, inputs, ACTIVATIONS[name](inputs[0]))


def grouped(number, groups, inner, outer, dilation, batch):
    """A convolution of several groups with dilation, or depthwise ones with more channels than before."""
    window, stride = [random.choice([2, 3]), random.choice([1, 3])], [random.choice([1, 2]), random.choice([1, 3])]
    padding = [random.choice([0, 1]), random.choice([0, 2])]
    extent = [(window[a] - 1) * dilation[a] + random.randint(1, 5) for a in (0, 1)]
    shapes = [[batch, *extent, inner * groups], [*window, inner, outer * groups], [outer * groups]]
    return convolved(number, shapes, stride, padding, dilation, groups)


def plain(number, kind, batch):
    """Dense layers, arithmetic and rearrangement."""
    rows, columns = random.choice([1, 3, 7]), random.choice([1, 5, 17])
    shape = [batch, rows, columns]
    case = {"kind": kind, "number": number, "shapes": [shape]}
    if kind == "dense":
        units = random.choice([1, 4, 19])
        case["shapes"] = [[batch, columns], [units, columns], [units]]
    elif kind in ("add", "multiply"):
        case["shapes"] = [shape, shape]
    elif kind == "concatenation":
        case["shapes"] = [shape, [batch, rows, columns + 2], [batch, rows, 1]]
    inputs = leaves(number, case["shapes"])
    if kind == "dense":
        output = F.linear(*inputs)
    elif kind == "add":
        output = inputs[0] + inputs[1]
    elif kind == "multiply":
        output = inputs[0] * inputs[1]
    elif kind == "concatenation":
        output = torch.cat(inputs, dim=-1)
    elif kind == "flatten":
        output = inputs[0].flatten(1)
    elif kind == "reshape":
        case["target"] = [float(e) for e in (batch, columns, rows, 1)]
        output = inputs[0].reshape(batch, columns, rows, 1)
    elif kind == "dropout":
        mask = F.dropout(torch.ones(shape), 0.4)
        case["mask"] = mask.flatten().tolist()
        output = inputs[0] * mask
    return finish(case, inputs, output)


def loss(number, name, shape=[5, 7]):
    inputs = leaves(number, [shape])
    x = inputs[0]
    labels = [(3 * i + number) % shape[1] for i in range(shape[0])]
    values = elements(number, 5, shape)
    case = {"kind": name, "number": number, "shapes": [shape]}
    if name == "softmaxCrossEntropy":
        target = torch.tensor(labels)
        output = F.cross_entropy(x, target, label_smoothing=0.15)
    elif name == "klDivergence":
        target = values
        t = 2.5
        output = t * t * F.kl_div(
            F.log_softmax(x / t, -1), F.log_softmax(values / t, -1), reduction="batchmean", log_target=True)
    elif name == "binaryCrossEntropy":
        target = torch.sigmoid(values)
        output = F.binary_cross_entropy_with_logits(x, target)
    else:
        target = values
        output = {"meanSquaredError": F.mse_loss, "meanAbsoluteError": F.l1_loss,
                  "huber": lambda a, b: F.huber_loss(a, b, delta=0.7)}[name](x, values)
    case["target"] = target.flatten().float().tolist()
    output.backward()
    case["output"] = [output.item()]
    case["gradients"] = [x.grad.flatten().tolist()]
    return case


def main():
    cases = [convolution(number) for number in range(24)]
    for kind in ("maxPooling", "averagePooling", "averagePoolingInside", "globalAveragePooling"):
        cases += [pooling(len(cases) + k, kind) for k in range(4)]
    cases += [batch_normalization(len(cases) + k) for k in range(4)]
    cases += [layer_normalization(len(cases) + k) for k in range(2)]
    cases += [activation(len(cases) + k, name) for k, name in enumerate(ACTIVATIONS)]
    names = ["meanSquaredError", "meanAbsoluteError", "huber", "binaryCrossEntropy", "softmaxCrossEntropy", "klDivergence"]
    cases += [loss(len(cases) + k, name) for k, name in enumerate(names)]
    for groups, inner, outer, dilation, batch in [
            (2, 3, 2, [2, 1], 1), (3, 2, 1, [1, 3], 2), (2, 1, 5, [3, 2], 1), (5, 1, 2, [1, 1], 1), (8, 1, 2, [2, 2], 2),
            (3, 1, 3, [1, 2], 1)]:
        cases.append(grouped(len(cases), groups, inner, outer, dilation, batch))
    for _ in range(3):
        cases.append(batch_normalization(len(cases), batch=1))
    for kind in ("dense", "add", "multiply", "concatenation", "flatten", "reshape", "dropout"):
        for batch in (1, 2, 5):
            cases.append(plain(len(cases), kind, batch))
    for name in ACTIVATIONS:
        for shape in ([1, 1], [1, random.choice([15, 33])], [random.choice([5, 7]), 3, random.choice([9, 13])]):
            cases.append(activation(len(cases), name, shape))
    for name in names:
        for shape in ([1, 2], [1, random.choice([9, 17])], [random.choice([3, 11]), random.choice([5, 19])]):
            cases.append(loss(len(cases), name, shape))

    def rounded(value):
        if isinstance(value, float):
            return float(f"{value:.8g}")
        if isinstance(value, list):
            return [rounded(element) for element in value]
        return value

    cases = [{key: rounded(value) for key, value in case.items()} for case in cases]
    path = pathlib.Path(__file__).with_name("images.json")
    path.write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
