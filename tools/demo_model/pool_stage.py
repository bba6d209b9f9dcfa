"""Draws scenes and encodes them once, so that the denoiser need not run the autoencoder."""

import random
import time

import numpy as np
import torch
from diffusers import AutoencoderKL

from draw import render
from scenes import random_scene
from vae_stage import to_tensor

CHUNK = 500  # pictures a file; a stop in the middle loses at most one file


def pack(latents):
    """FLUX's packing: [N, C, H, W] -> [N, H*W/4, 4*C], a token for every 2x2 cells."""
    n, c, h, w = latents.shape
    return (
        latents.view(n, c, h // 2, 2, w // 2, 2)
        .permute(0, 2, 4, 1, 3, 5)
        .reshape(n, h * w // 4, c * 4)
    )


def chunk_scenes(number):
    rng = random.Random(5000 + number)
    return [random_scene(rng) for _ in range(CHUNK)]


@torch.no_grad()
def fill_pool(work, pictures):
    folder = work / "pool"
    folder.mkdir(exist_ok=True)
    vae = AutoencoderKL.from_pretrained(work / "vae").eval().to(memory_format=torch.channels_last)
    began = time.time()
    for number in range(pictures // CHUNK):
        path = folder / f"{number:03d}.pt"
        if path.exists():
            continue
        parts, scenes = [], chunk_scenes(number)
        for first in range(0, CHUNK, 25):
            drawn = to_tensor(np.stack([render(scene) for scene in scenes[first : first + 25]]))
            with torch.autocast("cpu", torch.bfloat16):
                latents = vae.encode(
                    drawn.to(memory_format=torch.channels_last)
                ).latent_dist.mean.float()
            parts.append(
                pack((latents.contiguous() - vae.config.shift_factor) * vae.config.scaling_factor)
            )
        torch.save(torch.cat(parts).half(), path.with_suffix(".tmp"))
        path.with_suffix(".tmp").rename(path)
        print(f"pool {(number + 1) * CHUNK} {time.time() - began:.0f} s", flush=True)


def load_pool(work):
    """(scenes, packed latents) of all finished files."""
    numbers = sorted(int(path.stem) for path in (work / "pool").glob("*.pt"))
    scenes = [scene for number in numbers for scene in chunk_scenes(number)]
    return scenes, torch.cat([torch.load(work / "pool" / f"{number:03d}.pt") for number in numbers])
