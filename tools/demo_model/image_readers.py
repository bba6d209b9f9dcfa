"""Linear readers on the transformer's image tokens, which only training needs.

Each image token must say early on which colour and which shape it will show. The flow loss asks for
that as well, but as an average over colours; with two items it takes very long to learn from it
which of them a token belongs to.
"""

import functools

import torch
from torch import nn
from torch.nn import functional as F

from draw import COLOURS, SHAPES, SIDE, mask, placements

SIDE_TOKENS = 8
ITEM_WEIGHT = 4.0  # most of a picture is background, soon learned
CLASSES = (len(COLOURS), len(SHAPES) + 1)  # the last shape is none: background


@functools.lru_cache(maxsize=None)
def _tokens_with(shape, extent, centre):
    cover = mask(shape, extent, centre).reshape(SIDE_TOKENS, -1, SIDE_TOKENS, SIDE // SIDE_TOKENS)
    return torch.from_numpy(cover.max((1, 3)) > 0).flatten()


def token_labels(scenes):
    """(weights [N, 64], labels [N, 64, 2]: colour and shape) of the image tokens."""
    weights = torch.ones(len(scenes), SIDE_TOKENS**2)
    labels = torch.empty(len(scenes), SIDE_TOKENS**2, 2, dtype=torch.long)
    for row, scene in enumerate(scenes):
        labels[row, :, 0] = list(COLOURS).index(scene.background)
        labels[row, :, 1] = len(SHAPES)
        for item, extent, centre in placements(scene):
            here = _tokens_with(item.shape, extent, centre)
            weights[row, here] = ITEM_WEIGHT
            labels[row, here, 0] = list(COLOURS).index(item.colour)
            labels[row, here, 1] = SHAPES.index(item.shape)
    return weights, labels


class ImageReaders(nn.Module):
    """One reader behind the last double block, one behind the second single block."""

    def __init__(self, transformer):
        super().__init__()
        blocks = transformer.transformer_blocks[-1], transformer.single_transformer_blocks[1]
        self.readers = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(transformer.inner_dim), nn.Linear(transformer.inner_dim, sum(CLASSES))
            )
            for _ in blocks
        )
        self.seen = {}
        for number, block in enumerate(blocks):
            block.register_forward_hook(functools.partial(self._keep, number))

    def _keep(self, number, block, inputs, output):
        self.seen[number] = output[1]  # (text tokens, image tokens)

    def loss(self, weights, labels):
        """(cross entropy of the last forward pass, [N, 64] whether the last reader is right)."""
        total = 0
        for number, reader in enumerate(self.readers):
            parts = reader(self.seen[number].float()).split(CLASSES, -1)
            for k, part in enumerate(parts):
                entropy = F.cross_entropy(
                    part.flatten(0, 1), labels[..., k].flatten(), reduction="none"
                )
                total = total + (entropy * weights.flatten()).sum() / weights.sum()
        hits = [part.argmax(-1) == labels[..., k] for k, part in enumerate(parts)]
        right = torch.stack(hits).all(0)
        self.seen.clear()
        return total / len(self.readers), right
