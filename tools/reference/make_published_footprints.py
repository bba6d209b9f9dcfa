"""Writes what the weights of published models take, block by block, from the reference classes on the meta device.

    python make_published_footprints.py ../../tests/data/memory/published_footprints.json [HUNYUAN_CHECKPOINT]

No weights are needed. Bytes are those of bf16 with every tensor aligned to 64, as easel packs them; a block's rows follow
the order of execution and are folded: [bytes, count]. HunyuanImage-3's class is in neither diffusers nor transformers:
with a checkpoint folder (a tiny one will do) its headers are read instead; without, what the file has is kept.
"""

import json
import re
import struct
import sys
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL, FluxTransformer2DModel, HiDreamImageTransformer2DModel, SD3Transformer2DModel, UNet2DConditionModel,
)
from transformers import (
    CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, LlamaConfig, LlamaModel, T5Config, T5EncoderModel,
)

from make_published_keys import CONFIGS
from model_shapes import vae

ALIGNMENT = 64
CLIP_L = CONFIGS["text_encoder"]
CLIP_G = dict(
    CLIP_L, hidden_size=1280, intermediate_size=5120, num_hidden_layers=32, num_attention_heads=20, hidden_act="gelu",
    projection_dim=1280,
)
VAE_16 = CONFIGS["vae"]
VAE_4 = vae(
    [128, 256, 512, 512], layers_per_block=2, norm_num_groups=32, latent_channels=4, act_fn="silu", in_channels=3,
    out_channels=3,
)


def clip(**config):
    return CLIPTextModel(CLIPTextConfig(**config))


def clip_projected(**config):
    return CLIPTextModelWithProjection(CLIPTextConfig(**config))


def t5():
    return T5EncoderModel(T5Config(**CONFIGS["text_encoder_2"]))


def llama():
    return LlamaModel(
        LlamaConfig(
            vocab_size=128256, hidden_size=4096, intermediate_size=14336, num_hidden_layers=32, num_attention_heads=32,
            num_key_value_heads=8, rms_norm_eps=1e-5, rope_theta=500000.0, tie_word_embeddings=False,
        )
    )


def flux(guidance):
    return FluxTransformer2DModel(**dict(CONFIGS["transformer"], guidance_embeds=guidance))


def sdxl():
    return UNet2DConditionModel(
        sample_size=128, in_channels=4, out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), block_out_channels=(320, 640, 1280),
        layers_per_block=2, cross_attention_dim=2048, transformer_layers_per_block=[1, 2, 10],
        attention_head_dim=[5, 10, 20], use_linear_projection=True, addition_embed_type="text_time",
        addition_time_embed_dim=256, projection_class_embeddings_input_dim=2816,
    )


def sd3():
    return SD3Transformer2DModel(
        sample_size=128, patch_size=2, in_channels=16, num_layers=24, attention_head_dim=64, num_attention_heads=24,
        joint_attention_dim=4096, caption_projection_dim=1536, pooled_projection_dim=2048, out_channels=16,
        pos_embed_max_size=192,
    )


def hidream():
    return HiDreamImageTransformer2DModel(
        patch_size=2, in_channels=16, out_channels=16, num_layers=16, num_single_layers=32, attention_head_dim=128,
        num_attention_heads=20, caption_channels=[4096, 4096], text_emb_dim=2048, num_routed_experts=4,
        num_activated_experts=2, axes_dims_rope=(64, 32, 32), max_resolution=(128, 128),
        llama_layers=[*range(32), *[31] * 16],
    )


MODELS = {
    "flux-dev": lambda: {
        "text_encoder": clip(**CLIP_L), "text_encoder_2": t5(), "transformer": flux(True), "vae": AutoencoderKL(**VAE_16),
    },
    "flux-schnell": lambda: {
        "text_encoder": clip(**CLIP_L), "text_encoder_2": t5(), "transformer": flux(False), "vae": AutoencoderKL(**VAE_16),
    },
    "sdxl": lambda: {
        "text_encoder": clip(**CLIP_L), "text_encoder_2": clip_projected(**CLIP_G), "unet": sdxl(),
        "vae": AutoencoderKL(**VAE_4),
    },
    "sd3-medium": lambda: {
        "text_encoder": clip_projected(**CLIP_L), "text_encoder_2": clip_projected(**CLIP_G), "text_encoder_3": t5(),
        "transformer": sd3(), "vae": AutoencoderKL(**VAE_16),
    },
    "hidream-i1-full": lambda: {
        "text_encoder": clip_projected(**dict(CLIP_L, max_position_embeddings=248)),
        "text_encoder_2": clip_projected(**dict(CLIP_G, max_position_embeddings=218)), "text_encoder_3": t5(),
        "text_encoder_4": llama(), "transformer": hidream(), "vae": AutoencoderKL(**VAE_16),
    },
}

