"""What the pieces of a row may be, each by itself or several as one: -> Glyphs, and what each costs."""

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from hwr import rows
from hwr.data.samples import MARKS, SCRIPTS
from hwr.evaluation.calibration import BOTH, ONE, narrow
from hwr.imaging import segment
from hwr.imaging.cells import standing
from hwr.imaging.preparation import MM_PER_INCH
from hwr.imaging.segment import Piece, Row
from hwr.imaging.stages import Stages

ORDINARY = 31 / 200 * MM_PER_INCH  # mm: the height of Hoda's digits, the zeros left out, in the median

# What a glyph costs, in nats: minus the logarithm of how likely its sign is, and more where something speaks against
# it. Chosen on numbers of validation digits.
LEAST = math.log(1e-9)  # no reading is less probable: one bad piece does not outweigh all the others
HEARD = 0.5  # of what the network of rows says counts beside what that of single digits says
NAMED = 0.25  # so much of which digit it is, of a whole piece: each of its columns says the same once more
ODD, GUESSED = 0.003, 0.2  # of what the network of digits says may be wrong of a whole piece, of one that was cut
SEAM = 0.6  # for a cut that is as long as the piece that it leaves
DIGIT = 0.25  # for each digit, or a digit in two halves could be two digits
SWALLOWED, JOINED = 0.5, 2.5  # for what looks like a mark and is taken for (a part of) a digit; for a dot, for a part
OUTER = 6.0  # for a mark at an end, where no mark is: rather a low zero, or a leaning 1
UNLIKE, LEANING = 1.5, 0.5  # for what does not look like the mark that it is taken for; a slash leans at least
NOISE = 1.5  # for what is taken for no sign at all
TALL, OFTEN = 2.5, 0.7  # more, for what is as tall as digits are, in heights: several ones in a row are no dividers
GAP = 0.25  # heights of a digit between two digits, where there are too few to see it
TIGHT = 0.5  # of the usual gap between digits: pieces that are nearer may be one even where each would be a digit
CROWDED, NARROW = 1.5, 1.5  # for a digit that is not alone in its cell, where these are no wider, in heights
BETWEEN = 3.0  # for one that stands between cells
SPREAD = 3.0  # for each usual gap of paper within one digit, beyond TIGHT; paper below that earns as much
COVERED = 2.5  # for a glyph all of whose width lies over or under another
NEAR = 0.3  # heights: pieces farther apart than this are not one digit
SEVERAL = 3  # marks of one kind are no parts of digits

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
RIVAL = 10.0  # nats: a script that is less likely by more can't be what is meant
SURE = 0.95  # with so much probability to the network of digits a glyph is surely its digit
FEWEST = 2  # digits tell the height of an ordinary one
SHAPE, USUAL, ODDEST = 0.3, 1.0, 6.0  # nats for each squared deviation, halved, from that; no more than so many


class Paper(NamedTuple):
    """How much paper is between two pieces: in usual gaps between two digits, and in px. Of pieces that lie over one
    another, which two digits seldom do, such a gap is taken to be no less than NEAR."""

    gaps: float
    wide: float


class Glyph(NamedTuple):
    """Pieces first to last - 1 of a row, taken for one sign.

    piece: all of them as one.
    cost: nats; a sequence of signs is the likelier the less they cost together.
    mark: the mark that it is, "" for none; a digit has stages and (K,) float32 logits instead.
    share: 0 to 1, how likely a mark, or nothing, is what is here.
    seen: (10,) float, how likely it is each digit to the network of digits alone, of a digit.
    """

    first: int
    last: int
    piece: Piece
    cost: float
    mark: str = ""
    share: float = 1.0
    stages: Stages | None = None
    logits: np.ndarray | None = None
    seen: np.ndarray | None = None

    @property
    def is_digit(self) -> bool:
        """Whether it is taken for a digit."""
        return self.stages is not None


