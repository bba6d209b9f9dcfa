"""Small PNGs drawn by code: a coloured disc on a gradient, told by a seed."""

import colorsys
import random
import struct
import zlib


def _chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _pixel(x, y, top, bottom, disc, colour):
    centre_x, centre_y, radius = disc
    if (x - centre_x) ** 2 + (y - centre_y) ** 2 < radius**2:
        return colour
    return bytes(round(a + (b - a) * y) for a, b in zip(top, bottom))


def _colour(hue, saturation, value):
    return bytes(round(255 * part) for part in colorsys.hsv_to_rgb(hue, saturation, value))


def draw(seed, width, height, step=1.0):
    """The bytes of a PNG. `step` below 1 shows it as if it were still in work."""
    dice = random.Random(seed)
    hue = dice.random()
    top, bottom = _colour(hue, 0.25, 0.95), _colour(hue + 0.08, 0.6, 0.55)
    colour = _colour(hue + 0.5, 0.3 + 0.5 * step, 0.9)
    disc = (dice.uniform(0.35, 0.65), dice.uniform(0.35, 0.65), (0.12 + dice.random() * 0.15) * step)
    rows = []
    for y in range(height):
        row = (_pixel(x / width, y / height, top, bottom, disc, colour) for x in range(width))
        rows.append(b"\0" + b"".join(row))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(rows), 6)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")
