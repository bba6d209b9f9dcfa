"""Small pictures and what Pillow's resize makes of them (uint8; the engine's resize must agree).

    python make_image_fixtures.py ../../tests/data/image
"""

import json
import sys
from pathlib import Path

from PIL import Image

from make_inputs import hard_colour_mask, init_picture, soft_mask

FILTERS = {"lanczos": Image.Resampling.LANCZOS, "bilinear": Image.Resampling.BILINEAR}
SOURCES = {
    "rgb_40x31": lambda: init_picture(40, 31),
    "l_33x29": lambda: soft_mask(66, 58).resize((33, 29), Image.Resampling.BOX),
    "rgb_edges_24x24": lambda: hard_colour_mask(24, 24),
    "rgba_20x16": lambda: with_alpha(init_picture(20, 16)),
}
SIZES = [(16, 16), (64, 40), (40, 20), (13, 31), (57, 9), (1, 1)]


def with_alpha(image):
    image = image.convert("RGBA")
    image.putalpha(soft_mask(40, 32).resize(image.size, Image.Resampling.BOX))
    return image


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    records = []
    for name, make in SOURCES.items():
        source = make()
        source.save(folder / f"{name}.png", optimize=True)
        for filter_name, resample in FILTERS.items():
            for width, height in SIZES:
                result = f"{name}_{filter_name}_{width}x{height}.png"
                source.resize((width, height), resample).save(folder / result, optimize=True)
                records.append({
                    "source": f"{name}.png", "mode": source.mode, "filter": filter_name,
                    "width": width, "height": height, "result": result,
                })
    lines = ",\n".join(json.dumps(record) for record in records)
    (folder / "resize.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
