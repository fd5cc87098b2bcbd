"""The likeliest way over the pieces of a row."""

from typing import NamedTuple

import cv2
import numpy as np
import pytest
from pictures import drawing

import hwr
from hwr import way
from hwr.glyphs import Glyph, Judge
from hwr.imaging import search
from hwr.imaging.segment import Piece
from hwr.imaging.stages import Stages


class Pieces(NamedTuple):
    """What `_severed` asks of a Judge: pieces, and how likely a run of them is one sign to the network of rows."""

    pieces: list[Piece]
    one: float | None
    heard: bool

    def hear(self, runs: list[tuple[int, int]]) -> np.ndarray:
        return np.log(np.full((len(runs), 1), self.one))


def piece(seam: float = 0.0, left: int = 0) -> Piece:
    return Piece((left, 0, left + 4, 9), np.full((9, 4), 255, np.uint8), None, seam)


def taken(first: int, last: int, digit: int, share: float = 0.999) -> Glyph:
    """Pieces that are taken for a digit, at a cost of 1."""
    seen = np.full(10, (1 - share) / 9)
    seen[digit] = share
    return Glyph(first, last, piece(), 1.0, stages=Stages(*[None] * 4, 0.0), seen=seen)


@pytest.mark.parametrize(
    ("digits", "share", "seam", "left", "one", "more"),
    [
        ((0, 0), 0.999, 0.0, 5, 0.9, True),
        ((0, 4), 0.999, 0.0, 5, 0.9, True),
        ((1, 1), 0.999, 0.0, 5, 0.1, False),  # the strokes of a ۷
        ((0, 0), 0.9, 0.0, 5, 0.1, False),  # neither is surely a digit
        ((0, 0), 0.999, 3.0, 4, 0.1, True),  # zeros that touch
        ((0, 0), 0.999, 3.0, 4, 0.9, False),  # a zero that was cut
        ((0, 0), 0.999, 3.0, 2, 0.1, False),
        ((0, 0), 0.999, 3.0, 4, None, True),  # without the network of rows
    ],
)
def test_one_digit_of_two_whole_ones_costs_more(digits, share, seam, left, one, more):
    glyphs = [taken(0, 2, 5), *(taken(k, k + 1, digit, share) for k, digit in enumerate(digits))]
    judged = way._severed(Pieces([piece(), piece(seam, left)], one, one is not None), glyphs)
    assert [glyph.cost for glyph in judged[1:]] == [1, 1]
    assert judged[0].cost == 1 + way.SEVERED * more


@pytest.mark.parametrize("digit", [7, 8])
def test_what_is_surely_a_digit_with_legs_is_not_cut_into_ones(monkeypatch, digit):
    monkeypatch.setattr(Judge, "hear", lambda self, runs: np.full((len(runs), 14), -9.0))  # it may be anything
    ink = [cv2.resize(255 - drawing(each), (100, 100), interpolation=cv2.INTER_AREA) for each in (2, digit, 4)]
    row = search.find(255 - np.pad(np.hstack(ink), 30))
    judge = Judge(hwr.load(), row, None, "persian")
    _, origin, _ = way._cut(judge)
    assert origin.count(1) == 1
    assert origin.count(0) > 1


def stroke(lean: float) -> np.ndarray:
    """A straight stroke 100 px high that leans to the left by so many degrees: (110, …) uint8, 255 ink."""
    across = round(100 * np.tan(np.radians(lean)))
    ink = np.zeros((110, across + 20), np.uint8)
    cv2.line(ink, (across + 10, 5), (10, 105), 255, 9)
    return ink


@pytest.mark.parametrize(
    ("text", "leaning", "read"),
    [
        ("1403107121", (4, 7), "1403/07/21"),
        ("1403107121", (4,), "1403107121"),
        ("1403107121", (0, 4, 7), "1403107121"),  # a hand whose 1s lean
        ("1403197121", (4, 7), "1403197121"),  # no month has this number
    ],
)
def test_two_strokes_that_lean_are_slashes_where_they_make_a_date(text, leaning, read):
    pieces = [stroke(20 if k in leaning else 0) for k in range(len(text))]
    path = [
        taken(k, k + 1, int(sign))._replace(piece=Piece((0, 0, *ink.shape[::-1]), ink, None))
        for k, (sign, ink) in enumerate(zip(text, pieces, strict=True))
    ]
    slashes = [glyph._replace(mark="/", share=0.1, stages=None, seen=None) for glyph in path]
    dated = way._dated([*path, *slashes], path)
    assert "".join(glyph.mark or str(glyph.seen.argmax()) for glyph in dated) == read
    assert all(glyph.share == way.DATED for glyph in dated if glyph.mark)
