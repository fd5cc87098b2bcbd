"""How a gray picture becomes a network's input: one object, called while training and while serving."""

from dataclasses import dataclass

import numpy as np

from hwr.imaging.parts import SMALL
from hwr.imaging.sheet import flatten
from hwr.imaging.stages import Stages, binarize, center, enlarge, pad, shrink, soft

MM_PER_INCH = 25.4
LARGEST = 10.0  # mm: nobody fills a form with larger digits, so a larger size says nothing
DESK = 300  # px: in a smaller picture is no sheet on a desk, but a digit
SIZE_UNIT = 4.0  # mm: about a written digit's height, so that the size plane is near 1


@dataclass(frozen=True)
class Preparation:
    """The settings of a preparation. It is stored beside the weights that were trained with it.

    side: the network's input is side × side pixels.
    margin: empty pixels around the ink.
    size_plane: add a plane that holds the ink's real size where the scan's resolution is known.
    channels: how often the padded picture is repeated; a network for colors has three.
    mean, std: subtracted from the padded picture, whose ink is 1, and divided by.
    enlarge: times by which a picture of 64 pixels or less is enlarged first. Its gray edges tell where between
        two pixels a stroke ends; a threshold at its own size would forget it.
    gray: keep the gray of the ink of a picture of 64 pixels or less, instead.
    """

    side: int = 32
    margin: int = 2
    size_plane: bool = False
    channels: int = 1
    mean: float = 0.0
    std: float = 1.0
    enlarge: int = 1
    gray: bool = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of one input."""
        return (self.channels + self.size_plane, self.side, self.side)

    def stages(self, gray: np.ndarray) -> Stages:
        """The named pictures of one digit: (H, W) uint8, either polarity -> Stages.

        Of a photograph on which a sheet lies on something darker, it is the sheet's.
        """
        if max(gray.shape) >= DESK:
            gray = flatten(gray).gray
        if self.gray and max(gray.shape) <= SMALL:
            small = gray
            binary, ink = soft(small)
        else:
            small = self.sized(gray)
            binary = ink = binarize(small)
        centered = center(ink)
        if centered is None:
            return Stages(small, binary, None, None, 0.0)
        size = max(centered.shape) * max(gray.shape) / max(small.shape)
        return Stages(small, binary, centered, pad(centered, self.side, self.margin), size)

    def sized(self, gray: np.ndarray) -> np.ndarray:
        """The size at which ink and paper are told apart: (H, W) uint8 -> (h, w) uint8, shrunk or enlarged."""
        if self.enlarge > 1 and max(gray.shape) <= SMALL:
            return enlarge(gray, self.enlarge)
        return shrink(gray)

    def input(self, stages: Stages, dpi: float | None = None) -> np.ndarray | None:
        """A network's input: Stages -> (channels, side, side) float32, or None where nothing is written.

        The first planes are the padded picture, 0 paper, 1 ink, less `mean` and over `std`. The size plane,
        where there is one, is the ink's longer side in units of 4 mm, or 0 where it is unknown: where `dpi`
        (dots per inch of the picture) is None, or the ink is larger than 10 mm.
        """
        if stages.padded is None:
            return None
        x = np.zeros(self.shape, np.float32)
        x[: self.channels] = (stages.padded / np.float32(255) - np.float32(self.mean)) / np.float32(self.std)
        if self.size_plane and dpi:
            size = stages.size / dpi * MM_PER_INCH
            x[-1] = size / SIZE_UNIT if size <= LARGEST else 0
        return x

    def array(self, gray: np.ndarray, dpi: float | None = None) -> np.ndarray | None:
        """A picture's input to the network: (H, W) uint8 -> (channels, side, side) float32, None if blank."""
        return self.input(self.stages(gray), dpi)
