"""What the network sees while it trains: every digit anew in each epoch, and pictures that hold none."""

import cv2
import numpy as np
import torch
from torch.utils.data import Dataset

from hwr.data import clutter
from hwr.data.photographs import photograph
from hwr.data.samples import Samples
from hwr.imaging.augment import redraw, rewrite
from hwr.recipes import Recipe

NO_DIGIT = 10  # the class of a picture without a digit
KNOWN_SCALE = 0.75  # of the scans come with their resolution, the others as if it were unknown

cv2.setNumThreads(0)  # the loader's workers are the parallelism


class Views(Dataset):
    """Training inputs: index -> ((C, H, W) float32, label int). The same for one seed, epoch and index.

    The first `len(samples)` indices are the digits, the others pictures without one. Set `epoch` before
    each pass. After `recipe.views` epochs the views come round again, from memory: to make one costs more
    than to train on it.
    """

    def __init__(self, samples: Samples, recipe: Recipe, seed: int):
        self.samples = samples
        self.recipe = recipe
        self.seed = seed
        self.epoch = 0
        kept = (recipe.views, len(self))
        # Shared, so that what one worker has made serves every later worker.
        self._padded = torch.zeros(*kept, *recipe.prepare.shape[1:], dtype=torch.uint8).share_memory_()
        self._size = torch.full(kept, torch.nan).share_memory_()  # NaN: not made yet

    def __len__(self) -> int:
        return round(len(self.samples.images) * (1 + self.recipe.clutter))

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        view = self.epoch % self.recipe.views
        if torch.isnan(self._size[view, index]):
            made = self._make(index, np.random.default_rng((self.seed, view, index)))
            self._padded[view, index] = torch.from_numpy(np.round(made[0] * 255).astype(np.uint8))
            self._size[view, index] = float(made[1, 0, 0])
        x = torch.empty(self.recipe.prepare.shape)
        x[0] = self._padded[view, index] / 255
        x[1] = self._size[view, index]
        return x, int(self.samples.labels[index]) if index < len(self.samples.images) else NO_DIGIT

    def _make(self, index: int, rng: np.random.Generator) -> np.ndarray:
        return self._digit(index, rng) if index < len(self.samples.images) else self._no_digit(rng)

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
