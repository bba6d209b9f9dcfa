"""MODEL SIDE TOKENS [OFFLOAD_FOLDER]: loads a FLUX folder with diffusers and prints "denoise" where the first step begins.

With OFFLOAD_FOLDER the text encoder and the transformer are offloaded to files there, a block at a time (diffusers' group
offload, the way that it has to hold less than the whole model without a GPU)."""

import sys

import torch
from diffusers import FluxPipeline
from diffusers.hooks import apply_group_offloading

model, side, tokens, *offload_folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:]
pipeline = FluxPipeline.from_pretrained(model, torch_dtype=torch.bfloat16)
for name in ("text_encoder_2", "transformer") if offload_folder else ():
    apply_group_offloading(getattr(pipeline, name), onload_device=torch.device("cpu"), offload_type="block_level",
                           num_blocks_per_group=1, offload_to_disk_path=f"{offload_folder[0]}/{name}")
pipeline.transformer.register_forward_pre_hook(lambda *_: print("denoise", flush=True))
pipeline("a red circle", width=side, height=side, num_inference_steps=2, max_sequence_length=tokens,
         generator=torch.Generator().manual_seed(1))
