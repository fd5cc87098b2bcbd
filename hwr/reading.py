"""A picture of a number in, its digits out: the likeliest way through the pieces of its row -> Reading."""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from hwr.dates import is_date
from hwr.evaluation.calibration import ONE
from hwr.glyphs import DIGIT, NEAR, SURE, TIGHT, Glyph, Judge, told_height
from hwr.imaging import search
from hwr.imaging.cuts import cut
from hwr.imaging.parts import MOST_OF_A_DIGIT
from hwr.imaging.segment import SLASHED, Piece, Row, covers, is_box, is_upright, leans

LONE = 0.8  # a piece is not cut that the network of rows finds to be one sign with this probability
CERTAIN = 0.9  # with this confidence a piece is surely a digit: hardly joined to others, uncut where no such network is
CUT = 0.42  # heights of a digit: a narrower piece is not cut
WIDE = 1.25  # a wider one always is, but for a digit that is as high, and surely one
WIDEST = 1.45  # no digit is wider
SEVERED = 2.0  # nats, for one digit of pieces of which each is a digit alone
WHOLE = 2.2  # nats: what is surely a digit, and costs no more, is one alone
RATHER = 0.5  # with more probability to the network of rows, what was cut is one all the same
LEGS = (7, 8)  # Persian digits whose halves are 1s
UNCUT = 0.99  # with so much probability to the network of digits, these are not cut, and no digit is that is large
MISJUDGED = 0.2  # by more than this the logarithm of an ordinary digit's height was off: the digits on it tell it
HOPELESS = -4.0  # nats: what the network of rows finds less likely than this is not asked about
MOST = 40  # digits: more are no number but a pattern
PIECES = 2 * MOST  # and so are more pieces
RUNS = 400  # of pieces that may be one digit are asked about: each takes milliseconds
REFUSED = 1 / 3  # of the digits refused make it no number
SHATTERED = 6  # of so many pieces digits are on average at most: grain
SMALLEST = 10  # px, on the picture that came: of no digit's sides one is as long, and it can't be read
UNLIKELY = 2.0  # nats: nor is it one where its digits cost more than this on average
UNUSUAL = 1.05  # nor one of three and more where half of them cost more than this: letters, waves, hatching
DOUBTED = 0.5  # of confidence for each digit, their geometric mean, is the least that makes a number
INNER = 0.15  # of a digit's ink: what lies within a digit has no more
CLEARLY = 2.0  # nats more, another view of what is surely a number has to be worth
CONVINCING = 0.98  # of confidence: one number in fifty is wrong; of those with less, one in four
PALER = 0.95  # of its confidence is left to what was read without what is paler than the pen: it is not sure
SURELY = 0.5  # nats for each digit that a row is worth: it is surely a number
NEVER = -1e9  # nats that a row is worth that is no number
FAR = 3.0  # heights, and smallest gaps: what is farther from each other is not one number
WORD, WIDER = 0.8, 2.0  # heights, and usual gaps: a printed word stands so far from a number beside it
LOW, EVENLY = 0.35, 1.6  # zeros as dots: heights, no larger and no farther up or down; times as large as the smallest
STRANGE, MOSTLY = 0.5, 0.6  # nats that a digit costs at most as a rule; so many of a word's signs cost more
DATED = 0.95  # so likely a slash is one where it makes a date
PARTED = 4  # digits at most, and marks, stand at either side of a slash that is alone, as in 07/1403
WORST = 1.5  # nats: and one of a word's signs costs more than this

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
            reading, worth = _read(recognizer, row, shape, dpi, script)
            if worth > most + (CLEARLY if k and most >= SURELY * len(found.digits) else 0):
                found, most = reading, worth
        if len(found.digits) > 1 and most >= SURELY * len(found.digits):
            break
    return found, most + (math.log(found.confidence) if found.text else 0)


