"""Small helpers that all stages share: schedule, checkpoints, averaged weights."""

import copy
import math
import os

import torch


def learning_rate(optimizer, peak, done, warm):
    """Cosine from `peak` to 2 % of it while `done` goes from 0 to 1; `warm` < 1 scales it down."""
    rate = peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(done, 1)))) * min(1, warm + 0.01)
    for group in optimizer.param_groups:
        group["lr"] = rate * group.get("factor", 1)


def save_checkpoint(path, model, optimizer, step, **more):
    """Writes beside the file and renames, so that a stop in the middle loses nothing."""
    temporary = path.with_suffix(".tmp")
    torch.save(
        {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step, **more},
        temporary,
    )
    os.replace(temporary, path)


def load_checkpoint(path, model, optimizer):
    """The step to go on from: 0 when there is no checkpoint."""
    if not path.exists():
        return 0
    saved = torch.load(path, map_location="cpu")
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    return saved["step"]


class Average:
    """Exponential average of a model's weights; it follows faster in the first steps."""

    def __init__(self, model, decay):
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, model, step):
        decay = min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(self.model.parameters()), list(model.parameters()), 1 - decay)
