"""Reads a picture: its background, and the flat regions on it with their colour, shape and box."""

import functools
from dataclasses import dataclass

import numpy as np
from PIL import Image

from draw import COLOURS, SHAPES, mask

_NAMES = tuple(COLOURS)
_TABLE = np.array([COLOURS[name] for name in _NAMES], np.float32)
CONTRAST = 60  # RGB distance from the background at which a pixel belongs to something
SPECK = 40  # regions of fewer pixels (of 128 x 128) are overlooked


@dataclass
class Region:
    colour: str
    shape: str
    likeness: float  # IoU with the template of that shape
    box: tuple  # left, top, right, bottom; right and bottom exclusive
    pixels: int

    @property
    def centre(self):
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2

    @property
    def extent(self):
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])


@dataclass
class Sight:
    background: str
    plainness: float  # share of the border that has the background's name
    regions: list


def nearest_names(pixels):
    """Index of the nearest named colour for each pixel [..., 3]."""
    return ((pixels[..., None, :] - _TABLE) ** 2).sum(-1).argmin(-1)


def _majority(numbers):
    counts = np.bincount(numbers.ravel(), minlength=len(_NAMES))
    return _NAMES[counts.argmax()], counts.max() / counts.sum()


def connected(wanted):
    """Labels the regions of a boolean picture (8 neighbours): numbers from 1, and 0 elsewhere."""
    labels, count = np.zeros(wanted.shape, np.int32), 0
    height, width = wanted.shape
    for y, x in zip(*np.nonzero(wanted)):
        if labels[y, x]:
            continue
        count += 1
        labels[y, x], edge = count, [(y, x)]
        while edge:
            cy, cx = edge.pop()
            for ny in range(max(cy - 1, 0), min(cy + 2, height)):
                for nx in range(max(cx - 1, 0), min(cx + 2, width)):
                    if wanted[ny, nx] and not labels[ny, nx]:
                        labels[ny, nx] = count
                        edge.append((ny, nx))
    return labels, count


@functools.lru_cache(maxsize=None)
def _template(shape, width, height):
    cover = mask(shape, 112)
    ys, xs = np.nonzero(cover > 0.5)
    tight = Image.fromarray(
        (cover[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1] * 255).astype(np.uint8)
    )
    return np.asarray(tight.resize((width, height), Image.Resampling.BILINEAR)) > 127


def best_shape(cover):
    """(shape, IoU) of the template that fits a tightly cut boolean picture best."""
    scores = {}
    for shape in SHAPES:
        other = _template(shape, cover.shape[1], cover.shape[0])
        scores[shape] = (cover & other).sum() / (cover | other).sum()
    shape = max(scores, key=scores.get)
    return shape, float(scores[shape])


def _inner(cover):
    """The region without its blended rim; the region itself when nothing would be left."""
    padded = np.pad(cover, 1)
    inner = cover & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return inner if inner.sum() >= 12 else cover


def look(image):
    """What there is on a PIL image."""
    pixels = np.asarray(image.convert("RGB"), np.float32)
    side = pixels.shape[0]
    rim = max(side // 32, 2)
    border = np.concatenate(
        [
            part.reshape(-1, 3)
            for part in (pixels[:rim], pixels[-rim:], pixels[:, :rim], pixels[:, -rim:])
        ]
    )
    background, plainness = _majority(nearest_names(border))
    away = np.sqrt(((pixels - np.median(border, axis=0)) ** 2).sum(-1)) > CONTRAST
    labels, count = connected(away)
    regions = []
    for number in range(1, count + 1):
        cover = labels == number
        if cover.sum() < SPECK * (side / 128) ** 2:
            continue
        ys, xs = np.nonzero(cover)
        box = xs.min(), ys.min(), xs.max() + 1, ys.max() + 1
        shape, likeness = best_shape(cover[box[1] : box[3], box[0] : box[2]])
        regions.append(
            Region(
                _majority(nearest_names(pixels[_inner(cover)]))[0],
                shape,
                likeness,
                tuple(int(v) * 128 / side for v in box),
                int(cover.sum()),
            )
        )
    return Sight(background, float(plainness), regions)