def _read(recognizer, row: Row, shape: tuple[int, int], dpi: float | None, script: str) -> tuple[Reading, float]:
    """What a row of a picture of (height, width) says, and how much it is like a number: nats, the more the longer.

    Where it could well be of either script it is read in both.
    """
    if _is_endless(row):  # before a network sees it, which would take minutes
        return _refused(recognizer, NO_NUMBER), NEVER
    judge = Judge(recognizer, row, dpi, script)
    said = _read_by(judge, row, shape, dpi)
    if judge.rival is None:
        return said
    return max(said, _read_by(Judge(recognizer, row, dpi, judge.rival), row, shape, dpi), key=lambda each: each[1])


def _read_by(judge: Judge, row: Row, shape: tuple[int, int], dpi: float | None) -> tuple[Reading, float]:
    """The same in the script that a judge has decided on."""
    recognizer = judge.recognizer
    judge, way = _judged(judge, row, dpi)
    height = max(row.height, judge.height)
    path = _without_words(_together(way, height), height)
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
    unlike = _is_unlikely(path, judge.height) or _is_drawing(path) or _is_form(path) or _is_grain(path)
    if doubted or unlike:
        return _refused(recognizer, NO_NUMBER), NEVER
    return Reading(text.strip(".,-/"), confidence, tuple(digits), recognizer.name, judge.script), _worth(path)


def _refused(recognizer, reason: str) -> Reading:
    """What is no number, and why."""
    return Reading("", 0.0, (), recognizer.name, None, reason)


def _is_endless(row: Row) -> bool:
    """Whether there is more in a row than a number has."""
    across = max(piece.box[2] for piece in row.pieces) - min(piece.box[0] for piece in row.pieces)
    return across > MOST * WIDEST * row.height or len(row.pieces) > PIECES


def _judged(judge: Judge, row: Row, dpi: float | None) -> tuple[Judge, list[Glyph]]:
    """Who judges a row, and the likeliest way over it: once more where its digits tell another height than it had, as
    one that is far larger than the others does."""
    way = _likeliest(judge)
    told = row._replace(height=told_height(way, judge.script) or row.height)
    if abs(math.log(told.height / row.height)) <= MISJUDGED or _is_endless(told):
        return judge, way
    judge = Judge(judge.recognizer, told, dpi, judge.script)
    return judge, _likeliest(judge)


def _likeliest(judge: Judge) -> list[Glyph]:
    """The glyphs of the likeliest way from left to right. A slash that is alone parts few digits, and is higher than
    these or leans more than they do: else it is a 1."""
    glyphs, origin, certain = _cut(judge)
    glyphs += judge.digits(_some(judge, _joins(judge, origin, certain)))
    glyphs = _severed(judge, glyphs)
    path = _dated(glyphs, _way(glyphs, len(judge.pieces)))
    parted = "".join(glyph.mark or "0" * glyph.is_digit for glyph in path).split("/")
    slash = next((glyph.piece for glyph in path if glyph.mark == "/"), None)
    if len(parted) == 2 and (max(map(len, parted)) > PARTED or is_upright(slash, judge.height)):
        path = _way([glyph for glyph in glyphs if glyph.mark != "/"], len(judge.pieces))
    return path


def _severed(judge: Judge, glyphs: list[Glyph]) -> list[Glyph]:
    """The same, at a higher cost where one digit is made of pieces of which each is surely one alone; not where all are
    1s, as the strokes of a ۷ or an ۸ are, nor where what was cut lies one over the other, or is one sign to the network
    of rows."""
    alone = {
        glyph.first: int(glyph.seen.argmax())
        for glyph in glyphs
        if glyph.is_digit and glyph.last - glyph.first == 1 and glyph.seen.max() >= SURE and glyph.cost <= WHOLE
    }
    judged = []
    for glyph in glyphs:
        digits = {alone.get(k) for k in range(glyph.first, glyph.last)}
        several = glyph.is_digit and glyph.last - glyph.first > 1 and None not in digits and digits != {1}
        severed = several and not _was_one(judge, glyph.first, glyph.last)
        judged.append(glyph._replace(cost=glyph.cost + SEVERED * severed))
    return judged


