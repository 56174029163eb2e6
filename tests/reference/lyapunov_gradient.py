"""The gradient of a sum of Lyapunov exponents of a small network by JAX; writes lyapunov_gradient.json beside this file.

The map is x' = tanh(W x + b). The frame starts from the QR factorisation of the numbers below, the first of the generator
`rheos::train::uniform(1)`; every step takes one more, with a positive diagonal of R. The loss is the sum of c_k lambda_k over 12
steps after 3 of a transient; jax.grad differentiates it through all steps.
Needs: pip install jax. Takes some seconds.
"""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

UNITS, COUNT, TRANSIENT, STEPS = 4, 3, 3, 12
WEIGHTS = [1.0, -0.5, 0.25]
DRAWS = [
    0.8567171327003362, 0.13755448539738502, 0.4704615263479589, 0.7262497209618617,
    0.3698437355237142, 0.5571533369880051, 0.3918452032115991, 0.739366457689045,
    0.15657413988433744, 0.41015236758081597, 0.07274892434570235, 0.08817175331566207
]


def factors(a):
    q, r = jnp.linalg.qr(a)
    signs = jnp.sign(jnp.diag(r))
    return q * signs, jnp.diag(r) * signs


def exponents(params, x):
    w, b = params
    q, _ = factors(jnp.array(DRAWS).reshape(COUNT, UNITS).T - 0.5)
    total = jnp.zeros(COUNT)
    for step in range(TRANSIENT + STEPS):
        x = jnp.tanh(w @ x + b)
        q, r = factors(((1 - x * x)[:, None] * w) @ q)
        if step >= TRANSIENT:
            total = total + jnp.log(r)
    return total / STEPS


def loss(params, x):
    return jnp.dot(jnp.array(WEIGHTS), exponents(params, x))


def main():
    rng = np.random.default_rng(3)
    w = rng.normal(size=(UNITS, UNITS)) * 2.0 / np.sqrt(UNITS)
    b, x = rng.normal(size=UNITS) * 0.2, rng.normal(size=UNITS) * 0.5
    (w_bar, b_bar), x_bar = jax.grad(loss, argnums=(0, 1))((w, b), x)
    found = {
        "method": "lyapunov_gradient.py: jax.grad in double precision",
        "weight": w.tolist(), "bias": b.tolist(), "start": x.tolist(), "cotangents": WEIGHTS,
        "exponents": exponents((w, b), x).tolist(),
        "weight_bar": w_bar.tolist(), "bias_bar": b_bar.tolist(), "start_bar": x_bar.tolist(),
    }
    print(found)
    Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")


main()
