"""Printed letters and digits, traced with a pen: what stands in schoolbooks. Training only."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from matplotlib import get_data_path
from matplotlib.font_manager import findSystemFonts
from PIL import Image, ImageDraw, ImageFont

from hwr.imaging.augment import INK, PAPER, redraw

SIDE = 96  # px

# Matplotlib's, which every installation of it has; the first four have Persian letters, too.
FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSans-Oblique", "DejaVuSerif")
PERSIAN_FONTS = 4
# Debian's packages of the fonts that a recipe may ask for.
PACKAGES = (
    "fonts-freefarsi",
    "fonts-hosny-amiri",
    "fonts-hosny-thabit",
    "fonts-lemonada",
    "fonts-sil-harmattan",
    "fonts-sil-lateef",
)

# Iranian hands write ٤ and ٦ as the Arabs do, too; ٥, a circle, is a zero where its size is not known.
DIGITS = {"latin": ["0123456789"], "persian": ["۰۱۲۳۴۵۶۷۸۹", "۰۱۲۳٤۵٦۷۸۹"]}


class Fonts:
    """The fonts at hand.

    more: files of installed fonts with Persian letters and digits, to draw from beside Matplotlib's. Raises ValueError
        where one is not installed.
    """

    def __init__(self, more: tuple[str, ...] = ()):
        own = [Path(get_data_path(), "fonts", "ttf", f"{name}.ttf") for name in FONTS]
        added = installed(more)
        self.latin, self.persian = [*own, *added], [*own[:PERSIAN_FONTS], *added]

    def digit(self, digit: int, script: str, rng: np.random.Generator) -> np.ndarray:
        """A digit of "persian" or "latin" as one of the fonts has it, traced: -> (H, W) uint8, 0 ink, 255 paper."""
        fonts, forms = getattr(self, script), DIGITS[script]
        return trace(forms[rng.integers(len(forms))][digit], fonts[rng.integers(len(fonts))], rng)


def installed(fonts: tuple[str, ...], packages: tuple[str, ...] = PACKAGES) -> list[Path]:
    """The paths of fonts by the names of their files; raises ValueError, naming Debian's packages of them."""
    found = {Path(path).name: Path(path) for path in findSystemFonts()} if fonts else {}
    if missing := [name for name in fonts if name not in found]:
        raise ValueError(
            f"these fonts are not installed: {', '.join(missing)}; on Debian, apt-get install {' '.join(packages)}"
        )
    return [found[name] for name in fonts]


def trace(letter: str, font: Path, rng: np.random.Generator) -> np.ndarray:
    """A letter of a font, traced with a pen as `redraw` does it: -> (H, W) uint8, 0 ink, 255 paper."""
    page = Image.new("L", (SIDE, SIDE), PAPER)
    ImageDraw.Draw(page).text((SIDE // 2, SIDE // 2), letter, INK, _font(font), anchor="mm")
    return redraw(np.where(np.asarray(page) < 128, INK, PAPER).astype(np.uint8), rng)


@lru_cache
def _font(path: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, SIDE // 2)