def _was_one(judge: Judge, first: int, last: int) -> bool:
    """Whether pieces are one digit that was cut: one lies over the other, or the network of rows finds them one."""
    cuts = [pair for pair in pairwise(judge.pieces[first:last]) if pair[1].seam]
    if not cuts:
        return False
    return any(covers(*pair) for pair in cuts) or bool(
        judge.heard and np.exp(judge.hear([(first, last)])).sum() > RATHER
    )


def _dated(glyphs: list[Glyph], path: list[Glyph]) -> list[Glyph]:
    """The same way, but two strokes on it that lean, alone of all, are slashes where they make a date of it: a slash as
    high as digits is a 1 to both networks."""
    text = "".join(glyph.mark or str(glyph.seen.argmax()) if glyph.is_digit or glyph.mark else " " for glyph in path)
    strokes = [k for k, sign in enumerate(text) if sign in "1/" and leans(path[k].piece.ink, SLASHED)]
    if len(strokes) != 2:
        return path
    first, second = strokes
    if not is_date(text[:first], text[first + 1 : second], text[second + 1 :]):
        return path
    slashes = {(glyph.first, glyph.last): glyph for glyph in glyphs if glyph.mark == "/"}
    told = [slashes.get((path[k].first, path[k].last)) for k in strokes]
    if None in told:
        return path
    dated = list(path)
    dated[first], dated[second] = (slash._replace(share=max(slash.share, DATED)) for slash in told)
    return dated


def _way(glyphs: list[Glyph], pieces: int) -> list[Glyph]:
    """The glyphs of the way over so many pieces that costs the least; no two marks stand beside each other on it."""
    costs, came = {(0, False): 0.0}, {}  # by how far a way goes, and whether a mark was the last sign on it
    for glyph in sorted(glyphs, key=lambda glyph: glyph.first):
        for marked in (False, True):
            here = glyph.first, marked
            if here not in costs or (marked and glyph.mark):
                continue
            there = glyph.last, bool(glyph.mark) or (marked and not glyph.is_digit)
            if costs[here] + glyph.cost < costs.get(there, math.inf):
                costs[there], came[there] = costs[here] + glyph.cost, (here, glyph)
    ends = [(pieces, marked) for marked in (False, True)]
    path, at = [], min(ends, key=lambda end: costs.get(end, math.inf))
    while at in came:
        at, glyph = came[at]
        path.append(glyph)
    return path[::-1]


def _together(path: list[Glyph], height: float) -> list[Glyph]:
    """What stands together: of groups that are far from each other, the one that is most like a number.

    Where all are as far from each other, it is one that is written wide.
    """
    gaps = _gaps(path)
    far = FAR * max(height, min(gaps, default=0))
    ends = [0, *(k for k, gap in enumerate(gaps, start=1) if gap > far), len(path)]
    return max((path[first:last] for first, last in pairwise(ends)), key=_worth)


def _gaps(path: list[Glyph]) -> list[int]:
    """How much paper is between each glyph and the next, px; less than 0 where they overlap."""
    return [after.piece.box[0] - before.piece.box[2] for before, after in pairwise(path)]


def _worth(path: list[Glyph]) -> float:
    """How much glyphs are like a number: nats, the more the longer."""
    return sum(1 - glyph.cost for glyph in path)


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


def _is_small(digits: list) -> bool:
    """Whether Predictions are of so few px on the picture that came that nobody could tell what they are."""
    return max(max(x1 - x0, y1 - y0) for x0, y0, x1, y1 in (digit.box for digit in digits)) < SMALLEST


def _ink(pieces: list[Piece]) -> int:
    """How much ink several pieces have: px."""
    return sum(np.count_nonzero(piece.ink) for piece in pieces)


