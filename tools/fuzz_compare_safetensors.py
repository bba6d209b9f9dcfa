#!/usr/bin/env python3
"""Compares what our safetensors reader accepts with what the `safetensors` package accepts.

    tools/fuzz_compare_safetensors.py build/tests/safetensors_verdict --seconds 60

Needs a Python with `safetensors`. Mutates valid files (bytes, numbers, JSON structure, lengths) and files
of a fuzzer's corpus (--corpus FOLDER), asks both, and prints every disagreement. We refuse more in these
cases, on purpose, and they are counted apart:
  * dtypes that we do not compute with (U16, U32, U64, C64, F8_E8M0, FNUZ, below one byte);
  * a key given twice: the format forbids it, the package keeps the last one;
  * a size above 2**63 - 1 in a tensor without elements;
  * a tensor written as a list or a dtype written as {"F32": null}: quirks of the package's parser."""

import argparse
import copy
import json
import pathlib
import random
import re
import struct
import subprocess
import sys
import time

from safetensors import SafetensorError, deserialize

ITEM_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1, "I64": 8, "I32": 4,
              "I16": 2, "I8": 1, "U8": 1, "BOOL": 1, "U16": 2, "U32": 4, "U64": 8}
DOCUMENTED = [
    re.compile(r"has the dtype .* which is not supported"),
    re.compile(r"the key .* is there twice|__metadata__ has .* twice"),
    re.compile(r"overflows$"),
    re.compile(r"is a list, expected an object"),
    re.compile(r"dtype has an object"),
]
NUMBERS = [0, 1, -1, 2, 7, 8, 255, 2**31, 2**32, 2**61, 2**62, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**30,
           1.0, 0.5, 1e300, "-0", "1e999", "1e-999", "01", "-", "+1", "0x1", "NaN", "Infinity", "1.", ".5"]
VALUES = [None, True, False, "", "x", [], {}, [0], [0, 0, 0], {"a": 1}, [[1]], "F32", "f32", "\ud800", "\x00"]
TOKENS = [b"\\ud800", b"\\ud83d\\ude00", b"\\u0000", b"\\x", b"\\/", b"\x00", b"\xef\xbb\xbf", b"\xff", b"\xc3\x28",
          b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf0\x9f\x98\x80", b"/**/", b",", b"]", b"}", b"[", b"{", b'"', b"\t", b"\n",
          b"\x0b", b"\x0c", b" ", b"//\n", b"null", b"true", b"__metadata__", b"dtype", b"-0", b"0e0", b"'",
          b'"dtype":"U8",', b'"shape":[],', b'"x":' + b"[" * 40 + b"]" * 40 + b",", b'"x":1e400,', b'"x":-5,']


class Raw(str):
    """Text that goes into the JSON as it is."""


def valid_file(rng):
    """A header (a list of pairs, so that keys can repeat) and the number of bytes it describes."""
    header, end = [], 0
    if rng.random() < 0.3:
        header.append(("__metadata__", {"format": "pt", "k%d" % rng.randrange(3): "v"}))
    for i in range(rng.randrange(5)):
        dtype = rng.choice(list(ITEM_BYTES)[:12] if rng.random() < 0.97 else list(ITEM_BYTES))
        shape = [rng.choice([0, 1, 2, 3, 5]) for _ in range(rng.randrange(4))]
        size = ITEM_BYTES[dtype]
        for n in shape:
            size *= n
        header.append((rng.choice(["a", "b.c", "\u00e9", ""]) + str(i), {"dtype": dtype, "shape": shape, "data_offsets": [end, end + size]}))
        end += size
    rng.shuffle(header)
    return header, end


def dump(value, rng):
    """JSON text; keeps Raw as it is and writes white space where it may be."""
    space = " " if rng.random() < 0.05 else ""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, Pairs):
        return "{" + ",".join(json.dumps(k) + ":" + space + dump(v, rng) for k, v in value) + "}"
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(k) + space + ":" + dump(v, rng) for k, v in value.items()) + space + "}"
    if isinstance(value, list):
        return "[" + ("," + space).join(dump(v, rng) for v in value) + "]"
    return json.dumps(value, ensure_ascii=rng.random() < 0.5)


class Pairs(list):
    """A JSON object that may have a key twice."""


def mutate_value(value, rng):
    if isinstance(value, list) and value and rng.random() < 0.7:
        i = rng.randrange(len(value))
        roll = rng.random()
        if roll < 0.6:
            n = rng.choice(NUMBERS)
            value[i] = Raw(n) if isinstance(n, str) else n
            if isinstance(n, int) and rng.random() < 0.3:
                value[i] = n + rng.randrange(-2, 3)
        elif roll < 0.75:
            value[i] += rng.choice([-1, 1]) if isinstance(value[i], int) else 0
        elif roll < 0.9:
            value.pop(i)
        else:
            value.append(rng.choice([0, 1, 2**64 - 1]))
        return value
    if rng.random() < 0.3:
        return rng.choice(list(ITEM_BYTES) + ["F4", "F6_E2M3", "F8_E8M0", "C64", "F8_E4M3FNUZ", "f32", ""])
    return copy.deepcopy(rng.choice(VALUES))


