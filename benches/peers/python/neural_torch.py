"""PyTorch and torchdiffeq on the neural tasks: neural_torch.py small|spiral|sequence|large|width."""

import json
import os
import sys

import torch
import torchdiffeq
from torch.nn.functional import softplus
from torchdiffeq import odeint, odeint_adjoint

import draws
from clock import THREADS, row

torch.set_num_threads(int(THREADS))
with open(os.environ["PEERS_WEIGHTS"]) as file:
    WEIGHTS = json.load(file)


def diffeq(*args, **kwargs):
    row("torchdiffeq", torchdiffeq.__version__, *args, **kwargs)


def plain(*args, **kwargs):
    row("PyTorch", torch.__version__.split("+")[0], *args, **kwargs)


class Net(torch.nn.Module):
    """A vector field from layers; counts its evaluations."""

    def __init__(self, layers, dtype, function):
        super().__init__()
        self.layers = torch.nn.ModuleList()
        for layer in layers:
            w, b = (torch.tensor(layer[name], dtype=dtype) for name in ["w", "b"])
            linear = torch.nn.Linear(w.shape[1], w.shape[0], dtype=dtype)
            linear.weight, linear.bias = torch.nn.Parameter(w), torch.nn.Parameter(b)
            self.layers.append(linear)
        self.function, self.evaluations = function, 0

    def forward(self, t, y):
        self.evaluations += 1
        return self.function(self.layers, y)

    def gradient(self):
        """The norm of the gradient, which is cleared."""
        squares = sum((p.grad.double() ** 2).sum().item() for p in self.parameters())
        self.zero_grad()
        return squares**0.5

    def counted(self, run):
        """The result of a run and its evaluations."""
        before = self.evaluations
        value, gradient = run()
        return value, gradient, self.evaluations - before


def small():
    data = WEIGHTS["small"]
    net = Net(data["layers"], torch.float32, lambda layers, y: torch.tanh(layers[1](softplus(layers[0](y)))))
    y0 = torch.tensor(data["y0"])
    options = dict(rtol=1e-6, atol=1e-6, method="dopri5")
    for name, times in [("end", torch.tensor([0.0, 100.0])), ("100 times", torch.arange(0.0, 101.0))]:

        def forward():
            with torch.no_grad():
                return odeint(net, y0, times, **options)[1:].double().sum().item(), 0.0

        def gradient(solve, **more):
            def run():
                start = y0.clone().requires_grad_()
                loss = solve(net, start, times, **options, **more)[1:].sum()
                loss.backward()
                return loss.item(), net.gradient()

            return lambda: net.counted(run)

        diffeq("small", f"forward, {name}", "dopri5", lambda: net.counted(forward))
        diffeq("small", f"gradient, {name}", "direct", gradient(odeint))
        seminorm = dict(adjoint_options=dict(norm="seminorm"))
        diffeq("small", f"gradient, {name}", "adjoint, seminorm", gradient(odeint_adjoint, **seminorm))


STEPS = 10


def spiral():
    data = WEIGHTS["spiral"]
    field = lambda layers, y: layers[1](torch.tanh(layers[0](y**3)))
    times = torch.tensor(data["times"], dtype=torch.float64)
    truth = torch.tensor(data["y"], dtype=torch.float64)

    def train(solve, **more):
        def run():
            net = Net(data["layers"], torch.float64, field)
            adam = torch.optim.Adam(net.parameters(), lr=1e-3)
            for _ in range(STEPS):
                adam.zero_grad()
                y = solve(net, truth[0], times, rtol=1e-7, atol=1e-9, method="dopri5", **more)
                loss = (y - truth).abs().mean()
                loss.backward()
                adam.step()
            return loss.item(), net.gradient(), net.evaluations // STEPS

        return run

    diffeq("spiral", "training step", "direct", train(odeint), steps=STEPS)
    seminorm = dict(adjoint_options=dict(norm="seminorm"))
    diffeq("spiral", "training step", "adjoint, seminorm", train(odeint_adjoint, **seminorm), steps=STEPS)


def rk4(f, y, end, steps):
    """The classical method."""
    h = end / steps
    for i in range(steps):
        k1 = f(i * h, y)
        k2 = f(i * h + h / 2, y + h / 2 * k1)
        k3 = f(i * h + h / 2, y + h / 2 * k2)
        k4 = f(i * h + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * (k2 + k3) + k4)
    return y


def rk4_torchdiffeq(f, y, end, steps):
    """Its `rk4` is the 3/8 rule, which costs the same."""
    times = torch.tensor([0.0, end])
    return odeint(f, y, times, method="rk4", options=dict(step_size=end / steps))[1]


def sequence():
    data = WEIGHTS["sequence"]
    net = Net(data["layers"], torch.float32, lambda layers, y: layers[1](torch.tanh(layers[0](y))))
    cell = torch.nn.RNNCell(1, 16)
    with torch.no_grad():
        for name, layer in [("ih", "input"), ("hh", "hidden")]:
            getattr(cell, f"weight_{name}").copy_(torch.tensor(data[layer]["w"]))
            getattr(cell, f"bias_{name}").copy_(torch.tensor(data[layer]["b"]))
    readout = Net([data["readout"]], torch.float32, None).layers[0]
    x, targets = torch.tensor(data["x"]), torch.tensor(data["targets"])
    parameters = [*cell.parameters(), *net.parameters(), *readout.parameters()]

    def gradient(solve):
        def run():
            hidden, outputs = torch.zeros(32, 16), []
            for observation in x:
                hidden = solve(net, cell(observation, hidden), 1.0, 4)
                outputs.append(readout(hidden))
            loss = ((torch.stack(outputs) - targets) ** 2).mean()
            grads = torch.autograd.grad(loss, parameters)
            return loss.item(), sum((g.double() ** 2).sum().item() for g in grads) ** 0.5

        return lambda: net.counted(run)

    plain("sequence", "loss and gradient", "loop", gradient(rk4))
    diffeq("sequence", "loss and gradient", "rk4, direct", gradient(rk4_torchdiffeq))


def network(task, size, layers, y0, steps):
    """Forward and gradient of the larger networks."""
    tanh = torch.tanh
    net = Net(layers, torch.float32, lambda l, y: l[2](tanh(l[1](tanh(l[0](y))))))
    y0 = torch.tensor(y0)

    def forward(solve):
        def run():
            with torch.no_grad():
                return solve(net, y0, 1.0, steps).double().sum().item(), 0.0

        return lambda: net.counted(run)

    def gradient(solve):
        def run():
            start = y0.clone().requires_grad_()
            loss = solve(net, start, 1.0, steps).sum()
            loss.backward()
            return loss.item(), net.gradient()

        return lambda: net.counted(run)

    plain(task, f"{size}forward", "loop", forward(rk4))
    diffeq(task, f"{size}forward", "rk4", forward(rk4_torchdiffeq))
    plain(task, f"{size}gradient", "loop", gradient(rk4))
    diffeq(task, f"{size}gradient", "rk4, direct", gradient(rk4_torchdiffeq))


def large():
    data = WEIGHTS["large"]
    network("large", "", data["layers"], data["y0"], 20)


def width():
    for hidden, samples, steps in draws.WIDTHS:
        network("width", *draws.width(hidden, samples, steps), steps)


{"small": small, "spiral": spiral, "sequence": sequence, "large": large, "width": width}[sys.argv[1]]()