class Judge:
    """Tells what the pieces of one row may be: asks a recognizer about each, and the network of rows about all.

    script: the one that was asked for, or is the likeliest; rival: of "auto", another that could be meant, else None.
    """

    def __init__(self, recognizer, row: Row, dpi: float | None, script: str):
        self.recognizer, self.height, self._cells = recognizer, row.height, row.cells
        self.pieces = list(row.pieces)
        self._gaps = {}
        self._dpi = _resolution(row, dpi)
        self.typical = self._typical()
        self._mend()
        network = rows.shipped()
        answer = network and network.hear(row)
        self.heard = self.rival = None
        if script == "auto":
            script, self.rival = self._decide()
        self._known = self.script = script
        self.heard = answer and answer.within(self.script)

    def digits(self, runs: list[tuple[int, int]]) -> list[Glyph]:
        """Runs of pieces, (first, last) each, taken for a digit: the recognizer is asked about all at once."""
        if not runs:
            return []
        prepare = self.recognizer.preparation
        joined = [segment.join(self.pieces[first:last]) for first, last in runs]
        stages = [prepare.stages(segment.picture(piece)) for piece in joined]
        x = [prepare.input(stage, self._size_known()) for stage in stages]
        x = [np.zeros(prepare.shape, np.float32) if each is None else each for each in x]  # more parts than digits have
        said = self.recognizer.engine.logits(np.stack(x))
        digits, is_digit = self.recognizer.calibration.probabilities(narrow(said, self.script))
        seen = digits * is_digit[:, None]
        joint = self._joint(seen, runs)
        at = self._standing()
        glyphs = []
        for (first, last), piece, stage, logits, own, shares in zip(
            runs, joined, stages, self._louder(said, joint), seen, joint, strict=True
        ):
            digit = int(shares.argmax())
            share = shares[digit] - COVERED * self._covered(first, last, piece)
            cost = DIGIT - max(share, LEAST) + self._odd(piece, digit, self._known)
            cost += SEAM * self._torn(first, last, piece)
            marks = [each.mark for each in self.pieces[first:last] if each.mark]
            cost += sum(JOINED if mark == "." and last - first > 1 else SWALLOWED for mark in marks)
            cost += CROWDED * self._crowded(at, first, last) + BETWEEN * (at[first] < 0)
            cost += sum(SPREAD * (paper.gaps - TIGHT) for paper in self.paper(first, last) if paper.wide)
            glyphs.append(Glyph(first, last, piece, cost, stages=stage, logits=logits, seen=own))
        return glyphs

    def others(self, digit: Glyph) -> list[Glyph]:
        """What is one piece, and was taken for a digit, taken for what is none: a mark, or nothing."""
        k, piece = digit.first, self.pieces[digit.first]
        outer = OUTER * (k in (0, len(self.pieces) - 1))
        if not self.heard:
            return [Glyph(k, k + 1, piece, outer, piece.mark)] if piece.mark else []
        if piece.tap:  # which the network of rows has hardly learnt to hear
            surely = 1 / (1 + math.exp(-NOISE))
            point = [Glyph(k, k + 1, piece, outer, piece.mark, surely)] if piece.mark else []
            return [Glyph(k, k + 1, piece, NOISE, "", 1 - surely), *point]
        single = self.hear([(k, k + 1)])[0]
        # A slash is a 1 to the network of digits: what that takes for another digit is none.
        single[ONE + MARKS.index("/")] += math.log(max(ODD, 1 - digit.seen.sum() + digit.seen[1])) / HEARD
        nothing = self.heard.nothing(self._borders([(k, k + 1)]))[0]
        between = self._standing()[k] < 0
        total = np.logaddexp.reduce([*single[ONE if between else 0 :], nothing])
        cost = NOISE + TALL * (len(piece.ink) >= OFTEN * self.height) - HEARD * nothing
        glyphs = [Glyph(k, k + 1, piece, cost, "", float(np.exp(nothing - total)))]
        for mark, share in zip(MARKS, single[ONE:], strict=True) if self._cells is None or between else ():
            unlike = 0.0 if mark == piece.mark else LEANING if mark == "/" and segment.leans(piece.ink) else UNLIKE
            cost = outer + unlike - HEARD * share
            glyphs.append(Glyph(k, k + 1, piece, cost, mark, float(np.exp(share - total))))
        return glyphs

    def hear(self, runs: list[tuple[int, int]]) -> np.ndarray:
        """How likely the network of rows finds it that runs of pieces are one sign, and which: -> (n, 14), logs."""
        return self.heard.single(self._borders(runs))

    def paper(self, first: int, last: int) -> list[Paper]:
        """What is between several pieces that are one sign: the least that holds them together, one less than these."""
        reached, rest, between = [first], list(range(first + 1, last)), []
        while rest:
            paper, nearest = min((self._paper(*sorted((here, there))), there) for here in reached for there in rest)
            between.append(paper)
            reached.append(nearest)
            rest.remove(nearest)
        return between

    def _decide(self) -> tuple[str, str | None]:
        """The script in which all pieces together are the likeliest, and the other where that could be meant."""
        scripts = self.recognizer.scripts
        if len(scripts) == 1:
            return scripts[0], None
        dpi, self._dpi, self.script, self._known = self._dpi, None, "auto", scripts[0]
        glyphs = self.digits([(k, k + 1) for k, piece in enumerate(self.pieces) if piece.mark is None])
        self._dpi = dpi
        if not glyphs:
            return scripts[0], None
        logits = np.stack([glyph.logits for glyph in glyphs])
        _, is_digit = self.recognizer.calibration.probabilities(logits)
        shares = self.recognizer.calibration.by_script(logits)
        joint = (is_digit[:, None] * np.log(np.maximum(shares.max(axis=2), 1e-6))).sum(axis=0)
        if len(glyphs) > 1:  # a small zero is no Latin one
            joint -= [self._odd_as(glyphs, shares[:, k].argmax(axis=1), script) for k, script in enumerate(scripts)]
        likely, rival = np.argsort(-joint)[:2]
        return scripts[likely], scripts[rival] if joint[likely] - joint[rival] < RIVAL else None

    def _odd_as(self, glyphs: list[Glyph], digits: np.ndarray, script: str) -> float:
        """What it costs that glyphs have other sizes than these digits, (n,) int, have in a script."""
        return sum(self._odd(glyph.piece, digit, script) for glyph, digit in zip(glyphs, digits.tolist(), strict=True))

    def _mend(self) -> None:
        """Take for (a part of) a digit what is no mark: a slash at an end, and a dot or comma that lies much closer to
        a digit than digits do to each other, unless it stands beside it or there are several of its kind.
        """
        for end in (0, -1):  # a slash has digits on either side: a leaning 1 has not
            if self.pieces[end].mark == "/":
                self.pieces[end] = self.pieces[end]._replace(mark=None)
        marks = [piece.mark for piece in self.pieces]
        for k, piece in enumerate(self.pieces):
            if marks.count(piece.mark) >= SEVERAL:
                continue
            beside = [*self.pieces[max(0, k - 1) : k], *self.pieces[k + 1 : k + 2]]
            near = [other for other in beside if not other.mark and self._gap(piece, other) < TIGHT * self.typical]
            if piece.mark in (".", ",") and near and not all(_stands_beside(piece, other) for other in near):
                self.pieces[k] = piece._replace(mark=None)

    def _typical(self) -> float:
        """How much paper is between two digits beside each other, px: the median, where there are some."""
        boxes = sorted(piece.box for piece in self.pieces)
        paper = [after[0] - before[2] for before, after in pairwise(boxes)]
        some = [each for each in paper if each > 0.05 * self.height]
        return float(np.median(some)) if len(some) >= 3 else GAP * self.height

    def _joint(self, seen: np.ndarray, runs: list[tuple[int, int]]) -> np.ndarray:
        """What both networks say of runs of pieces: (n, 10), what that of digits does -> (n, 10), logarithms."""
        cut = np.array([self._is_cut(*run) for run in runs], bool)[:, None]
        sure = 1 - np.where(cut, GUESSED, ODD)
        joint = np.log(sure * seen + (1 - sure) / ONE)
        if self.heard:
            heard = self.hear(runs)[:, :ONE]
            one = np.logaddexp.reduce(heard, axis=1, keepdims=True)
            taps = np.array([last - first == 1 and self.pieces[first].tap for first, last in runs], bool)[:, None]
            joint += np.where(taps, 0, HEARD * one + np.where(cut, HEARD, NAMED) * (heard - one))
        return joint

    def _louder(self, said: np.ndarray, joint: np.ndarray) -> np.ndarray:
        """The logits (n, K) of the network of digits, of the script's digits those that both networks agree on."""
        if self.script == "auto" or not self.heard:
            return said
        first = SCRIPTS.index(self.script) * ONE if said.shape[1] == BOTH + 1 else 0
        own = said[:, first : first + ONE]
        agreed = self.recognizer.calibration.temperature * joint
        agreed += own.max(axis=1, keepdims=True) - agreed.max(axis=1, keepdims=True)
        return np.concatenate([said[:, :first], agreed, said[:, first + ONE :]], axis=1).astype(np.float32)

    def _borders(self, runs: list[tuple[int, int]]) -> np.ndarray:
        """From where to where runs of pieces reach, in columns of the row's picture: -> (n, 2), in the middle of the
        paper between them and their neighbors."""
        right = np.maximum.accumulate([piece.box[2] for piece in self.pieces])
        left = np.minimum.accumulate([piece.box[0] for piece in self.pieces[::-1]])[::-1]
        borders = np.concatenate([[-np.inf], (right[:-1] + left[1:]) / 2, [np.inf]])
        return borders[np.array(runs, int).reshape(-1, 2)]

    def _is_cut(self, first: int, last: int) -> bool:
        return bool(self.pieces[first].seam or (last < len(self.pieces) and self.pieces[last].seam))

    def _covered(self, first: int, last: int, piece: Piece) -> float:
        """How much of a glyph's width lies over or under a piece beside it, 0 to 1."""
        others = [*self.pieces[max(0, first - 2) : first], *self.pieces[last : last + 2]]
        shared = [segment.shared(piece, other) for other in others if not (piece.seam or other.seam)]
        return max([0, *shared]) / (piece.box[2] - piece.box[0])

    def _odd(self, piece: Piece, digit: int, script: str) -> float:
        """What it costs that a piece has another size than its digit has in a script as a rule; 0 on average."""
        if piece.tap:
            return 0.0
        height, tall, width, wide = SHAPES[script][digit]
        low, broad = np.log(np.array(piece.ink.shape) / self.height)
        broad -= max(0, low - height)  # a digit may be large as a whole
        away = max(0, (height - low) / tall - USUAL) ** 2 + max(0, (broad - width) / wide - USUAL) ** 2
        return SHAPE * min(ODDEST, float(away) / 2)

    def _crowded(self, at: np.ndarray, first: int, last: int) -> bool:
        """Whether there is more in the cell in which pieces stand, or they stand in several: a cell holds one digit.

        at: as of `_standing`.
        """
        if self._cells is None or np.median(np.diff(self._cells, axis=1)) > NARROW * self.height:
            return False
        own = at == at[first]
        return bool(at[first] >= 0 and (own.sum() != last - first or not own[first:last].all()))

    def _standing(self) -> np.ndarray:
        """In which cell each piece stands, -1 for between them: -> (n,) int; without cells all stand in one."""
        if self._cells is None:
            return np.zeros(len(self.pieces), int)
        return standing(np.array([(piece.box[0] + piece.box[2]) / 2 for piece in self.pieces]), self._cells)

    def _torn(self, first: int, last: int, piece: Piece) -> float:
        """How much of a piece's border is cut through ink, in its own longer sides."""
        seams = self.pieces[first].seam + (self.pieces[last].seam if last < len(self.pieces) else 0)
        return seams * self.height / max(piece.ink.shape)

    def _paper(self, first: int, last: int) -> Paper:
        """What is between two pieces; nothing where one was cut from the other."""
        piece, other = self.pieces[first], self.pieces[last]
        if other.seam and last == first + 1:
            return Paper(0.0, 0.0)
        wide = self._gap(piece, other)
        usual = max(self.typical, NEAR * self.height) if segment.covers(piece, other) else self.typical
        return Paper(wide / usual, wide)

    def _gap(self, piece: Piece, before: Piece) -> float:
        key = (piece.box, before.box)
        if key not in self._gaps:
            beside = -segment.shared(piece, before)
            self._gaps[key] = beside if beside > NEAR * self.height else segment.gap(piece, before)
        return self._gaps[key]

    def _size_known(self) -> float | None:
        """The resolution for a size plane: networks know the sizes of Persian digits only."""
        return None if self.script == "latin" else self._dpi


