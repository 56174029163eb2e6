"""JAX and diffrax on the neural tasks, compiled before the clock starts: neural_diffrax.py small|spiral|sequence|
large|width.

The batch is one state with one step size, as in the other libraries; a solve per sample (`vmap`) would be another
computation.
"""

import json
import os
import sys

import diffrax
import jax
import jax.numpy as jnp
import numpy as np

import draws
from clock import row

with open(os.environ["PEERS_WEIGHTS"]) as file:
    WEIGHTS = json.load(file)


def diffeq(*args, **kwargs):
    row("diffrax", diffrax.__version__, *args, **kwargs)


def plain(*args, **kwargs):
    row("JAX", jax.__version__, *args, **kwargs)


def parameters(layers, dtype):
    return [(jnp.asarray(layer["w"], dtype), jnp.asarray(layer["b"], dtype)) for layer in layers]


def affine(layer, y):
    w, b = layer
    return y @ w.T + b


def norm(tree):
    return sum((np.asarray(leaf, np.float64) ** 2).sum() for leaf in jax.tree.leaves(tree)) ** 0.5


def valued(value_and_grad, *args):
    """Runs a compiled `(loss, evaluations), gradient`, where the gradient is for (parameters, ...)."""

    def run():
        (value, evaluations), grads = jax.block_until_ready(value_and_grad(*args))
        return value, norm(grads[0]), None if evaluations is None else int(evaluations)

    return run


def small():
    data = WEIGHTS["small"]
    net = parameters(data["layers"], jnp.float32)
    y0 = jnp.asarray(data["y0"], jnp.float32)
    field = diffrax.ODETerm(lambda t, y, net: jnp.tanh(affine(net[1], jax.nn.softplus(affine(net[0], y)))))
    pid = diffrax.PIDController(rtol=1e-6, atol=1e-6)
    seminorm = diffrax.PIDController(rtol=1e-6, atol=1e-6, norm=diffrax.adjoint_rms_seminorm)

    for name, saveat in [
        ("end", diffrax.SaveAt(t1=True)),
        ("100 times", diffrax.SaveAt(ts=jnp.arange(1.0, 101.0, dtype=jnp.float32))),
    ]:

        def loss(net, y0, adjoint, saveat=saveat):
            solution = diffrax.diffeqsolve(
                field, diffrax.Dopri5(), 0.0, 100.0, None, y0, net, saveat=saveat, stepsize_controller=pid,
                adjoint=adjoint, max_steps=1024,
            )
            return solution.ys.sum(), solution.stats["num_steps"]

        forward = jax.jit(lambda net, y0: loss(net, y0, diffrax.ForwardMode()))

        def run_forward():
            value, steps = jax.block_until_ready(forward(net, y0))
            return value, 0.0, int(steps) * 6

        diffeq("small", f"forward, {name}", "Dopri5", run_forward)
        for method, adjoint in [
            ("RecursiveCheckpointAdjoint", diffrax.RecursiveCheckpointAdjoint()),
            ("DirectAdjoint", diffrax.DirectAdjoint()),
            ("BacksolveAdjoint, seminorm", diffrax.BacksolveAdjoint(stepsize_controller=seminorm)),
        ]:
            # The statistics of the backward pass are not reported, so no evaluations are given.
            gradient = jax.jit(
                jax.value_and_grad(lambda net, y0: (loss(net, y0, adjoint)[0], None), argnums=(0, 1), has_aux=True)
            )
            diffeq("small", f"gradient, {name}", method, valued(gradient, net, y0))


STEPS = 10


def adam(params, grads, state, rate=1e-3):
    """Kingma & Ba 2015, algorithm 1."""
    m, v, n = state
    n = n + 1
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
    step = lambda p, m, v: p - rate * (m / (1 - 0.9**n)) / (jnp.sqrt(v / (1 - 0.999**n)) + 1e-8)
    return jax.tree.map(step, params, m, v), (m, v, n)


def spiral():
    jax.config.update("jax_enable_x64", True)
    data = WEIGHTS["spiral"]
    start = parameters(data["layers"], jnp.float64)
    times, truth = jnp.asarray(data["times"]), jnp.asarray(data["y"])
    field = diffrax.ODETerm(lambda t, y, net: affine(net[1], jnp.tanh(affine(net[0], y * y * y))))
    tolerance = dict(rtol=1e-7, atol=1e-9)
    seminorm = diffrax.PIDController(norm=diffrax.adjoint_rms_seminorm, **tolerance)

    for method, adjoint in [
        ("RecursiveCheckpointAdjoint", diffrax.RecursiveCheckpointAdjoint()),
        ("DirectAdjoint", diffrax.DirectAdjoint()),
        ("BacksolveAdjoint, seminorm", diffrax.BacksolveAdjoint(stepsize_controller=seminorm)),
    ]:

        def loss(net):
            solution = diffrax.diffeqsolve(
                field, diffrax.Dopri5(), times[0], times[-1], None, truth[0], net, saveat=diffrax.SaveAt(ts=times),
                stepsize_controller=diffrax.PIDController(**tolerance), adjoint=adjoint, max_steps=256,
            )
            return jnp.abs(solution.ys - truth).mean()

        @jax.jit
        def step(net, state):
            value, grads = jax.value_and_grad(loss)(net)
            net, state = adam(net, grads, state)
            return net, state, value, grads

        def run():
            net, zeros = start, jax.tree.map(jnp.zeros_like, start)
            state = (zeros, zeros, jnp.zeros(()))
            for _ in range(STEPS):
                net, state, value, grads = step(net, state)
            jax.block_until_ready(net)
            return value, norm(grads), None

        diffeq("spiral", "training step", method, run, steps=STEPS)


