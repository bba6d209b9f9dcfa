"""Writes the golden cases: inputs, one safetensors a case, cases.json.

    python make_cases.py ../../tests/data/flux
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from diffusers.image_processor import VaeImageProcessor
from PIL import Image
from safetensors.torch import save_file

import capture
import make_inputs
from case_list import CASES, ENCODED, HALF_PRECISION_CASES

HALVES = {"bf16": torch.bfloat16, "fp16": torch.float16}


def psnr(image, reference):
    return round(-10.0 * torch.log10((image - reference).square().mean()).item(), 3)


def half_precision(case, root, tensors):
    """PSNR that diffusers reaches in bf16 and fp16 against its own fp32 picture."""
    arguments = (case, root / "models", root / "inputs", tensors["latents.0"])
    return {
        name: psnr(capture.run_from_latents(*arguments, dtype), tensors["image"])
        for name, dtype in HALVES.items()
    }


def write_cases(root):
    records = {}
    for name, case in CASES.items():
        tensors = capture.run(case, root / "models", root / "inputs")
        assert all(torch.isfinite(t).all() for t in tensors.values()), name
        save_file(tensors, root / "cases" / f"{name}.safetensors")
        records[name] = dict(case, pipeline=capture.pipeline_for(case).__name__)
        if name in HALF_PRECISION_CASES:
            records[name]["psnr"] = half_precision(case, root, tensors)
    return records


def write_half_noise(root):
    """Start latents that diffusers draws in bf16 and fp16: another stream than fp32."""
    records = {}
    for case_name in ("a_two_images", "b_tall"):
        case = CASES[case_name]
        for name, dtype in HALVES.items():
            pipeline = capture.load(case, root / "models", dtype)
            shape = (
                case["num_images"], pipeline.transformer.config.in_channels // 4,
                case["height"], case["width"], dtype, "cpu",
                torch.Generator("cpu").manual_seed(case["seed"]),
            )
            latents, _ = pipeline.prepare_latents(*shape)
            record = f"noise_{name}_{case_name}"
            save_file({"latents.0": latents}, root / "cases" / f"{record}.safetensors")
            records[record] = {"case": case_name, "dtype": name}
    return records


@torch.no_grad()
def write_encoded(root):
    """One picture a model through the VAE's encoder, and one latent through its decoder."""
    for model, (width, height) in ENCODED.items():
        vae = AutoencoderKL.from_pretrained(root / "models" / model / "vae", dtype=torch.float32)
        processor = VaeImageProcessor(vae_scale_factor=1)
        picture = Image.open(root / "inputs" / "init_100x75.png")
        image = processor.preprocess(picture, height=height, width=width).contiguous()
        distribution = vae.encode(image).latent_dist
        save_file(
            {
                "image": image,
                "moments": distribution.parameters.contiguous(),
                "decoded": vae.decode(distribution.mean.contiguous()).sample,
            },
            root / "cases" / f"vae_{model}.safetensors",
        )
    return {f"vae_{model}": {"model": model} for model in ENCODED}


def main():
    root = Path(sys.argv[1])
    torch.set_num_threads(1)
    make_inputs.write_inputs(root / "inputs")
    shutil.rmtree(root / "cases", ignore_errors=True)
    (root / "cases").mkdir()
    document = {
        "reference": "diffusers 0.42.1, transformers 5.23.0, torch 2.11.0; fp32, CPU, one thread",
        "cases": write_cases(root),
        "half_noise": write_half_noise(root),
        "vae": write_encoded(root),
    }
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    (root / "cases.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
