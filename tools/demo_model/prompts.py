"""The list of fixed prompts, each with the scene that it asks for.

A line of prompts_100.txt: prompt, items, layout, background, separated by tabs; items are
"size colour shape" joined by "; ". `python prompts.py N SEED` prints a new list.
"""

import pathlib
import random
import sys

from draw import COLOURS, SHAPES, Item, Scene, default_background

LIST = pathlib.Path(__file__).with_name("prompts_100.txt")


def write_line(prompt, scene):
    items = "; ".join(f"{item.size} {item.colour} {item.shape}" for item in scene.items)
    return "\t".join((prompt, items, scene.layout, scene.background))


def read_prompts(path=LIST):
    """[(prompt, scene)]"""
    out = []
    for line in pathlib.Path(path).read_text("utf-8").splitlines():
        prompt, items, layout, background = line.split("\t")
        parts = (text.split() for text in items.split("; "))
        out.append(
            (prompt, Scene(tuple(Item(c, s, size) for size, c, s in parts), background, layout))
        )
    return out


# The wordings are the check's own, and some words in them are in no training caption.
ALONE = (
    "a {}",
    "a {}",
    "a {}",
    "a photo of a {}",
    "please draw a {}",
    "one {}, minimal poster art",
    "a crisp vector emblem showing a {}",
    "an award-winning screenprint of a {}",
    "{}",
    "A {}.",
)
PAIRS = {
    "left_right": (
        "a {0} left of a {1}",
        "a {0} to the left of a {1}",
        "a {1} right of a {0}",
        "a {1} to the right of a {0}",
        "a picture of a {0} left of a {1}",
        "Kindly sketch a {1} to the right of a {0}",
    ),
    "above_below": (
        "a {0} above a {1}",
        "a {1} below a {0}",
        "a {0} above a {1}",
        "a {1} below a {0}",
        "a photo of a {1} below a {0}",
        "a whimsical icon: a {0} above a {1}",
    ),
}


def _words(item):
    return " ".join(
        word
        for word in ("" if item.size == "normal" else item.size, item.colour, item.shape)
        if word
    )


def make_prompts(count, seed):
    """Colours and shapes take turns, so that each comes equally often."""
    rng = random.Random(seed)
    decks = {"colour": [], "shape": []}

    def deal(kind, words, banned=()):
        if not [word for word in decks[kind] if word not in banned]:
            decks[kind] += rng.sample(list(words), len(words))
        word = next(word for word in decks[kind] if word not in banned)
        decks[kind].remove(word)
        return word

    lines = []
    for number in range(count):
        layout = ("centre", "left_right", "centre", "above_below")[number % 4]
        items = tuple(
            Item(
                deal("colour", COLOURS),
                deal("shape", SHAPES),
                rng.choice(("normal", "normal", "small", "large")),
            )
            for _ in range(1 if layout == "centre" else 2)
        )
        wording = rng.choice(ALONE if layout == "centre" else PAIRS[layout])
        prompt, background = wording.format(*map(_words, items)), default_background(items)
        if rng.random() < 0.5:
            background = deal("colour", COLOURS, {item.colour for item in items})
            prompt = f"{prompt.rstrip('.')} on a {background} background"
        lines.append(
            write_line(prompt.replace("a orange", "an orange"), Scene(items, background, layout))
        )
    return lines


if __name__ == "__main__":
    print("\n".join(make_prompts(int(sys.argv[1]), int(sys.argv[2]))))
