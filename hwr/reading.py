"""A picture of a number in, its digits out: of its rows, what is most like one -> Reading."""

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from hwr.glyphs import Judge
from hwr.imaging import search
from hwr.imaging.segment import Row
from hwr.likeness import is_unlike, together, without_words, worth
from hwr.way import MOST, is_endless, likeliest

REFUSED = 1 / 3  # of the digits refused make it no number
SMALLEST = 10  # px, on the picture that came: of no digit's sides one is as long, and it can't be read
DOUBTED = 0.5  # of confidence for each digit, their geometric mean, is the least that makes a number
CLEARLY = 2.0  # nats more, another view of what is surely a number has to be worth
CONVINCING = 0.98  # of confidence: one number in fifty is wrong; of those with less, one in four
PALER = 0.95  # of its confidence is left to what was read without what is paler than the pen: it is not sure
SURELY = 0.5  # nats for each digit that a row is worth: it is surely a number
NEVER = -1e9  # nats that a row is worth that is no number

NOTHING = "nothing is written on this picture"
NO_NUMBER = "what is written here does not look like a number"
TOO_SMALL = "what is written here is too small to read"


class Reading(NamedTuple):
    """What a picture of a number says.

    text: its digits, "0" to "9", from left to right, with the dots, commas, dashes and slashes between them; "" where
        there is no number.
    confidence: 0 to 1, that all digits and marks are right, and that specks beside them are neither; what stands
        apart from them does not count.
    digits: the digits' Predictions, each with its `box` on the picture that came; marks have none.
    model: the name of the weights that answered.
    script: what the number is written in, "persian" or "latin"; None where there is none.
    reason: one sentence where there is no number, else None.
    """

    text: str
    confidence: float
    digits: tuple
    model: str
    script: str | None = None
    reason: str | None = None

    @property
    def sure(self) -> bool:
        """Whether it is right as a rule, 49 times in 50, in its script: each digit, and the whole."""
        return self.confidence >= CONVINCING and all(digit.sure for digit in self.digits)

    def __repr__(self) -> str:
        """One line, without the digits' pictures."""
        told = {"text": self.text, "script": self.script, "confidence": round(self.confidence, 4)}
        told |= {"reason": self.reason} if self.reason else {}
        return f"Reading({', '.join(f'{name}={value!r}' for name, value in told.items())}, …)"

    def json(self) -> dict:
        """The same in types that JSON has; `reason` only where there is one."""
        digits = [
            {"digit": digit.digit, "confidence": digit.confidence, "sure": digit.sure, "box": list(digit.box)}
            for digit in self.digits
        ]
        told = {"text": self.text, "confidence": self.confidence, "sure": self.sure, "digits": digits}
        told |= {"script": self.script, "model": self.model}
        return told | ({"reason": self.reason} if self.reason else {})


def read_number(recognizer, gray: np.ndarray, dpi: float | None = None, script: str = "auto") -> Reading:
    """Read the number on a picture: (H, W) uint8 of either polarity -> Reading.

    Of a page it is what is in the widest printed box, else the row with the most ink; where that is not surely a
    number, the row that is most like one. What is not read with confidence is looked at once more, without what is
    paler than a pen.
    recognizer: a Recognizer, which answers for each piece of the number.
    """
    found, belief = _best(recognizer, search.rows(gray), gray.shape, dpi, script)
    if found.confidence < CONVINCING:
        other, rather = _best(recognizer, search.rows(gray, dark=True), gray.shape, dpi, script)
        if rather > belief and len(other.digits) >= len(found.digits):
            found = other._replace(confidence=PALER * other.confidence)  # what was left out may have been a sign
    return found


def _best(
    recognizer, rows: Iterable[list[Row]], shape: tuple[int, int], dpi: float | None, script: str
) -> tuple[Reading, float]:
    """What is most like a number of the rows of a picture of (height, width), and how far that is to be believed: nats,
    of what it is worth and of its confidence."""
    found, most = _refused(recognizer, NOTHING), -math.inf
    for views in rows:
        for k, row in enumerate(views):
            reading, nats = _read(recognizer, row, shape, dpi, script)
            if nats > most + (CLEARLY if k and most >= SURELY * len(found.digits) else 0):
                found, most = reading, nats
        if len(found.digits) > 1 and most >= SURELY * len(found.digits):
            break
    return found, most + (math.log(found.confidence) if found.text else 0)


def _read(recognizer, row: Row, shape: tuple[int, int], dpi: float | None, script: str) -> tuple[Reading, float]:
    """What a row of a picture of (height, width) says, and how much it is like a number: nats, the more the longer.

    Where it could well be of either script it is read in both.
    """
    if is_endless(row):  # before a network sees it, which would take minutes
        return _refused(recognizer, NO_NUMBER), NEVER
    judge = Judge(recognizer, row, dpi, script)
    said = _read_by(judge, row, shape, dpi)
    if judge.rival is None:
        return said
    return max(said, _read_by(Judge(recognizer, row, dpi, judge.rival), row, shape, dpi), key=lambda each: each[1])


def _read_by(judge: Judge, row: Row, shape: tuple[int, int], dpi: float | None) -> tuple[Reading, float]:
    """The same in the script that a judge has decided on."""
    recognizer = judge.recognizer
    judge, way = likeliest(judge, row, dpi)
    height = max(row.height, judge.height)
    path = without_words(together(way, height), height)
    digits, text, confidence = [], "", 1.0
    for glyph in path:
        if not glyph.is_digit:
            text += glyph.mark
            confidence *= glyph.share
            continue
        said = recognizer.told(glyph.stages, glyph.logits[None], judge.script)
        digits.append(said._replace(box=row.place(glyph.piece.box, shape)))
        text += max(said.probabilities, key=said.probabilities.get)
        confidence *= said.confidence
    if not digits or len(digits) > MOST:
        return _refused(recognizer, NO_NUMBER), NEVER
    if _is_small(digits):
        return _refused(recognizer, TOO_SMALL), NEVER
    refused = sum(not digit.is_digit for digit in digits)
    doubted = refused > REFUSED * len(digits) or confidence < DOUBTED ** len(digits)
    if doubted or is_unlike(path, judge.height):
        return _refused(recognizer, NO_NUMBER), NEVER
    return Reading(text.strip(".,-/"), confidence, tuple(digits), recognizer.name, judge.script), worth(path)


def _refused(recognizer, reason: str) -> Reading:
    """What is no number, and why."""
    return Reading("", 0.0, (), recognizer.name, None, reason)


def _is_small(digits: list) -> bool:
    """Whether Predictions are of so few px on the picture that came that nobody could tell what they are."""
    return max(max(x1 - x0, y1 - y0) for x0, y0, x1, y1 in (digit.box for digit in digits)) < SMALLEST
