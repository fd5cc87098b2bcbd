"""A picture of a number in, its digits out: a Recognizer's answers to its pieces -> Reading."""

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from hwr import rows
from hwr.data.samples import SCRIPTS
from hwr.evaluation.calibration import BOTH, ONE, narrow
from hwr.imaging import segment
from hwr.imaging.cuts import cut
from hwr.imaging.preparation import MM_PER_INCH
from hwr.imaging.segment import Piece, Row
from hwr.imaging.stages import MOST_PARTS, WORK, Stages

LONGEST = 2 * WORK  # px: a number is wider than a digit, and read from a picture that is larger by as much
ORDINARY = 31 / 200 * MM_PER_INCH  # mm: the height of Hoda's digits, the zeros left out, in the median

LONE = 0.8  # a piece is not cut that the network of rows finds to be one digit with this probability
CERTAIN = 0.9  # a piece read with this confidence is not cut
CUT = 0.42  # heights of a digit: a narrower piece is not cut
WIDE = 1.25  # a wider one always is
WIDEST = 1.45  # no digit is wider
NEAR = 0.3  # pieces farther apart than this are not one digit
LEAST = math.log(1e-9)  # no reading is less probable: one bad piece does not outweigh all the others
HEARD = 0.5  # of what the network of rows says counts beside what that of single digits says
NAMED = 0.25  # so much of which digit it is, of a piece that is whole: there the other knows better
HOPELESS = -4.0  # nats: what it finds less likely than this is not asked about
ODD, GUESSED = 0.003, 0.2  # of what the network of digits says may be wrong of a whole piece, of one that was cut
SEAM = 0.6  # nats that a cut costs where it is as long as the piece that it leaves
DIGIT = 0.25  # nats that each digit costs, or a digit in two halves could be two digits
SWALLOWED = 0.5  # nats for what looks like a mark and is taken for a part of a digit
GAP = 0.25  # heights of a digit between two digits, where there are too few to see it
TIGHT = 0.5  # of the usual gap between digits: pieces that are nearer may be one even where each would be a digit
APART = 3.0  # nats for each usual gap between pieces that are taken for one digit, beyond that; less is worth as much
COVERED = 2.5  # nats for a glyph all of whose width lies over or under another
SMALL, AWAY, STRAY = 0.45, 0.28, 3.0  # nats for a glyph this small, so far from the middle line, in heights of a digit
SEVERAL = 3  # marks of one kind are no parts of digits
MOST = 40  # digits: more are no number but a pattern
PIECES = 2 * MOST  # and so are more pieces
RUNS = 400  # of pieces that may be one digit are asked about: each takes milliseconds
REFUSED = 1 / 3  # of the digits refused make it no number
UNLIKELY = 2.0  # nats: nor is it one where its digits cost more than this on average

# How large each digit is: the mean and standard deviation of the logarithm of its height, then of its width, in
# heights of an ordinary digit. Measured on the training sets of Hoda and MNIST; MNIST's digits are all scaled to one
# height, so that no deviation is taken to be less than 0.12.
SHAPES = {
    "persian": (
        (-0.89, 0.25, -0.85, 0.25),
        (0.01, 0.18, -1.24, 0.35),
        (0.09, 0.17, -0.53, 0.17),
        (0.09, 0.17, -0.22, 0.15),
        (0.12, 0.17, -0.28, 0.19),
        (-0.08, 0.18, -0.15, 0.16),
        (0.09, 0.17, -0.32, 0.20),
        (-0.06, 0.17, -0.20, 0.19),
        (-0.06, 0.17, -0.19, 0.18),
        (0.11, 0.16, -0.34, 0.20),
    ),
    "latin": (
        (-0.03, 0.12, -0.14, 0.16),
        (-0.00, 0.12, -0.93, 0.46),
        (-0.05, 0.12, -0.12, 0.16),
        (-0.01, 0.12, -0.24, 0.20),
        (-0.01, 0.12, -0.25, 0.20),
        (-0.07, 0.12, -0.14, 0.18),
        (-0.00, 0.12, -0.33, 0.21),
        (-0.01, 0.12, -0.27, 0.20),
        (-0.01, 0.12, -0.29, 0.21),
        (-0.00, 0.12, -0.40, 0.20),
    ),
}
SHAPE, USUAL, ODDEST = 0.3, 1.0, 6.0  # nats for each squared deviation, halved, from that; no more than so many

