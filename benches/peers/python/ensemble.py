"""Ten thousand Lotka–Volterra systems with parameters and initial states of their own by diffrax under `vmap`, compiled
before the clock starts; `rust/src/bin/neural/ensemble.rs` does the same.

Every system has its own steps, and the loop ends with the last one.
"""

import diffrax
import jax
import jax.numpy as jnp
import numpy as np

from clock import row
from draws import uniform

jax.config.update("jax_enable_x64", True)
SYSTEMS = 10_000


def around(seed, centre):
    """A vector for each system, within a fifth of `centre`."""
    return jnp.asarray(np.array(centre) * (1.0 + uniform(seed, (SYSTEMS, len(centre)), 0.2).astype(np.float64)))


def field(t, y, p):
    eaten = y[0] * y[1]
    return jnp.array([p[0] * y[0] - p[1] * eaten, p[3] * eaten - p[2] * y[1]])


def solver_of(method):
    def solve(p, y0):
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(field), method(), 0.0, 10.0, None, y0, p, max_steps=None,
            stepsize_controller=diffrax.PIDController(rtol=1e-6, atol=1e-6),
            adjoint=diffrax.ForwardMode(),  # the fastest loop if nothing is to be differentiated
        )
        return solution.ys[0].sum(), solution.stats["num_steps"]

    every = jax.vmap(solve)

    @jax.jit
    def total(p, y0):
        sums, steps = every(p, y0)
        return sums.sum(), steps.sum()

    p, y0 = around(0, [1.5, 1.0, 3.0, 1.0]), around(1, [1.0, 1.0])

    def run():
        value, steps = jax.block_until_ready(total(p, y0))
        return value, 0.0, 6 * int(steps)  # diffrax reports steps; a step costs so many evaluations

    return run


for method in [diffrax.Dopri5, diffrax.Tsit5]:
    row("diffrax", diffrax.__version__, "ensemble", "end", f"vmap, {method.__name__}", solver_of(method))
