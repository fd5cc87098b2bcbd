"""What a network of rows sees while it trains: numbers of a dataset's digits, written for it one after another."""

import dataclasses
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
import torch
from skimage.morphology import skeletonize
from torch.utils.data import Dataset

from hwr.data import numbers
from hwr.data.numbers import CONDITIONS, ROOMY, TOUCHING, Cells, Contact, Hand, Number, Setting
from hwr.data.samples import DIGITS, NO_SIGN, Samples, sign_class
from hwr.imaging import search
from hwr.imaging.augment import BLOT, rewrite
from hwr.recipes import Recipe, Strings

FEW, MANY = (1, 5), (5, 12)  # digits: how many a number has, from - to before
SHARE_FEW = 0.6  # of the numbers have few
AGAIN = 0.6  # of the digits of a number in which one stands again and again are that one
HEIGHT = (38.0, 62.0)  # px, of an ordinary digit: rows of this size are taken as they are, and soon made
PEN = (0.02, 0.16)  # of that height: the pen that marks are drawn with, and digits where they are drawn again
ROUND = 1.6  # times as long as wide at most is a blot
TAPPED = (0.9, 1.8)  # times as wide as the pen is a tap of it
THICKER, THINNER = (0.02, 0.14), (0.02, 0.07)  # of that height: what a stroke gains or loses
TORN = 0.15  # of a digit's ink has to be left
CLOSE = (TOUCHING._replace(pairs=2), Contact(pairs=2, deepest=0.4, sunk=0.15))  # as elsewhere, and deeper
CELLS = (ROOMY, Cells(wide=(0.85, 1.3), tall=(1.2, 1.5), stray=0.09, apart=True))  # and so tight that lines are touched
MIDDLE = 0.4  # of a digit's width is its middle
ON_A_STRIP = 18  # digits are on a strip, about
CHECKED = 100  # strips of a split that is not trained on, at most
AT_A_TIME = 16  # strips that a network is asked about together


class Made(NamedTuple):
    """Strips of rows: (N, 1, height, width) uint8, 255 ink, and (N, 1, width / step) int64, what stands where."""

    strips: torch.Tensor
    labels: torch.Tensor


