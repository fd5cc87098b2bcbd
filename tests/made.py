"""Other datasets in small, drawn here, in the layout and format of the published files. (scans.py makes Hoda.)"""

import gzip
import shutil
import struct
from pathlib import Path

import cv2
import numpy as np

WORDS = ["five", "boxing", "wizards", "jump", "quickly", "over", "a", "lazy", "dog"]


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


def writing(writer: int, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Lines in a hand of its own: (height, width) uint8, 0 ink, 255 paper."""
    page = np.full((height, width), 255, np.uint8)
    size, pen, font = 0.8 + writer % 5 / 4, 1 + writer % 4, writer % 7
    for y in range(30, height, 45 + writer % 6 * 6):
        words = " ".join(rng.permutation(WORDS))
        cv2.putText(page, words, (int(rng.integers(5, 30)), y), font, size, int(writer), pen, cv2.LINE_AA)
    return page


def write_pages70(folder: Path, writers: int = 70, height: int = 1070, width: int = 640) -> Path:
    """A data folder for `--data-dir`: a page of each writer to train with, two strips of another to test."""
    for part in ("train", "test"):
        (folder / "pages70" / part).mkdir(parents=True)
    for writer in range(1, writers + 1):
        rng = np.random.default_rng(writer)
        pictures = {f"train/{writer:02}_1_{630 + writer}.png": writing(writer, height, width, rng)}
        for other in (280, 490):
            pictures[f"test/{writer:02}_2_{other + writer}.png"] = writing(writer, 300, width - 40, rng)
        for name, picture in pictures.items():
            cv2.imwrite(str(folder / "pages70" / name), picture)
    return folder


def write_gan_digits(
    folder: Path, train: int = 5, test: int = 2, light_on_dark: bool = True, archive: str | None = None
) -> Path:
    """A data folder for `--data-dir`: so many pictures of each digit in gan-digits/Train and Test, JPEG, 28 × 28.

    archive: "zip", "tar" or "tar.gz" packs both into gan-digits/archive.zip and so on, and leaves no folders.
    """
    place = folder / "gan-digits"
    for part, count in (("Train", train), ("Test", test)):
        for digit in range(10):
            rng = np.random.default_rng(digit + 10 * count)
            (place / part / f"class_{digit}").mkdir(parents=True)
            for k in range(1, count + 1):
                picture = latin(digit, rng) if light_on_dark else 255 - latin(digit, rng)
                cv2.imwrite(str(place / part / f"class_{digit}" / f"{k}.jpg"), picture)
    if archive:
        kind = {"zip": "zip", "tar": "tar", "tar.gz": "gztar"}[archive]
        shutil.make_archive(str(folder / "archive"), kind, place)
        shutil.rmtree(place)
        place.mkdir()
        (folder / f"archive.{archive}").rename(place / f"archive.{archive}")
    return folder