# Which block a key belongs to; the first that fits counts, none: outside every block.
BLOCKS = [
    r"double_stream_blocks\.\d+\.block\.ff_i\.experts\.\d+\.",
    r"single_stream_blocks\.\d+\.block\.ff_i\.experts\.\d+\.",
    r"double_stream_blocks\.\d+\.",
    r"single_stream_blocks\.\d+\.",
    r"single_transformer_blocks\.\d+\.",
    r"(down_blocks\.\d+|mid_block|up_blocks\.\d+)\.attentions\.\d+\.transformer_blocks\.\d+\.",
    r"(down_blocks\.\d+|mid_block|up_blocks\.\d+)\.(resnets|downsamplers|upsamplers)\.\d+\.",
    r"transformer_blocks\.\d+\.",
    r"model\.layers\.\d+\.mlp\.experts\.\d+\.",
    r"model\.layers\.\d+\.",
    r"vision_model\.encoder\.layers\.\d+\.",
    r"(text_model\.)?encoder\.layers\.\d+\.",
    r"encoder\.block\.\d+\.",
    r"layers\.\d+\.",
]


def order_of(block):
    """A sort key: the order in which a forward comes past the blocks."""
    numbers = [int(number) for number in re.findall(r"\d+", block)]
    if ".experts." in block:
        return (*stage_of(block), numbers[0], 1, numbers[1])
    unet = re.match(r"(down_blocks|mid_block|up_blocks)\.?(\d*)\.(\w+)\.(\d+)", block)
    if unet:
        part = ["down_blocks", "mid_block", "up_blocks"].index(unet[1])
        kind = ["resnets", "attentions", "downsamplers", "upsamplers"].index(unet[3])
        # A residual block, its attention, the next one; resampling comes last.
        return (part, int(unet[2] or 0), int(unet[4]) if kind < 2 else 99, kind, *numbers)
    return (*stage_of(block), *numbers, 0, 0)


def stage_of(block):
    return (1,) if block.startswith("single_") else (0,)


def tensors_of(module):
    persistent = set(module.state_dict())
    for key, tensor in [*module.named_parameters(), *module.named_buffers()]:
        if key in persistent:
            yield key, tensor.numel(), 2


def footprint(tensors, is_vae):
    shared, blocks, parameters = 0, {}, 0
    for key, elements, size in tensors:
        parameters += elements
        packed = (elements * size + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT
        match = None if is_vae else next(filter(None, (re.match(pattern, key) for pattern in BLOCKS)), None)
        if match:
            blocks[match[0]] = blocks.get(match[0], 0) + packed
        else:
            shared += packed
    folded = []
    for block in sorted(blocks, key=order_of):
        if folded and folded[-1][0] == blocks[block]:
            folded[-1][1] += 1
        else:
            folded.append([blocks[block], 1])
    return {"parameters": parameters, "shared": shared, "blocks": folded}


def checkpoint_tensors(folder):
    for path in sorted(Path(folder).glob("*.safetensors")):
        with path.open("rb") as file:
            header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        for key, entry in header.items():
            if key != "__metadata__":
                elements = 1
                for side in entry["shape"]:
                    elements *= side
                yield key, elements, 4 if entry["dtype"] == "F32" else 2


def hunyuan(folder):
    config = json.loads((Path(folder) / "config.json").read_text(encoding="utf-8"))
    tensors = list(checkpoint_tensors(folder))
    parts = {"vae": ("vae.",), "vision": ("vision_model.", "vision_aligner.")}
    taken = tuple(prefix for prefixes in parts.values() for prefix in prefixes)
    components = {"model": footprint([t for t in tensors if not t[0].startswith(taken)], False)}
    for name, prefixes in parts.items():
        components[name] = footprint([t for t in tensors if t[0].startswith(prefixes)], name == "vae")
    return {
        "config": {
            "vocab": config["vocab_size"], "width": config["hidden_size"], "layers": config["num_hidden_layers"],
            "heads": config["num_attention_heads"], "key_heads": config["num_key_value_heads"],
            "head_dim": config["attention_head_dim"], "experts": config["num_experts"],
            "expert_width": config["moe_intermediate_size"], "shared_experts": config["num_shared_expert"],
            "patch_hidden": config["patch_embed_hidden_dim"], "latent_channels": config["vae"]["latent_channels"],
            "vae_channels": config["vae"]["block_out_channels"], "vae_layers": config["vae"]["layers_per_block"],
            "vision_width": config["vit"]["hidden_size"], "vision_intermediate": config["vit"]["intermediate_size"],
            "vision_layers": config["vit"]["num_hidden_layers"], "vision_positions": config["vit"]["num_patches"],
        },
        "components": components,
    }


def main():
    target = Path(sys.argv[1])
    before = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {}
    result = {"models": {}, "hunyuan_tiny": before.get("hunyuan_tiny")}
    with torch.device("meta"):
        for name, make in MODELS.items():
            result["models"][name] = {
                part: footprint(tensors_of(module), part == "vae") for part, module in make().items()
            }
    if len(sys.argv) > 2:
        result["hunyuan_tiny"] = hunyuan(sys.argv[2])
    text = json.dumps(result, indent=1)
    text = re.sub(r"\[\s+([\d,\s]+?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
