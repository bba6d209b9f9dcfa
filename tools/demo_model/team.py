"""Data-parallel training by processes of one thread each.

On a machine shared with other work this loses less than threads do: processes wait for each
other once a step, threads many times.
"""

import torch
import torch.distributed as dist


class Team:
    def __init__(self, rank, size, work):
        self.rank, self.size = rank, size
        if size > 1:
            dist.init_process_group(
                "gloo", init_method=f"file://{work.resolve()}/team", rank=rank, world_size=size
            )

    def sum(self, tensors, extra=0.0):
        """Replaces each tensor by its sum over the team; returns the sum of `extra`."""
        flat = torch.cat([tensor.flatten() for tensor in tensors] + [torch.tensor([extra])])
        if self.size > 1:
            dist.all_reduce(flat)
        first = 0
        for tensor in tensors:
            tensor.copy_(flat[first : first + tensor.numel()].view_as(tensor))
            first += tensor.numel()
        return flat[-1].item()

    def share(self, items):
        """The items that this member takes care of."""
        return items[self.rank :: self.size]


def run_team(worker, size, work, *args):
    """Runs worker(rank, size, work, *args) in `size` processes."""
    (work / "team").unlink(missing_ok=True)
    if size == 1:
        worker(0, 1, work, *args)
    else:
        torch.multiprocessing.spawn(worker, (size, work, *args), nprocs=size)
