"""What the network sees while it trains, prepared beforehand and held in memory."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from hwr import data
from hwr.data import hands
from hwr.data.clutter import Clutter
from hwr.data.photographs import photograph
from hwr.data.samples import DIGITS, MARKS, SCRIPTS, Samples
from hwr.evaluation.score import PAGES, inputs
from hwr.imaging.augment import mark, redraw, rewrite
from hwr.imaging.preparation import Preparation
from hwr.imaging.rows import RowPreparation
from hwr.recipes import Handwriting, Pens, Recipe, Strings, Windows
from hwr.training import rows
from hwr.training.stop import Stop
from hwr.training.windows import PageViews, PenViews, check_pages

WORKERS = 2  # processes that make views
AT_A_TIME = 100  # views: a process that is told to end makes these first


class Check(NamedTuple):
    """Validation pictures as the network sees them: what they are called in reports, (N, …) float32 inputs,
    (N,) int64 labels, and those of the network's classes that may be answered."""

    name: str
    x: torch.Tensor
    labels: torch.Tensor
    columns: slice


class Views:
    """A recipe's training and validation pictures. Raises ValueError for data that are not of the recipe's kind."""

    def __init__(self, recipe: Recipe, data_dir: Path | None, seed: int, network: nn.Module):
        of_digits = isinstance(recipe.prepare, Preparation | RowPreparation)
        if of_digits == (not PAGES.isdisjoint(data.sets(recipe.data))):
            what = "digits" if of_digits else "pages"
            raise ValueError(f"{recipe.name} trains on {what}, and {recipe.data} is no set of these")
        if of_digits:
            _check_scripts(recipe, network)
        self._recipe, self._data_dir, self._seed, self._network = recipe, data_dir, seed, network

    def training(self):
        """The training pictures: has a length, an `epoch` to set before each pass, and `batch(indices)`, which
        gives ((N, …) float32 inputs, (N,) int64 labels)."""
        if isinstance(self._recipe.augment, Handwriting | Strings):
            read = [data.read(name, "train", self._data_dir) for name in data.sets(self._recipe.data)]
            if isinstance(self._recipe.augment, Strings):
                return rows.Strips(filled(rows.Maker(read, self._recipe, self._seed)))
            return Handwritten(read, self._recipe, self._seed)
        samples = data.read(self._recipe.data, "train", self._data_dir)
        if isinstance(self._recipe.augment, Windows):
            return PageViews(samples, self._recipe, self._seed, self._network)
        if isinstance(self._recipe.augment, Pens):
            return PenViews(samples, self._recipe, self._seed)
        return Plain(samples, self._recipe)

    def checks(self) -> list[Check]:
        """The validation pictures of each dataset, their script known; twice where the network can be told the scan's
        scale, with it and without."""
        prepare, names = self._recipe.prepare, data.sets(self._recipe.data)
        if isinstance(prepare, RowPreparation):
            return [
                Check(called("validation", name, names, None), made.strips / 255, made.labels, slice(None))
                for name, made in checked_rows(self._recipe, "validation", self._data_dir).items()
            ]
        if not isinstance(prepare, Preparation):
            samples = data.read(self._recipe.data, "validation", self._data_dir)
            x, labels = check_pages(samples, prepare, self._network)
            return [Check("validation", x, labels, slice(len(samples.classes)))]
        checks = []
        for name in names:
            samples = data.read(name, "validation", self._data_dir)
            first = _first(samples, names)
            columns = slice(first, first + len(samples.classes))
            for known in known_scales(samples, self._recipe):
                x = torch.from_numpy(inputs(samples, prepare, known is not False))
                told = called("validation", name, names, known)
                checks.append(Check(told, x, torch.from_numpy(samples.labels), columns))
        return checks


