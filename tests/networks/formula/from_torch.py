"""Values and derivatives of operations and small networks, as PyTorch defines them; writes torch.json beside this file.

Every result is the value in 200-digit arithmetic, rounded once to f64: a formula written out below, and its central
differences with the step 1e-40. PyTorch's own operations, cells and derivatives must agree with it. PyTorch's formulas
lose digits where they cancel: its tanh' = 1 - tanh^2 is 0 at 20, where the value here is 1.7e-17. CANCELS below names
all such cases.

A matrix is a list of samples, each a list of its rows; a weight is a list of its rows, as in PyTorch. Each case has

* `x`: the inputs, `e`: a tangent for each, `w`: a cotangent for each output;
* `value`: the outputs, `jvp`: their derivative along `e`, `vjp`: for each input, the gradient of <w, value>.

In `operations`, `x`, `e` and `vjp` are lists over the inputs, and `w`, `value` and `jvp` are one matrix. Elsewhere all
six are objects, keyed by the names of inputs or outputs. Further keys are constants: `slope` of leaky_relu, `start` and
`end` (excluded) of rows, `rows` of spread, `number` of scale and add_number, `probe` of the trace e' (df/dz) e.

Needs: pip install torch numpy mpmath (made with torch 2.15.0, numpy 2.4.6, mpmath 1.3.0). Takes seconds; no network.
This file is not torch.py, since Python would then import it in PyTorch's place.
"""

import json
import math
import random
from pathlib import Path

import mpmath
import numpy as np
import torch
from mpmath import mp
from torch.nn import functional as F

mp.dps = 200
STEP = mp.mpf(10) ** -40
torch.set_num_threads(1)

# PyTorch against the 200 digits: relative to the largest entry of an array, and for operations to each entry.
TOLERANCE = 1e-14
# Except here, where PyTorch's formula cancels.
CANCELS = {
    "tanh": "jvp vjp",
    "sigmoid": "jvp vjp",
    "gelu": "value jvp vjp",
    "softmax": "jvp vjp",
    "log_softmax": "value jvp",
}


# Inputs


class Draw:
    """Decimals of a case; the case's name is the seed, so that one more case changes no other."""

    def __init__(self, name):
        self.random = random.Random(name)

    def number(self, low, high):
        """A number at least 0.05 away from 0, where relu has its kink and a quotient its pole."""
        while True:
            number = round(self.random.uniform(low, high), 3)
            if abs(number) >= 0.05:
                return number

    def array(self, *shape, low=-0.9, high=0.9):
        return np.array([self.number(low, high) for _ in range(math.prod(shape))]).reshape(shape)

    def like(self, arrays):
        return [self.array(*a.shape) for a in arrays]


def spread_out(draw):
    """Three rows of four samples; two samples reach 20, one of them in both directions."""
    x = draw.array(4, 3, low=-4.0, high=4.0)
    x[1, 0], x[1, 2], x[3, 1] = 20.0, -20.0, -20.0
    return x


def positive(draw):
    x = draw.array(4, 3, low=0.05, high=5.0)
    x[1, 0], x[3, 1] = 20.0, 0.001
    return x


def moderate(draw, rows=3):
    return draw.array(4, rows, low=-4.0, high=4.0)


# Exact values and derivatives


def exact(array):
    return np.array([mp.mpf(float(a)) for a in array.flat], dtype=object).reshape(array.shape)


def elementwise(f):
    return np.frompyfunc(f, 1, 1)


def outputs(f, x):
    y = f(*x)
    return list(y) if isinstance(y, tuple) else [y]


def derivative(f, x, e):
    ahead = outputs(f, [a + STEP * b for a, b in zip(x, e)])
    behind = outputs(f, [a - STEP * b for a, b in zip(x, e)])
    return [(p - q) / (2 * STEP) for p, q in zip(ahead, behind)]


def gradients(f, x, w):
    """The gradient of <w, f(x)> for each input, one difference for each entry."""
    all_gradients = []
    for k, a in enumerate(x):
        gradient = np.empty(a.shape, dtype=object)
        for index in np.ndindex(a.shape):
            e = [np.full(b.shape, mp.mpf(0)) for b in x]
            e[k][index] = mp.mpf(1)
            gradient[index] = sum((u * d).sum() for u, d in zip(w, derivative(f, x, e)))
        all_gradients.append(gradient)
    return all_gradients


