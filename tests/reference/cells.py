"""Hidden states and gradients of recurrent cells in double precision; writes cells.json beside this file.

    python tests/reference/cells.py

Each cell is written twice: in NumPy, as its paper has it, and in PyTorch, as its library or its authors compute it. The
two must agree to 1e-13 in every state, and the gradients, which PyTorch makes by reverse differentiation, with a
central difference of the NumPy code. With T times, B samples, I inputs, H units and L layers, each cell has

* `constants`: the numbers that are not learned;
* `parameters`: weights by name, a list of rows as in PyTorch;
* `inputs`: T x B x I; `gaps`, if the cell has them: T x B, the time from the last input to this one;
* `initial` and `states`: the states by name, B x H at first and T x B x H after every step; in a stack of layers
  L x B x H and T x L x B x H;
* `cotangent`: T x B x H; the loss is the sum of cotangent * output, and the output is the first of the states, of the
  last layer;
* `loss`, and `gradients` in `parameters`, `inputs`, `gaps` and `initial`.

Weights are uniform in +-1/sqrt(H), rounded to 4 decimals.

Needs: pip install torch numpy ncps (made with torch 2.15.0, numpy 2.4.6, ncps 1.0.1). Takes seconds; no network.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from ncps.torch import CfCCell
from torch.nn.functional import linear

T, B, I, H = 5, 2, 2, 3
BACKBONE = 4
AGREEMENT = 1e-13
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def affine(x, weight, bias=0.0):
    return x @ weight.T + bias


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def blocks(array, count):
    """The gates: `count` blocks of rows."""
    return np.split(array, count)


# The cells. A step takes the parameters, the input, the states (a tuple, the output first), the gap as a column of
# samples, and the constants; it returns the new states.


def uniform(*shape):
    return shape, (-(H**-0.5), H**-0.5)


# Elman, GRU, LSTM: torch.nn.RNN, GRU and LSTM, whose pages have the formulas. The gates are r, z, n of the GRU (r is
# applied after the recurrent product and its bias) and i, f, g, o of the LSTM.


def elman(p, x, states, gap):
    [h] = states
    return [np.tanh(affine(x, p["weight_ih"], p["bias_ih"]) + affine(h, p["weight_hh"], p["bias_hh"]))]


def gru(p, x, states, gap):
    [h] = states
    (wr, wz, wn), (ur, uz, un) = blocks(p["weight_ih"], 3), blocks(p["weight_hh"], 3)
    (br, bz, bn), (cr, cz, cn) = blocks(p["bias_ih"], 3), blocks(p["bias_hh"], 3)
    r = sigmoid(affine(x, wr, br) + affine(h, ur, cr))
    z = sigmoid(affine(x, wz, bz) + affine(h, uz, cz))
    n = np.tanh(affine(x, wn, bn) + r * affine(h, un, cn))
    return [(1.0 - z) * n + z * h]


def lstm(p, x, states, gap):
    h, c = states
    (wi, wf, wg, wo), (ui, uf, ug, uo) = blocks(p["weight_ih"], 4), blocks(p["weight_hh"], 4)
    (bi, bf, bg, bo), (ci, cf, cg, co) = blocks(p["bias_ih"], 4), blocks(p["bias_hh"], 4)
    i = sigmoid(affine(x, wi, bi) + affine(h, ui, ci))
    f = sigmoid(affine(x, wf, bf) + affine(h, uf, cf))
    g = np.tanh(affine(x, wg, bg) + affine(h, ug, cg))
    o = sigmoid(affine(x, wo, bo) + affine(h, uo, co))
    c = f * c + i * g
    return [o * np.tanh(c), c]


def stacked(step, count):
    """`count` layers of one cell; the parameters of layer k end in _lk, and the states have the layer first."""

    def run(p, x, states, gap):
        layers = []
        for k in range(count):
            end = f"_l{k}"
            own = {name.removesuffix(end): value for name, value in p.items() if name.endswith(end)}
            layers.append(step(own, x, [s[k] for s in states], gap))
            x = layers[-1][0]
        return [np.stack(s) for s in zip(*layers)]

    return run


class Library:
    """A module of torch.nn, one step at a time; with one layer, the parameters have no _l0 here."""

    def __init__(self, kind, layers):
        self.module, self.layers = kind(I, H, layers), layers

    def call(self, p, x, states):
        if self.layers == 1:
            p, states = {f"{name}_l0": value for name, value in p.items()}, [s[None] for s in states]
        state = tuple(states) if len(states) > 1 else states[0]
        outputs, last = torch.func.functional_call(self.module, p, (x, state))
        last = last if len(states) > 1 else [last]
        return outputs, [s[0] for s in last] if self.layers == 1 else list(last)

    def __call__(self, p, x, states, gap):
        return self.call(p, x[None], states)[1]


def from_library(step, kind, gates, states, layers):
    shapes = {}
    for k in range(layers):
        end = f"_l{k}" if layers > 1 else ""
        shapes |= {
            f"weight_ih{end}": uniform(gates * H, H if k else I),
            f"weight_hh{end}": uniform(gates * H, H),
            f"bias_ih{end}": uniform(gates * H),
            f"bias_hh{end}": uniform(gates * H),
        }
    numpy_step = step if layers == 1 else stacked(step, layers)
    return dict(shapes=shapes, states=states, numpy=numpy_step, torch=Library(kind, layers), layers=layers)


# CfC: Hasani et al. 2022 (Closed-form continuous-time neural networks), as the class CfCCell of ncps has it in the mode
# "default" with one layer of the backbone.
#
#   b  = 1.7159 tanh(0.666 (backbone.0.weight [x, h] + backbone.0.bias))     the inputs first, then the units; 0.666,
#                                                                            not 2/3
#   s  = sigmoid((time_a.weight b + time_a.bias) dt + time_b.weight b + time_b.bias)     dt multiplies time_a's bias too
#   h' = (1 - s) tanh(ff1.weight b + ff1.bias) + s tanh(ff2.weight b + ff2.bias)
#
# The time enters nowhere else. The paper's equation has sigmoid(-f t) g + (1 - sigmoid(-f t)) h: g is tanh(ff1), h is
# tanh(ff2), f t is the argument of s, and time_b is an addition of the code. All five have dense layers of their own.
#
# CfC, the sequence class of ncps 1.0.1, squeezes its time spans of a step to B numbers, which it multiplies by B x H
# numbers: this fails unless B = 1, and if B = H it scales the units instead of the samples. So the cell itself is
# called here, with the time spans as a column. In CfC, the names below have the prefix `rnn_cell.`; the variant with a
# wiring has no backbone. The last layer `fc` of CfC is the identity unless a projection is asked for.

CFC = CfCCell(I, H, mode="default", backbone_activation="lecun_tanh", backbone_units=BACKBONE, backbone_layers=1)


def cfc(p, x, states, gap):
    [h] = states
    b = affine(np.concatenate([x, h], axis=1), p["backbone.0.weight"], p["backbone.0.bias"])
    b = 1.7159 * np.tanh(0.666 * b)
    head = lambda name: affine(b, p[f"{name}.weight"], p[f"{name}.bias"])
    s = sigmoid(head("time_a") * gap + head("time_b"))
    return [(1.0 - s) * np.tanh(head("ff1")) + s * np.tanh(head("ff2"))]


def torch_cfc(p, x, states, gap):
    [h] = states
    return [torch.func.functional_call(CFC, p, (x, h, gap))[0]]


# LTC: Hasani et al. 2021 (Liquid time-constant networks): h' = -(1/tau + f) h + f a (equation 1) by one fused step
# (algorithm 1), implicit in the h of that equation and explicit in f. Here f is one dense layer with a sigmoid. The
# authors' code differs: every synapse has a sigmoid of its own (with mu, sigma, weight and reversal potential), the
# leak has a potential, the membrane a capacity, and an input takes six such steps.

LTC = {
    "weight_ih": uniform(H, I),
    "weight_hh": uniform(H, H),
    "bias": uniform(H),
    "a": uniform(H),
    "tau": ((H,), (0.5, 2.0)),
}


def ltc(p, x, states, gap):
    [h] = states
    f = sigmoid(affine(x, p["weight_ih"]) + affine(h, p["weight_hh"]) + p["bias"])
    return [(h + gap * f * p["a"]) / (1.0 + gap * (1.0 / p["tau"] + f))]


def torch_ltc(p, x, states, gap):
    [h] = states
    f = torch.sigmoid(linear(x, p["weight_ih"], p["bias"]) + linear(h, p["weight_hh"]))
    return [torch.addcmul(h, gap * f, p["a"]) / (1.0 + gap * f + gap / p["tau"])]


# CTRNN: h' = -h + tanh(..), by Euler's method; alpha is the step over the time constant.

CTRNN = {"weight_ih": uniform(H, I), "weight_hh": uniform(H, H), "bias_ih": uniform(H), "bias_hh": uniform(H)}


def ctrnn(p, x, states, gap, alpha):
    [h] = states
    return [h + alpha * (-h + elman(p, x, states, gap)[0])]


def torch_ctrnn(p, x, states, gap, alpha):
    [h] = states
    drive = linear(x, p["weight_ih"], p["bias_ih"]) + linear(h, p["weight_hh"], p["bias_hh"])
    return [torch.lerp(h, torch.tanh(drive), alpha)]


# AntisymmetricRNN without a gate: Chang et al. 2019. All H x H entries of W are parameters here, so its gradient is
# antisymmetric; a triangle of W has the same functions.

ANTISYMMETRIC = {"weight_hh": uniform(H, H), "weight_ih": uniform(H, I), "bias": uniform(H)}


def antisymmetric(p, x, states, gap, eps, gamma):
    [h] = states
    w = p["weight_hh"]
    return [h + eps * np.tanh(affine(h, w - w.T - gamma * np.eye(H)) + affine(x, p["weight_ih"], p["bias"]))]


def torch_antisymmetric(p, x, states, gap, eps, gamma):
    [h] = states
    w = p["weight_hh"]
    return [h + eps * torch.tanh(linear(h, w) - h @ w - gamma * h + linear(x, p["weight_ih"], p["bias"]))]


# GRU-ODE: De Brouwer et al. 2019 (GRU-ODE-Bayes): h' = (1 - z) (g - h), here a step of Euler's method of length 1,
# which is the GRU of Cho et al. 2014; states[t] - states[t - 1] is the vector field. Unlike in torch.nn.GRU, r
# multiplies h before the product with U_h, and there is one bias. The authors' class FullGRUODECell is the same, with
# the rows of its `lin_x` in this order and U in three matrices; their default class GRUODECell has no r, and z in its
# place.

GRU_ODE = {"weight_ih": uniform(3 * H, I), "weight_hh": uniform(3 * H, H), "bias": uniform(3 * H)}


def gru_ode(p, x, states, gap):
    [h] = states
    (wr, wz, wh), (ur, uz, uh) = blocks(p["weight_ih"], 3), blocks(p["weight_hh"], 3)
    br, bz, bh = blocks(p["bias"], 3)
    r = sigmoid(affine(x, wr, br) + affine(h, ur))
    z = sigmoid(affine(x, wz, bz) + affine(h, uz))
    g = np.tanh(affine(x, wh, bh) + affine(r * h, uh))
    return [h + (1.0 - z) * (g - h)]


def torch_gru_ode(p, x, states, gap):
    [h] = states
    xr, xz, xh = linear(x, p["weight_ih"], p["bias"]).chunk(3, 1)
    r, z = torch.sigmoid(torch.cat([xr, xz], 1) + linear(h, p["weight_hh"][: 2 * H])).chunk(2, 1)
    g = torch.tanh(xh + linear(r * h, p["weight_hh"][2 * H :]))
    return [z * h + (1.0 - z) * g]


# coRNN: Rusch & Mishra 2021 (equation 3), y'' = tanh(W y + Wz y' + V u + b) - gamma y - eps y'. The damping eps z is
# taken at the old z, as in the authors' code; the paper allows the new z too. Their code has one matrix [V, Wz, W] for
# the concatenation of u, z, y, as in PyTorch below.

CORNN = {"weight_hy": uniform(H, H), "weight_hz": uniform(H, H), "weight_ih": uniform(H, I), "bias": uniform(H)}


def cornn(p, x, states, gap, dt, gamma, eps):
    y, z = states
    force = np.tanh(affine(y, p["weight_hy"]) + affine(z, p["weight_hz"]) + affine(x, p["weight_ih"]) + p["bias"])
    z = z + dt * (force - gamma * y - eps * z)
    return [y + dt * z, z]


def torch_cornn(p, x, states, gap, dt, gamma, eps):
    y, z = states
    weight = torch.cat([p["weight_ih"], p["weight_hz"], p["weight_hy"]], 1)
    force = torch.tanh(linear(torch.cat([x, z, y], 1), weight, p["bias"]))
    z = z + dt * (force - gamma * y - eps * z)
    return [y + dt * z, z]


# UnICORNN: Rusch & Mishra 2021, one layer: symplectic Euler for a Hamiltonian system whose units are independent. The
# paper writes the sigmoid as 0.5 + 0.5 tanh(c / 2). In the authors' code, V and b are a linear layer before the
# recurrence, and c is named c_; the state between layers is y.

UNICORNN = {"weight_hh": uniform(H), "weight_ih": uniform(H, I), "bias": uniform(H), "c": uniform(H)}


def unicornn(p, x, states, gap, dt, alpha):
    y, z = states
    step = dt * (0.5 + 0.5 * np.tanh(p["c"] / 2.0))
    z = z - step * (np.tanh(p["weight_hh"] * y + affine(x, p["weight_ih"], p["bias"])) + alpha * y)
    return [y + step * z, z]


def torch_unicornn(p, x, states, gap, dt, alpha):
    y, z = states
    step = dt * torch.sigmoid(p["c"])
    z = z - step * (torch.tanh(torch.addcmul(linear(x, p["weight_ih"], p["bias"]), p["weight_hh"], y)) + alpha * y)
    return [y + step * z, z]


# LEM: Rusch et al. 2022. The authors' code has the same function with other names and other blocks: the rows of its
# `inp2hid` are 2, 1, y, z of the paper (its i_z goes to y, its i_y to z), those of its `hid2hid` are 2, 1, z, and
# `hid2hid` and `transform_z` (W_y) have biases of their own, which only add to b.

LEM = {
    "weight_ih": uniform(4 * H, I),
    "weight_hh": uniform(3 * H, H),
    "weight_zy": uniform(H, H),
    "bias": uniform(4 * H),
}


def lem(p, x, states, gap, dt):
    y, z = states
    (v1, v2, vz, vy), (w1, w2, wz) = blocks(p["weight_ih"], 4), blocks(p["weight_hh"], 3)
    b1, b2, bz, by = blocks(p["bias"], 4)
    dt1 = dt * sigmoid(affine(y, w1) + affine(x, v1, b1))
    dt2 = dt * sigmoid(affine(y, w2) + affine(x, v2, b2))
    z = (1.0 - dt1) * z + dt1 * np.tanh(affine(y, wz) + affine(x, vz, bz))
    y = (1.0 - dt2) * y + dt2 * np.tanh(affine(z, p["weight_zy"]) + affine(x, vy, by))
    return [y, z]


def torch_lem(p, x, states, gap, dt):
    y, z = states
    from_x, from_y = linear(x, p["weight_ih"], p["bias"]), linear(y, p["weight_hh"])
    a1, a2, az = (from_x[:, : 3 * H] + from_y).chunk(3, 1)
    z = torch.lerp(z, torch.tanh(az), dt * torch.sigmoid(a1))
    y = torch.lerp(y, torch.tanh(from_x[:, 3 * H :] + linear(z, p["weight_zy"])), dt * torch.sigmoid(a2))
    return [y, z]


def own(shapes, states, numpy_step, torch_step, gaps=False, **constants):
    return dict(shapes=shapes, states=states, numpy=numpy_step, torch=torch_step, gaps=gaps, constants=constants)


CELLS = {
    "elman": from_library(elman, torch.nn.RNN, 1, ["h"], 1),
    "elman_2": from_library(elman, torch.nn.RNN, 1, ["h"], 2),
    "gru": from_library(gru, torch.nn.GRU, 3, ["h"], 1),
    "gru_2": from_library(gru, torch.nn.GRU, 3, ["h"], 2),
    "lstm": from_library(lstm, torch.nn.LSTM, 4, ["h", "c"], 1),
    "lstm_2": from_library(lstm, torch.nn.LSTM, 4, ["h", "c"], 2),
    "cfc": own({k: uniform(*v.shape) for k, v in CFC.state_dict().items()}, ["h"], cfc, torch_cfc, gaps=True),
    "ltc": own(LTC, ["h"], ltc, torch_ltc, gaps=True),
    "ctrnn": own(CTRNN, ["h"], ctrnn, torch_ctrnn, alpha=0.2),
    "antisymmetric": own(ANTISYMMETRIC, ["h"], antisymmetric, torch_antisymmetric, eps=0.1, gamma=0.05),
    "gru_ode": own(GRU_ODE, ["h"], gru_ode, torch_gru_ode),
    "cornn": own(CORNN, ["y", "z"], cornn, torch_cornn, dt=0.1, gamma=1.2, eps=0.7),
    "unicornn": own(UNICORNN, ["y", "z"], unicornn, torch_unicornn, dt=0.1, alpha=0.9),
    "lem": own(LEM, ["y", "z"], lem, torch_lem, dt=0.8),
}


# A case of the file


def draw(name, cell):
    """The data of a cell, a flat dictionary; the name is the seed, so that one more cell changes no other."""
    rng = np.random.default_rng(list(name.encode()))

    def array(shape, low, high, decimals=3):
        return rng.uniform(low, high, shape).round(decimals)

    layers = cell.get("layers", 1)
    state = (B, H) if layers == 1 else (layers, B, H)
    data = {("parameters", k): array(shape, *bounds, 4) for k, (shape, bounds) in cell["shapes"].items()}
    data["inputs", ""] = array((T, B, I), -2.0, 2.0)
    if cell.get("gaps"):
        data["gaps", ""] = array((T, B), 0.1, 2.0)
    return data | {("initial", k): array(state, -0.9, 0.9) for k in cell["states"]}, array((T, B, H), -1.0, 1.0)


def group(data, kind):
    return {k: value for (this, k), value in data.items() if this == kind}


def run(cell, step, stack, data):
    """The states after every step: a list over the names, each with the time first."""
    p, states, path = group(data, "parameters"), list(group(data, "initial").values()), []
    for t, x in enumerate(data["inputs", ""]):
        gap = data["gaps", ""][t][:, None] if cell.get("gaps") else None
        states = step(p, x, states, gap, **cell.get("constants", {}))
        path.append(states)
    return [stack(s) for s in zip(*path)]


def output(cell, states):
    return states[0] if cell.get("layers", 1) == 1 else states[0][:, -1]


def loss_of(cell, states, cotangent):
    return (cotangent * output(cell, states)).sum()


def check(name, what, mine, theirs, tolerance):
    gap = np.abs(np.asarray(mine) - np.asarray(theirs)).max()
    assert gap <= tolerance, (name, what, gap)
    return gap


def case(name, cell):
    data, cotangent = draw(name, cell)
    states = run(cell, cell["numpy"], np.stack, data)

    leaves = {k: torch.tensor(value, requires_grad=True) for k, value in data.items()}
    theirs = run(cell, cell["torch"], torch.stack, leaves)
    loss = loss_of(cell, theirs, torch.tensor(cotangent))
    gradients = dict(zip(leaves, (g.numpy() for g in torch.autograd.grad(loss, list(leaves.values())))))
    worst = max(check(name, "state", a, b.detach(), AGREEMENT) for a, b in zip(states, theirs, strict=True))

    if isinstance(cell["torch"], Library):  # the module over all times at once
        p, initial = group(leaves, "parameters"), list(group(leaves, "initial").values())
        whole, _ = cell["torch"].call(p, leaves["inputs", ""], initial)
        check(name, "sequence", output(cell, states), whole.detach(), AGREEMENT)

    # One direction in everything; the difference is good to about 1e-10.
    rng, step = np.random.default_rng(0), 1e-5
    e = {k: rng.uniform(-1.0, 1.0, value.shape) for k, value in data.items()}
    ahead, behind = (
        loss_of(cell, run(cell, cell["numpy"], np.stack, {k: value + h * e[k] for k, value in data.items()}), cotangent)
        for h in (step, -step)
    )
    slope = sum((e[k] * gradients[k]).sum() for k in data)
    difference = check(name, "slope", slope, (ahead - behind) / (2.0 * step), 1e-8)
    print(f"{name:14} states {worst:.1e}  slope {difference:.1e}")

    def by_kind(arrays):
        out = {"parameters": group(arrays, "parameters")}
        out |= {kind: arrays[kind, ""] for kind in ["inputs", "gaps"] if (kind, "") in arrays}
        return out | {"initial": group(arrays, "initial")}

    return {
        "constants": cell.get("constants", {}),
        **by_kind(data),
        "states": dict(zip(cell["states"], (s.detach().numpy() for s in theirs))),
        "cotangent": cotangent,
        "loss": loss.item(),
        "gradients": by_kind(gradients),
    }


def text(value, indent=0):
    """JSON with one line for each array."""
    if not isinstance(value, dict):
        return json.dumps(value.tolist() if isinstance(value, np.ndarray) else value, allow_nan=False)
    if not value:
        return "{}"
    pad = " " * (indent + 1)
    lines = [f"{pad}{json.dumps(key)}: {text(entry, indent + 1)}" for key, entry in value.items()]
    return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"


if __name__ == "__main__":
    out = {
        "about": __doc__,
        "versions": {name: version(name) for name in ["torch", "numpy", "ncps"]},
        "cells": {name: case(name, cell) for name, cell in CELLS.items()},
    }
    Path(__file__).with_name("cells.json").write_text(text(out) + "\n")
