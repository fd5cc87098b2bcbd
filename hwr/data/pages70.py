"""70 pages and 140 strips of other pages, written by 70 people: whose hand is it? Writer identification, not digits.

The publication calls the classes "handwritten digits 01–70". The pictures are no digits: each class is one
person's handwriting, ten English sentences on a page. The strips to test come from the same 70 people.

Published with the MIT license at https://github.com/mh2des/handwritten-digit-recognition, folders train and test.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hwr.data import source
from hwr.data.names import natural
from hwr.data.samples import Samples
from hwr.imaging.decode import PictureError, decode
from hwr.imaging.patches import STRIP, tops

ADDRESS = "https://github.com/mh2des/handwritten-digit-recognition"
CLASSES = tuple(f"{writer:02}" for writer in range(1, 71))
NAME = re.compile(r"(\d\d).*\.(png|jpe?g)", re.IGNORECASE | re.ASCII)
SPLITS = {"train": "train", "validation": "train", "unseen": "train", "test": "test"}
VALIDATION = 2  # strips of each page, its last


class _Picture(NamedTuple):
    path: Path
    writer: int  # index into CLASSES


def strips(height: int) -> list[int]:
    """The first rows of the strips of a page, each 300 px high: 0, 80, … as long as they fit.

    The last two are for validation, the others for training: of a page of 1,070 px, 640 and 720, and 0 to 560.
    Raises DataError for a page too low to be divided.
    """
    first = tops(height)
    if len(first) <= VALIDATION:
        raise source.DataError(
            f"a page of {height} rows has no {VALIDATION + 1} strips; {STRIP + 160} rows are the least"
        )
    return first


def read(split: str, data_dir: Path | None = None) -> Samples:
    """One split, in natural order of the file names; labels by their first two characters, "01" to "70".

    "train" is the 70 pages without the rows that no training strip covers: the upper 860 of 1,070, so that
    `PagePreparation.strips` cuts them into just those 8. "validation" is the last two strips of each page,
    140 in all, each named after its page and its first row, "01_1_631.png#640". As published, they share
    rows with the training strips, 220 of 300 and 140 of 300: a validation score flatters. So there is "unseen",
    ours, to fit probabilities on: the last 210 rows of each page, which no training strip shows, and below them
    as much paper as makes a strip, 70 in all. "test" is the 140 strips of other pages, whole. The data lies in
    pages70/train and pages70/test. Raises DataError.
    """
    if split not in SPLITS:
        raise source.DataError(f"pages70 has no split {split!r}; there are {', '.join(SPLITS)}")
    pictures = _find(SPLITS[split], source.named(data_dir) or source.cache())
    grays = [_decode(picture.path) for picture in pictures]
    names = [picture.path.name for picture in pictures]
    labels = np.array([picture.writer for picture in pictures], np.int64)
    if split == "test":
        return Samples(grays, labels, None, CLASSES, tuple(names))
    cuts = [strips(len(page)) for page in grays]
    seen = [cut[-VALIDATION - 1] + STRIP for cut in cuts]
    if split == "train":
        return Samples([page[:end] for page, end in zip(grays, seen, strict=True)], labels, None, CLASSES, tuple(names))
    if split == "unseen":
        rests = [_on_paper(page[end:]) for page, end in zip(grays, seen, strict=True)]
        named = tuple(f"{name}#{end}" for name, end in zip(names, seen, strict=True))
        return Samples(rests, labels, None, CLASSES, named)
    last = [(k, top) for k, cut in enumerate(cuts) for top in cut[-VALIDATION:]]
    return Samples(
        [grays[k][top : top + STRIP] for k, top in last],
        np.repeat(labels, VALIDATION),
        None,
        CLASSES,
        tuple(f"{names[k]}#{top}" for k, top in last),
    )


def _on_paper(rest: np.ndarray) -> np.ndarray:
    """Paper below what is lower than a strip: (H, W) uint8 -> (300, W) uint8."""
    return np.pad(rest, ((0, max(0, STRIP - len(rest))), (0, 0)), constant_values=255)


def _find(part: str, folder: Path) -> list[_Picture]:
    """The pictures of pages70/train or pages70/test, or of a folder that holds both; raises DataError."""
    for place in (folder / "pages70" / part, folder / part):
        if place.is_dir():
            break
    else:
        raise source.DataError(
            f"there is no pages70/{part} in {folder}; put the publication's folder {part} there "
            f"(it is published at {ADDRESS}), or name another folder with --data-dir or HWR_DATA"
        )
    try:
        names = sorted((entry.name for entry in os.scandir(place) if entry.is_file()), key=natural)
    except OSError as error:
        raise source.DataError(f"{place}: can't be read ({error.strerror})") from None
    found = [(place / name, NAME.fullmatch(name)) for name in names]
    pictures = [_Picture(path, _writer(path, match[1])) for path, match in found if match]
    if not pictures:
        raise source.DataError(
            f"{place} holds no picture named after its writer, as 01_1_631.png is; it is published at {ADDRESS}"
        )
    return pictures


def _writer(path: Path, said: str) -> int:
    if said not in CLASSES:
        raise source.DataError(f"{path}: there is no writer {said}; a name begins with {CLASSES[0]} to {CLASSES[-1]}")
    return CLASSES.index(said)


def _decode(path: Path) -> np.ndarray:
    try:
        return decode(path)
    except PictureError as error:
        raise source.DataError(f"{path}: {error}; it is published at {ADDRESS}") from None
