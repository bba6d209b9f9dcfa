"""Sigmas that diffusers computes for many scheduler configs, steps and image sizes.

    python make_schedules.py ../../tests/data/flux/schedules.json
"""

import json
import sys
from pathlib import Path

import numpy
from diffusers import FlowMatchEulerDiscreteScheduler
from diffusers.pipelines.flux.pipeline_flux import calculate_shift

CONFIGS = [
    dict(shift=3.0, use_dynamic_shifting=True),
    dict(shift=1.0, use_dynamic_shifting=False),
    dict(shift=3.0, use_dynamic_shifting=False),
    dict(use_dynamic_shifting=True, base_shift=0.3, max_shift=1.3, base_image_seq_len=64,
         max_image_seq_len=1024, shift_terminal=0.05),
    dict(use_dynamic_shifting=True, time_shift_type="linear"),
    dict(use_dynamic_shifting=False, shift=2.0, shift_terminal=0.1, num_train_timesteps=800),
]
STEPS = [1, 2, 3, 5, 7, 20, 28, 50]
IMAGE_TOKENS = [16, 256, 1024, 4096, 9216]


def schedule(config, steps, tokens):
    """As the FLUX pipelines call it."""
    scheduler = FlowMatchEulerDiscreteScheduler(**config)
    get = scheduler.config.get
    mu = calculate_shift(
        tokens, get("base_image_seq_len", 256), get("max_image_seq_len", 4096),
        get("base_shift", 0.5), get("max_shift", 1.15),
    )
    scheduler.set_timesteps(sigmas=numpy.linspace(1.0, 1 / steps, steps), mu=mu)
    return scheduler


def records():
    for config in CONFIGS:
        for i, steps in enumerate(STEPS):
            if steps == 1 and "shift_terminal" in config:
                continue  # 0/0 in diffusers
            tokens = IMAGE_TOKENS[i % len(IMAGE_TOKENS)]
            scheduler = schedule(config, steps, tokens)
            yield {
                "config": config, "steps": steps, "image_tokens": tokens,
                "sigmas": scheduler.sigmas.tolist(),
                "first_timestep": scheduler.timesteps[0].item(),
            }


def main():
    lines = ",\n".join(json.dumps(record) for record in records())
    Path(sys.argv[1]).write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
