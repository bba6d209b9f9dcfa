"""Writes the keys and shapes of the published FLUX.1-dev, from the reference classes (no weights).

    python make_published_keys.py ../../tests/data/flux/published_keys.json

Keys that differ only in one block number and have equal shapes are folded: `blocks.{0-18}.x`.
"""

import json
import re
import sys
from pathlib import Path

import torch
from diffusers import AutoencoderKL, FluxTransformer2DModel
from transformers import CLIPTextConfig, CLIPTextModel, T5Config, T5EncoderModel

from model_shapes import vae

CONFIGS = {
    "transformer": dict(
        patch_size=1, in_channels=64, num_layers=19, num_single_layers=38, attention_head_dim=128,
        num_attention_heads=24, joint_attention_dim=4096, pooled_projection_dim=768,
        guidance_embeds=True, axes_dims_rope=[16, 56, 56],
    ),
    "text_encoder": dict(
        vocab_size=49408, hidden_size=768, intermediate_size=3072, num_hidden_layers=12,
        num_attention_heads=12, max_position_embeddings=77, hidden_act="quick_gelu",
        layer_norm_eps=1e-5, projection_dim=768, bos_token_id=0, eos_token_id=2, pad_token_id=1,
    ),
    "text_encoder_2": dict(
        vocab_size=32128, d_model=4096, d_kv=64, d_ff=10240, num_layers=24, num_heads=64,
        relative_attention_num_buckets=32, relative_attention_max_distance=128,
        layer_norm_epsilon=1e-6, feed_forward_proj="gated-gelu", tie_word_embeddings=False,
    ),
    "vae": dict(
        vae(
            [128, 256, 512, 512], layers_per_block=2, norm_num_groups=32, latent_channels=16,
            scaling_factor=0.3611, shift_factor=0.1159, use_quant_conv=False,
            use_post_quant_conv=False, act_fn="silu", in_channels=3, out_channels=3,
            mid_block_add_attention=True,
        ),
        sample_size=1024, force_upcast=True,
    ),
}
# Published checkpoints have CLIP under this prefix; transformers 5 dropped it from the module tree.
PREFIXES = {"text_encoder": "text_model."}


def modules():
    configs = CONFIGS
    return {
        "transformer": FluxTransformer2DModel(**configs["transformer"]),
        "text_encoder": CLIPTextModel(CLIPTextConfig(**configs["text_encoder"])),
        "text_encoder_2": T5EncoderModel(T5Config(**configs["text_encoder_2"])),
        "vae": AutoencoderKL(**configs["vae"]),
    }


def folded(shapes):
    """{"a.0.w": s, "a.1.w": s} -> {"a.{0-1}.w": s}: the first number of each key."""
    groups = {}
    for key, shape in shapes.items():
        match = re.search(r"\.(\d+)\.", key)
        pattern = key[: match.start(1)] + "{}" + key[match.end(1) :] if match else key
        groups.setdefault((pattern, tuple(shape)), []).append(int(match[1]) if match else None)
    result = {}
    for (pattern, shape), numbers in groups.items():
        if numbers == [None]:
            result[pattern] = shape
        elif len(numbers) > 1 and numbers == list(range(numbers[0], numbers[-1] + 1)):
            result[pattern.format(f"{{{numbers[0]}-{numbers[-1]}}}")] = shape
        else:
            result.update({pattern.format(number): shape for number in numbers})
    return result


def unfolded(shapes):
    result = {}
    for key, shape in shapes.items():
        match = re.search(r"\{(\d+)-(\d+)\}", key)
        numbers = range(int(match[1]), int(match[2]) + 1) if match else [None]
        for number in numbers:
            full = key if match is None else key[: match.start()] + str(number) + key[match.end() :]
            result[full] = tuple(shape)
    return result


def component(name, module):
    prefix = PREFIXES.get(name, "")
    shapes = {
        prefix + key: tuple(parameter.shape)
        for key, parameter in module.named_parameters()
    }
    result = folded(shapes)
    assert unfolded(result) == shapes
    return {
        "config": CONFIGS[name],
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
        "tensors": len(shapes),
        "shapes": result,
    }


def main():
    with torch.device("meta"):
        components = {name: component(name, module) for name, module in modules().items()}
    text = json.dumps(components, indent=1)
    text = re.sub(r"\[\s+([\d,\s]+?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)
    Path(sys.argv[1]).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
