"""Modules of PyTorch as safetensors files, with an input and an output; writes the folder weights beside this file.

    python tests/reference/weights.py

NAME.f32.safetensors and NAME.f64.safetensors have the `state_dict` of a module under PyTorch's own names; both have the
same weights, rounded to 4 decimals. The single-precision file has the usual metadata {"format": "pt"}, the other none.
outputs.json has, for each module and precision, an `input` and PyTorch's `output`: a row for each of B samples, and
for recurrent networks, which start from zeros, T x B rows; `last` is their final state by name, layers x B rows.

Needs: pip install torch numpy safetensors (made with torch 2.15.0, numpy 2.4.6, safetensors 0.8.0). Takes seconds.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

T, B, I, H = 4, 2, 3, 4
FOLDER = Path(__file__).with_name("weights")
torch.set_num_threads(1)

MODULES = {
    "linear": lambda: torch.nn.Linear(I, H),
    "sequential": lambda: torch.nn.Sequential(torch.nn.Linear(I, 5), torch.nn.Tanh(), torch.nn.Linear(5, 2)),
    "rnn": lambda: torch.nn.RNN(I, H),
    "gru": lambda: torch.nn.GRU(I, H),
    "lstm": lambda: torch.nn.LSTM(I, H, 2),
}


def decimals(tensor):
    """Nested lists of the shortest decimals that round to the same numbers."""
    array = tensor.detach().numpy()
    return np.array([float(str(x)) for x in array.flat]).reshape(array.shape).tolist()


def case(name, kind, dtype, metadata):
    rng = np.random.default_rng(list(name.encode()))
    module = MODULES[name]().to(dtype)
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(torch.tensor(rng.uniform(-(H**-0.5), H**-0.5, p.shape).round(4)))
    recurrent = isinstance(module, torch.nn.RNNBase)
    x = torch.tensor(rng.uniform(-2.0, 2.0, (T, B, I) if recurrent else (B, I)).round(3), dtype=dtype)

    path = FOLDER / f"{name}.{kind}.safetensors"
    save_file(module.state_dict(), path, metadata=metadata)
    assert path.stat().st_size < 10_000
    module.load_state_dict(load_file(path))

    y = module(x)
    out = {"input": decimals(x), "output": decimals(y[0] if recurrent else y)}
    if recurrent:
        last = y[1] if isinstance(module, torch.nn.LSTM) else [y[1]]
        out["last"] = dict(zip("hc", map(decimals, last)))
    return out


def text(value, indent=0):
    """JSON with one line for each array."""
    if not isinstance(value, dict):
        return json.dumps(value, allow_nan=False)
    pad = " " * (indent + 1)
    lines = [f"{pad}{json.dumps(key)}: {text(entry, indent + 1)}" for key, entry in value.items()]
    return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    precisions = [("f32", torch.float32, {"format": "pt"}), ("f64", torch.float64, None)]
    modules = {name: {p[0]: case(name, *p) for p in precisions} for name in MODULES}
    versions = {name: version(name) for name in ["torch", "numpy", "safetensors"]}
    out = {"about": __doc__, "versions": versions, "modules": modules}
    (FOLDER / "outputs.json").write_text(text(out) + "\n")
