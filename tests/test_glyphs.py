"""What the pieces of a row may be: digits, marks, or nothing."""

import cv2
import numpy as np
import pytest
from pictures import mask

import hwr
from hwr import rows
from hwr.data.samples import MARKS
from hwr.glyphs import NEAR, SHAPES, Glyph, Judge, told_height
from hwr.imaging import search, segment


@pytest.fixture(scope="module")
def recognizer() -> hwr.Recognizer:
    return hwr.load()


def row(digits: str, side: int = 110, gap: int = 30) -> segment.Row:
    """Our own digits side by side; a dot, a comma, a dash or a slash between them drawn with the same pen."""
    tiles = []
    for sign in digits:
        if sign.isdigit():
            tiles.append(np.pad(mask(int(sign), side, 26), ((40, 40), (gap // 2, gap // 2))))
            continue
        tile = np.zeros((side + 80, side // 2), np.uint8)
        middle, foot, x = tile.shape[0] // 2, side + 30, tile.shape[1] // 2
        ends = {
            ".": [(x, foot), (x, foot)],
            ",": [(x + 4, foot), (x - 6, foot + 22)],
            "-": [(x - 18, middle), (x + 18, middle)],
            "/": [(x + 20, 25), (x - 20, side + 55)],
        }
        cv2.line(tile, *ends[sign], 255, 12, cv2.LINE_AA)
        tiles.append(tile)
    return search.find(255 - np.pad(np.hstack(tiles), 30))


def whole(judge: Judge, k: int) -> Glyph:
    """A piece taken for a digit."""
    return judge.digits([(k, k + 1)])[0]


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_between_digits_is_a_mark(recognizer, mark):
    judge = Judge(recognizer, row(f"72{mark}4"), None, "persian")
    assert [piece.mark for piece in judge.pieces] == [None, None, mark, None]
    digits = [whole(judge, k) for k in range(4)]
    best = min(judge.others(digits[2]), key=lambda glyph: glyph.cost)
    assert (best.mark, best.is_digit) == (mark, False)
    assert best.share > 0.5
    assert best.cost < digits[2].cost
    for k in (0, 1, 3):
        assert digits[k].cost < min(glyph.cost for glyph in judge.others(digits[k]))


def test_what_is_surely_a_seven_is_no_slash(recognizer):
    judge = Judge(recognizer, row("472/4"), None, "persian")
    logs = judge.heard.logs
    logs[:, -2] = np.logaddexp.reduce(logs[:, :-1], axis=1)  # to the network of rows every sign may be a slash
    seven, slash = whole(judge, 1), whole(judge, 3)
    costs = [next(glyph.cost for glyph in judge.others(digit) if glyph.mark == "/") for digit in (seven, slash)]
    assert seven.cost + 5 < costs[0]
    assert costs[1] < slash.cost


def test_two_digits_are_not_one(recognizer):
    judge = Judge(recognizer, row("72"), None, "persian")
    one, other, both = judge.digits([(0, 1), (1, 2), (0, 2)])
    assert one.cost + other.cost < 1 < both.cost
    assert (one.first, one.last, both.first, both.last) == (0, 1, 0, 2)
    assert one.is_digit
    assert one.logits.shape == (21,)
    assert judge.digits([]) == []


def block(x0: int, y0: int, x1: int, y1: int) -> segment.Piece:
    return segment.Piece((x0, y0, x1, y1), np.full((y1 - y0, x1 - x0), 255, np.uint8))


def test_the_parts_of_a_broken_digit_hang_together_in_whatever_order_they_stand(recognizer):
    judge = Judge(recognizer, row("72"), None, "persian")
    foot, bar, body = block(22, 70, 40, 80), block(20, 0, 60, 10), block(20, 16, 64, 66)
    for parts in (foot, bar, body), (bar, foot, body), (body, bar, foot):
        judge.pieces = [*parts, block(80, 16, 120, 66)]
        paper = judge.paper(0, 3)
        assert sorted(each.wide for each in paper) == pytest.approx([5, 7], abs=0.01)  # from edge to edge
    assert [each.gaps for each in paper] == [each.wide / max(judge.typical, NEAR * judge.height) for each in paper]
    (beside,) = judge.paper(2, 4)
    assert beside.gaps == beside.wide / judge.typical


def test_what_was_cut_apart_has_no_paper_between(recognizer):
    judge = Judge(recognizer, row("72"), None, "persian")
    judge.pieces = [block(0, 0, 20, 60), block(20, 0, 40, 60)._replace(seam=0.2), block(50, 0, 70, 60)]
    assert [each.wide for each in judge.paper(0, 3)] == pytest.approx([0, 11], abs=0.01)


def test_digits_tell_how_high_an_ordinary_one_is(recognizer):
    judge = Judge(recognizer, row("7214"), None, "persian")
    sevens = [whole(judge, 0)] * 3
    told = told_height(sevens, "persian")
    assert told == pytest.approx(len(sevens[0].piece.ink) * np.exp(-SHAPES["persian"][7][0]))
    assert told_height(sevens[:1], "persian") is None  # a digit alone tells nothing
    doubtful = [sevens[0]._replace(seen=0.9 * np.eye(10)[7])] * 4
    assert told_height([*sevens, *doubtful], "persian") is None
    zeros = [whole(Judge(recognizer, row("700"), None, "persian"), k) for k in (1, 2)]
    assert [int(zero.seen.argmax()) for zero in zeros] == [0, 0]
    assert told_height([*sevens, *zeros], "persian") == told


def test_without_the_network_of_rows_a_mark_is_what_it_looks_like(recognizer, monkeypatch):
    monkeypatch.setattr(rows, "shipped", lambda: None)
    judge = Judge(recognizer, row("72-4"), None, "persian")
    others = [judge.others(whole(judge, k)) for k in range(4)]
    assert [[(glyph.mark, glyph.cost) for glyph in each] for each in others] == [[], [], [("-", 0.0)], []]


@pytest.mark.parametrize(("digits", "script"), [("7426", "persian"), ("3592", "latin")])
def test_the_script_is_that_of_all_digits_together(recognizer, digits, script):
    scripts = {"persian": row(digits), "latin": _latin(digits)}
    assert Judge(recognizer, scripts[script], None, "auto").script == script


def _latin(digits: str) -> segment.Row:
    page = np.full((200, 150 * len(digits) + 50), 255, np.uint8)
    for k, digit in enumerate(digits):
        cv2.putText(page, digit, (40 + 150 * k, 150), cv2.FONT_HERSHEY_SIMPLEX, 4, 0, 12)
    return search.find(page)


def test_a_leaning_stroke_at_an_end_is_no_slash(recognizer):
    leaning = row("/72")
    assert leaning.pieces[0].mark == "/"
    assert Judge(recognizer, leaning, None, "persian").pieces[0].mark is None


def test_in_a_cell_stands_a_digit_and_between_cells_a_mark(recognizer):
    found = row("71/4")
    boxes = np.array([piece.box for piece in found.pieces])
    cells = boxes[[0, 1, 3]][:, [0, 2]] + [-8, 8]
    judge = Judge(recognizer, found._replace(cells=cells), None, "persian")
    assert {glyph.mark for k in (0, 1, 3) for glyph in judge.others(whole(judge, k))} == {""}
    marked = min(judge.others(whole(judge, 2)), key=lambda glyph: glyph.cost)
    assert marked.mark == "/"
    assert marked.share > 0.9
    free = Judge(recognizer, found, None, "persian")
    assert whole(judge, 2).cost > whole(free, 2).cost + 1
    assert whole(judge, 1).cost == pytest.approx(whole(free, 1).cost, abs=0.2)
    assert judge.digits([(0, 2)])[0].cost > free.digits([(0, 2)])[0].cost + 1
