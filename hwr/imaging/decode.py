"""Any file, bytes, PIL picture or array -> gray. The only decoder; every limit lives here."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps


class PictureError(ValueError):
    """A picture that can't be read; its sentence says what came and what to do."""


def decode(image) -> np.ndarray:
    """(H, W) uint8."""
    # placeholder until the real decoder lands
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    elif isinstance(image, (str, Path)):
        image = Image.open(image)
    elif isinstance(image, bytes):
        image = Image.open(io.BytesIO(image))
    elif isinstance(image, dict):
        return decode(image["composite"])
    image = ImageOps.exif_transpose(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.asarray(image.convert("L"))
