"""MNIST: 70,000 Latin digits, 28 × 28 pixels, antialiased, white ink on black.

Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
recognition", Proceedings of the IEEE 86 (1998).
"""

import gzip
import zlib
from pathlib import Path

import numpy as np

from hwr.data import idx, source
from hwr.data.samples import Samples

MARGIN = 4  # px of paper around each picture, as Hoda's have: some digits reach the border
VALIDATION = 1 / 12  # of the training file, its end: 5,000 of 60,000
MOST_BYTES = 1 << 26  # of one file, unpacked: the largest has 47 million

# torchvision downloads from the same place, and has these sums.
_URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"


def _published(name: str, length: int, md5: str) -> source.Published:
    return source.Published("mnist", name, _URL + name, length, md5, source.md5)


# By the first word of its name: the pictures, and their labels.
FILES = {
    "train": (
        _published("train-images-idx3-ubyte.gz", 9_912_422, "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        _published("train-labels-idx1-ubyte.gz", 28_881, "d53e105ee54ea40749a09fcbcd1e9432"),
    ),
    "t10k": (
        _published("t10k-images-idx3-ubyte.gz", 1_648_877, "9fb629c4189551a2d022fa330f9573f3"),
        _published("t10k-labels-idx1-ubyte.gz", 4_542, "ec29112dd5afa0611ce80d1b7f02629c"),
    ),
}
SPLITS = {"train": "train", "validation": "train", "test": "t10k"}

# Where the files lie in a data folder: as torchvision leaves them, or as they came.
FOLDERS = ("mnist/MNIST/raw", "MNIST/raw", "mnist", "")


def read(split: str, data_dir: Path | None = None) -> Samples:
    """One split of MNIST, each picture 36 × 36 with its margin of paper, dark ink.

    "train" is the first 55,000 of the 60,000 training pictures, "validation" the last 5,000, "test" the
    10,000 of the other file. The four files lie in the data folder, gzipped or not, or are downloaded to
    the cache where no folder is named. Raises DataError where they can't be had, IdxError where they
    are damaged.
    """
    if split not in SPLITS:
        raise source.DataError(f"mnist has no split {split!r}; there are {', '.join(SPLITS)}")
    pictures, labels = _read(*(_find(file, data_dir) for file in FILES[SPLITS[split]]))
    cut = len(labels) - round(len(labels) * VALIDATION)
    chosen = {"train": slice(cut), "validation": slice(cut, None), "test": slice(None)}[split]
    framed = np.pad(255 - pictures[chosen], ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)), constant_values=255)
    return Samples(list(framed), labels[chosen].astype(np.int64), script="latin")


def _find(file: source.Published, data_dir: Path | None) -> Path:
    """The file's path, whichever way it is spelled and packed there; raises DataError."""
    folder = source.named(data_dir)
    if folder is None:
        return source.find(file)
    name = file.name.removesuffix(".gz")
    spellings = (name, name.replace("-idx", ".idx"))
    for place in FOLDERS:
        for path in (folder / place / (spelling + packed) for spelling in spellings for packed in ("", ".gz")):
            if path.is_file():
                return path
    raise source.DataError(
        f"there is no mnist/{file.name} in {folder}, nor where torchvision puts it ({FOLDERS[0]}); put it there "
        f"(it is published at {file.url}), or name another folder with --data-dir or HWR_DATA"
    )


def _read(pictures_at: Path, labels_at: Path) -> tuple[np.ndarray, np.ndarray]:
    """Two files -> (N, H, W) uint8 pictures, 0 paper, and (N,) uint8 labels, 0 to 9."""
    pictures, labels = _array(pictures_at, 3), _array(labels_at, 1)
    if len(pictures) != len(labels):
        raise idx.IdxError(
            f"{pictures_at} holds {len(pictures):,} pictures, {labels_at.name} {len(labels):,} labels; "
            "download both again"
        )
    if not pictures.size:
        raise idx.IdxError(f"{pictures_at}: it holds no pictures; download it again")
    if labels.max() > 9:
        raise idx.IdxError(f"{labels_at}: it holds the label {labels.max()}; MNIST's are the digits 0 to 9")
    return pictures, labels


def _array(path: Path, dimensions: int) -> np.ndarray:
    """A file's array, the file gzipped or not; no more than MOST_BYTES are read or unpacked."""
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise idx.IdxError(f"{path}: it is cut or no gzip file; download it again") from None
    except OSError as error:
        raise source.DataError(f"{path}: can't be read ({error.strerror})") from None
    if len(data) > MOST_BYTES:
        raise idx.IdxError(f"{path}: it has more than {MOST_BYTES:,} bytes; MNIST's largest file has 47,040,016")
    try:
        return idx.read(data, dimensions)
    except idx.IdxError as error:
        raise idx.IdxError(f"{path}: {error}") from None
