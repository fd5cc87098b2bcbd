import json

import numpy as np
import pytest
from pictures import encode

import hwr
from hwr.evaluation.calibration import Calibration
from hwr.imaging.patches import PagePreparation

HANDS = tuple(f"{hand:02}" for hand in range(1, 71))


class Engine:
    """Says of every patch what it was told, and keeps what it was given."""

    def __init__(self, **logits: float):
        self.said = np.array([logits.get(f"_{hand}", 0) for hand in HANDS], np.float32)

    def logits(self, x: np.ndarray) -> np.ndarray:
        self.given = x
        return np.tile(self.said, (len(x), 1))


def saying(calibration: Calibration | None = None, **logits: float) -> hwr.Identifier:
    return hwr.Identifier("pages", Engine(**logits), PagePreparation(height=32), calibration or Calibration(), HANDS)


def strip(height: int = 60, width: int = 400) -> np.ndarray:
    """Strokes of ink in a row: (H, W) uint8, 0 ink, 255 paper."""
    gray = np.full((height, width), 255, np.uint8)
    gray[height // 4 : -(height // 4), width // 10 : -(width // 10) : 8] = 0
    return gray


def test_the_likeliest_hand_and_the_five_best():
    said = saying(_07=5, _12=4, _70=3, _33=2, _34=2, _35=1).read(strip())
    weights = np.exp([5, 4, 3, 2, 2])
    weights /= weights.sum() + np.exp(1) + 64
    assert (said.label, said.model, said.reason) == ("07", "pages", None)
    assert [label for label, _ in said.top] == ["07", "12", "70", "33", "34"]
    np.testing.assert_allclose([share for _, share in said.top], weights, rtol=1e-6)
    assert said.confidence == said.top[0][1]
    told = json.loads(json.dumps(said.json()))
    assert told == {"label": "07", "confidence": said.confidence, "top": [*map(list, said.top)], "model": "pages"}


def test_the_temperature_calibrates():
    cold, hot = (saying(Calibration(t), _07=5).read(strip()).confidence for t in (0.5, 2.0))
    assert cold == pytest.approx(np.exp(10) / (np.exp(10) + 69))
    assert hot == pytest.approx(np.exp(2.5) / (np.exp(2.5) + 69))


def test_its_patches_are_the_preparation_s_and_the_same_each_time():
    identifier = saying(_01=1)
    identifier.read(strip())
    first = identifier.engine.given
    np.testing.assert_array_equal(first, PagePreparation(height=32).patches(strip()))
    identifier.read(encode(strip()))
    np.testing.assert_array_equal(identifier.engine.given, first)


@pytest.mark.parametrize("level", [0, 127, 255])
@pytest.mark.parametrize("shape", [(1, 1), (300, 1500), (1070, 1545)])
def test_a_blank_page_is_nobody_s(level, shape):
    said = saying(_07=5).read(np.full(shape, level, np.uint8))
    assert (said.label, said.confidence, said.top) == (None, 0.0, [])
    assert said.reason == "nothing is written on this picture"
    assert json.loads(json.dumps(said.json())) == {
        "label": None,
        "confidence": 0.0,
        "top": [],
        "model": "pages",
        "reason": "nothing is written on this picture",
    }


@pytest.mark.parametrize("shape", [(12, 12), (30, 8000), (8000, 30), (2000, 100), (1070, 1545), (9, 300)])
def test_any_shape_has_an_answer(shape):
    assert saying(_07=5).read(strip(*shape)).label == "07"


def test_a_bad_picture_is_a_picture_error():
    with pytest.raises(hwr.PictureError):
        saying().read(b"no picture")