def rk4_scan(f, net, y, end, steps):
    """The classical method by `lax.scan`."""
    h = end / steps

    def step(y, _):
        k1 = f(0.0, y, net)
        k2 = f(0.0, y + h / 2 * k1, net)
        k3 = f(0.0, y + h / 2 * k2, net)
        k4 = f(0.0, y + h * k3, net)
        return y + h / 6 * (k1 + 2 * (k2 + k3) + k4), None

    return jax.lax.scan(step, y, None, length=steps)[0]


class Rk4(diffrax.AbstractERK):
    """The classical method, which diffrax does not have; fixed steps do not look at the error."""

    tableau = diffrax.ButcherTableau(
        a_lower=(np.array([0.5]), np.array([0.0, 0.5]), np.array([0.0, 0.0, 1.0])),
        b_sol=np.array([1 / 6, 1 / 3, 1 / 3, 1 / 6]),
        b_error=np.zeros(4),
        c=np.array([0.5, 0.5, 1.0]),
    )
    interpolation_cls = diffrax.ThirdOrderHermitePolynomialInterpolation.from_k

    def order(self, terms):
        return 4


def rk4_diffrax(f, net, y, end, steps, adjoint=None):
    return diffrax.diffeqsolve(
        diffrax.ODETerm(f), Rk4(), 0.0, end, end / steps, y, net, max_steps=steps,
        adjoint=adjoint or diffrax.RecursiveCheckpointAdjoint(checkpoints=steps),
    ).ys[0]


def sequence():
    data = WEIGHTS["sequence"]
    names = ["input", "hidden", "readout"]
    params = (parameters([data[name] for name in names], jnp.float32), parameters(data["layers"], jnp.float32))
    x, targets = jnp.asarray(data["x"], jnp.float32), jnp.asarray(data["targets"], jnp.float32)
    field = lambda t, y, net: affine(net[1], jnp.tanh(affine(net[0], y)))

    def gradient(solve):
        def loss(params):
            (w_in, w_hidden, readout), net = params

            def observe(hidden, observation):
                hidden = jnp.tanh(affine(w_in, observation) + affine(w_hidden, hidden))
                hidden = solve(field, net, hidden, 1.0, 4)
                return hidden, affine(readout, hidden)

            outputs = jax.lax.scan(observe, jnp.zeros((32, 16), jnp.float32), x)[1]
            return ((outputs - targets) ** 2).mean(), None

        return valued(jax.jit(jax.value_and_grad(lambda params, _: loss(params), argnums=(0,), has_aux=True)), params, 0)

    plain("sequence", "loss and gradient", "scan", gradient(rk4_scan))
    diffeq("sequence", "loss and gradient", "RecursiveCheckpointAdjoint", gradient(rk4_diffrax))


def network(task, size, layers, y0, steps):
    """Forward and gradient of the larger networks."""
    net, y0 = parameters(layers, jnp.float32), jnp.asarray(y0, jnp.float32)
    field = lambda t, y, net: affine(net[2], jnp.tanh(affine(net[1], jnp.tanh(affine(net[0], y)))))

    def forward(solve):
        compiled = jax.jit(lambda net, y0: solve(field, net, y0, 1.0, steps).sum())
        return lambda: (jax.block_until_ready(compiled(net, y0)), 0.0, 4 * steps)

    def gradient(solve):
        loss = lambda net, y0: (solve(field, net, y0, 1.0, steps).sum(), None)
        return valued(jax.jit(jax.value_and_grad(loss, argnums=(0, 1), has_aux=True)), net, y0)

    plain(task, f"{size}forward", "scan", forward(rk4_scan))
    diffeq(task, f"{size}forward", "Rk4", forward(rk4_diffrax))
    plain(task, f"{size}gradient", "scan", gradient(rk4_scan))
    diffeq(task, f"{size}gradient", "RecursiveCheckpointAdjoint", gradient(rk4_diffrax))


def large():
    data = WEIGHTS["large"]
    network("large", "", data["layers"], data["y0"], 20)


def width():
    for hidden, samples, steps in draws.WIDTHS:
        network("width", *draws.width(hidden, samples, steps), steps)


{"small": small, "spiral": spiral, "sequence": sequence, "large": large, "width": width}[sys.argv[1]]()
