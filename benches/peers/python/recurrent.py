"""PyTorch or JAX on recurrent networks: recurrent.py torch|jax; JAX is compiled before the clock starts.

The loss is the mean square of all hidden states minus a target; the network starts from zeros. Both libraries use
PyTorch's formulas and the same numbers: see `draws.py`.
"""

import sys

import numpy as np

from clock import THREADS, row
from draws import uniform

# Times, samples, inputs, units.
SIZES = [(100, 32, 1, 16), (100, 32, 16, 64), (100, 64, 64, 128), (784, 128, 1, 128)]
LONG = (10_000, 16, 2, 2)
GATES = {"Elman": 1, "GRU": 3, "LSTM": 4}


def data(cell, times, samples, inputs, units):
    """weight_ih, weight_hh, bias_ih, bias_hh, and the inputs and targets, with the seeds 0 to 5."""
    rows = GATES[cell] * units
    shapes = [(rows, inputs), (rows, units), (rows,), (rows,)]
    weights = [uniform(seed, shape, units**-0.5) for seed, shape in enumerate(shapes)]
    return weights, uniform(4, (times, samples, inputs), 1.0), uniform(5, (times, samples, units), 1.0)


def with_torch(cell, size, forward):
    import torch

    torch.set_num_threads(int(THREADS))
    weights, x, target = data(cell, *size)
    x, target = torch.from_numpy(x), torch.from_numpy(target)
    module = {"Elman": torch.nn.RNN, "GRU": torch.nn.GRU, "LSTM": torch.nn.LSTM}[cell](*size[2:])
    parameters = list(module.parameters())  # in the order of the weights
    with torch.no_grad():
        for p, w in zip(parameters, weights, strict=True):
            p.copy_(torch.from_numpy(w))

    def loss():
        return (module(x)[0] - target).square().mean()

    def gradient():
        value = loss()
        squares = sum(g.double().square().sum().item() for g in torch.autograd.grad(value, parameters))
        return value.item(), squares**0.5, None

    def value():
        with torch.no_grad():
            return loss().item(), 0.0, None

    return "PyTorch", torch.__version__.split("+")[0], f"nn.{type(module).__name__}", value if forward else gradient


def with_jax(cell, size, forward):
    import jax
    import jax.numpy as jnp

    weights, x, target = jax.tree.map(jnp.asarray, data(cell, *size))

    # From the state of a cell to the next one; its first part is the hidden state.
    def elman(from_x, from_h, state):
        return (jnp.tanh(from_x + from_h),)

    def gru(from_x, from_h, state):
        (h,) = state
        (xr, xz, xn), (hr, hz, hn) = jnp.split(from_x, 3, 1), jnp.split(from_h, 3, 1)
        r, z = jax.nn.sigmoid(xr + hr), jax.nn.sigmoid(xz + hz)
        n = jnp.tanh(xn + r * hn)
        return ((1.0 - z) * n + z * h,)

    def lstm(from_x, from_h, state):
        i, f, g, o = jnp.split(from_x + from_h, 4, 1)
        c = jax.nn.sigmoid(f) * state[1] + jax.nn.sigmoid(i) * jnp.tanh(g)
        return jax.nn.sigmoid(o) * jnp.tanh(c), c

    step = {"Elman": elman, "GRU": gru, "LSTM": lstm}[cell]
    parts = 2 if cell == "LSTM" else 1

    def loss(weights, x, target):
        weight_ih, weight_hh, bias_ih, bias_hh = weights

        def advance(state, from_x):
            state = step(from_x, state[0] @ weight_hh.T + bias_hh, state)
            return state, state[0]

        start = (jnp.zeros(target.shape[1:], jnp.float32),) * parts
        outputs = jax.lax.scan(advance, start, x @ weight_ih.T + bias_ih)[1]
        return jnp.square(outputs - target).mean()

    compiled = jax.jit(loss if forward else jax.value_and_grad(loss))

    def run():
        result = jax.block_until_ready(compiled(weights, x, target))
        if forward:
            return result, 0.0, None
        value, grads = result
        return value, sum(np.square(g, dtype=np.float64).sum() for g in map(np.asarray, grads)) ** 0.5, None

    return "JAX", jax.__version__, "scan", run


def measure(library, cell, size, forward=False):
    name, version, method, run = library(cell, size, forward)
    times, samples, inputs, units = size
    what = f"{cell} {inputs}-{units}, {times} times, {samples} samples" + (", forward" if forward else "")
    row(name, version, "recurrent", what, method, run)


library = {"torch": with_torch, "jax": with_jax}[sys.argv[1]]
for size in SIZES:
    for cell in GATES:
        measure(library, cell, size, forward=True)
        measure(library, cell, size)
measure(library, "GRU", LONG, forward=True)
