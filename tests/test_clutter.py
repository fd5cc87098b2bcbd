import cv2
import numpy as np
import pytest
from scans import scan

from hwr.data import clutter
from hwr.data.clutter import Clutter
from hwr.data.printed import FONTS
from hwr.imaging.stages import binarize

DIGITS = [np.pad(scan(k % 10, np.random.default_rng(k)), 4, constant_values=255) for k in range(30)]


CLUTTER = Clutter(DIGITS)


def made(kind, count: int = 30) -> list[np.ndarray]:
    return [kind(np.random.default_rng(seed), CLUTTER) for seed in range(count)]


@pytest.mark.parametrize("kind", clutter.KINDS)
def test_a_picture_of_every_kind_has_ink_on_paper(kind):
    pictures = made(kind)
    for gray in pictures:
        assert gray.dtype == np.uint8
        assert gray.ndim == 2
        assert gray.max() == 255
        assert 0.001 < (gray < 128).mean() < 0.8
    assert np.mean([binarize(gray).any() for gray in pictures]) > 0.8  # the others are drawn again
    assert len({gray.tobytes() for gray in pictures}) == len(pictures)


def test_the_same_generator_draws_the_same():
    first, again, other = (Clutter(DIGITS).draw(np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape or (first != other).any()


def test_every_kind_comes_as_often_as_promised(monkeypatch):
    drawn = []
    kinds = [lambda *_, k=k: drawn.append(k) for k in range(len(clutter.KINDS))]
    monkeypatch.setattr(clutter, "KINDS", kinds)
    rng = np.random.default_rng(0)
    for _ in range(4000):
        CLUTTER.draw(rng)
    np.testing.assert_allclose(np.bincount(drawn) / 4000, clutter.SHARES, atol=0.03)


def test_no_letter_is_written_as_a_digit_is():
    assert set(clutter.LATIN).isdisjoint("OoIliVvUuAnhqgPp9yY4701|")
    assert set(clutter.PERSIAN).isdisjoint("اآوهةء۰۱۲۳۴۵۶۷۸۹")


def test_letters_come_in_every_font(monkeypatch):
    asked = set()
    monkeypatch.setattr(clutter, "trace", lambda letter, font, rng: asked.add((letter, font)))
    rng = np.random.default_rng(0)
    for _ in range(5000):
        clutter._letter(rng, CLUTTER)
    for letters, fonts in ((clutter.PERSIAN, CLUTTER.fonts.persian), (clutter.LATIN, CLUTTER.fonts.latin)):
        assert {font for letter, font in asked if letter in letters} == set(fonts)
        assert {letter for letter, _ in asked} >= set(letters)
    assert len(CLUTTER.fonts.latin) == len(FONTS) > len(CLUTTER.fonts.persian)


def test_a_square_lies_flat(monkeypatch):
    """On its corner it is a ۰, as `hwr.data.hands` draws it."""
    polygons = []
    monkeypatch.setattr(clutter.cv2, "polylines", lambda _, points, *__: polygons.append(points[0]))
    made(clutter._figure, 200)
    squares = [corners for corners in polygons if len(corners) == 4]
    assert len(squares) >= 5
    for corners in squares:
        assert all(len(set(side)) == 2 for side in corners.T.tolist())


def test_joined_digits_are_two_or_three_in_whole():
    ink = {int((digit < 128).sum()) for digit in DIGITS}
    pairs = {a + b for a in ink for b in ink}
    for gray in made(clutter._joined):
        amount = int((gray < 128).sum())
        assert amount in pairs or amount - min(ink) >= min(pairs)


def test_joined_digits_stay_together_through_the_stages():
    """Or the one that is left would be taught as no digit."""
    for gray in made(clutter._joined, 100):
        assert cv2.connectedComponents(binarize(gray))[0] > 2


def test_shares_are_of_a_whole():
    assert sum(clutter.SHARES) == pytest.approx(1)
    assert len(clutter.SHARES) == len(clutter.KINDS)
