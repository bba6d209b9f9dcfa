"""Writes a checkpoint of published sizes with random bf16 weights, a tensor at a time: nothing needs a network or torch."""

import json
import os
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PUBLISHED = ROOT / "tests/data/flux/published_keys.json"
TINY = ROOT / "tests/data/flux/models/dev_a"  # tokenizers and sampler settings of the real structure
CLASSES = {"transformer": "FluxTransformer2DModel", "vae": "AutoencoderKL",
           "text_encoder": "CLIPTextModel", "text_encoder_2": "T5EncoderModel"}
CHUNK = 64 << 20


def random_chunk():
    """bf16 values of either sign between 2^-7 and 2^-5: a layer of some thousand inputs keeps its input's size."""
    data = bytearray(os.urandom(CHUNK))
    data[1::2] = data[1::2].translate(bytes((byte & 0x80) | 0x3C for byte in range(256)))
    return memoryview(data)


def expand(name, shape):
    """'blocks.{0-2}.weight' stands for three tensors."""
    span = re.search(r"\{(\d+)-(\d+)\}", name)
    if not span:
        yield name, shape
        return
    for i in range(int(span[1]), int(span[2]) + 1):
        yield from expand(name[:span.start()] + str(i) + name[span.end():], shape)


def tensors_of(component, blocks):
    """(name, shape) of a component; `blocks` says how many of each numbered list are kept, if not all."""
    for pattern, shape in component["shapes"].items():
        for name, _ in expand(pattern, shape):
            number = re.match(r"(.+?)\.(\d+)\.", name)
            if number and int(number[2]) >= blocks.get(number[1], 10**9):
                continue
            yield name, shape


def shorten(name, config, depth):
    """Cuts the numbers of blocks in `config` to `depth` of them; returns them by the name of their list."""
    lists = {"transformer": {"num_layers": "transformer_blocks", "num_single_layers": "single_transformer_blocks"},
             "text_encoder_2": {"num_layers": "encoder.block"}}.get(name, {})
    for key in lists:
        config[key] = max(1, round(config[key] * depth))
    return {blocks: config[key] for key, blocks in lists.items()}


def write_safetensors(path, tensors, chunk):
    header, offset = {}, 0
    for name, shape in tensors:
        size = 2
        for side in shape:
            size *= side
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb", buffering=0) as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for number, entry in enumerate(header.values()):
            left = entry["data_offsets"][1] - entry["data_offsets"][0]
            # Each tensor starts elsewhere in the chunk, so that no two are alike.
            start = number * 4099 * 2 % (CHUNK // 2)
            while left > 0:
                part = min(left, CHUNK - start)
                file.write(chunk[start:start + part])
                left -= part
                start = 0
    return offset


def write_checkpoint(folder, depth=1.0):
    """FLUX.1-dev at its published widths, with `depth` of the blocks of transformer and T5. Returns the weights' bytes."""
    published = json.loads(PUBLISHED.read_text())
    chunk, total = random_chunk(), 0
    for part in ("tokenizer", "tokenizer_2", "scheduler"):
        shutil.copytree(TINY / part, folder / part)
    shutil.copy(TINY / "model_index.json", folder)
    for name, component in published.items():
        config = dict(component["config"], _class_name=CLASSES[name])
        blocks = shorten(name, config, depth)
        (folder / name).mkdir()
        (folder / name / "config.json").write_text(json.dumps(config))
        file = "diffusion_pytorch_model" if name in ("transformer", "vae") else "model"
        total += write_safetensors(folder / name / f"{file}.safetensors", list(tensors_of(component, blocks)), chunk)
    return total
