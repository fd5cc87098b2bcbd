"""How a page or a strip of handwriting becomes a network's inputs: square patches, while training and serving."""

from dataclasses import dataclass

import cv2
import numpy as np

STRIP, EVERY = 300, 80  # px of the scan: a page is cut into strips this high, one every so many rows
PAGE = 1.5 * STRIP  # px: what is higher is a page
POOLED = ("probabilities", "log-probabilities")


def tops(height: int) -> list[int]:
    """The first rows of a page's strips, each 300 px high: 0, 80, … as long as they fit; [0] for a lower picture.

    A page of 1,070 px has ten, 0 to 720; its last 50 rows are in none, as published.
    """
    return list(range(0, max(height - STRIP, 0) + 1, EVERY))


@dataclass(frozen=True)
class PagePreparation:
    """The settings of a preparation. It is stored beside the weights that were trained with it.

    height: to which a strip is scaled, and so the side of the square patches.
    clip, tiles: of the adaptive histogram equalization (CLAHE), tiles × tiles of it a strip.
    blur: side of the Gaussian kernel after it, odd.
    channels: how often the gray patch is repeated; a network for colors has three.
    even, random: patches of one picture that are evenly spaced, and that lie anywhere.
    seed: of the random ones: the same picture has the same patches.
    pooled: the mean over the patches is that of their "probabilities" or their "log-probabilities".
    """

    height: int = 300
    clip: float = 2.0
    tiles: int = 8
    blur: int = 3
    channels: int = 3
    even: int = 15
    random: int = 20
    seed: int = 0
    pooled: str = "probabilities"

    def __post_init__(self):
        if self.pooled not in POOLED:
            raise ValueError(f"patches are pooled by their {' or '.join(POOLED)}, not by {self.pooled!r}")

    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of one patch."""
        return (self.channels, self.height, self.height)

    def strips(self, gray: np.ndarray) -> list[np.ndarray]:
        """Cut a page into overlapping strips: (H, W) -> views of (300, W); up to 450 px it is one strip."""
        if len(gray) <= PAGE:
            return [gray]
        return [gray[top : top + STRIP] for top in tops(len(gray))]

    def clean(self, strip: np.ndarray) -> np.ndarray:
        """Even the light out: (H, W) uint8 of either polarity -> (H, W) uint8, dark ink, at its own scale."""
        sample = strip[::4, ::4]
        if 2 * np.median(sample) < int(sample.min()) + int(sample.max()):  # most of it is paper, and dark
            strip = 255 - strip
        even = cv2.createCLAHE(self.clip, (self.tiles, self.tiles)).apply(np.ascontiguousarray(strip))
        return cv2.GaussianBlur(even, (self.blur, self.blur), 0)

    def patch(self, clean: np.ndarray, x: int, y: int = 0, size: int | None = None) -> np.ndarray:
        """One window of a cleaned strip: (H, W) uint8 -> (channels, side, side) float32, -1 black, 1 white.

        x, y, size: the window's left, top and side in pixels of `clean`; its side is the strip's height where
        none is given. Paper lies beyond the right and the lower border: the publication stretches a strip
        that is narrower than high, which changes the hand. A window is cut first and then scaled, so that
        a long, low strip costs no more than its patches.
        """
        size = size or len(clean)
        window = clean[y : y + size, x : x + size]
        below, right = size - window.shape[0], size - window.shape[1]
        if below or right:
            paper = float(np.median(clean))
            window = cv2.copyMakeBorder(window, 0, below, 0, right, cv2.BORDER_CONSTANT, value=paper)
        scaled = cv2.resize(window, (self.height, self.height), interpolation=cv2.INTER_AREA)
        return np.repeat((scaled / np.float32(127.5) - np.float32(1))[None], self.channels, axis=0)

    def patches(self, gray: np.ndarray) -> np.ndarray:
        """A page's or a strip's inputs: (H, W) uint8 -> (even + random, channels, side, side) float32, -1 to 1.

        The even ones run from left to right, and on a page from strip to strip meanwhile.
        """
        strips = self.strips(gray)
        room = max(gray.shape[1] - len(strips[0]), 0)
        rng = np.random.default_rng(self.seed)
        rows = [*np.arange(self.even) % len(strips), *rng.integers(len(strips), size=self.random)]
        columns = [*np.linspace(0, room, self.even, dtype=int), *rng.integers(room + 1, size=self.random)]
        cleaned = {row: self.clean(strips[row]) for row in set(rows)}
        return np.stack([self.patch(cleaned[row], x) for row, x in zip(rows, columns, strict=True)])

    def pool(self, logits: np.ndarray) -> np.ndarray:
        """What the patches say together: (N, K) logits -> (K,) float64, log-probabilities of the whole."""
        each = log_softmax(np.asarray(logits, np.float64))
        if self.pooled == "probabilities":
            return np.logaddexp.reduce(each, axis=0) - np.log(len(each))
        return log_softmax(each.mean(axis=0))


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """(…, K) float64 -> log-probabilities, whose exponentials sum to 1."""
    return logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
