#!/usr/bin/env python3
"""Writes the seed inputs of the safetensors fuzzers to tests/fuzz/corpora. Needs no packages.

A few files with each structure that the readers know: the fuzzers find the way from there."""

import json
import pathlib
import struct

CORPORA = pathlib.Path(__file__).parent.parent / "tests" / "fuzz" / "corpora"


def safetensors(header, data_bytes, padding=0):
    text = (header if isinstance(header, str) else json.dumps(header)).encode() + b" " * padding
    return struct.pack("<Q", len(text)) + text + bytes(range(256)) * (data_bytes // 256) + bytes(data_bytes % 256)


def tensor(dtype, shape, begin, end, **more):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end], **more}


SAFETENSORS = {
    "empty": safetensors({}, 0),
    "one": safetensors({"a": tensor("F32", [2, 2], 0, 16)}, 16),
    "padded": safetensors({"a": tensor("U8", [3], 0, 3)}, 3, padding=5),
    "scalar": safetensors({"a": tensor("F64", [], 0, 8)}, 8),
    "metadata": safetensors({"__metadata__": {"format": "pt", "k\u00e9": "\u00fc\n"}, "a": tensor("BF16", [1], 0, 2)}, 2),
    "null_metadata": safetensors({"__metadata__": None, "a": tensor("I8", [1], 0, 1)}, 1),
    "zero_sized": safetensors({"a": tensor("F32", [0, 5], 4, 4), "b": tensor("I32", [1], 0, 4)}, 4),
    "unsorted": safetensors({"a": tensor("F16", [2], 4, 8), "b": tensor("I16", [2], 0, 4), "c": tensor("BOOL", [2], 8, 10)}, 10),
    "fp8": safetensors({"a": tensor("F8_E4M3", [2], 0, 2), "b": tensor("F8_E5M2", [2], 2, 4), "c": tensor("I64", [1], 4, 12)}, 12),
    "unknown_fields": safetensors({"a": tensor("U8", [1], 0, 1, more=[{"x": [1.5, -2, True, None, "y"]}])}, 1),
    "escapes": safetensors('{"a\\u00e9\\ud83d\\ude00\\n":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1),
    "gap": safetensors({"a": tensor("U8", [1], 0, 1), "b": tensor("U8", [1], 2, 3)}, 3),
    "overlap": safetensors({"a": tensor("U8", [2], 0, 2), "b": tensor("U8", [2], 1, 3)}, 3),
    "overflow": safetensors({"a": tensor("F32", [2**63, 2, 2], 0, 4)}, 4),
    "twice": safetensors('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1),
}

INDEX = {
    "two_shards": json.dumps({"metadata": {"total_size": 12}, "weight_map": {
        "a": "m-00001-of-00002.safetensors", "b.c": "m-00002-of-00002.safetensors"}}).encode(),
    "twice": b'{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}',
    "outside": b'{"weight_map":{"a":"../x.safetensors"}}',
    "config": json.dumps({"a": 3, "b": 7, "c": [16, 56, 56], "d": ["x", "y"], "e": True, "f": None}).encode(),
}


def main():
    for fuzzer, seeds in {"safetensors_fuzzer": SAFETENSORS, "safetensors_index_fuzzer": INDEX}.items():
        folder = CORPORA / fuzzer
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in seeds.items():
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
