"""Writes the tiny random FLUX checkpoints in diffusers' layout.

    python make_checkpoints.py ../../tests/data/flux/models ../../tests/data/tokenizers
"""

import json
import shutil
import sys
import zlib
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    FlowMatchEulerDiscreteScheduler,
    FluxPipeline,
    FluxTransformer2DModel,
)
from safetensors.torch import load_file, save_file
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTokenizer,
    T5Config,
    T5EncoderModel,
    T5Tokenizer,
)

from model_shapes import MODELS

# Gains over 1/sqrt(fan in) that keep activations near one and the picture off black and white.
GAINS = {
    "SelfAttention.q.": 0.35,  # T5 does not divide its scores by sqrt(head dimension)
    "decoder.conv_out": 0.45,
    "encoder.conv_out": 1.0,
    "norm": 0.6,  # the modulation linears (norm1.linear and the like)
    "relative_attention_bias": 2.0,
    "embedding": 1.0,
    "shared": 1.0,
}


def gain_of(name):
    return next((gain for part, gain in GAINS.items() if part in name), 1.1)


def random_parameter(seed, name, parameter):
    """Depends on its arguments alone, so that a changed layer leaves the others as they are."""
    generator = torch.Generator().manual_seed(zlib.crc32(f"{seed}/{name}".encode()))
    shape = parameter.shape
    if parameter.ndim == 1 and "norm" in name and name.endswith("weight"):
        return 1.0 + 0.3 * (2.0 * torch.rand(shape, generator=generator) - 1.0)
    values = torch.randn(shape, generator=generator)
    if parameter.ndim == 1:
        return 0.1 * values
    if "embedding" in name or "shared" in name or "relative_attention_bias" in name:
        return gain_of(name) * values * (0.5 if "position" in name else 1.0)
    return values * gain_of(name) / parameter[0].numel() ** 0.5


def randomise(module, seed):
    for name, parameter in module.named_parameters():
        parameter.data.copy_(random_parameter(seed, name, parameter))
    return module.eval()


def build(name, shape, tokenizers):
    """The pipeline of one model, every parameter random."""
    return FluxPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(**shape["scheduler"]),
        vae=randomise(AutoencoderKL(**shape["vae"]), f"{name}/vae"),
        text_encoder=randomise(CLIPTextModel(CLIPTextConfig(**shape["clip"])), f"{name}/clip"),
        tokenizer=CLIPTokenizer.from_pretrained(tokenizers / shape["tokenizer"]),
        text_encoder_2=randomise(T5EncoderModel(T5Config(**shape["t5"])), f"{name}/t5"),
        tokenizer_2=T5Tokenizer.from_pretrained(tokenizers / shape["tokenizer_2"]),
        transformer=randomise(
            FluxTransformer2DModel(**shape["transformer"]), f"{name}/transformer"),
    )


def edit_tensors(path, edit):
    save_file(edit(load_file(path)), path, metadata={"format": "pt"})


def edit_json(path, **changes):
    document = json.loads(path.read_text(encoding="utf-8"))
    document.update(changes)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def as_published(folder):
    """transformers 5 saves CLIP without the prefix that every published checkpoint has."""
    edit_tensors(
        folder / "text_encoder" / "model.safetensors",
        lambda tensors: {f"text_model.{key}": value for key, value in tensors.items()},
    )
    edit_json(folder / "model_index.json", tokenizer_2=["transformers", "T5TokenizerFast"])


def with_position_ids(folder):
    """Older exports carry the positions beside the parameters; readers ignore them."""
    edit_tensors(
        folder / "text_encoder" / "model.safetensors",
        lambda tensors: {
            **{f"text_model.{key}": value for key, value in tensors.items()},
            "text_model.embeddings.position_ids": torch.arange(40)[None],
        },
    )


def with_embedding_twice(folder):
    """Some exports store T5's shared embedding under its second name, too."""
    edit_tensors(
        folder / "text_encoder_2" / "model.safetensors",
        lambda tensors: {
            **tensors, "encoder.embed_tokens.weight": tensors["shared.weight"].clone()},
    )


EDITS = {"dev_a": as_published, "dev_b": with_position_ids, "unit": with_embedding_twice}


def write_model(folder, name, shape, tokenizers):
    pipeline = build(name, shape, tokenizers)
    if name == "schnell":
        pipeline.to(torch.bfloat16)
    pipeline.save_pretrained(folder)
    if name == "dev_b":
        shutil.rmtree(folder / "transformer")
        pipeline.transformer.save_pretrained(folder / "transformer", max_shard_size="200KB")
    for part in ("tokenizer", "tokenizer_2"):
        shutil.rmtree(folder / part)
        shutil.copytree(tokenizers / shape[part], folder / part)
    EDITS.get(name, lambda folder: None)(folder)


def main():
    root, tokenizers = Path(sys.argv[1]), Path(sys.argv[2])
    shutil.rmtree(root, ignore_errors=True)
    for name, shape in MODELS.items():
        write_model(root / name, name, shape, tokenizers)


if __name__ == "__main__":
    main()
