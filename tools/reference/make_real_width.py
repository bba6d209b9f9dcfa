"""Writes a FLUX checkpoint of real width (3072 = 24 x 128) with few blocks and random weights: what
a step costs, without 24 GB.

    python make_real_width.py FOLDER [--double 1] [--single 2] [--dtype bf16|fp32]
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    FlowMatchEulerDiscreteScheduler,
    FluxPipeline,
    FluxTransformer2DModel,
)
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTokenizer,
    T5Config,
    T5EncoderModel,
    T5Tokenizer,
)

from model_shapes import vae

TOKENIZERS = Path(__file__).parents[2] / "tests" / "data" / "tokenizers"
DTYPES = {"bf16": torch.bfloat16, "fp32": torch.float32}
TEXT_WIDTH, POOLED_WIDTH = 512, 128


def transformer(num_double, num_single):
    return FluxTransformer2DModel(
        in_channels=64, num_layers=num_double, num_single_layers=num_single,
        attention_head_dim=128, num_attention_heads=24, joint_attention_dim=TEXT_WIDTH,
        pooled_projection_dim=POOLED_WIDTH, guidance_embeds=True, axes_dims_rope=[16, 56, 56])


def autoencoder():
    return AutoencoderKL(**vae(
        [16, 32, 32, 32], layers_per_block=1, norm_num_groups=8, latent_channels=16,
        scaling_factor=0.3611, shift_factor=0.1159, use_quant_conv=False,
        use_post_quant_conv=False))


def clip():
    return CLIPTextModel(CLIPTextConfig(
        vocab_size=1214, hidden_size=POOLED_WIDTH, intermediate_size=256, num_hidden_layers=2,
        num_attention_heads=4, projection_dim=POOLED_WIDTH, bos_token_id=1212, eos_token_id=1213))


def t5():
    return T5EncoderModel(T5Config(
        vocab_size=520, d_model=TEXT_WIDTH, d_kv=64, num_heads=8, d_ff=1024, num_layers=2,
        feed_forward_proj="gated-gelu"))


def filled(build, dtype, generator):
    """Built without initialisation, then filled in place: uniform, unit gain."""
    with torch.device("meta"):
        module = build().to(dtype)
    module = module.to_empty(device="cpu").eval()
    if hasattr(module, "tie_weights"):
        module.tie_weights()  # to_empty gave T5's shared embedding two tensors
    for name, buffer in module.named_buffers():
        if name.endswith("position_ids"):
            buffer.copy_(torch.arange(buffer.shape[-1])[None])
    for name, parameter in module.named_parameters():
        if parameter.ndim == 1:
            parameter.data.fill_(1.0 if "norm" in name and name.endswith("weight") else 0.0)
        else:
            bound = (3.0 / parameter[0].numel()) ** 0.5
            parameter.data.uniform_(-bound, bound, generator=generator)
    return module


def write_model(folder, num_double, num_single, dtype):
    generator = torch.Generator().manual_seed(0)
    pipeline = FluxPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0, use_dynamic_shifting=True),
        vae=filled(autoencoder, dtype, generator),
        text_encoder=filled(clip, dtype, generator),
        tokenizer=CLIPTokenizer.from_pretrained(TOKENIZERS / "clip_hub"),
        text_encoder_2=filled(t5, dtype, generator),
        tokenizer_2=T5Tokenizer.from_pretrained(TOKENIZERS / "t5_small"),
        transformer=filled(lambda: transformer(num_double, num_single), dtype, generator),
    )
    pipeline.save_pretrained(folder)
    for part, name in (("tokenizer", "clip_hub"), ("tokenizer_2", "t5_small")):
        shutil.rmtree(folder / part)
        shutil.copytree(TOKENIZERS / name, folder / part)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--double", type=int, default=1)
    parser.add_argument("--single", type=int, default=2)
    parser.add_argument("--dtype", choices=DTYPES, default="bf16")
    options = parser.parse_args()
    write_model(options.folder, options.double, options.single, DTYPES[options.dtype])
    print(json.dumps({"model": str(options.folder), "dtype": options.dtype}))


if __name__ == "__main__":
    main()
