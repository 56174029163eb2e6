"""diffrax on the classical problems: compiled before the clock starts, one thread, double precision."""

import diffrax
import jax
import jax.numpy as jnp

from clock import SLOW, line, seconds
from problems import PROBLEMS, TOLERANCES

jax.config.update("jax_enable_x64", True)


def solver_of(rhs, y0, end, method):
    """The compiled solve; the tolerance is an argument, so that it is compiled once."""
    term = diffrax.ODETerm(lambda t, y, args: rhs(y))

    @jax.jit
    def solve(y0, tol):
        solution = diffrax.diffeqsolve(
            term,
            method(),
            t0=0.0,
            t1=end,
            dt0=None,
            y0=y0,
            stepsize_controller=diffrax.PIDController(rtol=tol, atol=tol),
            saveat=diffrax.SaveAt(t1=True),
            max_steps=None,
            # A loop that is not to be differentiated is the fastest one.
            adjoint=diffrax.ForwardMode(),
            throw=False,
        )
        return solution.ys[0], solution.stats["num_steps"], solution.result == diffrax.RESULTS.successful

    return solve


STAGES = {diffrax.Dopri5: 6, diffrax.Tsit5: 6, diffrax.Dopri8: 13}

for name, (field, y0, end) in PROBLEMS.items():
    rhs, y0 = field(jnp), jnp.asarray(y0)
    for method, stages in STAGES.items():
        solve = solver_of(rhs, y0, end, method)
        for tol in TOLERANCES:
            def run():
                return jax.block_until_ready(solve(y0, tol))

            about = dict(library="diffrax", version=diffrax.__version__, problem=name, method=method.__name__, tol=tol)
            y, steps, successful = run()
            if not successful:
                line(**about, failed="diffeqsolve reports no success")
                continue
            samples = seconds(run)
            # diffrax reports steps; a step costs so many evaluations.
            line(**about, seconds=samples, evaluations=int(steps) * stages, y=y.tolist())
            if min(samples) > SLOW:
                break
