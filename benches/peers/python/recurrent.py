"""PyTorch or JAX on recurrent networks: recurrent.py torch|jax; JAX is compiled before the clock starts.

The loss is the mean square of all hidden states minus a target; the network starts from zeros. Both libraries use
PyTorch's formulas and the same numbers: see `numbers`, which another program can repeat.
"""

import sys

import numpy as np

from clock import THREADS, row

# Times, samples, inputs, units.
SIZES = [(100, 32, 1, 16), (100, 32, 16, 64), (100, 64, 64, 128), (784, 128, 1, 128)]
LONG = (10_000, 16, 2, 2)
GATES = {"Elman": 1, "GRU": 3}


def numbers(seed, shape, bound):
    """Uniform on [-bound, bound): the upper 24 bits of splitmix64 (Steele, Lea & Flood 2014) at 2^32 seed + k + 1."""
    z = np.arange(1, np.prod(shape) + 1, dtype=np.uint64) + np.uint64(seed << 32)
    z *= np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> 30)) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> 27)) * np.uint64(0x94D049BB133111EB)
    z ^= z >> 31
    return (bound * ((z >> 40) / 2.0**23 - 1.0)).astype(np.float32).reshape(shape)


def data(cell, times, samples, inputs, units):
    """weight_ih, weight_hh, bias_ih, bias_hh, and the inputs and targets, with the seeds 0 to 5."""
    rows = GATES[cell] * units
    shapes = [(rows, inputs), (rows, units), (rows,), (rows,)]
    weights = [numbers(seed, shape, units**-0.5) for seed, shape in enumerate(shapes)]
    return weights, numbers(4, (times, samples, inputs), 1.0), numbers(5, (times, samples, units), 1.0)


def with_torch(cell, size, forward):
    import torch

    torch.set_num_threads(int(THREADS))
    weights, x, target = data(cell, *size)
    x, target = torch.from_numpy(x), torch.from_numpy(target)
    module = {"GRU": torch.nn.GRU, "Elman": torch.nn.RNN}[cell](*size[2:])
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

    def elman(from_x, from_h, h):
        return jnp.tanh(from_x + from_h)

    def gru(from_x, from_h, h):
        (xr, xz, xn), (hr, hz, hn) = jnp.split(from_x, 3, 1), jnp.split(from_h, 3, 1)
        r, z = jax.nn.sigmoid(xr + hr), jax.nn.sigmoid(xz + hz)
        n = jnp.tanh(xn + r * hn)
        return (1.0 - z) * n + z * h

    step = {"GRU": gru, "Elman": elman}[cell]

    def loss(weights, x, target):
        weight_ih, weight_hh, bias_ih, bias_hh = weights

        def advance(h, from_x):
            h = step(from_x, h @ weight_hh.T + bias_hh, h)
            return h, h

        start = jnp.zeros(target.shape[1:], jnp.float32)
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
        measure(library, cell, size)
measure(library, "GRU", LONG, forward=True)
