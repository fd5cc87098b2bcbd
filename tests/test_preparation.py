import dataclasses
import json

import cv2
import numpy as np
import pytest
from pictures import drawing, encode
from scans import scan

from hwr import weights
from hwr.data import mnist
from hwr.data.samples import Samples
from hwr.evaluation.calibration import Calibration
from hwr.evaluation.score import inputs
from hwr.imaging.preparation import Preparation
from hwr.imaging.stages import binarize, soft
from hwr.recipes import RECIPES, Handwriting
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


def test_channels_repeat_the_picture_and_mean_and_std_move_it():
    plain, moved = Preparation(28, 2), Preparation(28, 2, True, channels=3, mean=0.25, std=0.5)
    gray = page(80, 60, ink=29)
    x, expected = moved.array(gray, 200), (plain.array(gray) - np.float32(0.25)) / np.float32(0.5)
    assert x.shape == moved.shape == (4, 28, 28)
    assert x.dtype == np.float32
    for channel in x[:3]:
        np.testing.assert_array_equal(channel, expected[0])
    assert (x[0].min(), x[0].max()) == (-0.5, 1.5)
    np.testing.assert_allclose(x[3], 3.683 / 4, rtol=1e-4)  # the size plane is left as it is


@pytest.mark.parametrize(
    ("times", "came", "shape"),
    [
        (1, (28, 28), (28, 28)),
        (4, (28, 28), (112, 112)),
        (4, (64, 20), (256, 80)),
        (4, (65, 20), (65, 20)),  # no longer small
        (4, (2048, 1024), (1024, 512)),
    ],
)
def test_small_pictures_are_enlarged_and_large_ones_shrunk(times, came, shape):
    gray = np.full(came, 255, np.uint8)
    gray[: came[0] // 2] = 0
    sized = Preparation(28, 4, enlarge=times).sized(gray)
    assert sized.shape == shape
    assert sized.dtype == np.uint8
    if came == shape:
        np.testing.assert_array_equal(sized, gray)


def test_an_enlarged_picture_keeps_its_size_and_shows_gray_edges():
    """A stroke whose edge is half gray is narrower than one whose edge is full, once enlarged."""
    gray = np.full((28, 28), 255, np.uint8)
    gray[4:24, 12:15] = 0
    half = gray.copy()
    half[4:24, 15] = 128
    fine = Preparation(28, 4, enlarge=4)
    assert fine.stages(gray).size == pytest.approx(20, abs=0.6)
    assert fine.stages(half).centered.shape[1] > fine.stages(gray).centered.shape[1]


SOFT, HARD = Preparation(28, 4, gray=True), Preparation(28, 4)


@pytest.fixture
def faint() -> np.ndarray:
    """A small bar of black ink whose lower half is too faint for one threshold: (36, 36) uint8, antialiased."""
    gray = np.full((36, 36), 255, np.uint8)
    gray[6:18, 15:18] = 0
    gray[18:30, 15:18] = 165
    return cv2.GaussianBlur(gray, (0, 0), 0.6)


def test_a_small_picture_in_gray_keeps_its_faint_strokes(faint):
    stages, hard = SOFT.stages(faint), HARD.stages(faint)
    assert (stages.size, hard.size) == (26, 13)  # antialiased, a pixel more at either end
    np.testing.assert_array_equal(stages.gray, faint)
    assert stages.binary[6:30, 15:18].all()
    assert not stages.binary[:, [*range(13), *range(20, 36)]].any()
    rows = SOFT.array(faint)[0].max(axis=1)
    assert rows[6:13].min() > 0.85
    assert rows[16:22].max() == pytest.approx(90 / 255, abs=0.06)  # as faint as it came
    assert HARD.array(faint)[0].max(axis=1)[5:23].min() > 0.75  # the upper half, enlarged


def test_a_negative_in_gray_is_the_same(faint):
    np.testing.assert_allclose(SOFT.array(255 - faint), SOFT.array(faint), atol=0.01)


def test_in_gray_the_size_is_that_of_the_scan():
    plain, gray = (Preparation(side=32, margin=2, size_plane=True, gray=gray) for gray in (False, True))
    for seed in range(5):
        picture = np.pad(scan(3, np.random.default_rng(seed)), 4, constant_values=255)
        np.testing.assert_array_equal(gray.array(picture, 200.0), plain.array(picture, 200.0))  # of two tones: alike


@pytest.mark.parametrize(("side", "alike"), [(64, False), (65, True), (280, True)])
def test_large_pictures_have_two_tones_in_gray_too(side, alike):
    assert np.array_equal(SOFT.array(drawing(3, side)), HARD.array(drawing(3, side))) == alike


@pytest.mark.data
def test_the_ink_of_mnist_is_kept_in_gray(data_dir):
    """Of all darkness on a picture a threshold keeps some 92 %; the rest lies in faint strokes and edges."""
    shares = {True: [], False: []}
    for picture in mnist.read("validation", data_dir).images[:500]:
        ink = {True: soft(picture)[1], False: binarize(picture)}
        for kept, share in shares.items():
            share.append((255.0 - picture)[ink[kept] > 0].sum() / (255.0 - picture).sum())
        np.testing.assert_allclose(SOFT.array(255 - picture), SOFT.array(picture), atol=0.2)
    assert np.mean(shares[True]) > 0.999
    assert min(shares[True]) > 0.97
    assert np.mean(shares[False]) < 0.95


@pytest.mark.parametrize("level", [0, 130, 255])
def test_blank_has_no_input(level):
    blank = np.full((60, 90), level, np.uint8)
    stages = PREPARATION.stages(blank)
    assert (stages.centered, stages.padded, stages.size) == (None, None, 0)
    assert not stages.binary.any()
    assert PREPARATION.array(blank, 200) is None
    assert SOFT.array(blank[:36, :36]) is None


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
    recipe = dataclasses.replace(RECIPES["hoda-compact"], augment=Handwriting(0, 0, 0, views=1, scaled=1.0))
    expected = recipe.prepare.array(gray, dpi)

    scored = inputs(Samples([gray], np.array([4]), dpi), recipe.prepare)
    np.testing.assert_array_equal(scored[0], expected)

    engine = Listener()
    Recognizer("listener", engine, recipe.prepare, Calibration()).read(encode(gray), dpi)
    np.testing.assert_array_equal(engine.x[0], expected)

    monkeypatch.setattr(views, "rewrite", lambda gray, rng: gray)  # a hand that changes nothing
    monkeypatch.setattr(views, "WORKERS", 0)
    trained, labels = views.Handwritten([Samples([gray], np.array([4]), dpi)], recipe, seed=0).batch([0])
    np.testing.assert_array_equal(trained[0].numpy(), expected)
    assert labels.tolist() == [4]