def rounded(arrays):
    """The nearest f64; the rounding errors of nested differences, 1e-120, are zeros."""
    return [np.array([float(a) if abs(a) > 1e-100 else 0.0 for a in y.flat]).reshape(y.shape) for y in arrays]


# PyTorch's values and derivatives


def tensors(arrays):
    return [torch.tensor(a, dtype=torch.float64) for a in arrays]


def by_torch(f, x, e, w):
    x, e, w = tuple(tensors(x)), tuple(tensors(e)), tensors(w)
    as_tuple = lambda *x: tuple(outputs(f, x))
    value, jvp = torch.func.jvp(as_tuple, x, e)
    vjp = torch.func.vjp(as_tuple, *x)[1](tuple(w))
    return {"value": value, "jvp": jvp, "vjp": vjp}


def check(name, key, mine, theirs):
    worst = 0.0
    for a, b in zip(mine, theirs, strict=True):
        b = b.detach().numpy()
        assert a.shape == b.shape, (name, key, a.shape, b.shape)
        gap = np.abs(a - b)
        assert np.all(gap <= TOLERANCE * np.abs(a).max()), (name, key, a, b)
        worst = max(worst, np.max(gap / np.where(a == 0, 1, np.abs(a))))
    print(f"{name:12} {key:6} {worst:.1e}")
    if name in OPERATIONS:
        assert (worst > TOLERANCE) == (key in CANCELS.get(name, "").split()), (name, key, worst)


def case(name, f, torch_f, x):
    """The six keys of a case, each a list; `f` on exact arrays and `torch_f` on tensors are the same function."""
    draw = Draw(name + ": directions")
    e, value = draw.like(x), outputs(f, [exact(a) for a in x])
    w = draw.like(value)
    x_exact, e_exact, w_exact = ([exact(a) for a in arrays] for arrays in (x, e, w))
    result = {
        "value": rounded(value),
        "jvp": rounded(derivative(f, x_exact, e_exact)),
        "vjp": rounded(gradients(f, x_exact, w_exact)),
    }
    theirs = by_torch(torch_f, x, e, w)
    for key, arrays in result.items():
        check(name, key, arrays, theirs[key])
    return {key: [a.tolist() for a in arrays] for key, arrays in ({"x": x, "e": e, "w": w} | result).items()}


# Operations

TANH, EXP, LOG, SQRT, SIN, COS = (elementwise(f) for f in (mp.tanh, mp.exp, mp.log, mp.sqrt, mp.sin, mp.cos))
SIGMOID = elementwise(lambda x: 1 / (1 + mp.exp(-x)))
SOFTPLUS = elementwise(lambda x: mp.log(1 + mp.exp(x)))
SLOPE, START, END, ROWS, FACTOR, TERM = 0.01, 1, 3, 3, -1.75, 0.625


def torch_softplus(x):
    return F.softplus(x, beta=1.0, threshold=math.inf)


def row_sums(x):
    return x.sum(axis=1, keepdims=True)


def operation(name, f, torch_f, inputs, constants=None):
    result = case(name, f, torch_f, inputs(Draw(name)))
    for key in ["w", "value", "jvp"]:
        [result[key]] = result[key]
    return (constants or {}) | result


def one(kind):
    return lambda draw: [kind(draw)]


def two(draw):
    return [moderate(draw), moderate(draw)]