def _check_scripts(recipe: Recipe, network: nn.Module) -> None:
    """Raise ValueError where a network has no class for a digit of these datasets, or for a script that they lack."""
    scripts = data.scripts(recipe.data)
    if len(set(scripts)) < len(scripts):
        raise ValueError(f"{recipe.data} names two sets of one script; name one of each, such as hoda+mnist")
    digits = len(DIGITS) * len(scripts)
    for head in [*network.parameters()][-1:]:
        if len(head) - digits not in (0, 1, 1 + len(MARKS)):  # some know "no digit", too, and one the marks
            raise ValueError(
                f"{recipe.model} tells {len(head)} classes apart, and {recipe.data} has {digits} digits; "
                "name a network of as many, or other data"
            )


def known_scales(samples: Samples, recipe: Recipe) -> tuple[bool | None, ...]:
    """Whether the scan's scale is told to the network, one way after the other; None where it can't be."""
    if not (isinstance(recipe.prepare, Preparation) and recipe.prepare.size_plane and samples.dpi):
        return (None,)
    return (True,) if recipe.augment and recipe.augment.scaled == 1 else (True, False)


def called(split: str, name: str, names: tuple[str, ...], known: bool | None) -> str:
    """What pictures are called in reports: "validation, hoda, scale known"; the dataset only where there are two."""
    scale = {True: "scale known", False: "scale unknown", None: ""}[known]
    return ", ".join(part for part in (split, name if len(names) > 1 else "", scale) if part)


def _first(samples: Samples, names: tuple[str, ...]) -> int:
    """Where a network trained on these datasets has a script's digits: the index of its zero."""
    return len(samples.classes) * SCRIPTS.index(samples.script) if len(names) > 1 else 0


