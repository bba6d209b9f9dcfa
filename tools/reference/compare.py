"""Compares the tensors of `easel generate --save-tensors FILE` with a golden case.

    python compare.py CASE FILE [--data ../../tests/data/flux] [--half bf16|fp16]

--half: a run in that dtype; only the picture's PSNR is judged, against cases.json.
Exit code 1 if something is beyond its tolerance or missing.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

RELATIVE, IMAGE_ABSOLUTE, PSNR_SLACK_DB = 1e-5, 5e-5, 1.0
# What --save-tensors writes; golden files hold more, which is compared where it exists.
REQUIRED = ("token_ids.", "prompt_embeds", "pooled_prompt_embeds", "latents.", "image")


def aligned(ours, golden):
    """Golden text tensors hold one row of the batch, and the first 64 tokens of a long prompt."""
    if ours.ndim == golden.ndim and ours.shape[0] > golden.shape[0] == 1:
        ours = ours[:1]
    if ours.ndim == golden.ndim == 3 and ours.shape[1] > golden.shape[1] == 64:
        ours = ours[:, :64]
    return ours


def judge(name, ours, golden):
    """(ok, text) for one tensor."""
    ours = aligned(ours, golden)
    if ours.shape != golden.shape:
        return False, f"shape {list(ours.shape)}, expected {list(golden.shape)}"
    if not golden.is_floating_point():
        wrong = (ours.long() != golden.long()).sum().item()
        return wrong == 0, f"{wrong} of {golden.numel()} ids differ"
    error = (ours.double() - golden.double()).abs().max().item()
    largest = golden.double().abs().max().item()
    limit = IMAGE_ABSOLUTE if name == "image" else RELATIVE * largest
    return error <= limit, f"max|a-b| {error:.3e}   max|b| {largest:.3e}   limit {limit:.1e}"


def compare(ours, golden):
    all_ok = True
    for name in sorted(golden, key=natural_order):
        if name in ours:
            ok, text = judge(name, ours[name], golden[name])
        elif name.startswith(REQUIRED):
            ok, text = False, "missing"
        else:
            continue
        all_ok &= ok
        print(f"{'ok  ' if ok else 'FAIL'} {name:32s} {text}")
    extra = sorted(set(ours) - set(golden))
    if extra:
        print(f"not in the golden case: {', '.join(extra)}")
    return all_ok


def natural_order(name):
    stem, _, number = name.rpartition(".")
    return (stem, int(number)) if number.isdigit() else (name, 0)


def compare_half(ours, golden, reached):
    error = (ours["image"].double() - golden["image"].double()).square().mean()
    psnr = -10.0 * torch.log10(error).item()
    limit = reached - PSNR_SLACK_DB
    print(f"PSNR {psnr:.2f} dB; at least {limit:.2f} dB expected (diffusers: {reached:.2f})")
    return psnr >= limit


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case")
    parser.add_argument("file", type=Path)
    data = Path(__file__).parents[2] / "tests" / "data" / "flux"
    parser.add_argument("--data", type=Path, default=data)
    parser.add_argument("--half", choices=("bf16", "fp16"))
    options = parser.parse_args()
    golden = load_file(options.data / "cases" / f"{options.case}.safetensors")
    ours = load_file(options.file)
    if options.half:
        cases = json.loads((options.data / "cases.json").read_text(encoding="utf-8"))["cases"]
        return 0 if compare_half(ours, golden, cases[options.case]["psnr"][options.half]) else 1
    return 0 if compare(ours, golden) else 1


if __name__ == "__main__":
    sys.exit(main())
