"""MODEL SIDE TOKENS: loads a FLUX folder with diffusers and prints "denoise" where the first step begins."""

import sys

import torch
from diffusers import FluxPipeline

model, side, tokens = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
pipeline = FluxPipeline.from_pretrained(model, torch_dtype=torch.bfloat16)
pipeline.transformer.register_forward_pre_hook(lambda *_: print("denoise", flush=True))
pipeline("a red circle", width=side, height=side, num_inference_steps=2, max_sequence_length=tokens,
         generator=torch.Generator().manual_seed(1))
