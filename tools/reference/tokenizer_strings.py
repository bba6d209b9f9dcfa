"""The strings whose token ids are recorded: one small generator per kind of trouble."""

import random
import unicodedata
from pathlib import Path

LINES = Path(__file__).with_name("corpus.txt").read_text(encoding="utf-8").splitlines()

SPECIALS = (
    "<|startoftext|> <|endoftext|> <|ENDOFTEXT|> <|endoftext| |endoftext|> </s> <s> <pad> "
    "<unk> <PAD> "
    "<extra_id_0> <extra_id_3> <extra_id_99> <extra_id_100> <extra_id_> ＜/s＞ ＜pad＞ ＜extra_id_3＞ "
    "＜|endoftext|＞ ▁ ▁▁ ▁a a▁b </w> a</w> Ġ Ġa ĊĠ [PAD] <mask> <0x0A>"
).split(" ")
SPACES = [" ", "  ", "   ", *"\t\n\r", "\r\n", *"\v\f\x1c\x1f\x85\xa0"] + [
    chr(c)
    for c in (0x1680, 0x2000, 0x2003, 0x2009, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
]
INVISIBLE = [
    chr(c)
    for c in (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD, 0x180E, 0x202E, 0x200E, 0x2066, 0xFFFD,
              0xFFFC, 0xFFFF, 0xE000, 0xFE0F, 0xFE0E, 0x34F, 0xE0001, 0x10FFFF, 0x1D173)
]
EMOJI = (
    "😀 😂 🎨 🖼 🖼️ ❤ ❤️ ❤️‍🔥 👩‍🎨 👩🏽‍🚀 👨‍👩‍👧‍👦 🏳️‍🌈 🏴‍☠️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👍 👍🏽 🇩🇪 🇯🇵 🇩🇪🇯🇵 🇩 1️⃣ #️⃣ ©️ ☀️ "
    "✨ 🫠 🧑‍🤝‍🧑 🀄 ㊗️"
).split(" ")
LETTERS = (
    "ß ẞ ſ İ ı I i̇ Σ σ ς ΑΣ ΑΣ. ΣΑΣ ΟΔΥΣΣΕΥΣ ΌΣΟΣ ΐ ΰ ŉ ǅ Ǆ ǆ ﬁ ﬃ ﬅ ﬀ Å Å A\u030a Ω Ω K K "
    "ﾊﾟ パ ﾊ ｶﾞ ㌀ ㍿ ① ⑳ Ⅷ ⅷ "
    "½ ⅓ x² H₂O 10⁻³ ª º ℡ № ℃ ™ … ‥ ¨ ´ ῾ ﷺ ﷽ ﻻ أ لا ـ ٣ ۳ ३ ๓ 三 〇 ㊊ 가 가 각 각 ᄀ ᅡ ᆨ ㄱ ㅏ 힣 "
    "n͜g ą̃́ e\u0301\u0323 e\u0323\u0301 q\u0307\u0323 \u0301 "
    "a\u0300\u0301\u0302\u0303\u0304 क़ ড় ਲ਼ שׁ לֹא नि ନ୍ତ ก็ กำ ກຳ ཀྵ தமிழ் မြန်မာ ខ្មែរ "
    "𝐁𝐨𝐥𝐝 𝓢 𝟘𝟙 𐐀 𐐨 Ꭰ ꭰ Ა ა Ⴀ Ⓐ ⓐ ＡＢＣ ａｂｃ １２３ ！？ 〜 ～ ー 々 〆 〱 𠮷 𠀋 豈 﨑 葛󠄀 辻 ︎ 𓀀 ☃ ♥ → ⟶ ∑ √ ∛ µ μ"
).split(" ")
APOSTROPHES = (
    "it's it'S IT'S IT’S they'll THEY'LL we've I'd I'm you're don't rock'n'roll 's 'S 'll "
    "'LL '' ''s 'tis "
    "'twas o'clock'd x'ſ a'sb a'dc 'reve 'v 'mm l'été 'º s' 's's's 12's !'s _'s"
).split(" ")
PUNCTUATION = (
    "!!! ??? ... .,;: -- --- —– ()[]{} <> <<>> «» “” ‘’ \" ` ~ @#$%^&*_+=|\\/ "
    "a.b,c a-b a_b a/b 1,234.56 "
    "3.14 1/2 50% $9.99 #tag @me a@b.c https://a.b/c?d=e&f=g#h C++ C# .NET f(x)=x^2 "
    "<b>bold</b> &amp; &lt; "
    "(word:1.2) [a|b] {x} <lora:y:0.8> BREAK A\\nB 100x100 16:9 4k 8K f/1.8 2026-01-31 12:34"
).split(" ")


def repeat(rng, pool, low, high, joiner=""):
    return joiner.join(rng.choice(pool) for _ in range(rng.randint(low, high)))


def some_words(rng, low=1, high=5):
    words = rng.choice(LINES).split()
    start = rng.randrange(len(words))
    return words[start : start + rng.randint(low, high)]


def phrase(rng, low=1, high=5):
    return " ".join(some_words(rng, low, high))


def spaced(rng):
    words = some_words(rng, 1, 4)
    before = rng.choice(["", *SPACES])
    return before + repeat(rng, SPACES, 1, 2).join(words) + rng.choice(["", *SPACES])


def with_special(rng):
    gap = lambda: rng.choice(["", "", " ", "  ", "\t", "\n", "\xa0", "\u200b"])
    token = rng.choice(SPECIALS)
    left, right = (rng.choice(["", phrase(rng, 1, 2)]) for _ in range(2))
    return left + gap() + token + gap() + rng.choice(["", rng.choice(SPECIALS)]) + gap() + right


def with_invisible(rng):
    text = list(phrase(rng, 1, 3))
    for _ in range(rng.randint(1, 3)):
        text.insert(rng.randint(0, len(text)), rng.choice(INVISIBLE))
    return "".join(text)


def with_control(rng):
    controls = [chr(c) for c in [*range(0x20), 0x7F, *range(0x80, 0xA0)]]
    text = list(phrase(rng, 1, 3))
    for _ in range(rng.randint(1, 3)):
        text.insert(rng.randint(0, len(text)), rng.choice(controls))
    return "".join(text)


def letters(rng):
    return repeat(rng, LETTERS, 1, 4, rng.choice(["", " ", " ", "-"]))


def changed_case(rng):
    text = phrase(rng, 1, 4)
    return rng.choice([text.upper(), text.title(), text.swapcase(), text.lower()])


def normal_forms(rng):
    text = rng.choice([phrase(rng, 1, 4), letters(rng)])
    return unicodedata.normalize(rng.choice(["NFC", "NFD", "NFKC", "NFKD"]), text)


def combining(rng):
    marks = [chr(c) for c in range(0x300, 0x370)]
    marks += "\u0591\u05b0\u064b\u0651\u093c\u094d\u0e31\u3099\u20e3"
    base = repeat(rng, list("aeioucnsyAEOZ가かकא"), 1, 3)
    marked = "".join(c + repeat(rng, marks, 0, 3) for c in base)
    return marked + rng.choice(["", " " + phrase(rng, 1, 1)])


def numbers(rng):
    digits = repeat(rng, list("0123456789"), 1, 9)
    before = rng.choice(["", "-", "#", "x", "٣", "½"])
    return before + digits + rng.choice(["", "th", "px", ".5", "²", "年", " 000"])


def random_points(rng):
    planes = [(0x20, 0x7E), (0xA1, 0x24F), (0x250, 0x36F), (0x370, 0x5FF), (0x600, 0x1FFF),
              (0x2000, 0x2BFF), (0x2C00, 0x33FF), (0x3400, 0xD7FF), (0xF900, 0xFFFD),
              (0x10000, 0x1FFFF)]
    low, high = rng.choice(planes)
    return "".join(chr(rng.randint(low, high)) for _ in range(rng.randint(1, 6)))


def mixed(rng):
    makers = [phrase, letters, lambda r: r.choice(EMOJI), lambda r: r.choice(APOSTROPHES),
              lambda r: r.choice(PUNCTUATION), numbers]
    gap = rng.choice(["", " ", "  "])
    return gap.join(rng.choice(makers)(rng) for _ in range(rng.randint(2, 3)))


KINDS = [
    (phrase, 240), (spaced, 260), (with_special, 300), (with_invisible, 160), (with_control, 160),
    (letters, 180), (changed_case, 120), (normal_forms, 140), (combining, 120), (numbers, 60),
    (random_points, 260), (mixed, 200),
    (lambda rng: repeat(rng, EMOJI, 1, 3, rng.choice(["", " "])), 80),
]
FIXED = [
    "", " ", "  ", "\t", "\n", "\u200b", "\ufeff", "\ufeffa", "a\ufeff", "\0", "a\0b", "\xa0",
    "\u3000", "'",
    "a" * 300, "ab" * 90 + " x", "é" * 60, "漢" * 50, "😀" * 20, "x" * 40 + "1" * 40, "!" * 80,
    "- " * 30,
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen", " ".join(["word"] * 60),
    "</s>" * 5, "<|endoftext|>" * 3, "<pad> <pad>", "a </s>", "a</s>b", " </s> ",
    "<extra_id_1>\n<extra_id_2>",
]


def generate():
    """All strings, without repeats, in a fixed order."""
    rng = random.Random(20261121)
    strings = FIXED + SPECIALS + SPACES + INVISIBLE + EMOJI + LETTERS + APOSTROPHES + PUNCTUATION
    strings += [chr(c) for c in range(0x100)] + [f"a{chr(c)}b" for c in range(0x21)]
    strings += [make(rng) for make, count in KINDS for _ in range(count)]
    return list(dict.fromkeys(strings))


def generate_padded():
    """Prompts for the ids as FluxPipeline asks for them: padded and truncated."""
    rng = random.Random(7)
    long = [" ".join(phrase(rng, 2, 5) for _ in range(rng.randint(3, 14))) for _ in range(28)]
    return ["", "a cat", LINES[0], "</s>", "a <|endoftext|> b", "word " * 90, *LINES[7:15:2], *long]
