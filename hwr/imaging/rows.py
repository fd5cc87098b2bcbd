"""How the row of a number becomes a network's input: one object, called while training and while serving."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from hwr.imaging.segment import Row


class Strip(NamedTuple):
    """A row as the network sees it.

    x: (1, height, W) float32, 0 paper, 1 ink, W a multiple of the preparation's step.
    left, scale: column c of the row's picture is column (c - left) * scale of the strip.
    """

    x: np.ndarray
    left: float
    scale: float


@dataclass(frozen=True)
class RowPreparation:
    """The settings of a preparation of whole rows. It is stored beside the weights that were trained with it.

    height: px of the strip; digit: px that an ordinary digit is high there; margin: px of paper at its two ends.
    step: px of the strip for each column of the network's answer.
    width: px of a strip while training; a strip that is read is as wide as its row.
    """

    height: int = 40
    digit: int = 24
    margin: int = 8
    step: int = 2
    width: int = 512

    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of one input while training."""
        return (1, self.height, self.width)

    def strip(self, row: Row) -> Strip:
        """All of a row, around its middle line."""
        boxes = np.array([piece.box for piece in row.pieces])
        scale = self.digit / row.height
        pad = round(self.margin / scale)
        left, right = int(boxes[:, 0].min()) - pad, int(boxes[:, 2].max()) + pad
        tall = round(self.height / scale)
        top = round(float(np.median(boxes[:, 1] + boxes[:, 3])) / 2 - tall / 2)
        ink = np.zeros((tall, right - left), np.uint8)
        for piece in row.pieces:
            x0, y0, x1, y1 = piece.box
            rows = slice(max(y0, top), max(y0, top, min(y1, top + tall)))  # what is higher or lower has no room
            place = ink[rows.start - top : rows.stop - top, x0 - left : x1 - left]
            np.maximum(place, piece.ink[rows.start - y0 : rows.stop - y0], out=place)
        wide = max(1, round(ink.shape[1] * scale / self.step)) * self.step
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        x = cv2.resize(ink, (wide, self.height), interpolation=way)[None] / np.float32(255)
        return Strip(x, left, wide / ink.shape[1])