def _within(box: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    """Whether a box, x0, y0, x1, y1, lies within another."""
    return box[0] >= other[0] and box[1] >= other[1] and box[2] <= other[2] and box[3] <= other[3]


def _without_words(path: list[Glyph], height: float) -> list[Glyph]:
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
    return path if found[1] is path else _without_words(found[1], height)


def _dots(word: list[Glyph], height: float) -> bool:
    """Whether what stands apart is low, all as large and in a row: zeros, neither letters nor dust."""
    sides = [max(glyph.piece.ink.shape) for glyph in word]
    middles = [(glyph.piece.box[1] + glyph.piece.box[3]) / 2 for glyph in word]
    return max(sides) <= min(LOW * height, EVENLY * min(sides)) and np.ptp(middles) <= LOW * height


def _cut(judge: Judge) -> tuple[list[Glyph], list[int], list[bool]]:
    """Cut the pieces that are not read with certainty: -> what each may be as a whole; of each piece there is then,
    which of the former it is of; and of each of the former, whether it is surely a digit."""
    singles = [(k, k + 1) for k in range(len(judge.pieces))]
    alone = judge.digits(singles)
    others = [judge.others(glyph) for glyph in alone]
    certain = [glyph.cost - DIGIT <= -math.log(CERTAIN) for glyph in alone]
    whole = np.exp(judge.hear(singles)).sum(axis=1) >= LONE if judge.heard else np.array(certain)
    glyphs, origin, pieces = [], [], []
    for k, piece in enumerate(judge.pieces):
        tall, across = piece.ink.shape
        wide = across / judge.height
        parts = [piece]
        surely = alone[k].seen.max() >= UNCUT
        has_legs = surely and judge.script == "persian" and alone[k].seen.argmax() in LEGS
        one = (whole[k] or has_legs) if wide <= WIDE else (surely and across <= tall)
        if not piece.mark and wide > CUT and not one:
            parts = cut(piece, judge.height)
        place = {"first": len(pieces), "last": len(pieces) + len(parts)}
        glyphs += [glyph._replace(**place) for glyph in (alone[k], *others[k])]
        pieces += parts
        origin += [k] * len(parts)
    judge.pieces = pieces
    return glyphs, origin, certain


def _joins(judge: Judge, origin: list[int], certain: list[bool]) -> list[tuple[int, int]]:
    """Which runs of pieces may be one digit, besides the pieces that are whole: first, last."""
    parts = np.bincount(origin)
    runs = []
    for first, last in _narrow(judge):
        if origin[first] == origin[last - 1]:  # parts of one piece; all of them are there already
            if last - first < parts[origin[first]]:
                runs.append((first, last))
            continue
        ends = (first == 0 or origin[first - 1] != origin[first]) and origin[last - 1] not in origin[last:]
        if not (ends or judge.heard):  # parts of a piece with another piece
            continue
        sure = all(certain[origin[k]] for k in range(first, last))
        gaps, wide = map(max, zip(*judge.paper(first, last), strict=True))
        if wide <= NEAR * judge.height and gaps < (TIGHT if sure else 1.0):
            runs.append((first, last))
    return runs


def _narrow(judge: Judge) -> list[tuple[int, int]]:
    """The runs of pieces that are no wider than a digit, and not hopelessly unlike one: first, last."""
    runs = []
    for first in range(len(judge.pieces)):
        x1 = judge.pieces[first].box[2]
        for last in range(first + 1, min(first + MOST_OF_A_DIGIT, len(judge.pieces)) + 1):
            x1 = max(x1, judge.pieces[last - 1].box[2])
            if x1 - judge.pieces[first].box[0] > WIDEST * judge.height:
                break
            runs.append((first, last))
    if judge.heard and runs:
        likely = judge.hear(runs)[:, :ONE].max(axis=1) > HOPELESS
        runs = [run for run, kept in zip(runs, likely, strict=True) if kept]
    return runs


def _some(judge: Judge, runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """As many of the runs as there is time for, the likeliest."""
    if len(runs) <= RUNS or not judge.heard:
        return runs[:RUNS]
    return [runs[k] for k in np.argsort(-judge.hear(runs)[:, :ONE].max(axis=1), kind="stable")[:RUNS]]
