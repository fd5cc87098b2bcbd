import numpy as np
import pytest
from pictures import drawing

import hwr
from hwr.data import forms, numbers
from hwr.data.samples import Samples


@pytest.fixture(scope="module")
def samples() -> Samples:
    """Our own drawings of the ten digits, as a scan has them: two tones."""
    scans = [np.where(drawing(digit, 36, 18) > 127, 255, 0).astype(np.uint8) for digit in range(10)]
    return Samples(scans, np.arange(10))


def fill(samples: Samples, place: str, view: str, seed: int = 0) -> forms.Form:
    return forms.fill(samples, numbers.ordinary(samples), place, view, np.random.default_rng(seed))


@pytest.mark.parametrize("place", forms.PLACES)
@pytest.mark.parametrize("view", forms.VIEWS)
def test_a_form_is_a_picture_of_a_number_and_more(samples, place, view):
    form = fill(samples, place, view)
    assert form.image.dtype == np.uint8
    assert form.image.ndim == 2
    assert form.text.isdecimal()
    assert forms.DIGITS[0] <= len(form.text) <= forms.DIGITS[1]
    assert (form.place, form.view) == (place, view)
    assert form.image.std() > 4


def test_the_same_every_time(samples):
    first, again, other = (fill(samples, "cells", "half", seed) for seed in (3, 3, 4))
    assert first.text == again.text
    np.testing.assert_array_equal(first.image, again.image)
    assert first.text != other.text


def test_forms_of_a_split(samples, monkeypatch):
    asked = []
    monkeypatch.setattr(forms.hoda, "read", lambda split, folder: asked.append((split, folder)) or samples)
    made = list(forms.forms("validation", 9, "here"))
    assert asked == [("validation", "here")]
    assert {(form.place, form.view) for form in made} == {(p, v) for p in forms.PLACES for v in forms.VIEWS}
    assert [form.text for form in forms.forms("test", 3)] != [form.text for form in made[:3]]


@pytest.mark.parametrize("view", forms.VIEWS)
def test_numbers_on_forms_are_read(samples, view):
    made = [fill(samples, place, view, seed) for place in forms.PLACES for seed in range(6)]
    read = [hwr.load().read_number(form.image, script="persian").text for form in made]
    assert sum(text == form.text for text, form in zip(read, made, strict=True)) >= 20
