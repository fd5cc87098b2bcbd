"""What a network for pages sees while it trains: random windows of them, made beforehand."""

import dataclasses

import cv2
import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from hwr.data.samples import Samples
from hwr.imaging.patches import PagePreparation
from hwr.imaging.rings import RingPreparation, ink_of, unruled
from hwr.recipes import Pens, Recipe, Windows
from hwr.training.precision import mixed, native

AT_A_TIME = 16
CHECKED = 6  # evenly spaced patches of each validation strip, as published


class PageViews:
    """`recipe.augment.views` random windows of each page, through the frozen front of the network where it has one.

    The same seed gives the same windows.
    """

    def __init__(self, samples: Samples, recipe: Recipe, seed: int, network: nn.Module):
        self.epoch = 0
        made = []
        for k, page in enumerate(tqdm(samples.images, "views", leave=False, disable=None)):
            rng = np.random.default_rng((seed, k))
            strips = [recipe.prepare.clean(strip) for strip in recipe.prepare.strips(page)]
            drawn = rng.integers(len(strips), size=recipe.augment.views)
            patches = np.stack([recipe.prepare.patch(window(strips[s], recipe.augment, rng), 0) for s in drawn])
            made.append(_through_front(patches, network, recipe.precision))
        self._x = torch.cat(made)
        self._labels = torch.from_numpy(np.repeat(samples.labels, recipe.augment.views))

    def __len__(self) -> int:
        return len(self._labels)

    def batch(self, indices: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """((N, …) float32, (N,) int64 labels) of these windows."""
        return self._x[indices].float(), self._labels[indices]


class PenViews:
    """The statistics of windows of each page, as other pens and scans would show it. The same seed gives the same."""

    def __init__(self, samples: Samples, recipe: Recipe, seed: int):
        self.epoch = 0
        made, labels = [], []
        pages = tqdm(samples.images, "views", leave=False, disable=None)
        for k, (page, label) in enumerate(zip(pages, samples.labels, strict=True)):
            rng = np.random.default_rng((seed, k))
            made += pens(page, recipe.prepare, recipe.augment, rng)
            labels += [label] * (len(made) - len(labels))
        self._x, self._labels = torch.from_numpy(np.stack(made)), torch.tensor(labels)

    def __len__(self) -> int:
        return len(self._labels)

    def batch(self, indices: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """((N, numbers, 1, 1) float32, (N,) int64 labels) of these windows."""
        return self._x[indices].float(), self._labels[indices]


LEAST_EDGE = 2_000  # px of edge in a window, or its statistics say little
WIDE, HIGH = (0.4, 1.0), (150, 330)  # a window's width, as a share of the page's, and its height in pixels


def pens(page: np.ndarray, prepare: RingPreparation, augment: Pens, rng: np.random.Generator) -> list[np.ndarray]:
    """Statistics of windows of a page by other pens: (H, W) uint8, dark ink -> (numbers, 1, 1) float16 each."""
    height, width = page.shape
    plain = 255 * (1 - unruled(ink_of(page)))
    found = []
    for _ in range(augment.views):
        ink = _by_another_pen(page if rng.random() < augment.ruled else plain, augment, rng)
        y, x, codes = prepare.codes(ink)
        for _ in range(augment.windows):
            wide, high = int(width * rng.uniform(*WIDE)), min(height, int(rng.uniform(*HIGH)))
            left, top = rng.integers(0, width - wide + 1), rng.integers(0, height - high + 1)
            inside = (x >= left) & (x < left + wide) & (y >= top) & (y < top + high)
            if inside.sum() >= LEAST_EDGE:
                found.append(prepare.statistics(codes[inside]).astype(np.float16))
    return found or [prepare.patches(page)[0].astype(np.float16)]


def _by_another_pen(page: np.ndarray, augment: Pens, rng: np.random.Generator) -> np.ndarray:
    """(H, W) uint8, dark ink -> (H, W) uint8, 0 paper, 1 ink: turned, sheared and stretched a little, and the
    strokes thicker or thinner."""
    middle = np.array(page.shape[::-1]) / 2
    turn, shear = np.deg2rad(rng.uniform(-augment.turn, augment.turn)), rng.uniform(-augment.shear, augment.shear)
    tall = np.exp(rng.uniform(-augment.zoom, augment.zoom))
    wide = tall * np.exp(rng.uniform(-augment.stretch, augment.stretch))
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[cos * wide, (shear - sin) * tall], [sin * wide, cos * tall]])
    placed = np.column_stack([matrix, middle - matrix @ middle])
    warped = cv2.warpAffine(page, placed, page.shape[::-1], flags=cv2.INTER_LINEAR, borderValue=255)
    soft = cv2.GaussianBlur(warped, (0, 0), rng.uniform(0.4, 1.2))
    return (soft < rng.uniform(85, 170)).astype(np.uint8)


def check_pages(samples: Samples, prepare: PagePreparation, network: nn.Module) -> tuple[torch.Tensor, torch.Tensor]:
    """Six evenly spaced patches of each strip, or its statistics, as the network's trained part sees them, and their
    labels."""
    if isinstance(prepare, RingPreparation):
        x = np.concatenate([prepare.patches(strip) for strip in samples.images])
        return torch.from_numpy(x), torch.from_numpy(samples.labels)
    even = dataclasses.replace(prepare, even=CHECKED, random=0)
    x = torch.cat([_through_front(even.patches(strip), network) for strip in samples.images])
    return x.float(), torch.from_numpy(np.repeat(samples.labels, CHECKED))


def window(strip: np.ndarray, augment: Windows, rng: np.random.Generator) -> np.ndarray:
    """A square window somewhere on a cleaned strip, seen a little otherwise: (H, W) uint8 -> (H, H) uint8, dark ink."""
    side, width = strip.shape
    turn, down, right, zoom, contrast = rng.uniform(-1, 1, 5)
    angle, scale = 2 * np.pi * augment.turn * turn, 1 + augment.zoom * zoom
    middle = np.array([rng.uniform(0, max(width - side, 0)), 0]) + side / 2
    middle += side * augment.shift * np.array([right, down])
    towards = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corner = middle - towards @ [side / 2, side / 2]
    seen = cv2.warpAffine(
        strip, np.column_stack([towards, corner]), (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT, borderValue=float(np.median(strip)),
    )  # fmt: skip
    faded = seen.mean() + (1 + augment.contrast * contrast) * (seen - seen.mean())
    return np.clip(np.round(faded), 0, 255).astype(np.uint8)


@torch.inference_mode()
def _through_front(patches: np.ndarray, network: nn.Module, precision: str = "fp32") -> torch.Tensor:
    """(N, C, H, W) float32 -> (N, …) float16, what the frozen front makes of them."""
    front = getattr(network, "front", nn.Identity()).to(memory_format=torch.channels_last)
    parts = torch.from_numpy(patches).to(memory_format=torch.channels_last).split(AT_A_TIME)
    cpu = torch.device("cpu")
    with mixed(native(precision, cpu), cpu):
        passed = [front(part).half() for part in parts]
    return torch.cat(passed).contiguous()
