import numpy as np
import pytest
from pictures import drawing

from hwr.data import numbers
from hwr.data.samples import Samples

ORDINARY = 60.0


@pytest.fixture(scope="module")
def samples() -> Samples:
    """Our own drawings of the ten digits, each of two pens, as a scan has them: two tones."""
    scans = [
        np.where(drawing(digit, 84, pen) > 127, 255, 0).astype(np.uint8) for pen in (16, 24) for digit in range(10)
    ]
    return Samples(scans, np.tile(np.arange(10), 2))


def write(samples: Samples, condition: str, seed: int = 0) -> numbers.Number:
    return numbers.write(samples, ORDINARY, condition, np.random.default_rng(seed))


def parts(image: np.ndarray) -> int:
    """How many pieces of ink a picture without lines has."""
    import cv2

    return cv2.connectedComponents(np.where(image < np.median(image) * 0.6, 255, 0).astype(np.uint8))[0] - 1


@pytest.mark.parametrize("condition", numbers.CONDITIONS)
def test_ink_on_paper(samples, condition):
    for seed in range(6):
        number = write(samples, condition, seed)
        digits = sum(sign.isdigit() for sign in number.text)
        assert numbers.DIGITS[0] <= digits <= numbers.DIGITS[1]
        assert len({sign for sign in number.text if not sign.isdigit()}) <= 1  # one kind of mark
        assert number.image.dtype == np.uint8
        assert number.image.shape[1] > digits * numbers.HEIGHT[0] * 0.2
        assert number.image.min() < np.median(number.image) - 30  # ink is darker
        assert number.condition == condition


def test_the_same_every_time(samples):
    first, again, other = (write(samples, "shaded", seed) for seed in (3, 3, 4))
    assert first.text == again.text
    np.testing.assert_array_equal(first.image, again.image)
    assert first.image.shape != other.image.shape


def test_as_many_pieces_as_signs_unless_they_touch(samples):
    apart = [write(samples, "clean", seed) for seed in range(12)]
    assert [parts(number.image) for number in apart] == [len(number.text) for number in apart]
    touching = [write(samples, "touching", seed) for seed in range(12)]
    fewer = [len(number.text) - parts(number.image) for number in touching]
    assert min(fewer) >= 0
    assert sum(count > 0 for count in fewer) >= 9  # a pair that can't meet stays apart


def test_marks_stand_between_groups(samples):
    marked = [text for text in (write(samples, "marked", seed).text for seed in range(60)) if not text.isdigit()]
    assert marked
    for text in marked:
        (mark,) = {sign for sign in text if not sign.isdigit()}
        *groups, last = text.split(mark)
        assert len({len(group) for group in groups}) == 1
        assert 1 <= len(last) <= len(groups[0])


def test_marks_have_their_places(samples):
    for seed in range(30):
        number = write(samples, "marked", seed)
        assert len(number.ends) == len(number.text)
        assert (np.diff(number.ends.mean(axis=1)[:, 0]) > 0).all()
        for sign, (left, right) in zip(number.text, number.ends, strict=True):
            if sign in ".,-/":
                x, y = np.round((left + right) / 2).astype(int)
                assert number.image[y - 3 : y + 4, x - 3 : x + 4].min() < np.median(number.image) - 50


def test_strings_of_a_split(samples, monkeypatch):
    asked = []
    monkeypatch.setitem(numbers.SOURCES, "hoda", lambda split, folder: asked.append((split, folder)) or samples)
    made = list(numbers.strings("hoda", "validation", len(numbers.CONDITIONS) + 1, "here"))
    assert asked == [("validation", "here")]
    assert [number.condition for number in made] == [*numbers.CONDITIONS, numbers.CONDITIONS[0]]
    again = list(numbers.strings("hoda", "validation", 3))
    assert [number.text for number in again] == [number.text for number in made[:3]]
    assert [number.text for number in numbers.strings("hoda", "test", 3)] != [number.text for number in made[:3]]


@pytest.mark.data
@pytest.mark.parametrize("source", numbers.SOURCES)
def test_real_digits(source, data_dir):
    for number in numbers.strings(source, "validation", 6, data_dir):
        assert number.image.std() > 5
