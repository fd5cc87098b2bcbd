"""How far a way over the pieces of a row is like a number: what of it stands together, and what speaks against it."""

from itertools import pairwise

import numpy as np

from hwr.glyphs import Glyph
from hwr.imaging.segment import Piece, is_box

SHATTERED = 6  # pieces that digits are of, on average at most: of more they are grain
UNLIKELY = 2.0  # nats that they cost on average at most
UNUSUAL = 1.05  # nats that half of three or more cost at most: else they are letters, waves, hatching
INNER = 0.15  # of a digit's ink: what lies within a digit has no more
FAR = 3.0  # heights, and smallest gaps: what is farther from each other is not one number
WORD, WIDER = 0.8, 2.0  # heights, and usual gaps: a printed word stands so far from a number beside it
LOW, EVENLY = 0.35, 1.6  # zeros as dots: heights, no larger and no farther up or down; times as large as the smallest
STRANGE, MOSTLY = 0.5, 0.6  # nats that a digit costs at most as a rule; so many of a word's signs cost more
WORST = 1.5  # nats: and one of a word's signs costs more than this


def together(path: list[Glyph], height: float) -> list[Glyph]:
    """What stands together: of groups that are far from each other, the one that is most like a number.

    Where all are as far from each other, it is one that is written wide.
    """
    gaps = _gaps(path)
    far = FAR * max(height, min(gaps, default=0))
    ends = [0, *(k for k, gap in enumerate(gaps, start=1) if gap > far), len(path)]
    return max((path[first:last] for first, last in pairwise(ends)), key=worth)


def without_words(path: list[Glyph], height: float) -> list[Glyph]:
    """Leave out what stands apart from a number at its left or right and is unlike digits: a printed word."""
    gaps = _gaps(path)
    apart = [k for k, gap in enumerate(gaps, start=1) if gap >= WORD * height]
    splits = [(path[at:], path[:at], gaps[at - 1], gaps[: at - 1]) for at in apart]
    splits += [(path[:at], path[at:], gaps[at - 1], gaps[at:]) for at in apart]
    found = STRANGE, path
    for word, number, gap, usually in splits:
        strange = float(np.quantile([glyph.cost for glyph in word], 1 - MOSTLY, method="lower"))
        usual = float(np.median([glyph.cost for glyph in number]))
        digits = sum(glyph.is_digit for glyph in number)
        worst = max(glyph.cost for glyph in word)
        wide = gap < WIDER * np.median(usually) if usually else False  # each digit in a cell of its own
        if len(word) > 1 and worst > WORST and digits > 1 and usual < STRANGE and not (wide or _dots(word, height)):
            found = max(found, (strange, number), key=lambda each: (each[0], len(each[1])))
    return path if found[1] is path else without_words(found[1], height)


def worth(path: list[Glyph]) -> float:
    """How much glyphs are like a number: nats, the more the longer."""
    return sum(1 - glyph.cost for glyph in path)


def is_unlike(path: list[Glyph], height: float) -> bool:
    """Whether a way on which are digits is no number: these are unlike any, parts of a drawing, empty boxes, or grain.

    height: px, of an ordinary digit.
    """
    return _is_unlikely(path, height) or _is_drawing(path) or _is_form(path) or _is_grain(path)


def _is_unlikely(path: list[Glyph], height: float) -> bool:
    """Whether several digits are, on average or half of them, unlike any; dots, which are zeros, are unlike most."""
    digits = [glyph for glyph in path if glyph.is_digit]
    if len(digits) < 2:
        return False
    large = [glyph.cost for glyph in digits if max(glyph.piece.ink.shape) > LOW * height]
    usual = np.median(large) if len(large) > 2 else 0.0
    return bool(np.mean([glyph.cost for glyph in digits]) > UNLIKELY or usual > UNUSUAL)


def _is_drawing(path: list[Glyph]) -> bool:
    """Whether digits are but parts of a drawing: what is taken for nothing has more ink, or is large and within one."""
    digits = [glyph.piece for glyph in path if glyph.is_digit]
    nothing = [glyph.piece for glyph in path if not (glyph.is_digit or glyph.mark)]
    within = [(digit, [piece for piece in nothing if _within(piece.box, digit.box)]) for digit in digits]
    return _ink(nothing) > _ink(digits) or any(_ink(inner) > INNER * _ink([digit]) for digit, inner in within)


def _is_form(path: list[Glyph]) -> bool:
    """Whether most of several digits are but the boxes of a form that nobody filled in."""
    boxes = [is_box(glyph.piece.ink) for glyph in path if glyph.is_digit]
    return len(boxes) > 1 and sum(boxes) > len(boxes) / 2


def _is_grain(path: list[Glyph]) -> bool:
    """Whether digits are but grain: of a great many pieces."""
    return bool(np.mean([glyph.last - glyph.first for glyph in path if glyph.is_digit]) > SHATTERED)


def _gaps(path: list[Glyph]) -> list[int]:
    """How much paper is between each glyph and the next, px; less than 0 where they overlap."""
    return [after.piece.box[0] - before.piece.box[2] for before, after in pairwise(path)]


def _dots(word: list[Glyph], height: float) -> bool:
    """Whether what stands apart is low, all as large and in a row: zeros, neither letters nor dust."""
    sides = [max(glyph.piece.ink.shape) for glyph in word]
    middles = [(glyph.piece.box[1] + glyph.piece.box[3]) / 2 for glyph in word]
    return max(sides) <= min(LOW * height, EVENLY * min(sides)) and np.ptp(middles) <= LOW * height


def _ink(pieces: list[Piece]) -> int:
    """How much ink several pieces have: px."""
    return sum(np.count_nonzero(piece.ink) for piece in pieces)


def _within(box: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    """Whether a box, x0, y0, x1, y1, lies within another."""
    return box[0] >= other[0] and box[1] >= other[1] and box[2] <= other[2] and box[3] <= other[3]
