import dataclasses
import json

import cv2
import numpy as np
import pytest
from pictures import drawing, encode
from scans import scan

from hwr import weights
from hwr.data.samples import Samples
from hwr.evaluation.calibration import Calibration
from hwr.evaluation.score import inputs
from hwr.imaging.preparation import Preparation
from hwr.recipes import RECIPES
from hwr.recognizer import Recognizer
from hwr.training import views

PREPARATION = Preparation(side=32, margin=2, size_plane=True)


def page(height: int, width: int, ink: int) -> np.ndarray:
    """White, with an upright bar `ink` px high."""
    gray = np.full((height, width), 255, np.uint8)
    gray[height // 4 : height // 4 + ink, width // 3 : width // 3 + max(2, ink // 5)] = 0
    return gray


def test_the_first_plane_is_the_padded_picture():
    stages = PREPARATION.stages(drawing(5))
    x = PREPARATION.array(drawing(5))
    assert x.dtype == np.float32
    assert x.shape == PREPARATION.shape == (2, 32, 32)
    np.testing.assert_array_equal(x[0], stages.padded / np.float32(255))
    assert (x[0].min(), x[0].max()) == (0, 1)
    np.testing.assert_array_equal(x, PREPARATION.input(stages))


def test_stages_follow_one_another():
    gray, binary, centered, padded, size = PREPARATION.stages(drawing(3))
    np.testing.assert_array_equal(gray, drawing(3))
    assert binary.shape == gray.shape
    x, y, width, height = cv2.boundingRect(binary)
    np.testing.assert_array_equal(centered, binary[y : y + height, x : x + width])
    assert padded.shape == (32, 32)
    assert size == max(width, height)


@pytest.mark.parametrize(("dpi", "expected"), [(200, 3.683 / 4), (300, 2.4553 / 4), (None, 0), (0, 0)])
def test_the_size_plane_is_the_ink_in_units_of_4_mm(dpi, expected):
    x = PREPARATION.array(page(80, 60, ink=29), dpi)
    np.testing.assert_allclose(x[1], expected, rtol=1e-4)
    assert np.ptp(x[1]) == 0


@pytest.mark.parametrize(("ink", "expected"), [(78, 9.906 / 4), (79, 0)])
def test_a_size_that_no_form_has_says_nothing(ink, expected):
    """10 mm at 200 dpi are 78.7 px."""
    np.testing.assert_allclose(PREPARATION.array(page(200, 100, ink), 200)[1], expected, rtol=1e-4)


def test_the_size_counts_the_pixels_that_came_though_they_were_shrunk():
    stages = PREPARATION.stages(page(4000, 3000, ink=1000))
    assert stages.gray.shape == (1024, 768)
    assert stages.size == pytest.approx(1000, abs=4)


def test_without_a_size_plane_dpi_changes_nothing():
    plain = Preparation(side=28, margin=4)
    assert plain.array(drawing(7), 200).shape == plain.shape == (1, 28, 28)
    np.testing.assert_array_equal(plain.array(drawing(7), 200), plain.array(drawing(7)))


@pytest.mark.parametrize("level", [0, 130, 255])
def test_blank_has_no_input(level):
    blank = np.full((60, 90), level, np.uint8)
    stages = PREPARATION.stages(blank)
    assert (stages.centered, stages.padded, stages.size) == (None, None, 0)
    assert not stages.binary.any()
    assert PREPARATION.array(blank, 200) is None


def test_a_picture_is_left_as_it_came():
    gray = drawing(4)
    gray.setflags(write=False)
    PREPARATION.array(gray)


def test_frozen_and_equal_by_value():
    with pytest.raises(dataclasses.FrozenInstanceError):
        PREPARATION.side = 28
    assert Preparation(32, 2, True) == PREPARATION
    assert len({PREPARATION, Preparation(32, 2, True), Preparation(32, 3, True)}) == 2


def test_round_trip_through_json_and_the_shipped_config():
    odd = Preparation(side=28, margin=5, size_plane=True)
    assert Preparation(**json.loads(json.dumps(dataclasses.asdict(odd)))) == odd
    config = json.loads(weights.read("hoda-compact", "config.json"))
    assert Preparation(**config["preparation"]) == RECIPES["hoda-compact"].prepare


class Listener:
    """An engine that keeps what it is given."""

    def logits(self, x: np.ndarray) -> np.ndarray:
        self.x = x
        return np.zeros((len(x), 11), np.float32)


@pytest.mark.parametrize("dpi", [200.0, None])
def test_training_scoring_and_serving_prepare_alike(dpi, monkeypatch):
    gray = np.pad(scan(4, np.random.default_rng(0)), 4, constant_values=255)
    recipe = dataclasses.replace(RECIPES["hoda-compact"], redrawn=0, photographed=0, clutter=0, views=1)
    expected = recipe.prepare.array(gray, dpi)

    scored = inputs(Samples([gray], np.array([4]), dpi), recipe.prepare)
    np.testing.assert_array_equal(scored[0], expected)

    engine = Listener()
    Recognizer("listener", engine, recipe.prepare, Calibration()).read(encode(gray), dpi)
    np.testing.assert_array_equal(engine.x[0], expected)

    monkeypatch.setattr(views, "rewrite", lambda gray, rng: gray)  # a hand that changes nothing
    monkeypatch.setattr(views, "KNOWN_SCALE", 1.0)
    monkeypatch.setattr(views, "WORKERS", 0)
    trained, labels = views.Views(Samples([gray], np.array([4]), dpi), recipe, seed=0).__getitems__([0])
    np.testing.assert_array_equal(trained[0].numpy(), expected)
    assert labels.tolist() == [4]
