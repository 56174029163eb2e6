"""Numbers that every program can draw for itself; `rust/src/draws.rs` draws the same."""

import numpy as np


def uniform(seed, shape, bound):
    """Uniform on [-bound, bound): the upper 24 bits of splitmix64 (Steele, Lea & Flood 2014) at 2^32 seed + k + 1."""
    z = np.arange(1, np.prod(shape) + 1, dtype=np.uint64) + np.uint64(seed << 32)
    z *= np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> 30)) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> 27)) * np.uint64(0x94D049BB133111EB)
    z ^= z >> 31
    return (bound * ((z >> 40) / 2.0**23 - 1.0)).astype(np.float32).reshape(shape)


def layers(inputs, hidden, outputs):
    """Three affine maps as lists of weights and biases, with the seeds 0 to 5."""
    sizes = [inputs, hidden, hidden, outputs]
    return [
        {"w": uniform(2 * k, (o, i), i**-0.5), "b": uniform(2 * k + 1, (o,), i**-0.5)}
        for k, (i, o) in enumerate(zip(sizes, sizes[1:]))
    ]


# Hidden units, samples and steps of the task `width`.
WIDTHS = [(256, 32, 20), (512, 256, 5), (1024, 32, 4), (1024, 1024, 1)]


def width(hidden, samples, steps):
    """The name of a size, its layers and its states."""
    plural = "" if steps == 1 else "s"
    name = f"64-{hidden}-{hidden}-64, {samples} samples, {steps} step{plural}, "
    return name, layers(64, hidden, 64), uniform(6, (samples, 64), 1.0)
