"""One double and one single block of FLUX.1 at its real width: outputs for weights that both sides
compute by counter_random.py's formula.

    python make_real_width_blocks.py ../../tests/data/flux        (needs 3 GB of memory)
"""

import json
import math
import sys
from pathlib import Path

import torch
from diffusers.models.transformers.transformer_flux import (
    FluxPosEmbed,
    FluxSingleTransformerBlock,
    FluxTransformerBlock,
)
from safetensors.torch import save_file

import counter_random

WIDTH, HEADS, HEAD_DIM, AXES = 3072, 24, 128, [16, 56, 56]
IMAGE_ROWS, IMAGE_COLUMNS, TEXT_TOKENS = 2, 4, 4
COLUMN_STRIDE = 7  # every 7th output column is kept
INPUTS = {
    "hidden_states": ([1, IMAGE_ROWS * IMAGE_COLUMNS, WIDTH], 1.7),
    "encoder_hidden_states": ([1, TEXT_TOKENS, WIDTH], 1.7),
    "temb": ([1, WIDTH], 1.5),
}
BLOCKS = {
    "transformer_blocks.0.": FluxTransformerBlock,
    "single_transformer_blocks.0.": FluxSingleTransformerBlock,
}


def amplitude_and_offset(name, shape):
    if len(shape) == 2:
        gain = 2.0 if "norm" in name else 1.2
        return round(gain * math.sqrt(3.0 / shape[1]), 5), 0.0
    return (0.3, 1.0) if "norm" in name and name.endswith("weight") else (0.1, 0.0)


def describe():
    """Every tensor's index, name, shape, amplitude and offset: inputs first, then both blocks."""
    entries = [
        (f"input.{name}", shape, amplitude, 0.0) for name, (shape, amplitude) in INPUTS.items()]
    with torch.device("meta"):
        for prefix, block_class in BLOCKS.items():
            block = block_class(WIDTH, HEADS, HEAD_DIM)
            for name, parameter in block.named_parameters():
                shape = list(parameter.shape)
                entries.append((prefix + name, shape, *amplitude_and_offset(name, shape)))
    keys = ("name", "shape", "amplitude", "offset")
    return [dict(zip(keys, entry), index=i) for i, entry in enumerate(entries)]


def tensor(entry):
    return torch.from_numpy(
        counter_random.fill(entry["index"], entry["shape"], entry["amplitude"], entry["offset"]))


def rotary():
    ids = torch.zeros(IMAGE_ROWS, IMAGE_COLUMNS, 3)
    ids[..., 1] += torch.arange(IMAGE_ROWS)[:, None]
    ids[..., 2] += torch.arange(IMAGE_COLUMNS)[None, :]
    all_ids = torch.cat([torch.zeros(TEXT_TOKENS, 3), ids.reshape(-1, 3)])
    return FluxPosEmbed(theta=10000, axes_dim=AXES)(all_ids)


@torch.no_grad()
def run_block(prefix, entries):
    """Text and image output of one block, every COLUMN_STRIDE-th column."""
    with torch.device("meta"):
        block = BLOCKS[prefix](WIDTH, HEADS, HEAD_DIM)
    weights = {e["name"][len(prefix):]: tensor(e) for e in entries if e["name"].startswith(prefix)}
    block.load_state_dict(weights, strict=True, assign=True)
    inputs = {e["name"][len("input."):]: tensor(e) for e in entries[: len(INPUTS)]}
    text, image = block(**inputs, image_rotary_emb=rotary())
    return {
        f"{prefix}encoder_hidden_states": text[..., ::COLUMN_STRIDE].contiguous(),
        f"{prefix}hidden_states": image[..., ::COLUMN_STRIDE].contiguous(),
    }


def main():
    folder = Path(sys.argv[1])
    torch.set_num_threads(1)
    entries = describe()
    outputs = {}
    for prefix in BLOCKS:
        outputs.update(run_block(prefix, entries))
    save_file(outputs, folder / "real_width.safetensors")
    lines = ",\n  ".join(json.dumps(entry) for entry in entries)
    header = {
        "formula": "tools/reference/counter_random.py",
        "first_values_of_tensor_0": tensor(entries[0]).flatten()[:4].tolist(),
        "image_rows": IMAGE_ROWS, "image_columns": IMAGE_COLUMNS, "text_tokens": TEXT_TOKENS,
        "heads": HEADS, "head_dim": HEAD_DIM, "axes_dims_rope": AXES,
        "column_stride": COLUMN_STRIDE,
    }
    text = json.dumps(header, indent=1)[:-2] + f',\n "tensors": [\n  {lines}\n ]\n}}\n'
    (folder / "real_width.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
