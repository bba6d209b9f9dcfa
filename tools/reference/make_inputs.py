"""Draws the pictures and masks that the cases read (Pillow; no randomness)."""

from PIL import Image, ImageDraw, ImageFilter


def gradient(width, height):
    image = Image.new("RGB", (width, height))
    image.putdata([
        (255 * x // width, 255 * y // height, 255 - 255 * (x + y) // (width + height))
        for y in range(height)
        for x in range(width)
    ])
    return image


def init_picture(width, height):
    image = gradient(width, height)
    draw = ImageDraw.Draw(image)
    draw.ellipse((width // 8, height // 6, width // 2, height * 2 // 3), fill=(220, 40, 30))
    draw.rectangle((width // 2, height // 2, width - 6, height - 8), fill=(20, 60, 200))
    draw.line((0, height - 1, width - 1, 0), fill=(255, 255, 255), width=2)
    return image


def soft_mask(width, height):
    """Grey edges on both sides of the threshold."""
    mask = Image.new("L", (width, height), 0)
    ImageDraw.Draw(mask).ellipse((width // 5, height // 5, width * 4 // 5, height - 8), fill=255)
    return mask.filter(ImageFilter.GaussianBlur(4))


def hard_colour_mask(width, height):
    """RGB: its luminance decides (red 76 stays below the threshold, yellow 226 is above)."""
    mask = Image.new("RGB", (width, height), (0, 0, 0))
    draw = ImageDraw.Draw(mask)
    draw.rectangle((0, 0, width // 2, height // 3), fill=(255, 0, 0))
    draw.rectangle((width // 3, height // 4, width - 5, height - 9), fill=(255, 255, 0))
    return mask


def write_inputs(folder):
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {
        "init_64x64.png": init_picture(64, 64),
        "init_100x75.png": init_picture(100, 75),
        "mask_soft_80x60.png": soft_mask(80, 60),
        "mask_hard_rgb_48x48.png": hard_colour_mask(48, 48),
    }
    for name, picture in pictures.items():
        picture.save(folder / name, optimize=True)
