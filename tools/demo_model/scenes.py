"""Picks random scenes. Every attribute is drawn on its own, so that no pair of words is rare."""

from draw import COLOURS, LAYOUTS, SHAPES, Item, Scene, default_background

PAIRS = ("left_right", "above_below")
PLACES = tuple(name for name in LAYOUTS if name not in PAIRS and name != "centre")


def random_item(rng):
    size = rng.choice(("normal", "normal", "small", "large"))
    return Item(rng.choice(list(COLOURS)), rng.choice(SHAPES), size)


def random_scene(rng):
    """Two items in 62 % of the scenes, one in the middle in 28 %, one elsewhere in 10 %."""
    draw = rng.random()
    if draw < 0.62:
        layout, items = rng.choice(PAIRS), (random_item(rng), random_item(rng))
    else:
        layout, items = ("centre" if draw < 0.90 else rng.choice(PLACES)), (random_item(rng),)
    if rng.random() < 0.4:
        return Scene(items, default_background(items), layout)
    used = {item.colour for item in items}
    return Scene(items, rng.choice([c for c in COLOURS if c not in used]), layout)
