"""The PyTorch side of examples/weights.rs: writes a recurrent network, or reads one, and prints its loss.

    python examples/peers/torch_weights.py write forecast.safetensors
    python examples/peers/torch_weights.py read trained.safetensors

Needs: pip install torch numpy safetensors
"""

import sys

import torch
from safetensors.torch import load_file, save_file


class Forecast(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.RNN(1, 8)
        self.fc = torch.nn.Linear(8, 1)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


if len(sys.argv) != 3 or sys.argv[1] not in ("write", "read"):
    sys.exit(__doc__)
action, path = sys.argv[1:]
torch.manual_seed(1)
model = Forecast()
if action == "write":
    save_file(model.state_dict(), path)
else:
    model.load_state_dict(load_file(path))

wave = torch.sin(0.5 * torch.arange(41.0)).reshape(-1, 1)
with torch.no_grad():
    loss = torch.nn.functional.mse_loss(model(wave[:-1]), wave[1:])
print(f"{path}: loss {loss.item():.6f}")
