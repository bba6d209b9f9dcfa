"""Trains the demo model from nothing on pictures that it draws itself.

    python tools/demo_model/train.py --out DIR [--stage vae|text|pool|denoiser|decoder|export|all]

Stages keep their checkpoints in DIR/work and go on from them when they are started again.
The finished model lies in DIR/model, in the diffusers layout.
"""

import argparse
import pathlib

import torch

STAGES = ("vae", "text", "pool", "denoiser", "decoder", "export")


def run_stage(stage, args, work):
    if stage == "vae":
        from vae_stage import train_vae

        train_vae(work, args.steps or 6000, args.minutes or 14)
    elif stage == "text":
        from text_stage import train_text

        train_text(work, args.steps or 3000, args.minutes or 20)
    elif stage == "pool":
        from pool_stage import fill_pool

        fill_pool(work, args.pictures)
    elif stage == "decoder":
        from decoder_stage import train_decoder

        train_decoder(work, args.steps or 3000, args.minutes or 20)
    elif stage == "denoiser":
        from denoiser_stage import train_denoiser

        train_denoiser(work, args.steps or 8000, args.minutes or 180, args.threads)
    else:
        from export import export

        export(work, pathlib.Path(args.out) / "model")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", required=True)
    parser.add_argument("--stage", default="all", choices=(*STAGES, "all"))
    parser.add_argument("--steps", type=int, help="most steps of the stage")
    parser.add_argument(
        "--minutes", type=float, help="most minutes of the stage; the schedule ends with them"
    )
    parser.add_argument("--pictures", type=int, default=24000)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    work = pathlib.Path(args.out) / "work"
    work.mkdir(parents=True, exist_ok=True)
    for stage in STAGES if args.stage == "all" else (args.stage,):
        run_stage(stage, args, work)


if __name__ == "__main__":
    main()
