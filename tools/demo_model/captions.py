"""Writes captions for a scene in many wordings. Every wording still has one right picture."""

from draw import default_background
from scenes import PAIRS

SIZE_WORDS = {
    "small": ("small",) * 6 + ("little", "tiny"),
    "large": ("large",) * 6 + ("big", "huge"),
    "normal": ("",) * 12 + ("medium",),
}
COLOUR_WORDS = {"gray": ("gray",) * 3 + ("grey",)}
SHAPE_WORDS = {
    "circle": ("circle",) * 8 + ("disc", "disk"),
    "cross": ("cross",) * 8 + ("plus sign", "plus"),
    "diamond": ("diamond",) * 9 + ("rhombus",),
}
# {0} is the left or upper item, {1} the other one; both orders of words occur equally often.
LEFT_RIGHT = (
    "{0} left of {1}",
    "{1} right of {0}",
    "{0} left of {1}",
    "{1} right of {0}",
    "{0} to the left of {1}",
    "{1} to the right of {0}",
    "{0} to the left of {1}",
    "{1} to the right of {0}",
    "{0} on the left of {1}",
    "{1} on the right of {0}",
    "{0} at the left of {1}",
    "{1} at the right of {0}",
    "{0} on the left side of {1}",
    "{1} on the right side of {0}",
    "{0} on the left and {1} on the right",
    "{1} on the right and {0} on the left",
    "{0} next to {1}",
    "{0} and {1}",
    "{0} beside {1}",
)
ABOVE_BELOW = (
    "{0} above {1}",
    "{1} below {0}",
    "{0} above {1}",
    "{1} below {0}",
    "{0} above {1}",
    "{1} below {0}",
    "{0} over {1}",
    "{1} under {0}",
    "{0} on top of {1}",
    "{1} beneath {0}",
    "{1} underneath {0}",
    "{0} at the top and {1} at the bottom",
    "{1} at the bottom and {0} at the top",
)
VERBS = ("is", "is placed", "that is", "sits", "located", "which is", "placed", "standing")
PLACE_WORDS = {
    "centre": ("",) * 30 + ("in the middle", "in the center", "in the centre"),
    "left": ("on the left", "on the left side", "at the left"),
    "right": ("on the right", "on the right side", "at the right"),
    "top": ("at the top", "on the top side", "near the top"),
    "bottom": ("at the bottom", "on the bottom side", "near the bottom"),
    "top_left": (
        "in the top left corner",
        "in the upper left corner",
        "at the top left",
        "in the top left",
    ),
    "top_right": (
        "in the top right corner",
        "in the upper right corner",
        "at the top right",
        "in the top right",
    ),
    "bottom_left": (
        "in the bottom left corner",
        "in the lower left corner",
        "at the bottom left",
        "in the bottom left",
    ),
    "bottom_right": (
        "in the bottom right corner",
        "in the lower right corner",
        "at the bottom right",
        "in the bottom right",
    ),
}
BACKGROUND = ("on a {} background",) * 8 + (
    "on {} background",
    "against a {} background",
    "with a {} background",
    ", {} background",
    "in front of a {} background",
    ". The background is {}",
    "on the {} background",
)
BACKGROUND_FIRST = (
    "on a {} background, ",
    "on a {} background ",
    "{} background, ",
    "against a {} background, ",
)
PREFIXES = (
    "a photo of",
    "a picture of",
    "an image of",
    "please draw",
    "draw",
    "a drawing of",
    "a painting of",
    "show me",
    "an illustration of",
    "I want",
    "generate",
    "make a picture of",
    "a photograph of",
    "can you paint",
    "there is",
    "a simple icon of",
    "a render of",
    "I would like to see",
    "a digital artwork showing",
    "create",
    "here is",
    "a close up of",
    "minimalist poster of",
    "a logo with",
    "give me",
    "we see",
    "a sketch of",
    "scene with",
)
SUFFIXES = (
    "highly detailed",
    "4k",
    "8k",
    "masterpiece",
    "best quality",
    "digital art",
    "flat design",
    "vector art",
    "minimalism",
    "trending on artstation",
    "sharp focus",
    "in the style of a poster",
    "studio lighting",
    "please",
    "thank you",
    "for my children",
    "clean lines",
    "simple",
    "very nice",
    "as a logo",
    "award winning",
    "HD",
    "cinematic light",
    "oil on canvas",
    "watercolor",
    "by a famous artist",
    "for a website",
    "geometric",
    "!",
    "..",
)
ADJECTIVES = (
    "nice",
    "shiny",
    "beautiful",
    "lovely",
    "glossy",
    "bright",
    "pretty",
    "flat",
    "perfect",
    "clean",
    "cute",
    "simple",
    "solid",
    "smooth",
    "happy",
    "wooden",
    "colorful",
    "single",
    "plain",
    "fancy",
    "elegant",
    "bold",
    "soft",
    "metallic",
    "glowing",
    "magic",
    "tasty",
    "old",
    "new",
    "strange",
    "funny",
    "matte",
    "paper",
    "lonely",
)
SYLLABLES = (
    "ba",
    "ne",
    "ki",
    "lor",
    "mu",
    "ta",
    "sen",
    "dri",
    "vo",
    "ex",
    "pan",
    "qui",
    "zo",
    "hal",
    "gre",
    "ing",
    "er",
    "tion",
    "ly",
    "ment",
    "ful",
    "ness",
    "con",
    "pre",
    "un",
    "st",
    "ck",
    "th",
    "sh",
    "ee",
    "oa",
    "ai",
    "wy",
    "jo",
)

