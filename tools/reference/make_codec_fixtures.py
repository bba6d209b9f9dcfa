"""Small image files of every kind that the decoders take, and the pixels that Pillow reads from them.

    python make_codec_fixtures.py ../../tests/data/image

codecs/NAME.{png,jpg,webp} with codecs/NAME.{png,jpg,webp}.rgb: exif_transpose, convert("RGB"), as
diffusers' load_image does. resize_bicubic_nearest.json is in the form of resize.json.
"""

import io
import json
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

WIDTH, HEIGHT = 19, 13
ORIENTATION = 0x0112


def picture(mode):
    """Smooth, with every channel different, so that a mixed-up one shows."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    waves = [127 + 110 * np.sin(x / (3 + k) + y / (2 + 2 * k)) for k in range(len(mode))]
    return np.stack(waves, axis=2).astype(np.uint8)


def as_image(mode):
    pixels = picture(mode)
    return Image.fromarray(pixels[..., 0] if len(mode) == 1 else pixels, mode)


def saved(image, file_format, **options):
    out = io.BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(depth, colour_type, rows, interlaced=0, extra=b""):
    """Kinds that Pillow doesn't write."""
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour_type, 0, 0, interlaced)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
            + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def rows_16(channels):
    pixels = np.random.default_rng(channels).integers(0, 65536, (HEIGHT, WIDTH * channels))
    pixels[:, ::3] >>= 8
    return b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)


def interlaced_rows(pixels):
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    return b"".join(b"\0" + row.tobytes() for x, y, dx, dy in passes for row in pixels[y::dy, x::dx] if row.size)


def packed_rows(bits):
    per_byte = 8 // bits
    out = b""
    for row in picture("L")[..., 0] >> (8 - bits):
        row = np.pad(row, (0, -WIDTH % per_byte)).reshape(-1, per_byte)
        out += b"\0" + bytes(sum(int(v) << (8 - bits * (i + 1)) for i, v in enumerate(group)) for group in row)
    return out


def png_files():
    palette = as_image("RGB").quantize(23)
    for mode in ("L", "LA", "RGB", "RGBA"):
        yield mode.lower(), saved(as_image(mode), "PNG")
    yield "palette", saved(palette, "PNG")
    yield "palette_alpha", saved(palette, "PNG", transparency=bytes(range(0, 230, 10)))
    yield "palette_index_beyond_end", png(8, 3, b"".join(b"\0" + bytes(range(WIDTH)) for _ in range(HEIGHT)),
                                          extra=chunk(b"PLTE", bytes(range(30))))
    yield "rgb_colour_key", png(8, 2, b"".join(b"\0" + row.tobytes() for row in picture("RGB")),
                                extra=chunk(b"tRNS", picture("RGB")[0, 0].astype(">u2").tobytes()))
    for bits in (1, 2, 4):
        yield f"gray_{bits}_bit", png(bits, 0, packed_rows(bits))
    for name, colour_type, channels in (("gray", 0, 1), ("rgb", 2, 3), ("la", 4, 2), ("rgba", 6, 4)):
        yield f"{name}_16_bit", png(16, colour_type, rows_16(channels))
    yield "interlaced", png(8, 2, interlaced_rows(picture("RGB")), interlaced=1)
    yield "animated", saved(as_image("RGB"), "PNG", save_all=True, append_images=[as_image("RGB").rotate(180)])
    yield "orientation_6", saved(as_image("RGB"), "PNG", exif=orientation(6))


def orientation(value):
    exif = Image.Exif()
    exif[ORIENTATION] = value
    return exif


def jpeg_files():
    for mode in ("L", "RGB", "CMYK"):
        yield mode.lower(), saved(as_image(mode), "JPEG")
    for subsampling in (0, 1):
        yield f"rgb_subsampling_{subsampling}", saved(as_image("RGB"), "JPEG", subsampling=subsampling)
    yield "progressive", saved(as_image("RGB"), "JPEG", progressive=True)
    yield "restarts", saved(as_image("RGB"), "JPEG", restart_marker_blocks=1)
    for value in range(1, 9):
        yield f"orientation_{value}", saved(as_image("RGB"), "JPEG", exif=orientation(value))


def webp_files():
    for mode in ("RGB", "RGBA"):
        yield f"lossy_{mode.lower()}", saved(as_image(mode), "WEBP", quality=80)
        yield f"lossless_{mode.lower()}", saved(as_image(mode), "WEBP", lossless=True)
    yield "orientation_8", saved(as_image("RGB"), "WEBP", exif=orientation(8))


def write_codecs(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, files in (("png", png_files()), ("jpg", jpeg_files()), ("webp", webp_files())):
        for name, content in files:
            upright = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
            (folder / f"{name}.{suffix}").write_bytes(content)
            (folder / f"{name}.{suffix}.rgb").write_bytes(upright.convert("RGB").tobytes())
    animated = saved(as_image("RGB"), "WEBP", save_all=True, append_images=[as_image("RGB").rotate(180)])
    (folder / "refused_animated.webp").write_bytes(animated)


def write_resized(folder):
    records = []
    for source in ("rgb_40x31", "l_33x29", "rgba_20x16"):
        image = Image.open(folder / f"{source}.png")
        for name, resample in (("bicubic", Image.Resampling.BICUBIC), ("nearest", Image.Resampling.NEAREST)):
            # (57, 9) shrinks the height far more than the width: Pillow 13 takes the columns first.
            for width, height in ((16, 16), (64, 40), (57, 9), (1, 1)):
                result = f"{source}_{name}_{width}x{height}.png"
                image.resize((width, height), resample).save(folder / result, optimize=True)
                records.append({"source": f"{source}.png", "mode": image.mode, "filter": name,
                                "width": width, "height": height, "result": result})
    lines = ",\n".join(json.dumps(record) for record in records)
    (folder / "resize_bicubic_nearest.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    write_codecs(Path(sys.argv[1]) / "codecs")
    write_resized(Path(sys.argv[1]))
