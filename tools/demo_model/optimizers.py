"""Muon for the matrices inside the blocks, AdamW for everything else, behind one face."""

import torch

from team import Team

MUON_FACTOR = 2  # Muon's rate over AdamW's


class Optimizers:
    """The matrices are shared out in the team: each member updates its own and gets the others'."""

    def __init__(self, matrices, groups, rate, team=None):
        self.team = team or Team(0, 1, None)
        self.matrices, self.mine = matrices, self.team.share(matrices)
        muon = torch.optim.Muon(
            self.mine,
            lr=MUON_FACTOR * rate,
            momentum=0.95,
            weight_decay=0.01,
            adjust_lr_fn="match_rms_adamw",
        )
        muon.param_groups[0]["factor"] = MUON_FACTOR
        adam = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.99), weight_decay=0.01)
        self.parts = muon, adam
        self.param_groups = [group for part in self.parts for group in part.param_groups]

    @torch.no_grad()
    def step(self):
        for part in self.parts:
            part.step()
        if self.team.size > 1:
            mine = set(map(id, self.mine))
            for matrix in self.matrices:
                if id(matrix) not in mine:
                    matrix.zero_()
            self.team.sum([matrix.data for matrix in self.matrices])

    def zero_grad(self):
        for part in self.parts:
            part.zero_grad()

    def state_dict(self):
        return [part.state_dict() for part in self.parts]

    def load_state_dict(self, states):
        for part, state in zip(self.parts, states):
            part.load_state_dict(state)


def without(parameters, chosen):
    """The parameters that are not among the chosen ones."""
    known = set(map(id, chosen))
    return [parameter for parameter in parameters if id(parameter) not in known]