OPERATIONS = {
    "tanh": (TANH, torch.tanh, one(spread_out)),
    "sigmoid": (SIGMOID, torch.sigmoid, one(spread_out)),
    "softplus": (SOFTPLUS, torch_softplus, one(spread_out)),
    "relu": (elementwise(lambda x: max(x, 0)), torch.relu, one(spread_out)),
    "leaky_relu": (
        elementwise(lambda x: x if x > 0 else mp.mpf(SLOPE) * x),
        lambda x: F.leaky_relu(x, SLOPE),
        one(spread_out),
        {"slope": SLOPE},
    ),
    "gelu": (elementwise(lambda x: x * mp.ncdf(x)), F.gelu, one(spread_out)),
    "silu": (elementwise(lambda x: x / (1 + mp.exp(-x))), F.silu, one(spread_out)),
    "exp": (EXP, torch.exp, one(spread_out)),
    "log": (LOG, torch.log, one(positive)),
    "sqrt": (SQRT, torch.sqrt, one(positive)),
    "square": (lambda x: x * x, torch.square, one(spread_out)),
    "sin": (SIN, torch.sin, one(spread_out)),
    "cos": (COS, torch.cos, one(spread_out)),
    "add": (lambda a, b: a + b, torch.add, two),
    "sub": (lambda a, b: a - b, torch.sub, two),
    "mul": (lambda a, b: a * b, torch.mul, two),
    "div": (lambda a, b: a / b, torch.div, two),
    "softmax": (lambda x: EXP(x) / row_sums(EXP(x)), lambda x: torch.softmax(x, 1), one(spread_out)),
    "log_softmax": (lambda x: x - LOG(row_sums(EXP(x))), lambda x: torch.log_softmax(x, 1), one(spread_out)),
    "sum": (row_sums, lambda x: x.sum(1, keepdim=True), one(moderate)),
    "mean": (lambda x: row_sums(x) / x.shape[1], lambda x: x.mean(1, keepdim=True), one(moderate)),
    "dot": (lambda a, b: row_sums(a * b), lambda a, b: torch.linalg.vecdot(a, b, dim=1)[:, None], two),
    "concat": (
        lambda a, b: np.concatenate([a, b], axis=1),
        lambda a, b: torch.cat([a, b], 1),
        lambda draw: [moderate(draw), moderate(draw, 2)],
    ),
    "rows": (
        lambda x: x[:, START:END],
        lambda x: x.narrow(1, START, END - START),
        lambda draw: [moderate(draw, 4)],
        {"start": START, "end": END},
    ),
    "spread": (
        lambda x: np.concatenate([x] * ROWS, axis=1),
        lambda x: x.expand(-1, ROWS),
        lambda draw: [moderate(draw, 1)],
        {"rows": ROWS},
    ),
    "scale": (lambda x: mp.mpf(FACTOR) * x, lambda x: FACTOR * x, one(moderate), {"number": FACTOR}),
    "add_number": (lambda x: x + mp.mpf(TERM), lambda x: x + TERM, one(moderate), {"number": TERM}),
}


# Networks


def network(name, f, torch_f, shapes, names, **constants):
    """A case keyed by name; `shapes` has the inputs' names and `names` the outputs'."""
    draw = Draw(name)
    result = case(name, f, torch_f, [draw.array(*shape) for shape in shapes.values()])
    keys = dict.fromkeys(["x", "e", "vjp"], shapes) | dict.fromkeys(["w", "value", "jvp"], names)
    return constants | {key: dict(zip(keys[key], arrays, strict=True)) for key, arrays in result.items()}


def affine(x, weight, bias):
    return x @ weight.T + bias


def transposed(x, weight):
    """W' x of each sample."""
    return x @ weight


def layers(inputs, hidden, out):
    return {"weight_1": (hidden, inputs), "bias_1": (hidden,), "weight_2": (out, hidden), "bias_2": (out,)}


def tanh_net(z, weight_1, bias_1, weight_2, bias_2):
    return affine(TANH(affine(z, weight_1, bias_1)), weight_2, bias_2)


def torch_tanh_net(z, weight_1, bias_1, weight_2, bias_2):
    return F.linear(torch.tanh(F.linear(z, weight_1, bias_1)), weight_2, bias_2)


# Recurrent cells: 3 inputs, 4 hidden units, 5 samples; torch.nn documents these formulas and the order of the gates.

INPUTS, HIDDEN, BATCH = 3, 4, 5


def gates(x, h, weight_ih, weight_hh, bias_ih, bias_hh, count):
    sums = affine(x, weight_ih, bias_ih), affine(h, weight_hh, bias_hh)
    return [np.split(a, count, axis=1) for a in sums]


def elman(x, h, *weights):
    [a], [b] = gates(x, h, *weights, 1)
    return TANH(a + b)


def gru(x, h, *weights):
    [ar, az, an], [br, bz, bn] = gates(x, h, *weights, 3)
    r, z = SIGMOID(ar + br), SIGMOID(az + bz)
    return (1 - z) * TANH(an + r * bn) + z * h


def lstm(x, h, c, *weights):
    i, f, g, o = (a + b for a, b in zip(*gates(x, h, *weights, 4)))
    c = SIGMOID(f) * c + SIGMOID(i) * TANH(g)
    return SIGMOID(o) * TANH(c), c


