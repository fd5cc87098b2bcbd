"""Hoda: 102,352 Persian digits from some 12,000 registration forms, scanned at 200 dpi.

Free for research and non-commercial use only; weights trained on it inherit that.

H. Khosravi, E. Kabir, "Introducing a very large dataset of handwritten Farsi digits and a study on
their varieties", Pattern Recognition Letters 28 (2007).
"""

from pathlib import Path

import cv2

from hwr.data import cdb, source
from hwr.data.samples import Samples

DPI = 200.0

# The pictures are cut tight around the ink, which no picture in use is. Paper is what a picture is
# surrounded by: that is how the preparation tells it from ink, a zero's inside from its outside.
MARGIN = 4  # px

_URL = "https://raw.githubusercontent.com/aztofighi/Persian_Handwritten_Recognition/HEAD/Hoda_Dataset/"


def _published(name: str, length: int, blob: str) -> source.Published:
    return source.Published("hoda", name, _URL + name, length, blob)


SPLITS = {
    "train": _published("Train_60000.cdb", 6_497_871, "a87ae8c4b1a9e9227f600194ae82a8af3d0e08ec"),
    "validation": _published("Remaining_Samples.cdb", 2_440_199, "9d2fcb7a4e6ce0f8657a2bf27a6751f2317b2d52"),
    "test": _published("Test_20000.cdb", 2_184_440, "1928104d6d0537c653ec2105d666e0b6733aabbf"),
}


def read(split: str, data_dir: Path | None = None) -> Samples:
    """One split of Hoda, each picture with a margin of paper; 60,000 pictures take about a second.

    "train" is 60,000 pictures and "test" 20,000, each class equally often; "validation" is the 22,352
    that were left. Raises DataError where the file can't be had, CdbError where it is damaged.
    """
    if split not in SPLITS:
        raise source.DataError(f"hoda has no split {split!r}; there are {', '.join(SPLITS)}")
    path = source.find(SPLITS[split], data_dir)
    try:
        images, labels = cdb.read(path.read_bytes())
    except cdb.CdbError as error:
        raise cdb.CdbError(f"{path}: {error}") from None
    except OSError as error:
        raise source.DataError(f"{path}: can't be read ({error.strerror})") from None
    if labels.size and labels.max() > 9:
        raise cdb.CdbError(f"{path}: it holds a picture of class {labels.max()}; Hoda's classes are the digits 0 to 9")
    framed = [cv2.copyMakeBorder(image, *[MARGIN] * 4, cv2.BORDER_CONSTANT, value=255) for image in images]
    return Samples(framed, labels, DPI)