class Plain:
    """Every picture as it is, prepared once."""

    def __init__(self, samples: Samples, recipe: Recipe):
        self.epoch = 0
        self._x = torch.from_numpy(inputs(samples, recipe.prepare))
        self._labels = torch.from_numpy(samples.labels)

    def __len__(self) -> int:
        return len(self._labels)

    def batch(self, indices: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """See `Views.training`."""
        return self._x[indices], self._labels[indices]


class Handwritten:
    """Several views of every digit, and pictures that hold none.

    Each picture has `recipe.augment.views` views; after so many epochs they come round again, since to make one
    costs more than to train on it. The first indices are the digits, set after set, the others pictures without
    one. The same seed gives the same views. They are kept as bytes, for a preparation that only divides by 255;
    raises ValueError for another.
    """

    def __init__(self, sets: list[Samples], recipe: Recipe, seed: int):
        prepare = recipe.prepare
        if (prepare.mean, prepare.std, prepare.channels) != (0, 1, 1):
            raise ValueError(
                f"{recipe.name} augments its pictures, which are kept as bytes of one plane; its preparation has "
                f"mean {prepare.mean}, std {prepare.std} and {prepare.channels} channels where 0, 1 and 1 are needed"
            )
        self.epoch = 0
        self._planes = recipe.prepare.shape[0]
        maker = _Maker(sets, recipe, seed)
        names = data.sets(recipe.data)
        labels = np.concatenate([samples.labels + _first(samples, names) for samples in sets])
        self.labels = torch.full((maker.pictures,), len(DIGITS) * len(names))  # "no digit" is the last class
        self.labels[: len(labels)] = torch.from_numpy(labels)
        self._padded = torch.empty(len(maker), *recipe.prepare.shape[1:], dtype=torch.uint8)
        self._size = torch.empty(len(maker))
        for k, (padded, size) in enumerate(tqdm(_made(maker), "views", leave=False, disable=None)):
            self._padded[k * AT_A_TIME : k * AT_A_TIME + len(size)] = padded
            self._size[k * AT_A_TIME : k * AT_A_TIME + len(size)] = size
        self._padded = self._padded.view(maker.views, maker.pictures, *recipe.prepare.shape[1:])
        self._size = self._size.view(maker.views, maker.pictures)

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, indices: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """See `Views.training`."""
        view = self.epoch % len(self._size)
        padded, size = self._padded[view, indices], self._size[view, indices]
        planes = [padded / 255, size[:, None, None].expand_as(padded)]
        return torch.stack(planes[: self._planes], dim=1), self.labels[indices]


def _made(maker: Dataset) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """All views in their order, AT_A_TIME together, made by processes that signals leave alone."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, Stop.SIGNALS)  # until each of them ignores these
    try:
        return iter(DataLoader(maker, AT_A_TIME, num_workers=WORKERS, worker_init_fn=_work))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def filled(maker: rows.Maker) -> rows.Made:
    """All strips of a maker."""
    strips, labels = zip(*tqdm(_made(maker), "strips", leave=False, disable=None), strict=True)
    return rows.Made(torch.cat(strips), torch.cat(labels))


def checked_rows(recipe: Recipe, split: str, data_dir: Path | None) -> dict[str, rows.Made]:
    """Strips of a split's digits, written with their own pens, by the name of the dataset."""
    read = {name: data.read(name, split, data_dir) for name in data.sets(recipe.data)}
    return {name: filled(rows.Maker([samples], recipe, split=split)) for name, samples in read.items()}


def _work(_) -> None:
    """What a process that makes views does first."""
    cv2.setNumThreads(0)  # the processes are the parallelism
    for number in Stop.SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # Ctrl-C reaches them too; their parent ends them, without a word


class _Maker(Dataset):
    """Makes one view of one picture: index -> ((H, W) uint8 padded, its size plane's value)."""

    def __init__(self, sets: list[Samples], recipe: Recipe, seed: int):
        self.prepare, self.augment, self.seed = recipe.prepare, recipe.augment, seed
        self.images = [gray for samples in sets for gray in samples.images]
        self.digits = [(label, samples.script) for samples in sets for label in samples.labels.tolist()]
        self.dpi = [samples.dpi for samples in sets for _ in samples.images]
        self.clutter = Clutter(self.images, self.augment.fonts)
        self.pictures = round(len(self.images) * (1 + self.augment.clutter))
        self.views = min(self.augment.views, recipe.epochs)  # no more than will be seen

    def __len__(self) -> int:
        return self.views * self.pictures

    def __getitem__(self, k: int) -> tuple[torch.Tensor, float]:
        view, index = divmod(k, self.pictures)
        rng = np.random.default_rng((self.seed, view, index))
        x = self._digit(index, rng) if index < len(self.images) else self._no_digit(rng)
        size = float(x[-1, 0, 0]) if self.prepare.size_plane else 0.0
        return torch.from_numpy(np.round(x[0] * 255).astype(np.uint8)), size

    def _digit(self, index: int, rng: np.random.Generator) -> np.ndarray:
        gray, how = self.images[index], self.augment
        shares = np.cumsum([how.redrawn, how.photographed, how.printed, how.marked, how.drawn])
        match np.searchsorted(shares, rng.random(), side="right"):
            case 0:
                x = self.prepare.array(redraw(gray, rng))
            case 1:
                x = self.prepare.array(photograph(rewrite(gray, rng), rng))
            case 2:
                x = self.prepare.array(self.clutter.fonts.digit(*self.digits[index], rng))
            case 3:
                x = self.prepare.array(mark(redraw(gray, rng), rng, struck=self.digits[index][0] != 1))
            case 4:
                drawn = hands.draw(*self.digits[index], rng)
                x = self.prepare.array(redraw(gray, rng) if drawn is None else drawn)
            case _:
                dpi = self.dpi[index] if rng.random() < how.scaled else None
                x = self.prepare.array(rewrite(self.prepare.sized(gray), rng), dpi)
        # A pen so thin, or a photograph so poor, that nothing is found: the scan itself then.
        return self.prepare.array(gray, self.dpi[index]) if x is None else x

    def _no_digit(self, rng: np.random.Generator) -> np.ndarray:
        while True:
            x = self.prepare.array(self.clutter.draw(rng))
            if x is not None:
                return x
