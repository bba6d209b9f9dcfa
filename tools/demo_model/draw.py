"""Draws the demo pictures: flat shapes on a flat background.

    from draw import Item, Scene, render
    render(Scene((Item("red", "circle"),), "white"))     # uint8 array [128, 128, 3]

A picture is a pure function of its scene, so that a caption has one right answer.
"""

import functools
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

SIDE = 128
SUPERSAMPLE = 4

COLOURS = {
    "red": (225, 30, 30),
    "green": (30, 160, 50),
    "blue": (35, 70, 220),
    "yellow": (250, 220, 30),
    "orange": (250, 140, 20),
    "purple": (130, 40, 170),
    "pink": (255, 140, 190),
    "white": (255, 255, 255),
    "black": (10, 10, 10),
    "gray": (128, 128, 128),
    "brown": (125, 75, 35),
    "cyan": (40, 210, 230),
}
SHAPES = ("circle", "square", "triangle", "star", "heart", "diamond", "ring", "cross")
SIZES = ("small", "normal", "large")

# A layout fixes how many items there are and the centre of each.
NEAR, MIDDLE, FAR = 34, 64, 94
LAYOUTS = {
    "centre": ((MIDDLE, MIDDLE),),
    "left_right": ((NEAR, MIDDLE), (FAR, MIDDLE)),
    "above_below": ((MIDDLE, NEAR), (MIDDLE, FAR)),
    "left": ((NEAR, MIDDLE),),
    "right": ((FAR, MIDDLE),),
    "top": ((MIDDLE, NEAR),),
    "bottom": ((MIDDLE, FAR),),
    "top_left": ((NEAR, NEAR),),
    "top_right": ((FAR, NEAR),),
    "bottom_left": ((NEAR, FAR),),
    "bottom_right": ((FAR, FAR),),
}
EXTENT_ALONE = {"small": 44, "normal": 72, "large": 104}  # pixels, in the layout "centre"
EXTENT_PLACED = {"small": 34, "normal": 44, "large": 54}  # in every other layout


@dataclass(frozen=True)
class Item:
    colour: str
    shape: str
    size: str = "normal"


@dataclass(frozen=True)
class Scene:
    """Items stand in picture order: left before right, top before bottom."""

    items: tuple
    background: str
    layout: str = "centre"


def default_background(items):
    """The background when the prompt names none: the first plain colour that no item has."""
    used = {item.colour for item in items}
    return next(colour for colour in ("white", "gray", "black") if colour not in used)


def _regular(points, radius, turn):
    return [
        (
            radius * math.sin(turn + 2 * math.pi * k / points),
            -radius * math.cos(turn + 2 * math.pi * k / points),
        )
        for k in range(points)
    ]


def _outline(shape):
    """Corner points in a box from -1 to 1; y grows downwards. Circle and ring have none."""
    if shape == "square":
        return [(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)]
    if shape == "triangle":
        return [(0, -0.92), (1, 0.84), (-1, 0.84)]
    if shape == "diamond":
        return [(0, -1), (1, 0), (0, 1), (-1, 0)]
    if shape == "star":
        outer, inner = _regular(5, 1.04, 0), _regular(5, 0.44, math.pi / 5)
        return [(x, y + 0.08) for pair in zip(outer, inner) for x, y in pair]
    if shape == "heart":
        curve = []
        for k in range(120):
            t = 2 * math.pi * k / 120
            y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
            curve.append((math.sin(t) ** 3, -(y + 2.5) / 15.5))
        return curve
    if shape == "cross":
        a = 0.34
        return [
            (-a, -1),
            (a, -1),
            (a, -a),
            (1, -a),
            (1, a),
            (a, a),
            (a, 1),
            (-a, 1),
            (-a, a),
            (-1, a),
            (-1, -a),
            (-a, -a),
        ]
    return None


@functools.lru_cache(maxsize=None)
def mask(shape, extent, centre=(MIDDLE, MIDDLE), side=SIDE):
    """Coverage of the shape, float32 [side, side] from 0 to 1."""
    big = side * SUPERSAMPLE
    image = Image.new("L", (big, big), 0)
    pen = ImageDraw.Draw(image)
    x, y, r = centre[0] * SUPERSAMPLE, centre[1] * SUPERSAMPLE, extent * SUPERSAMPLE / 2
    if shape in ("circle", "ring"):
        pen.ellipse((x - r, y - r, x + r - 1, y + r - 1), fill=255)
        if shape == "ring":
            hole = r * 0.52
            pen.ellipse((x - hole, y - hole, x + hole - 1, y + hole - 1), fill=0)
    else:
        pen.polygon([(x + px * r, y + py * r) for px, py in _outline(shape)], fill=255)
    return np.asarray(image.reduce(SUPERSAMPLE), np.float32) / 255


def placements(scene):
    """(item, extent, centre) for each item of the scene."""
    extents = EXTENT_ALONE if scene.layout == "centre" else EXTENT_PLACED
    return [
        (item, extents[item.size], centre)
        for item, centre in zip(scene.items, LAYOUTS[scene.layout])
    ]


def render(scene):
    """The picture, uint8 [SIDE, SIDE, 3]."""
    picture = np.empty((SIDE, SIDE, 3), np.float32)
    picture[:] = COLOURS[scene.background]
    for item, extent, centre in placements(scene):
        cover = mask(item.shape, extent, centre)
        picture += cover[..., None] * (np.array(COLOURS[item.colour], np.float32) - picture)
    return (picture + 0.5).astype(np.uint8)
