"""What the network sees while it trains: several views of every digit, and pictures that hold none."""

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from hwr.data import clutter
from hwr.data.photographs import photograph
from hwr.data.samples import Samples
from hwr.imaging.augment import redraw, rewrite
from hwr.recipes import Recipe

NO_DIGIT = 10  # the class of a picture without a digit
KNOWN_SCALE = 0.75  # of the scans come with their resolution, the others as if it were unknown

WORKERS = 2  # processes that make views
AT_A_TIME = 500


class Views(Dataset):
    """Training inputs, made beforehand: a list of indices -> ((N, C, H, W) float32, (N,) int64 labels).

    Each picture has `recipe.views` views. Set `epoch` before each pass: after so many epochs the views come
    round again, since to make one costs more than to train on it. The first `len(samples)` indices are the
    digits, the others pictures without one. The same seed gives the same views.
    """

    def __init__(self, samples: Samples, recipe: Recipe, seed: int):
        self.epoch = 0
        maker = _Maker(samples, recipe, seed)
        shape = (maker.views, maker.pictures)
        self.labels = torch.full(shape[1:], NO_DIGIT)
        self.labels[: len(samples.labels)] = torch.from_numpy(samples.labels)
        self._padded = torch.empty(len(maker), *recipe.prepare.shape[1:], dtype=torch.uint8)
        self._size = torch.empty(len(maker))
        made = DataLoader(maker, AT_A_TIME, num_workers=WORKERS)
        for k, (padded, size) in enumerate(tqdm(made, "views", leave=False, disable=None)):
            self._padded[k * AT_A_TIME : k * AT_A_TIME + len(size)] = padded
            self._size[k * AT_A_TIME : k * AT_A_TIME + len(size)] = size
        self._padded = self._padded.view(*shape, *recipe.prepare.shape[1:])
        self._size = self._size.view(shape)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitems__(self, indices: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        view = self.epoch % len(self._size)
        padded, size = self._padded[view, indices], self._size[view, indices]
        planes = [padded / 255, size[:, None, None].expand_as(padded)]
        return torch.stack(planes, dim=1), self.labels[indices]


class _Maker(Dataset):
    """Makes one view of one picture: index -> ((H, W) uint8 padded, its size plane's value)."""

    def __init__(self, samples: Samples, recipe: Recipe, seed: int):
        self.samples = samples
        self.recipe = recipe
        self.seed = seed
        self.pictures = round(len(samples.images) * (1 + recipe.clutter))
        self.views = min(recipe.views, recipe.epochs)  # no more than will be seen
        cv2.setNumThreads(0)  # the workers are the parallelism

    def __len__(self) -> int:
        return self.views * self.pictures

    def __getitem__(self, k: int) -> tuple[torch.Tensor, float]:
        view, index = divmod(k, self.pictures)
        rng = np.random.default_rng((self.seed, view, index))
        x = self._digit(index, rng) if index < len(self.samples.images) else self._no_digit(rng)
        return torch.from_numpy(np.round(x[0] * 255).astype(np.uint8)), float(x[1, 0, 0])

    def _digit(self, index: int, rng: np.random.Generator) -> np.ndarray:
        gray, kind = self.samples.images[index], rng.random()
        if kind < self.recipe.redrawn:
            x = self.recipe.prepare.array(redraw(gray, rng))
        elif kind < self.recipe.redrawn + self.recipe.photographed:
            x = self.recipe.prepare.array(photograph(rewrite(gray, rng), rng))
        else:
            dpi = self.samples.dpi if rng.random() < KNOWN_SCALE else None
            x = self.recipe.prepare.array(rewrite(gray, rng), dpi)
        # A pen so thin, or a photograph so poor, that nothing is found: the scan itself then.
        return self.recipe.prepare.array(gray, self.samples.dpi) if x is None else x

    def _no_digit(self, rng: np.random.Generator) -> np.ndarray:
        while True:
            x = self.recipe.prepare.array(clutter.draw(rng, self.samples.images))
            if x is not None:
                return x
