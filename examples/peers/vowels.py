"""Who speaks? Recurrent networks in PyTorch on JapaneseVowels: nine speakers, 12 coefficients, 7 to 29 frames.

    python examples/peers/vowels.py --data FOLDER [--models gru cfc] [--seeds 5] [--epochs 60]

FOLDER has japanese_vowels_train.csv and japanese_vowels_test.csv (Kudo, Toyama & Shimbo 1999): series, speaker, t and
lpc1 to lpc12, 270 utterances to train on and 370 to test. The hidden state at the last frame is read out by a linear
layer. Every model has about 3500 parameters. Each prints a line of JSON with the median over the seeds of the test
error in percent and of the seconds of a training.

Needs: pip install torch numpy ncps (written with torch 2.15.0, numpy 2.4.6, ncps 1.0.1). Takes two minutes on one thread.
"""

import argparse
import json
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

import numpy as np
import torch
from ncps.torch import CfC
from torch.nn.functional import cross_entropy

INPUTS, CLASSES, BATCH, RATE, NORM = 12, 9, 32, 1e-2, 1.0
# Steps of RK4 between two frames, which are 1 apart.
STEPS = 2
torch.set_num_threads(1)


# Data: frames x utterances x coefficients, zeros after the end; the length of each utterance; its speaker.


def read(path):
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    utterances = [table[table[:, 0] == series] for series in np.unique(table[:, 0])]
    frames = [torch.tensor(u[:, 3:], dtype=torch.float32) for u in utterances]
    speakers = torch.tensor([int(u[0, 1]) - 1 for u in utterances])
    return frames, speakers


def standardised(folder):
    train, test = (read(folder / f"japanese_vowels_{part}.csv") for part in ["train", "test"])
    every = torch.cat(train[0])
    mean, deviation = every.mean(0), every.std(0)
    for frames, speakers in [train, test]:
        lengths = torch.tensor([len(f) for f in frames])
        yield torch.nn.utils.rnn.pad_sequence([(f - mean) / deviation for f in frames]), lengths, speakers


# Models: from the inputs to the hidden states after every frame.


class Recurrent(torch.nn.Module):
    """A network of torch.nn."""

    def __init__(self, kind, units):
        super().__init__()
        self.network = kind(INPUTS, units)

    def forward(self, x):
        return self.network(x)[0]


class OdeRnn(torch.nn.Module):
    """Rubanova et al. 2019: a flow for the time 1 before each frame, and a GRU at it."""

    def __init__(self, units, width):
        super().__init__()
        self.units = units
        self.cell = torch.nn.GRUCell(INPUTS, units)
        self.field = torch.nn.Sequential(torch.nn.Linear(units, width), torch.nn.Tanh(), torch.nn.Linear(width, units))

    def flow(self, h):
        f, dt = self.field, 1.0 / STEPS
        for _ in range(STEPS):
            k1 = f(h)
            k2 = f(h + dt / 2 * k1)
            k3 = f(h + dt / 2 * k2)
            k4 = f(h + dt * k3)
            h = h + dt / 6 * (k1 + 2 * (k2 + k3) + k4)
        return h

    def forward(self, x):
        h, path = x.new_zeros(x.shape[1], self.units), []
        for frame in x:
            h = self.cell(frame, self.flow(h))
            path.append(h)
        return torch.stack(path)


class ClosedForm(torch.nn.Module):
    """Hasani et al. 2022, by ncps; its time spans are 1."""

    def __init__(self, units, backbone):
        super().__init__()
        self.network = CfC(INPUTS, units, backbone_units=backbone, batch_first=False)

    def forward(self, x):
        return self.network(x)[0]


class Classifier(torch.nn.Module):
    def __init__(self, hidden, units):
        super().__init__()
        self.hidden, self.readout = hidden, torch.nn.Linear(units, CLASSES)

    def forward(self, x, lengths):
        states = self.hidden(x)  # those after an utterance's end are not used
        return self.readout(states[lengths - 1, torch.arange(len(lengths))])


MODELS = {
    "elman": lambda: Classifier(Recurrent(torch.nn.RNN, 49), 49),
    "gru": lambda: Classifier(Recurrent(torch.nn.GRU, 27), 27),
    "lstm": lambda: Classifier(Recurrent(torch.nn.LSTM, 22), 22),
    "ode_rnn": lambda: Classifier(OdeRnn(21, 25), 21),
    "cfc": lambda: Classifier(ClosedForm(24, 24), 24),
}


def train(model, data, epochs):
    x, lengths, speakers = data
    batches = -(-len(lengths) // BATCH)
    adam = torch.optim.Adam(model.parameters(), lr=RATE)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(adam, epochs * batches)
    for _ in range(epochs):
        for batch in torch.randperm(len(lengths)).split(BATCH):
            frames = x[: lengths[batch].max(), batch]
            adam.zero_grad()
            cross_entropy(model(frames, lengths[batch]), speakers[batch]).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), NORM)
            adam.step()
            cosine.step()


def error(model, data):
    """In percent."""
    x, lengths, speakers = data
    with torch.no_grad():
        return 100.0 * (model(x, lengths).argmax(1) != speakers).double().mean().item()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=MODELS)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=60)
    options = parser.parse_args()

    training, test = standardised(options.data)
    for name in options.models:
        errors, seconds = [], []
        for seed in range(options.seeds):
            torch.manual_seed(seed)
            model = MODELS[name]()
            start = time.perf_counter()
            train(model, training, options.epochs)
            seconds.append(time.perf_counter() - start)
            errors.append(error(model, test))
        line = {
            "model": name,
            "library": f"ncps {version('ncps')}" if name == "cfc" else f"PyTorch {version('torch')}",
            "parameters": sum(p.numel() for p in model.parameters()),
            "epochs": options.epochs,
            "error": median(errors),
            "errors": errors,
            "seconds": median(seconds),
        }
        print(json.dumps(line), flush=True)
