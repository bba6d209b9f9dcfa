"""Trains the autoencoder on aligned crops of freshly drawn pictures."""

import json
import math
import random
import time

import numpy as np
import torch
from diffusers import AutoencoderKL

from draw import COLOURS, SHAPES, SIDE, mask, render
from scenes import random_scene
from training import learning_rate, load_checkpoint, save_checkpoint

# (share of the training, crop side, batch): many colours first, whole pictures at the end.
PHASES = ((0.6, 32, 32), (0.25, 64, 12), (0.15, 128, 3))
KL_WEIGHT = 1e-3


def build_vae():
    channels = (24, 32, 48, 64)
    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        latent_channels=8,
        layers_per_block=1,
        norm_num_groups=8,
        block_out_channels=channels,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        sample_size=128,
        use_quant_conv=False,
        use_post_quant_conv=False,
    )


def phase(done):
    """(crop side, batch) at this point of the training."""
    for share, *sizes in PHASES[:-1]:
        if done < share:
            return sizes
        done -= share
    return PHASES[-1][1:]


def crowded_crop(rng, area):
    """Many shapes over each other: more colours side by side than a scene has."""
    palette = [np.array(colour, np.float32) for colour in COLOURS.values()]
    crop = np.empty((SIDE, SIDE, 3), np.float32)[area]
    crop[:] = rng.choice(palette)
    for _ in range(8):
        centre = rng.choice((34, 64, 94)), rng.choice((34, 64, 94))
        cover = mask(rng.choice(SHAPES), rng.choice((34, 44, 54)), centre)[area]
        crop += cover[..., None] * (rng.choice(palette) - crop)
    return crop + 0.5


def crops(rng, side, count):
    """Crops start at a multiple of 8, where the latent grid of the whole picture has its cells."""
    out = np.empty((count, side, side, 3), np.uint8)
    for k in range(count):
        x, y = rng.randrange(0, SIDE - side + 1, 8), rng.randrange(0, SIDE - side + 1, 8)
        area = slice(y, y + side), slice(x, x + side)
        crowded = k % 2 and side < SIDE
        out[k] = crowded_crop(rng, area) if crowded else render(random_scene(rng))[area]
    return to_tensor(out)


def to_tensor(pictures):
    """uint8 [N, H, W, 3] -> float [N, 3, H, W] from -1 to 1."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div(127.5).sub(1)


def train_vae(work, steps, minutes):
    vae = build_vae().to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(vae.parameters(), lr=1.5e-3, betas=(0.9, 0.99), weight_decay=1e-4)
    first = load_checkpoint(work / "vae.pt", vae, optimizer)
    rng, began, recent = random.Random(100 + first), time.time(), []
    print(f"vae: {sum(p.numel() for p in vae.parameters()) / 1e6:.2f} M parameters", flush=True)
    for step in range(first, steps):
        # The schedule follows whichever runs out first, the steps or the minutes.
        done = max(step / steps, (time.time() - began) / 60 / minutes)
        if done >= 1:
            break
        learning_rate(optimizer, 2e-3, done, warm=step / 100)
        pictures = crops(rng, *phase(done)).to(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            latents = vae.encode(pictures).latent_dist
            decoded = vae.decode(latents.sample()).sample.float()
        error = decoded - pictures
        kl = (
            0.5
            * (latents.mean.float() ** 2 + latents.var.float() - 1 - latents.logvar.float()).mean()
        )
        loss = error.abs().mean() + error.square().mean() + KL_WEIGHT * kl
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        recent.append((error.abs().mean().item(), kl.item()))
        if (step + 1) % 100 == 0:
            l1, kl_mean = np.mean(recent, axis=0)
            recent.clear()
            print(
                f"vae step {step + 1} L1 {l1:.4f} KL {kl_mean:.2f} {time.time() - began:.0f} s",
                flush=True,
            )
        if (step + 1) % 500 == 0:
            save_checkpoint(work / "vae.pt", vae, optimizer, step + 1)
    finish_vae(vae, work)


@torch.no_grad()
def finish_vae(vae, work):
    """Measures the latents, so that the scaled ones have mean 0 and deviation 1, and saves."""
    vae.eval()
    rng = random.Random(7)
    pictures = to_tensor(np.stack([render(random_scene(rng)) for _ in range(64)]))
    latents = vae.encode(pictures).latent_dist.mean
    l1 = (vae.decode(latents).sample.clamp(-1, 1) - pictures).abs().mean().item()
    vae.register_to_config(
        shift_factor=round(latents.mean().item(), 6),
        scaling_factor=round(1 / latents.std().item(), 6),
    )
    vae.save_pretrained(work / "vae")
    print(
        json.dumps(
            {
                "vae_l1": l1,
                "shift": vae.config.shift_factor,
                "scale": vae.config.scaling_factor,
                "channel_std": [round(v, 2) for v in latents.std((0, 2, 3)).tolist()],
            }
        ),
        flush=True,
    )
    if not math.isfinite(l1):
        raise SystemExit("the autoencoder diverged")
