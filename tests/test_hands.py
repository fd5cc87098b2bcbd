import cv2
import numpy as np
import pytest

from hwr.data import drawings, hands
from hwr.data.hands import HANDS

FORMS = [(key, k) for key, forms in HANDS.items() for k in range(len(forms))]


@pytest.mark.parametrize(("key", "k"), FORMS, ids=str)
def test_a_form_is_drawn_in_one_piece(key, k):
    """Strokes that do not meet, but for a hasty hand's gap, would be another figure."""
    for seed in range(20):
        gray = hands.write(HANDS[key][k], np.random.default_rng(seed))
        assert (gray.shape, gray.dtype) == ((drawings.SIDE, drawings.SIDE), np.uint8)
        assert gray.max() == 255
        ink = cv2.dilate((gray < 230).astype(np.uint8), np.ones((7, 7)))
        assert cv2.connectedComponents(ink)[0] == 2


@pytest.mark.parametrize(("script", "digit"), HANDS, ids=str)
def test_every_form_of_a_digit_comes(script, digit, monkeypatch):
    monkeypatch.setattr(hands, "write", lambda form, rng: form)
    rng = np.random.default_rng(0)
    assert {hands.draw(digit, script, rng) for _ in range(200)} == set(HANDS[script, digit])


@pytest.mark.parametrize(("digit", "script"), [(5, "persian"), (2, "latin")])
def test_a_digit_of_which_the_data_lack_no_form_is_not_drawn(digit, script):
    assert hands.draw(digit, script, np.random.default_rng(0)) is None


def test_what_is_trained_on_is_not_what_drawings_measure():
    measured = {form.strokes for forms in drawings.FORMS.values() for form in forms}
    assert measured.isdisjoint(form.strokes for forms in HANDS.values() for form in forms)
