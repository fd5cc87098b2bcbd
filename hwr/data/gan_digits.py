"""150,000 Persian digits that a generative network made: 28 × 28 gray JPEGs, 15,000 of each digit.

Published on Kaggle by A. Abbootalebi: 100,000 to train with, Train/class_0 … Train/class_9, and 50,000
to test, Test/class_0 … Test/class_9.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from hwr.data import archives, source
from hwr.data.names import natural
from hwr.data.samples import Samples
from hwr.imaging.decode import PictureError, decode

ADDRESS = "https://www.kaggle.com/datasets/amirmahdiabbootalebi/persian-handwritten-digits"
MARGIN = 4  # px of paper around each picture, as Hoda's have
FIFTH = 5  # every fifth picture of a class, in natural order of their names, is for validation
MOST_BYTES = 1 << 16  # of one picture; those of 28 × 28 pixels have about a thousand
MOST_SIDE = 256  # px

SPLITS = {"train": "Train", "validation": "Train", "test": "Test"}
NAME = re.compile(r"(?:.*/)?(Train|Test)/class_([0-9])/([^/.][^/]*\.jpe?g)", re.IGNORECASE | re.ASCII | re.DOTALL)


class _Picture(NamedTuple):
    digit: int
    name: str  # "Train/class_3/12.jpg"
    file: Path | bytes  # what `decode` takes


def read(split: str, data_dir: Path | None = None) -> Samples:
    """One split, each picture with its margin of paper, dark ink; by digit, then in natural order of the names.

    "train" and "validation" are four fifths and one fifth of the 100,000 pictures of Train: of each class every
    fifth is for validation. "test" is the 50,000 of Test. They lie in gan-digits/Train and gan-digits/Test, or
    packed as they come, in a zip or tar in gan-digits; or right in the data folder. Raises DataError where
    they can't be had or read, ArchiveError for an archive that should not be read.
    """
    if split not in SPLITS:
        raise source.DataError(f"gan-digits has no split {split!r}; there are {', '.join(SPLITS)}")
    part = SPLITS[split]
    place = _find(source.named(data_dir) or source.cache(), part)
    found = _unpacked(place, part) if place.is_dir() else _packed(place, part)
    by_digit = [[] for _ in range(10)]
    for picture in sorted(found, key=lambda picture: natural(picture.name)):
        by_digit[picture.digit].append(picture)
    if not all(by_digit):
        missing = next(digit for digit in range(10) if not by_digit[digit])
        raise source.DataError(f"{place} holds no pictures {part}/class_{missing}/*.jpg; get it again from {ADDRESS}")
    chosen = [
        picture
        for pictures in by_digit
        for k, picture in enumerate(pictures)
        if split == "test" or (k % FIFTH == FIFTH - 1) == (split == "validation")
    ]
    return Samples(
        [_framed(picture, place) for picture in chosen],
        np.array([picture.digit for picture in chosen], np.int64),
        names=tuple(picture.name for picture in chosen),
    )


def _find(folder: Path, part: str) -> Path:
    """The folder that holds Train and Test, or the archive; raises DataError."""
    for place in (folder / "gan-digits", folder):
        if (place / part).is_dir():
            return place
        packed = sorted(
            path for path in place.glob("*") if path.name.lower().endswith(archives.SUFFIXES) and path.is_file()
        )
        if len(packed) == 1:
            return packed[0]
        if packed:
            raise source.DataError(f"{place} holds {len(packed)} archives; leave the one from {ADDRESS} in gan-digits")
    raise source.DataError(
        f"there is no gan-digits/{part} in {folder}; put the folders Train/class_0 … class_9 and Test/class_0 … "
        f"class_9 there, or the archive as it is (it is published at {ADDRESS}), or name another folder with "
        "--data-dir or HWR_DATA"
    )


def _unpacked(place: Path, part: str) -> Iterator[_Picture]:
    """The pictures of a part in a folder, in any order; raises DataError."""
    for digit in range(10):
        folder = f"{part}/class_{digit}"
        try:
            names = os.listdir(place / folder)
        except OSError as error:
            raise source.DataError(
                f"{place / folder}: can't be read ({error.strerror}); get it again from {ADDRESS}"
            ) from None
        for name in names:
            if NAME.fullmatch(f"{folder}/{name}"):
                yield _Picture(digit, f"{folder}/{name}", place / folder / name)


def _packed(place: Path, part: str) -> Iterator[_Picture]:
    """The pictures of a part in an archive, in its order; raises DataError, ArchiveError."""
    for name, data in archives.members(place):
        match = NAME.fullmatch(name)
        if match and match[1].title() == part:
            if len(data) > MOST_BYTES:
                raise source.DataError(
                    f"{place}: {name} has {len(data):,} bytes; a picture of 28 × 28 pixels has fewer"
                )
            yield _Picture(int(match[2]), f"{part}/class_{match[2]}/{match[3]}", data)


def _framed(picture: _Picture, place: Path) -> np.ndarray:
    """A picture as Samples has them: (H, W) uint8, 0 ink, about 255 paper, MARGIN of paper around it.

    The border tells which of the two is paper. The frame is of the picture's own paper, not white, or it
    would show where it begins.
    """
    try:
        gray = decode(picture.file)
    except PictureError as error:
        raise source.DataError(f"{place}: {picture.name}: {error}; it is published at {ADDRESS}") from None
    if max(gray.shape) > MOST_SIDE:
        raise source.DataError(
            f"{place}: {picture.name} has {gray.shape[1]} × {gray.shape[0]} pixels where 28 × 28 were expected; "
            f"it is published at {ADDRESS}"
        )
    paper = np.median(np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]]))
    if paper < 128:
        gray, paper = 255 - gray, 255 - paper
    return cv2.copyMakeBorder(gray, *[MARGIN] * 4, cv2.BORDER_CONSTANT, value=float(paper))