def cell(name, f, module, count, states):
    rows = count * HIDDEN
    weights = {"weight_ih": (rows, INPUTS), "weight_hh": (rows, HIDDEN), "bias_ih": (rows,), "bias_hh": (rows,)}
    module = module(INPUTS, HIDDEN, dtype=torch.float64)

    def torch_f(x, *rest):
        state = rest[: len(states)] if len(states) > 1 else rest[0]
        parameters = dict(zip(weights, rest[len(states) :], strict=True))
        return torch.func.functional_call(module, parameters, (x, state))

    shapes = {"x": (BATCH, INPUTS)} | dict.fromkeys(states, (BATCH, HIDDEN)) | weights
    return network(name, f, torch_f, shapes, states)


# Derivatives of derivatives


def trace(probe):
    """e' (df/dz) e of each sample, for the tanh network f and the probe e; Hutchinson's estimate of the divergence."""
    exact_probe, [torch_probe] = exact(probe), tensors([probe])

    def f(z, *weights):
        [slope] = derivative(lambda z: tanh_net(z, *weights), [z], [exact_probe])
        return row_sums(exact_probe * slope)

    def torch_f(z, *weights):
        _, pullback = torch.func.vjp(lambda z: torch_tanh_net(z, *weights), z)
        return (pullback(torch_probe)[0] * torch_probe).sum(1, keepdim=True)

    return network("trace", f, torch_f, {"z": (3, 2)} | layers(2, 5, 2), ["trace"], probe=probe.tolist())


def energy(z, weight_1, bias_1, weight_2, bias_2):
    return affine(SOFTPLUS(affine(z, weight_1, bias_1)), weight_2, bias_2)


def torch_energy(z, weight_1, bias_1, weight_2, bias_2):
    return F.linear(torch_softplus(F.linear(z, weight_1, bias_1)), weight_2, bias_2)


ENERGY_SHAPES = {"z": (3, 4)} | layers(4, 5, 1)


def hamiltonian():
    """The field (dH/dp, -dH/dq) of the energy H at z = (q, p): two rows of q, two of p."""

    def f(z, *weights):
        slopes = []
        for row in range(4):
            e = np.full(z.shape, mp.mpf(0))
            e[:, row] = mp.mpf(1)
            slopes += derivative(lambda z: energy(z, *weights), [z], [e])
        q1, q2, p1, p2 = slopes
        return np.concatenate([p1, p2, -q1, -q2], axis=1)

    def torch_f(z, *weights):
        q, p = torch.func.grad(lambda z: torch_energy(z, *weights).sum())(z).chunk(2, 1)
        return torch.cat([p, -q], 1)

    return network("hamiltonian", f, torch_f, ENERGY_SHAPES, ["field"])


# The file


def text(value, indent=0):
    """JSON with one line for each list."""
    if not isinstance(value, dict):
        return json.dumps(value, allow_nan=False)
    pad = " " * (indent + 1)
    lines = [f"{pad}{json.dumps(key)}: {text(entry, indent + 1)}" for key, entry in value.items()]
    return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"


out = {
    "about": __doc__,
    "versions": {"torch": torch.__version__, "numpy": np.__version__, "mpmath": mpmath.__version__},
    "operations": {name: operation(name, *entry) for name, entry in OPERATIONS.items()},
    "affine": {
        "plain": network("plain", affine, F.linear, {"x": (4, 3), "weight": (2, 3), "bias": (2,)}, ["y"]),
        "transposed": network("transposed", transposed, transposed, {"x": (4, 2), "weight": (2, 3)}, ["y"]),
    },
    "gru": cell("gru", gru, torch.nn.GRUCell, 3, ["h"]),
    "lstm": cell("lstm", lstm, torch.nn.LSTMCell, 4, ["h", "c"]),
    "elman": cell("elman", elman, torch.nn.RNNCell, 1, ["h"]),
    "mlp": network("mlp", tanh_net, torch_tanh_net, {"x": (4, 2)} | layers(2, 8, 2), ["y"]),
    "second": {
        "trace": trace(Draw("probe").array(3, 2)),
        "energy": network("energy", energy, torch_energy, ENERGY_SHAPES, ["energy"]),
        "hamiltonian": hamiltonian(),
    },
}
Path(__file__).with_name("torch.json").write_text(text(out) + "\n")