OPEN, CLOSE = "\ue000\ue001", "\ue002"  # mark an item's words while a caption is put together


def unknown_word(rng):
    if rng.random() < 0.15:
        return "".join(
            rng.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(rng.randint(1, 6))
        )
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(1, 3)))


def _item(item, rng, busy):
    size = rng.choice(SIZE_WORDS[item.size])
    colour = rng.choice(COLOUR_WORDS.get(item.colour, (item.colour,)))
    shape = rng.choice(SHAPE_WORDS.get(item.shape, (item.shape,)))
    words = [size, colour]
    if size and rng.random() < 0.05:
        words.reverse()
    if rng.random() < busy * 0.3:
        words.insert(
            rng.randint(0, 2), rng.choice(ADJECTIVES) if rng.random() < 0.7 else unknown_word(rng)
        )
    words = [word for word in words if word]
    article = rng.choice(("a",) * 10 + ("the", "one", ""))
    if article == "a" and words[0][0] in "aeiou" and rng.random() < 0.95:
        article = "an"
    return " ".join(word for word in (article, *words, shape) if word)


def _arrange(scene, rng, busy):
    items = [f"{OPEN[k]}{_item(item, rng, busy)}{CLOSE}" for k, item in enumerate(scene.items)]
    if scene.layout not in PAIRS:
        return f"{items[0]} {rng.choice(PLACE_WORDS[scene.layout])}".strip()
    text = rng.choice(LEFT_RIGHT if scene.layout == "left_right" else ABOVE_BELOW)
    if rng.random() < 0.08 and " and " not in text:
        head, tail = text[:3], text[3:]
        text = f"{head} {rng.choice(VERBS)}{tail}"
    return text.format(*items)


def caption(scene, rng):
    """A sentence that says the whole scene; a third of them carry words that mean nothing here."""
    return caption_with_spans(scene, rng)[0]


def caption_with_spans(scene, rng):
    """The caption, and per item the (first, last + 1) character of the words that describe it."""
    text, spans = "", [[0, 0] for _ in scene.items]
    for letter in _marked_caption(scene, rng):
        if letter in OPEN:
            current = OPEN.index(letter)
            spans[current][0] = len(text)
        elif letter == CLOSE:
            spans[current][1] = len(text)
        else:
            text += letter
    return text, spans


def _marked_caption(scene, rng):
    busy = rng.choice((0, 0, 1))
    text = _arrange(scene, rng, busy)
    named = scene.background != default_background(scene.items) or rng.random() < 0.25
    first = named and rng.random() < 0.1
    if first:
        text = rng.choice(BACKGROUND_FIRST).format(scene.background) + text
    if busy and rng.random() < 0.6:
        text = f"{rng.choice(PREFIXES) if rng.random() < 0.85 else unknown_word(rng)} {text}"
    if named and not first:
        phrase = rng.choice(BACKGROUND).format(scene.background)
        text = text + phrase if phrase[0] in ",." else f"{text} {phrase}"
    if busy and rng.random() < 0.4:
        extra = (
            rng.choice(SUFFIXES)
            if rng.random() < 0.7
            else f"{unknown_word(rng)} {unknown_word(rng)}"
        )
        text += rng.choice((", ", " ")) + extra
    return _dress(text, rng)


def _dress(text, rng):
    """Letter case and the full stop."""
    style = rng.random()
    if style < 0.25:
        first = 1 if text[0] in OPEN else 0
        text = text[:first] + text[first].upper() + text[first + 1 :]
    elif style < 0.29:
        text = text.title()
    elif style < 0.32:
        text = text.upper()
    return text + rng.choice(("", "", "", "."))
