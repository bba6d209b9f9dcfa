"""Measures by pixels whether pictures show what the prompts ask for.

python check.py --images DIR    pictures 000.png, 001.png, ... in the order of the list
python check.py --model DIR     draws them with diffusers first (--save DIR keeps them)
python check.py --truth         checks the check itself, on the right drawings
"""

import argparse
import collections
import pathlib

from PIL import Image

from draw import EXTENT_ALONE, EXTENT_PLACED, LAYOUTS, render
from look import look
from prompts import LIST, read_prompts

ALIKE = 0.72  # least IoU with the template
FREE_RIM = 0.06  # a shape in the middle leaves this share of the picture free on every side
OFF_CENTRE = 12  # pixels of 128
ASPECTS = (
    "count",
    "colour",
    "shape",
    "position",
    "background",
)  # obeyed = all of them; size is counted beside


def _in_picture_order(regions, layout):
    axis = 1 if layout == "above_below" else 0
    return sorted(regions, key=lambda region: region.centre[axis])


def _position_right(regions, scene):
    if len(scene.items) == 2:
        (x0, y0), (x1, y1) = regions[0].centre, regions[1].centre
        along, across = (x1 - x0, y1 - y0) if scene.layout == "left_right" else (y1 - y0, x1 - x0)
        return along > 25 and abs(across) < along / 2
    (x, y), (want_x, want_y) = regions[0].centre, LAYOUTS[scene.layout][0]
    if max(abs(x - want_x), abs(y - want_y)) > OFF_CENTRE:
        return False
    left, top, right, bottom = regions[0].box
    free = FREE_RIM * 128 if scene.layout == "centre" else 0
    return min(left, top, 128 - right, 128 - bottom) >= free


def _size_right(region, item, layout):
    extents = EXTENT_ALONE if layout == "centre" else EXTENT_PLACED
    nearest = min(extents, key=lambda size: abs(extents[size] * 0.97 - region.extent))
    return nearest == item.size


def judge(image, scene):
    """{aspect: right or not}, and a line that says what was seen."""
    sight = look(image)
    regions = _in_picture_order(sight.regions, scene.layout)
    verdict = dict.fromkeys((*ASPECTS, "size"), False)
    verdict["background"] = sight.background == scene.background and sight.plainness > 0.9
    verdict["count"] = len(regions) == len(scene.items)
    if verdict["count"]:
        pairs = list(zip(regions, scene.items))
        verdict["colour"] = all(region.colour == item.colour for region, item in pairs)
        verdict["shape"] = all(
            region.shape == item.shape and region.likeness > ALIKE for region, item in pairs
        )
        verdict["position"] = _position_right(regions, scene)
        verdict["size"] = all(_size_right(region, item, scene.layout) for region, item in pairs)
    seen = ", ".join(
        f"{r.colour} {r.shape} ({r.likeness:.2f}) at {r.centre[0]:.0f},{r.centre[1]:.0f}"
        for r in regions
    )
    return verdict, f"{seen or 'nothing'} on {sight.background}"


def report(images, prompts, verbose=True):
    """Prints the table; returns how many prompts were obeyed."""
    kinds = {"one item": collections.Counter(), "two items": collections.Counter()}
    for image, (prompt, scene) in zip(images, prompts):
        verdict, seen = judge(image, scene)
        obeyed = all(verdict[aspect] for aspect in ASPECTS)
        counter = kinds["one item" if len(scene.items) == 1 else "two items"]
        counter.update(all=1, obeyed=obeyed, **verdict)
        if verbose and not obeyed:
            wrong = ", ".join(aspect for aspect in ASPECTS if not verdict[aspect])
            print(f"wrong {wrong}: {prompt!r}\n      shows {seen}")
    columns = ("all", *ASPECTS, "size", "obeyed")
    print(f"{'':10}" + "".join(f"{name:>11}" for name in columns))
    for kind, counter in (*kinds.items(), ("total", kinds["one item"] + kinds["two items"])):
        print(f"{kind:10}" + "".join(f"{counter[name]:11}" for name in columns), flush=True)
    return kinds["one item"]["obeyed"] + kinds["two items"]["obeyed"]


def generate(pipeline, prompts, steps, length, batch=25):
    """Pictures by diffusers, seed 0 for each batch."""
    import torch

    images = []
    for first in range(0, len(prompts), batch):
        images += pipeline(
            [prompt for prompt, _ in prompts[first : first + batch]],
            height=128,
            width=128,
            num_inference_steps=steps,
            guidance_scale=3.5,
            max_sequence_length=length,
            generator=torch.Generator().manual_seed(first),
        ).images
    return images


def contact_sheet(images, path, columns=10):
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * 130, rows * 130), (90, 90, 90))
    for k, image in enumerate(images):
        sheet.paste(image, (k % columns * 130, k // columns * 130))
    sheet.save(path)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--images", type=pathlib.Path)
    source.add_argument("--model")
    source.add_argument("--truth", action="store_true")
    parser.add_argument("--prompts", default=LIST)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--length", type=int, default=48, help="max_sequence_length")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument(
        "--save", type=pathlib.Path, help="folder for the pictures and a contact sheet"
    )
    parser.add_argument(
        "--least", type=int, default=0, help="exit with 1 when fewer prompts are obeyed"
    )
    args = parser.parse_args()
    prompts = read_prompts(args.prompts)
    if args.truth:
        images = [Image.fromarray(render(scene)) for _, scene in prompts]
    elif args.images:
        images = [Image.open(args.images / f"{k:03d}.png") for k in range(len(prompts))]
    else:
        import torch
        from diffusers import FluxPipeline

        pipeline = FluxPipeline.from_pretrained(args.model, torch_dtype=getattr(torch, args.dtype))
        pipeline.set_progress_bar_config(disable=True)
        images = generate(pipeline, prompts, args.steps, args.length)
    if args.save:
        args.save.mkdir(parents=True, exist_ok=True)
        for k, image in enumerate(images):
            image.save(args.save / f"{k:03d}.png")
        contact_sheet(images, args.save / "sheet.png")
    raise SystemExit(report(images, prompts) < args.least)


if __name__ == "__main__":
    main()