def mutate_structure(header, rng):
    pairs = Pairs(header)
    if not pairs:
        return Pairs([("a", rng.choice(VALUES))]) if rng.random() < 0.5 else pairs
    i = rng.randrange(len(pairs))
    key, value = pairs[i]
    roll = rng.random()
    if roll < 0.6 and value:
        field = rng.choice(list(value))
        value[field] = mutate_value(value[field], rng)
    elif roll < 0.7:
        value[rng.choice(["extra", "dtype ", "Shape"])] = copy.deepcopy(rng.choice(VALUES))
    elif roll < 0.75 and value:
        value.pop(rng.choice(list(value)))
    elif roll < 0.8:
        pairs.append((key, copy.deepcopy(value)))
    elif roll < 0.85:
        pairs.pop(i)
    elif roll < 0.9:
        pairs[i] = (rng.choice(["__metadata__", "__metadata", "\x00", "a" * 300]), value)
    elif roll < 0.95:
        pairs[i] = (key, copy.deepcopy(rng.choice(VALUES)))
    else:
        nested = rng.choice([30, 31, 32, 33, 60, 120, 123, 124, 125, 126, 127, 128, 129, 130, 200])
        value["extra"] = Raw("[" * nested + "]" * nested)
    return pairs


def mutate_bytes(data, rng):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        at = rng.randrange(len(data) + 1)
        roll = rng.random()
        if roll < 0.25 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif roll < 0.4 and at < len(data):
            data[at] = rng.randrange(256)
        elif roll < 0.55:
            del data[at:at + rng.choice([1, 1, 2, 5])]
        elif roll < 0.85:
            data[at:at] = rng.choice(TOKENS)
        else:
            digits = [i for i, c in enumerate(data) if 48 <= c <= 57]
            if digits:
                data[rng.choice(digits)] = rng.choice(b"0123456789.-e")
    return bytes(data)


def one_file(rng, corpus):
    if corpus and rng.random() < 0.3:
        data = rng.choice(corpus)
        return mutate_bytes(data, rng) if rng.random() < 0.7 else data
    header, size = valid_file(rng)
    kind = rng.random()
    pairs = mutate_structure(header, rng) if kind < 0.5 else Pairs(header)
    try:
        text = dump(pairs, rng).encode()
    except UnicodeEncodeError:
        text = dump(pairs, rng).encode("utf-8", "surrogatepass")
    if rng.random() < 0.1:
        text = rng.choice([b" ", b"\n", b"\t ", b"\xef\xbb\xbf", b"\x00"]) + text
    if rng.random() < 0.2:
        text += rng.choice([b" ", b"   ", b"\n", b"\x00", b"\x0c", b"x", b"{}"])
    if kind > 0.7:
        text = mutate_bytes(text, rng)
    length = len(text)
    roll = rng.random()
    if roll < 0.05:
        length = rng.choice([0, 1, length - 1, length + 1, 10**8, 10**8 + 1, 2**63, 2**64 - 1, 2**64 - 8, length + 2**32])
    if roll > 0.95:
        size = max(0, size + rng.choice([-1, 1, 8, -8]))
    return struct.pack("<Q", max(0, length) % 2**64) + text + bytes(size)


def reference_verdict(data):
    try:
        return True, len(deserialize(data))
    except SafetensorError as error:
        return False, str(error)


def our_verdict(process, data):
    process.stdin.write(struct.pack("<I", len(data)) + data)
    process.stdin.flush()
    line = process.stdout.readline().decode(errors="replace").rstrip("\n")
    if line.startswith("ok "):
        return True, int(line[3:])
    if not line.startswith("no "):
        raise SystemExit(f"the probe died on {data!r}")
    return False, line[3:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("probe", help="the safetensors_verdict binary")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=pathlib.Path, action="append", default=[])
    arguments = parser.parse_args()
    corpus = [f.read_bytes() for folder in arguments.corpus for f in sorted(folder.iterdir())]
    rng = random.Random(arguments.seed)
    process = subprocess.Popen([arguments.probe], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    counts = {"both accept": 0, "both refuse": 0, "documented": 0, "disagree": 0}
    deadline = time.monotonic() + arguments.seconds
    while time.monotonic() < deadline:
        data = one_file(rng, corpus)
        reference, ours = reference_verdict(data), our_verdict(process, data)
        if reference[0] == ours[0] and (not ours[0] or reference[1] == ours[1]):
            counts["both accept" if ours[0] else "both refuse"] += 1
        elif reference[0] and not ours[0] and any(p.search(ours[1]) for p in DOCUMENTED):
            counts["documented"] += 1
        else:
            counts["disagree"] += 1
            if counts["disagree"] <= 20:
                print(f"{data!r}\n  safetensors: {reference}\n  easel: {ours}")
    print(", ".join(f"{name}: {count}" for name, count in counts.items()))
    sys.exit(1 if counts["disagree"] else 0)


if __name__ == "__main__":
    main()