class Strips:
    """Strips as `Views.training` gives them: each epoch sees all, as they are."""

    def __init__(self, made: Made):
        self.epoch = 0
        self._made = made

    def __len__(self) -> int:
        return len(self._made.labels)

    def batch(self, indices: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """See `Views.training`."""
        return self._made.strips[indices] / 255, self._made.labels[indices]


class Maker(Dataset):
    """Fills strips with numbers: index -> ((1, height, width) uint8, (1, width / step) int64), sets in turns.

    The labels are the classes of the signs whose middles are at the columns, or NO_SIGN. The same seed gives the same
    strips. Of another split than "train" they are fewer, scanned, and the hands and pens are the dataset's own.
    """

    def __init__(self, sets: list[Samples], recipe: Recipe, seed: int = 0, split: str = "train"):
        self.sets, self.prepare, self.augment = sets, recipe.prepare, recipe.augment
        digits = sum(len(samples.labels) for samples in sets)
        self.strips = max(1, round(recipe.augment.views * digits / ON_A_STRIP))
        if split != "train":
            self.augment = dataclasses.replace(
                recipe.augment, repeated=0, rewritten=0, thick=0, thin=0, drawn=0, photographed=0
            )
            self.strips = min(self.strips, CHECKED)
        self.seed = (seed, numbers.SEEDS[split])
        self.ordinary = [numbers.ordinary(samples) for samples in sets]

    def __len__(self) -> int:
        return self.strips

    def __getitem__(self, k: int) -> tuple[torch.Tensor, torch.Tensor]:
        rng = np.random.default_rng((*self.seed, k))
        samples, ordinary = self.sets[k % len(self.sets)], self.ordinary[k % len(self.sets)]
        strip = np.zeros(self.prepare.shape, np.uint8)
        labels = np.full((1, self.prepare.width // self.prepare.step), NO_SIGN)
        at = 0
        while True:
            row = self._row(write(samples, ordinary, self.augment, rng), samples.script)
            if row is None or row[0].shape[2] > strip.shape[2]:  # nothing was found, or more than a strip holds
                continue
            x, told = row
            if at + x.shape[2] > strip.shape[2]:
                return torch.from_numpy(strip), torch.from_numpy(labels)
            strip[..., at : at + x.shape[2]] = np.round(255 * x)
            labels[:, at // self.prepare.step :][:, : len(told)] = told
            at += x.shape[2]

    def _row(self, number: Number, script: str) -> tuple[np.ndarray, np.ndarray] | None:
        """A number as it will be read: -> (1, height, W) float32 and (W / step,) int64; None where none is found."""
        row = search.find(number.image)
        if row is None:
            return None
        strip = self.prepare.strip(row)
        on_row = cv2.perspectiveTransform(number.ends, np.linalg.inv(row.back))
        across = (on_row[..., 0] - strip.left) * strip.scale  # (n, 2)
        columns = self.prepare.step * (np.arange(strip.x.shape[2] // self.prepare.step) + 0.5)
        told = np.full(len(columns), NO_SIGN)
        for sign, ends in zip(number.text, across, strict=True):
            reach = max(self.prepare.step / 2, MIDDLE * abs(np.ptp(ends)) / 2)
            told[np.abs(columns - ends.mean()) <= reach] = sign_class(sign, script)
        return strip.x, told


def write(samples: Samples, ordinary: float, often: Strings, rng: np.random.Generator) -> Number:
    """Write one number with digits chosen at random; `ordinary` is the height in px of an ordinary one of them."""
    some = FEW if rng.random() < SHARE_FEW else MANY
    chosen = rng.integers(len(samples.images), size=rng.integers(*some))
    if rng.random() < often.repeated:
        same = np.flatnonzero(samples.labels == samples.labels[chosen[0]])
        chosen = np.where(rng.random(len(chosen)) < AGAIN, same[rng.integers(len(same), size=len(chosen))], chosen)
    height = rng.uniform(*HEIGHT)
    scans = [samples.images[k] for k in chosen]
    if rng.random() < often.rewritten:
        scans = [rewrite(scan, rng) for scan in scans]
    hand = Hand(height, height * np.exp(rng.uniform(*np.log(PEN))))
    glyphs = _with_a_pen([numbers.glyph(scan, height / ordinary) for scan in scans], hand, often, rng)
    kinds = {"touching": often.touching, "marked": often.marked, "boxed": often.boxed}
    rest = 1 - sum(kinds.values())
    condition = rng.choice([*kinds, *CONDITIONS], p=[*kinds.values(), *[rest / len(CONDITIONS)] * len(CONDITIONS)])
    contact, cells = CLOSE[rng.integers(len(CLOSE))], CELLS[rng.integers(len(CELLS))]
    setting = Setting(str(condition), contact, cells, bool(rng.random() < often.photographed))
    return numbers.compose("".join(str(samples.labels[k]) for k in chosen), glyphs, hand, setting, rng)


def _with_a_pen(glyphs: list, hand: Hand, often: Strings, rng: np.random.Generator) -> list[np.ndarray]:
    """The same glyphs, (h, w) float32 with 1 for ink, with a thicker or thinner pen, with the hand's own, or as is."""
    kind = rng.random()
    if kind >= 1 - often.drawn:
        return [_drawn(glyph, hand.pen, rng) for glyph in glyphs]
    if kind < often.thick:
        side = max(3, round(hand.height * rng.uniform(*THICKER)) | 1)
        pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        return [cv2.dilate(np.pad(glyph, side // 2), pen) for glyph in glyphs]
    if kind < often.thick + often.thin:
        side = max(2, round(hand.height * rng.uniform(*THINNER)))
        pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        thinner = [cv2.erode(glyph, pen) for glyph in glyphs]
        return [
            numbers.tight(thin) if (thin > 0.5).sum() > TORN * (glyph > 0.5).sum() else glyph
            for thin, glyph in zip(thinner, glyphs, strict=True)
        ]
    return glyphs


def _drawn(glyph: np.ndarray, pen: float, rng: np.random.Generator) -> np.ndarray:
    """A glyph, (h, w) float32 with 1 for ink, drawn again with a pen, px: a blot is a tap of it."""
    room = int(pen) + 2
    line = np.pad(glyph > 0.5, room)
    if glyph.mean() > BLOT and max(glyph.shape) < ROUND * min(glyph.shape):
        pen *= rng.uniform(*TAPPED)
        line[:] = False
        line[line.shape[0] // 2, line.shape[1] // 2] = True
    else:
        line = skeletonize(line)
    away = cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, 5)
    return numbers.tight(np.clip(max(1.0, pen / 2 + 0.5) - away, 0, 1))


def middles(made: Made, network: torch.nn.Module) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Each digit of some strips at its middle column: n pictures (height, height) uint8, 0 ink; (n,) int64 labels, 0 to
    9; and the network's (n, 21) logits there, those of marks left out."""
    pictures, labels, logits = [], [], []
    for start in range(0, len(made.strips), AT_A_TIME):
        strips = made.strips[start : start + AT_A_TIME]
        with torch.inference_mode():
            said = network((strips / 255).contiguous(memory_format=torch.channels_last)).float().numpy()
        told_of = made.labels[start : start + AT_A_TIME].numpy()
        for strip, told, answer in zip(strips.numpy(), told_of, said, strict=True):
            step = strip.shape[2] // told.shape[1]
            half = strip.shape[1] // 2
            padded = np.pad(strip[0], ((0, 0), (half, half)))
            edges = np.flatnonzero(np.diff(told[0], prepend=NO_SIGN, append=NO_SIGN))
            for first, last in pairwise(edges):
                if told[0, first] < NO_SIGN:
                    at = (first + last - 1) // 2
                    pictures.append(255 - padded[:, step * at : step * at + 2 * half])
                    labels.append(told[0, first] % len(DIGITS))
                    logits.append(answer[: NO_SIGN + 1, 0, at])
    return pictures, np.array(labels, np.int64), np.array(logits, np.float32).reshape(-1, NO_SIGN + 1)
