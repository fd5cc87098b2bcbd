"""Hoda in small: digits drawn here, two-tone and as small as its scans, in files of its names and format."""

from pathlib import Path

import cv2
import numpy as np
from pictures import mask

from hwr.data import cdb, hoda


def scan(digit: int, rng: np.random.Generator) -> np.ndarray:
    """One digit, cut tight: (h, w) uint8, 0 ink, 255 paper; 24 to 34 px, a zero half as large."""
    ink = mask(digit, 120, int(rng.integers(18, 34)))
    x, y, width, height = cv2.boundingRect(ink)
    scale = rng.integers(24, 35) / (2 if digit == 0 else 1) / max(width, height)
    small = cv2.resize(ink[y : y + height, x : x + width], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.where(small > rng.uniform(90, 150), 0, 255).astype(np.uint8)


def write_hoda(folder: Path, **counts: int) -> Path:
    """A data folder for `--data-dir`: `counts` pictures of each split; every tenth is a zero, and so on."""
    (folder / "hoda").mkdir(parents=True)
    for split, count in counts.items():
        rng = np.random.default_rng(len(split))
        labels = [k % 10 for k in range(count)]
        path = folder / "hoda" / hoda.SPLITS[split].name
        path.write_bytes(cdb.write([scan(digit, rng) for digit in labels], labels))
    return folder
