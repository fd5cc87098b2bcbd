"""The likeliest way over the pieces of a row, from left to right: what each is, or several as one -> Glyphs."""

import math
from itertools import pairwise

import numpy as np

from hwr.dates import is_date
from hwr.evaluation.calibration import ONE
from hwr.glyphs import DIGIT, NEAR, SURE, TIGHT, Glyph, Judge, told_height
from hwr.imaging.cuts import cut
from hwr.imaging.parts import MOST_OF_A_DIGIT
from hwr.imaging.segment import SLASHED, Row, covers, is_upright, leans

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
DATED = 0.95  # so likely a slash is one where it makes a date
PARTED = 4  # digits at most, and marks, stand at either side of a slash that is alone, as in 07/1403


def is_endless(row: Row) -> bool:
    """Whether there is more in a row than a number has."""
    across = max(piece.box[2] for piece in row.pieces) - min(piece.box[0] for piece in row.pieces)
    return across > MOST * WIDEST * row.height or len(row.pieces) > PIECES


def likeliest(judge: Judge, row: Row, dpi: float | None) -> tuple[Judge, list[Glyph]]:
    """Who judges a row, and the likeliest way over it: once more where its digits tell another height than it had, as
    one that is far larger than the others does."""
    way = _glyphs(judge)
    told = row._replace(height=told_height(way, judge.script) or row.height)
    if abs(math.log(told.height / row.height)) <= MISJUDGED or is_endless(told):
        return judge, way
    judge = Judge(judge.recognizer, told, dpi, judge.script)
    return judge, _glyphs(judge)


def _glyphs(judge: Judge) -> list[Glyph]:
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
