"""How deep? Residual networks and an RK-Net in PyTorch on 8000 images of MNIST, as in the table of examples/depth.

    python examples/peers/depth.py [--depths 13] [--threads 1] [--epochs 10] [--model rk4] [--random]

Every network has a linear encoder from 784 pixels to 64 numbers, blocks, and a linear readout to 10 classes. A block is
z + h f(z) with f(z) = W2 tanh(W1 z + b1) + b2 and 64 hidden units. "residual" has K blocks with weights of their own and
h = 4/K; "shared" has one f for all of them; "rk4" integrates one f(z, t) = W2 tanh(W1 z + a t + b1) + b2 over the time 4 in
6 steps of RK4, as RK-Net does (Chen et al. 2018, section 3), with backpropagation through the solver. Adam with a rate that
falls from 2e-3 to 0 along half a cosine, batches of 64, float32, CPU. The first 8000 images of examples/data train, the last
2000 test. --random takes random pixels and classes, for the time alone.

Each network prints a line of JSON: the median over the epochs of the seconds per epoch, without the first one if there are
more, and the test error in percent after the last epoch.

Needs: pip install torch numpy (written with torch 2.15.0, numpy 2.4.6). One thread takes a minute; more threads than
free cores take far longer.
"""

import argparse
import gzip
import json
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

import numpy as np
import torch
from torch.nn import Linear
from torch.nn.functional import cross_entropy

PIXELS, UNITS, CLASSES, BATCH, RATE, TRAIN, STEPS, TIME = 784, 64, 10, 64, 2e-3, 8000, 6, 4.0
DATA = Path(__file__).parent.parent / "data"


# Data: images x pixels from 0 to 1, and the classes.


def mnist():
    # The heads of the idx format have 16 and 8 bytes.
    with gzip.open(DATA / "mnist10k-images.idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, PIXELS)
    with gzip.open(DATA / "mnist10k-labels.idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    return torch.tensor(images / 255.0, dtype=torch.float32), torch.tensor(labels.astype(np.int64))


def random():
    return torch.rand(10_000, PIXELS), torch.randint(CLASSES, (10_000,))


# Models: from the encoded image to the hidden state before the readout.


class Field(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = Linear(UNITS, UNITS), Linear(UNITS, UNITS)

    def forward(self, z):
        return self.second(torch.tanh(self.first(z)))


class TimedField(Field):
    def __init__(self):
        super().__init__()
        bound = UNITS**-0.5
        self.time = torch.nn.Parameter(torch.empty(UNITS).uniform_(-bound, bound))

    def forward(self, z, t):
        return self.second(torch.tanh(self.first(z) + t * self.time))


class Residual(torch.nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.blocks = torch.nn.ModuleList([Field() for _ in range(depth)])

    def forward(self, z):
        for block in self.blocks:
            z = z + TIME / len(self.blocks) * block(z)
        return z


class Shared(torch.nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.depth, self.field = depth, Field()

    def forward(self, z):
        for _ in range(self.depth):
            z = z + TIME / self.depth * self.field(z)
        return z


class RungeKutta(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.field = TimedField()

    def forward(self, z):
        f, dt = self.field, TIME / STEPS
        for step in range(STEPS):
            t = step * dt
            k1 = f(z, t)
            k2 = f(z + dt / 2 * k1, t + dt / 2)
            k3 = f(z + dt / 2 * k2, t + dt / 2)
            k4 = f(z + dt * k3, t + dt)
            z = z + dt / 6 * (k1 + 2 * (k2 + k3) + k4)
        return z


def network(block):
    return torch.nn.Sequential(Linear(PIXELS, UNITS), block, Linear(UNITS, CLASSES))


def train(model, images, labels, epochs):
    """The seconds of each epoch."""
    adam = torch.optim.Adam(model.parameters(), lr=RATE)
    steps = epochs * -(-len(labels) // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    for _ in range(epochs):
        start = time.perf_counter()
        for batch in torch.randperm(len(labels)).split(BATCH):
            adam.zero_grad()
            cross_entropy(model(images[batch]), labels[batch]).backward()
            adam.step()
            schedule.step()
        yield time.perf_counter() - start


def error(model, images, labels):
    """In percent."""
    with torch.no_grad():
        return 100.0 * (model(images).argmax(1) != labels).double().mean().item()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--depths", type=int, nargs="+", default=[13])
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--model", default="", help="only networks whose names contain this")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--random", action="store_true")
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    images, labels = random() if options.random else mnist()
    models = [("residual", depth, lambda depth=depth: Residual(depth)) for depth in options.depths]
    models += [("shared", depth, lambda depth=depth: Shared(depth)) for depth in options.depths]
    models += [("rk4", STEPS, RungeKutta)]
    for threads in options.threads:
        torch.set_num_threads(threads)
        for name, depth, block in models:
            if options.model not in name:
                continue
            torch.manual_seed(options.seed)
            model = network(block())
            seconds = list(train(model, images[:TRAIN], labels[:TRAIN], options.epochs))
            line = {
                "model": name,
                "depth": depth,
                "library": f"PyTorch {version('torch')}",
                "threads": threads,
                "parameters": sum(p.numel() for p in model.parameters()),
                "epochs": options.epochs,
                "seconds_per_epoch": median(seconds[1:] or seconds),
                "error": error(model, images[TRAIN:], labels[TRAIN:]),
            }
            print(json.dumps(line), flush=True)