def _stands_beside(mark: Piece, digit: Piece) -> bool:
    """Whether a mark is no end of a digit's stroke: it is rather beside than below, and the digit goes down as far."""
    x0, y0, x1, y1 = mark.box
    return segment.shared(mark, digit) <= (x1 - x0) / 2 and digit.box[3] >= (y0 + y1) / 2


def told_height(glyphs: list[Glyph], script: str) -> float | None:
    """The height of an ordinary digit that the digits among glyphs tell, px; None where few are read with certainty.

    Zeros do not count: in Persian some are dots.
    """
    digits = [(glyph, int(glyph.seen.argmax())) for glyph in glyphs if glyph.is_digit and glyph.seen.argmax() > 0]
    told = [(glyph, digit) for glyph, digit in digits if glyph.seen.max() >= SURE]
    if len(told) < max(FEWEST, len(digits) / 2):
        return None
    return math.exp(np.median([math.log(len(glyph.piece.ink)) - SHAPES[script][digit][0] for glyph, digit in told]))


def _resolution(row: Row, dpi: float | None) -> float | None:
    """The resolution at which the number's digits would be as high as Hoda's: their sizes then mean the same."""
    if sum(piece.mark is None for piece in row.pieces) > 1:
        return row.height / ORDINARY * MM_PER_INCH
    return dpi and dpi / float(np.hypot(*row.back[:2, 0]))
