"""Uploads with a colour profile, alpha or 16 bits of gray, and the plain pictures that Pillow makes of them.

    python make_upload_fixtures.py ../../tests/data/image/uploads

NAME with NAME.rgb: the profile converted to sRGB (perceptual), alpha over white, the high byte of 16 bits;
NAME.mask: alpha over black, no profile. cmyk_at_service.jpg alone is large enough for POST /edit.
"""

import io
import struct
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from make_codec_fixtures import HEIGHT, WIDTH, as_image, png

# Primaries far from sRGB's, as XYZ under D50 (ICC.1): their sum is white.
PRIMARIES = {b"rXYZ": (0.6097, 0.3111, 0.0195), b"gXYZ": (0.2053, 0.6257, 0.0609), b"bXYZ": (0.1492, 0.0632, 0.7445)}
WHITE = (0.9642, 1.0, 0.8249)
GAMMA = 1.8


def xyz(values):
    return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def profile(space):
    """A display's profile by matrix and curve (RGB), or by curve alone (GRAY)."""
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(GAMMA * 256)) + b"\0\0"
    name = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(79)
    tags = {b"wtpt": xyz(WHITE), b"desc": name, b"cprt": b"text\0\0\0\0none\0"}
    if space == b"RGB ":
        tags |= {key: xyz(values) for key, values in PRIMARIES.items()}
        tags |= {key: curve for key in (b"rTRC", b"gTRC", b"bTRC")}
    else:
        tags[b"kTRC"] = curve
    table, data = struct.pack(">I", len(tags)), b""
    for key, value in tags.items():
        table += key + struct.pack(">II", 132 + 12 * len(tags) + len(data), len(value))
        data += value + bytes(-len(value) % 4)
    body = table + data
    head = struct.pack(">I4xI4s4s4s12x4s", 128 + len(body), 0x02400000, b"mntr", space, b"XYZ ", b"acsp")
    return head + bytes(68 - len(head)) + xyz(WHITE)[8:] + bytes(48) + body


def srgb_of(image, icc):
    source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")


def over(image, colour):
    background = Image.new("RGBA", image.size, colour)
    return Image.alpha_composite(background, image.convert("RGBA")).convert("RGB")


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rgb, gray, rgba = as_image("RGB"), as_image("L"), as_image("RGBA")
    wide, gamma = profile(b"RGB "), profile(b"GRAY")
    rgb.save(folder / "wide.png", icc_profile=wide)
    rgb.save(folder / "wide.jpg", icc_profile=wide, quality=95, subsampling=0)
    rgb.save(folder / "wide.webp", icc_profile=wide, lossless=True)
    gray.save(folder / "wide_gray.png", icc_profile=gamma)
    rgba.save(folder / "wide_alpha.png", icc_profile=wide)
    rgba.save(folder / "alpha.png")
    as_image("CMYK").save(folder / "cmyk.jpg", icc_profile=profile(b"CMYK"))
    as_image("CMYK").resize((38, 26)).save(folder / "cmyk_at_service.jpg")
    levels = np.random.default_rng(5).integers(0, 65536, (HEIGHT, WIDTH))
    (folder / "gray_16.png").write_bytes(png(16, 0, b"".join(b"\0" + row.astype(">u2").tobytes() for row in levels)))

    def write(name, image, kind="rgb"):
        (folder / f"{name}.{kind}").write_bytes(image.convert("RGB").tobytes())

    for name in ("wide.png", "wide.jpg", "wide.webp"):
        write(name, srgb_of(Image.open(folder / name).convert("RGB"), wide))
    write("wide_gray.png", srgb_of(gray, gamma))
    alpha = rgba.getchannel("A")
    converted = srgb_of(rgba.convert("RGB"), wide)
    converted.putalpha(alpha)
    write("wide_alpha.png", over(converted, "white"))
    write("alpha.png", over(rgba, "white"))
    write("alpha.png", over(rgba, "black"), kind="mask")
    write("cmyk.jpg", Image.open(folder / "cmyk.jpg"))
    write("gray_16.png", Image.fromarray((levels >> 8).astype(np.uint8)))


if __name__ == "__main__":
    main()
