"""Trains the autoencoder's decoder further, on the pool's latents with a little noise.

The encoder stays as it is, so pool and denoiser stay valid; the noise stands for the
denoiser's errors.
"""

import random
import time

import numpy as np
import torch
from diffusers import AutoencoderKL

from draw import render
from pool_stage import load_pool
from training import Average, learning_rate, load_checkpoint, save_checkpoint
from vae_stage import to_tensor

BATCH, NOISE, RATE = 4, 0.08, 4e-4


def unpack(tokens, side=8):
    """The inverse of pack for square pictures: [N, side*side, 4*C] -> [N, C, 2*side, 2*side]."""
    n, _, c = tokens.shape
    return (
        tokens.view(n, side, side, c // 4, 2, 2)
        .permute(0, 3, 1, 4, 2, 5)
        .reshape(n, c // 4, side * 2, side * 2)
    )


def train_decoder(work, steps, minutes):
    vae = AutoencoderKL.from_pretrained(work / "vae").to(memory_format=torch.channels_last)
    scenes, pool = load_pool(work)
    optimizer = torch.optim.AdamW(
        vae.decoder.parameters(), lr=RATE, betas=(0.9, 0.99), weight_decay=1e-4
    )
    begin = load_checkpoint(work / "decoder.pt", vae.decoder, optimizer)
    average = Average(vae.decoder, 0.995)
    rng, began, recent = random.Random(400 + begin), time.time(), []
    torch.manual_seed(400 + begin)
    for step in range(begin, steps):
        done = max(step / steps, (time.time() - began) / 60 / minutes)
        if done >= 1:
            break
        learning_rate(optimizer, RATE, done, warm=step / 50)
        rows = [rng.randrange(len(scenes)) for _ in range(BATCH)]
        wanted = to_tensor(np.stack([render(scenes[row]) for row in rows]))
        latents = unpack(pool[rows].float())
        latents = (
            latents + NOISE * rng.random() * torch.randn_like(latents)
        ) / vae.config.scaling_factor
        with torch.autocast("cpu", torch.bfloat16):
            decoded = vae.decoder(
                (latents + vae.config.shift_factor).to(memory_format=torch.channels_last)
            ).float()
        error = decoded - wanted
        loss = error.abs().mean() + error.square().mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.decoder.parameters(), 1.0)
        optimizer.step()
        average.update(vae.decoder, step)
        recent.append(error.abs().mean().item())
        if (step + 1) % 50 == 0:
            print(
                f"decoder step {step + 1} L1 {np.mean(recent):.4f} {time.time() - began:.0f} s",
                flush=True,
            )
            recent.clear()
        if (step + 1) % 100 == 0:
            save_checkpoint(work / "decoder.pt", vae.decoder, optimizer, step + 1)
            torch.save(average.model.state_dict(), work / "decoder_average.pt")
    torch.save(average.model.state_dict(), work / "decoder_average.pt")