NOTHING = "nothing is written on this picture"
NO_NUMBER = "what is written here does not look like a number"


class Reading(NamedTuple):
    """What a picture of a number says.

    text: its digits, "0" to "9", from left to right, with the dots, commas, dashes and slashes between them; "" where
        there is no number.
    confidence: 0 to 1, that all digits are right.
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
        told = {"text": self.text, "confidence": self.confidence, "digits": digits, "script": self.script}
        return told | {"model": self.model} | ({"reason": self.reason} if self.reason else {})


class Glyph(NamedTuple):
    """What may be one sign of the number: pieces first to last - 1 of the row, as one; a digit has stages, logits."""

    first: int
    last: int
    piece: Piece
    stages: Stages | None
    logits: np.ndarray | None
    cost: float


def read_number(recognizer, gray: np.ndarray, dpi: float | None = None, script: str = "auto") -> Reading:
    """Read the number on a picture: (H, W) uint8 of either polarity -> Reading.

    recognizer: a Recognizer, which answers for each piece of the number.
    """
    row = segment.find(gray)
    if row is None:
        return Reading("", 0.0, (), recognizer.name, None, NOTHING)
    across = max(piece.box[2] for piece in row.pieces) - min(piece.box[0] for piece in row.pieces)
    # Before a network sees it, which would take minutes.
    if across > MOST * WIDEST * row.height or len(row.pieces) > PIECES:
        return Reading("", 0.0, (), recognizer.name, None, NO_NUMBER)
    reader = _Reader(recognizer, row, dpi, script)
    path = reader.best()
    digits, text = [], ""
    for glyph in path:
        if glyph.logits is None:
            text += glyph.piece.mark
            continue
        said = recognizer.told(glyph.stages, glyph.logits[None], reader.script)
        digits.append(said._replace(box=row.place(glyph.piece.box)))
        text += max(said.probabilities, key=said.probabilities.get)
    refused = sum(not digit.is_digit for digit in digits)
    unlikely = np.mean([glyph.cost for glyph in path if glyph.logits is not None]) if len(digits) > 1 else 0.0
    if not digits or refused > REFUSED * len(digits) or len(digits) > MOST or unlikely > UNLIKELY:
        return Reading("", 0.0, (), recognizer.name, None, NO_NUMBER)
    confidence = math.prod(digit.confidence for digit in digits)
    return Reading(text.strip(".,-/"), confidence, tuple(digits), recognizer.name, reader.script)


class _Reader:
    """Reads one row: asks the recognizer what its pieces may be, and finds the way through them of the least cost."""

    def __init__(self, recognizer, row: Row, dpi: float | None, script: str):
        self.recognizer, self.height = recognizer, row.height
        self.pieces = list(row.pieces)
        self.middle = float(np.median([piece.box[1] + piece.box[3] for piece in row.pieces])) / 2
        self._gaps = {}
        self.dpi = self._dpi(row, dpi)
        self.typical = self._typical()
        self._mend()
        network = rows.shipped()
        answer = network and network.hear(row)
        self.heard = None
        self.known = self.script = self._decide() if script == "auto" else script
        self.heard = answer and answer.within(self.script)

    def _dpi(self, row: Row, dpi: float | None) -> float | None:
        """The resolution at which the number's digits would be as high as Hoda's: their sizes then mean the same."""
        if sum(piece.mark is None for piece in row.pieces) > 1:
            return row.height / ORDINARY * MM_PER_INCH
        return dpi and dpi / float(np.hypot(*row.back[:2, 0]))

    def _decide(self) -> str:
        """The script in which all pieces together are the likeliest."""
        scripts = self.recognizer.scripts
        if len(scripts) == 1:
            return scripts[0]
        dpi, self.dpi, self.script, self.known = self.dpi, None, "auto", scripts[0]
        glyphs = self._glyphs([(k, k + 1) for k, piece in enumerate(self.pieces) if piece.mark is None])
        self.dpi = dpi
        if not glyphs:
            return scripts[0]
        logits = np.stack([glyph.logits for glyph in glyphs])
        _, is_digit = self.recognizer.calibration.probabilities(logits)
        share = self.recognizer.calibration.by_script(logits).max(axis=2)
        joint = (is_digit[:, None] * np.log(np.maximum(share, 1e-6))).sum(axis=0)
        return scripts[int(joint.argmax())]

    def best(self) -> list[Glyph]:
        """The glyphs of the way from left to right that costs the least."""
        alone = self._glyphs([(k, k + 1) for k in range(len(self.pieces))])
        certain = [glyph.cost - DIGIT <= -math.log(CERTAIN) for glyph in alone]
        self.pieces, glyphs, cut = self._cut(alone)
        glyphs += self._glyphs(self._likeliest(self._joins(cut, certain)))
        costs, came = [0.0, *[math.inf] * len(self.pieces)], [None] * (len(self.pieces) + 1)
        for glyph in sorted(glyphs, key=lambda glyph: glyph.first):
            cost = costs[glyph.first] + glyph.cost
            if cost < costs[glyph.last]:
                costs[glyph.last], came[glyph.last] = cost, glyph
        path, at = [], len(self.pieces)
        while at:
            path.append(came[at])
            at = came[at].first
        return path[::-1]

    def _cut(self, glyphs: list[Glyph]) -> tuple[list[Piece], list[Glyph], list[int]]:
        """Cut what is not read with certainty: -> all pieces, the glyphs that are whole, which cut each piece is of."""
        pieces, whole, origin = [], [], []
        alone = None
        if self.heard:
            alone = np.exp(self._hear([(k, k + 1) for k in range(len(self.pieces))])).sum(axis=1)
        for k, glyph in enumerate(glyphs):
            wide = (glyph.piece.box[2] - glyph.piece.box[0]) / self.height
            doubtful = alone[k] < LONE if alone is not None else glyph.cost - DIGIT > -math.log(CERTAIN)
            parts = [glyph.piece]
            if glyph.logits is not None and wide > CUT and (doubtful or wide > WIDE):
                parts = cut(glyph.piece, self.height)
            whole.append(glyph._replace(first=len(pieces), last=len(pieces) + len(parts)))
            pieces += parts
            origin += [k] * len(parts)
        return pieces, whole, origin

    def _joins(self, origin: list[int], certain: list[bool]) -> list[tuple[int, int]]:
        """Which runs of pieces may be one digit, besides the pieces that are whole: first, last."""
        parts = np.bincount(origin)
        runs = []
        for first, last in self._narrow():
            if origin[first] == origin[last - 1]:  # parts of one piece; all of them are there already
                if last - first < parts[origin[first]]:
                    runs.append((first, last))
                continue
            ends = (first == 0 or origin[first - 1] != origin[first]) and origin[last - 1] not in origin[last:]
            if not (ends or self.heard):  # parts of a piece with another piece
                continue
            paper = self._paper(first, last)
            sure = all(certain[origin[k]] for k in range(first, last))
            if paper[-1] <= NEAR * self.height and max(paper) < (TIGHT if sure else 1.0) * self.typical:
                runs.append((first, last))
        return runs

    def _likeliest(self, runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """As many as there is time for."""
        if len(runs) <= RUNS or not self.heard:
            return runs[:RUNS]
        return [runs[k] for k in np.argsort(-self._hear(runs).max(axis=1), kind="stable")[:RUNS]]

    def _narrow(self) -> list[tuple[int, int]]:
        """The runs of pieces that are no wider than a digit, and not hopelessly unlike one: first, last."""
        runs = []
        for first in range(len(self.pieces)):
            x1 = self.pieces[first].box[2]
            for last in range(first + 1, min(first + MOST_PARTS, len(self.pieces)) + 1):
                x1 = max(x1, self.pieces[last - 1].box[2])
                if x1 - self.pieces[first].box[0] > WIDEST * self.height:
                    break
                runs.append((first, last))
        if self.heard and runs:
            likely = self._hear(runs).max(axis=1) > HOPELESS
            runs = [run for run, kept in zip(runs, likely, strict=True) if kept]
        return runs

    def _mend(self) -> None:
        """Take for (a part of) a digit what is no mark: a slash at an end, and a dot or comma that lies much closer to
        a digit than digits do to each other, unless there are several of its kind.
        """
        for end in (0, -1):  # a slash has digits on either side: a leaning 1 has not
            if self.pieces[end].mark == "/":
                self.pieces[end] = self.pieces[end]._replace(mark=None)
        marks = [piece.mark for piece in self.pieces]
        for k, piece in enumerate(self.pieces):
            if marks.count(piece.mark) >= SEVERAL:
                continue
            beside = [*self.pieces[max(0, k - 1) : k], *self.pieces[k + 1 : k + 2]]
            nearest = min((self._gap(piece, other) for other in beside if not other.mark), default=math.inf)
            if piece.mark in (".", ",") and nearest < TIGHT * self.typical:
                self.pieces[k] = piece._replace(mark=None)

    def _typical(self) -> float:
        """How much paper is between two digits beside each other, px: the median, where there are some."""
        boxes = sorted(piece.box for piece in self.pieces)
        paper = [after[0] - before[2] for before, after in pairwise(boxes)]
        some = [each for each in paper if each > 0.05 * self.height]
        return float(np.median(some)) if len(some) >= 3 else GAP * self.height

    def _glyphs(self, runs: list[tuple[int, int]]) -> list[Glyph]:
        """Ask the recognizer about runs of pieces, all at once: (first, last) each -> a Glyph each."""
        prepare = self.recognizer.preparation
        joined = [segment.join(self.pieces[first:last]) for first, last in runs]
        stages = [None if piece.mark else prepare.stages(segment.picture(piece)) for piece in joined]
        x = [prepare.input(stage, self._size_known()) for stage in stages if stage]
        x = [np.zeros(prepare.shape, np.float32) if each is None else each for each in x]  # more parts than digits have
        said = self.recognizer.engine.logits(np.stack(x)) if x else np.zeros((0, 10), np.float32)
        digits, is_digit = self.recognizer.calibration.probabilities(narrow(said, self.script))
        asked = [run for run, stage in zip(runs, stages, strict=True) if stage]
        cut = np.array([self._is_cut(*run) for run in asked], bool)
        sure = 1 - np.where(cut, GUESSED, ODD)[:, None]
        joint = np.log(sure * digits * is_digit[:, None] + (1 - sure) / ONE)
        if self.heard and len(said):
            heard = self._hear(asked)
            one = np.logaddexp.reduce(heard, axis=1, keepdims=True)
            joint += HEARD * one + np.where(cut, HEARD, NAMED)[:, None] * (heard - one)
        best = joint.argmax(axis=1)
        said = self._louder(said, joint)
        believed = iter(zip(said, best, joint.max(axis=1), strict=True))
        glyphs = []
        for (first, last), piece, stage in zip(runs, joined, stages, strict=True):
            logits, digit, share = next(believed) if stage else (None, None, 0.0)
            if stage:
                share -= COVERED * self._covered(first, last, piece) + STRAY * self._stray(piece)
            elif self.heard:
                share = HEARD * float(self.heard.nothing(np.array([[piece.box[0], piece.box[2]]], float))[0])
            cost = (DIGIT if stage else 0) - max(share, LEAST) + SEAM * self._torn(first, last, piece)
            if stage:
                cost += self._odd(piece, digit)
            if last > first + 1:
                cost += SWALLOWED * sum(each.mark is not None for each in self.pieces[first:last])
                cost += sum(APART * (each / self.typical - TIGHT) for each in self._paper(first, last) if each)
            glyphs.append(Glyph(first, last, piece, stage, logits, cost))
        return glyphs

    def _is_cut(self, first: int, last: int) -> bool:
        return bool(self.pieces[first].seam or (last < len(self.pieces) and self.pieces[last].seam))

    def _hear(self, runs: list[tuple[int, int]]) -> np.ndarray:
        """How likely the network of rows finds it that runs of pieces are one digit, and which: -> (n, 10), logs."""
        right = np.maximum.accumulate([piece.box[2] for piece in self.pieces])
        left = np.minimum.accumulate([piece.box[0] for piece in self.pieces[::-1]])[::-1]
        borders = np.concatenate([[-np.inf], (right[:-1] + left[1:]) / 2, [np.inf]])  # in the middle of the paper
        return self.heard.single(borders[np.array(runs, int).reshape(-1, 2)])

    def _louder(self, said: np.ndarray, joint: np.ndarray) -> np.ndarray:
        """The logits (n, K) of the network of digits, of the script's digits those that both networks agree on."""
        if self.script == "auto" or not self.heard:
            return said
        first = SCRIPTS.index(self.script) * ONE if said.shape[1] == BOTH + 1 else 0
        own = said[:, first : first + ONE]
        agreed = self.recognizer.calibration.temperature * joint
        agreed += own.max(axis=1, keepdims=True) - agreed.max(axis=1, keepdims=True)
        return np.concatenate([said[:, :first], agreed, said[:, first + ONE :]], axis=1).astype(np.float32)

    def _covered(self, first: int, last: int, piece: Piece) -> float:
        """How much of a glyph's width lies over or under a piece beside it, 0 to 1."""
        x0, _, x1, _ = piece.box
        others = [*self.pieces[max(0, first - 2) : first], *self.pieces[last : last + 2]]
        shared = [min(x1, other.box[2]) - max(x0, other.box[0]) for other in others if not (piece.seam or other.seam)]
        return max(0, *shared, 0) / (x1 - x0)

    def _odd(self, piece: Piece, digit: int) -> float:
        """What it costs that a piece has another size than its digit has as a rule; 0 on average."""
        height, tall, width, wide = SHAPES[self.known][digit]
        low, broad = np.log(np.array(piece.ink.shape) / self.height)
        broad -= max(0, low - height)  # a digit may be large as a whole
        away = max(0, (height - low) / tall - USUAL) ** 2 + max(0, (broad - width) / wide - USUAL) ** 2
        return SHAPE * min(ODDEST, float(away) / 2)

    def _torn(self, first: int, last: int, piece: Piece) -> float:
        """How much of a piece's border is cut through ink, in its own longer sides."""
        seams = self.pieces[first].seam + (self.pieces[last].seam if last < len(self.pieces) else 0)
        return seams * self.height / max(piece.ink.shape)

    def _stray(self, piece: Piece) -> bool:
        """Whether a piece is small and far from the row's middle line, where no digit is but parts of one are."""
        _, y0, _, y1 = piece.box
        away = abs((y0 + y1) / 2 - self.middle) / self.height
        return max(piece.ink.shape) < SMALL * self.height and away > AWAY

    def _paper(self, first: int, last: int) -> list[float]:
        """How much paper is between each of several pieces and the nearest one before it, px."""
        group = self.pieces[first:last]
        return [min(self._gap(piece, before) for before in group[:k]) for k, piece in enumerate(group) if k]

    def _gap(self, piece: Piece, before: Piece) -> float:
        if piece.seam:
            return 0.0
        key = (piece.box, before.box)
        if key not in self._gaps:
            beside = max(piece.box[0] - before.box[2], before.box[0] - piece.box[2])
            self._gaps[key] = beside if beside > NEAR * self.height else segment.gap(piece, before)
        return self._gaps[key]

    def _size_known(self) -> float | None:
        """The resolution for a size plane: networks know the sizes of Persian digits only."""
        return None if self.script == "latin" else self.dpi
