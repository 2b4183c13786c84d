#!/usr/bin/env python3
"""Trains the network of Configs/fashion-cnn.yaml here and in PyTorch, one thread each, and prints the seconds an epoch.

Build first: swift build -c release --product hpo
Run with a Python that has torch and PyYAML: python Benchmarks/FashionTraining/run.py --epochs 2
Without --epochs both train as long as the file says, and the accuracies on the official test set are those of whole trainings.
Products are of float32 here and there, or of bfloat16 with --precision bfloat16, which PyTorch calls autocast.
Data, network, batch, optimizer, schedule and average of the weights are the same; each epoch ends with a validation.
"""

import argparse
import gzip
import json
import os
import subprocess
import tempfile
import time

os.environ["OMP_NUM_THREADS"] = "1"

import numpy
import torch
import yaml

FOLDER = "/usr/share/datasets/fashion-mnist"


def read(part):
    """The images [N, 1, 28, 28] and labels [N] of a part."""
    with gzip.open(f"{FOLDER}/{part}-images-idx3-ubyte.gz") as file:
        images = numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(-1, 1, 28, 28)
    with gzip.open(f"{FOLDER}/{part}-labels-idx1-ubyte.gz") as file:
        labels = numpy.frombuffer(file.read(), numpy.uint8, offset=8)
    return torch.from_numpy(images.astype(numpy.float32)), torch.from_numpy(labels.astype(numpy.int64))


def network(objective, dropout):
    """Blocks of convolution, batch normalization, ReLU, pooling and dropout; then dense layers."""
    layers, before = [], 1
    for channels in objective["channels"]:
        layers += [
            torch.nn.Conv2d(before, channels, 3, padding=1, bias=False),
            torch.nn.BatchNorm2d(channels),
            torch.nn.ReLU(),
            torch.nn.MaxPool2d(2),
            torch.nn.Dropout(dropout),
        ]
        before = channels
    units, side = objective["headUnits"], 28 >> len(objective["channels"])
    layers += [torch.nn.Flatten(), torch.nn.Linear(before * side * side, units), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers, torch.nn.Dropout(dropout), torch.nn.Linear(units, 10))


def accuracy(model, images, labels):
    model.eval()
    with torch.no_grad():
        hits = sum(
            (model(images[start : start + 500]).argmax(1) == labels[start : start + 500]).sum().item()
            for start in range(0, len(images), 500)
        )
    return hits / len(images)


def train(objective, rate, dropout, epochs, isRounded):
    """PyTorch's training: the seconds of its epochs, and the accuracy on the test set."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    (images, labels), (testImages, testLabels) = read("train"), read("t10k")
    order = torch.randperm(len(images))
    kept = int(len(images) * (1 - objective["split"]["validation"]))
    mean, deviation = images[order[:kept]].mean(), images[order[:kept]].std()
    images, testImages = (images - mean) / deviation, (testImages - mean) / deviation
    validation = order[kept:]
    training, batch = order[:kept], objective["batchSize"]
    model = network(objective, dropout)
    average = network(objective, dropout)
    average.load_state_dict(model.state_dict())
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=objective["weightDecay"])
    steps = kept // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps * epochs)
    parameters = list(model.parameters()) + [b for b in model.buffers() if b.dtype == torch.float32]
    averages = list(average.parameters()) + [b for b in average.buffers() if b.dtype == torch.float32]
    seconds = []
    for epoch in range(epochs):
        start = time.perf_counter()
        model.train()
        shuffled = training[torch.randperm(kept)]
        for step in range(steps):
            rows = shuffled[step * batch : (step + 1) * batch]
            optimizer.zero_grad()
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=isRounded):
                loss = torch.nn.functional.cross_entropy(model(images[rows]), labels[rows])
            loss.backward()
            optimizer.step()
            schedule.step()
            with torch.no_grad():
                torch._foreach_lerp_(averages, parameters, 1 - objective["weightAveraging"])
        value = accuracy(average, images[validation], labels[validation])
        seconds.append(time.perf_counter() - start)
        print(f"PyTorch: epoch {epoch + 1} of {epochs}, {seconds[-1]:.1f} s, validation accuracy {value:.4f}", flush=True)
    return seconds, accuracy(average, testImages, testLabels)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/hpo")
    parser.add_argument("--config", default="Configs/fashion-cnn.yaml")
    parser.add_argument("--epochs", type=int, help="instead of the file's")
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--ours", action="store_true", help="leave PyTorch out")
    options = parser.parse_args()
    with open(options.config) as file:
        study = yaml.safe_load(file)
    objective = study["objective"]
    objective["precision"] = options.precision
    epochs = options.epochs or objective["epochs"]
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/study.yaml", "w") as file:
            yaml.safe_dump(study, file)
        command = [options.program, "train", "--config", f"{folder}/study.yaml", "--format", "json", "-o", f"{folder}/m.hpo"]
        for name, value in [("epochs", epochs), ("learningRate", options.rate), ("dropout", options.dropout)]:
            command += ["--set", f"{name}={value}"]
        found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    own = found["seconds"] / epochs
    print(f"hpo: {own:.1f} s an epoch, test accuracy {found['test']['accuracy']:.4f}, {found['parameters']} parameters")
    if not options.ours:
        seconds, test = train(
            objective, options.rate, options.dropout, epochs, options.precision == "bfloat16")
        peer = sum(seconds) / epochs
        print(f"PyTorch {torch.__version__}: {peer:.1f} s an epoch, test accuracy {test:.4f}")
        print(f"ratio {peer / own:.2f}")


if __name__ == "__main__":
    main()
