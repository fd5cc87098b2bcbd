"""Other datasets in small, drawn here, in the layout and format of the published files. (scans.py makes Hoda.)"""

import gzip
import struct
from pathlib import Path

import cv2
import numpy as np


def latin(digit: int, rng: np.random.Generator) -> np.ndarray:
    """One Latin digit as MNIST has them: (28, 28) uint8, 255 ink, 0 paper, antialiased."""
    canvas = np.zeros((112, 112), np.uint8)
    x, y = rng.integers(20, 36), rng.integers(80, 96)
    cv2.putText(canvas, str(digit), (int(x), int(y)), cv2.FONT_HERSHEY_SIMPLEX, 2.6, 255, int(rng.integers(6, 12)))
    return cv2.resize(canvas, (28, 28), interpolation=cv2.INTER_AREA)


def idx(array: np.ndarray) -> bytes:
    """An array of bytes as an IDX file."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def write_mnist(folder: Path, train: int = 24, test: int = 10, packed: bool = False) -> Path:
    """A data folder for `--data-dir`: so many pictures a file, labeled 0, 1, … 9, 0, …; laid out as by torchvision."""
    raw = folder / "mnist" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for word, count in (("train", train), ("t10k", test)):
        rng = np.random.default_rng(count)
        labels = np.arange(count) % 10
        pictures = np.array([latin(digit, rng) for digit in labels.tolist()]).reshape(-1, 28, 28)
        for name, array in ((f"{word}-images-idx3-ubyte", pictures), (f"{word}-labels-idx1-ubyte", labels)):
            path = raw / (name + ".gz" * packed)
            path.write_bytes(gzip.compress(idx(array)) if packed else idx(array))
    return folder
