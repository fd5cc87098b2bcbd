import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from pictures import drawing, encode

import hwr
from hwr.evaluation.calibration import Calibration
from hwr.imaging.preparation import Preparation
from hwr.imaging.stages import Stages
from hwr.recognizer import NO_DIGIT

DIGITS = [*"0123456789"]


class Engine:
    """Says of every picture what it was told, and keeps what it was given."""

    def __init__(self, classes: int = 11, **logits: float):
        self.said = np.array([[logits.get(f"_{k}", 0) for k in range(classes)]], np.float32)

    def logits(self, x: np.ndarray) -> np.ndarray:
        self.given = x
        return self.said.repeat(len(x), axis=0)


def saying(**logits: float) -> hwr.Recognizer:
    return hwr.Recognizer("stub", Engine(**logits), Preparation(size_plane=True), Calibration())


def of_both(**logits: float) -> hwr.Recognizer:
    """One of both scripts: `_k` is the Persian k, `_1k` the Latin k, `_20` no digit; the others are almost nothing."""
    every = {f"_{k}": -20 for k in range(21)} | logits
    return hwr.Recognizer("both", Engine(21, **every), Preparation(size_plane=True), Calibration(), "hoda+mnist")


@pytest.mark.parametrize("pen", [6, 16, 30])
@pytest.mark.parametrize("digit", range(1, 10))
def test_ten_drawn_digits(recognizer, digit, pen):
    said = recognizer.read(drawing(digit, pen=pen), script="persian")
    assert said.digit == str(digit)
    assert said.persian == "۰۱۲۳۴۵۶۷۸۹"[digit]
    assert (said.script, said.other) == ("persian", None)
    assert said.confidence > 0.5


@pytest.mark.parametrize("pen", [6, 16, 30])
@pytest.mark.parametrize("digit", range(1, 10))
def test_ten_drawn_digits_of_a_script_that_is_not_told(recognizer, digit, pen):
    """Some shapes are in both: what was meant is then the answer, or the other reading."""
    said = recognizer.read(drawing(digit, pen=pen))
    readings = {(said.digit, said.script), said.other and said.other[:2]}
    assert (str(digit), "persian") in readings


@pytest.mark.parametrize("pen", [16, 30, 50])
def test_a_drawn_zero(recognizer, pen):
    assert recognizer.read(drawing(0, pen=pen)).digit == "0"


def test_the_fields_of_a_prediction(recognizer):
    said = recognizer.read(drawing(3))
    assert (said.digit, said.persian, said.is_digit, said.reason, said.model) == ("3", "۳", True, None, hwr.DEFAULT)
    assert list(said.probabilities) == DIGITS
    assert all(type(share) is float and 0 <= share <= 1 for share in said.probabilities.values())
    assert sum(said.probabilities.values()) == pytest.approx(1, abs=1e-6)
    assert max(said.probabilities, key=said.probabilities.get) == "3"
    assert type(said.confidence) is float
    assert 0 <= said.confidence <= 1
    assert type(said.is_digit) is bool
    assert (said.script, said.other, said.sure) == ("persian", None, True)
    assert isinstance(said.stages, Stages)
    assert said.stages.padded.shape == (32, 32)
    np.testing.assert_array_equal(said.stages.gray, drawing(3))


def test_a_prediction_is_shown_in_one_line(recognizer):
    shown = repr(recognizer.read(drawing(3), script="persian"))
    assert shown.startswith("Prediction(digit='3', script='persian', confidence=0.9")
    assert shown.endswith(", sure=True, …)")
    assert "reason='nothing is written on this picture'" in repr(recognizer.read(np.full((50, 50), 255, np.uint8)))


def test_a_shape_of_both_scripts_is_one_answer_with_its_other_reading():
    """۱ or 1: the digit is a 1, as surely as both readings together."""
    said = of_both(_11=np.log(0.7), _1=np.log(0.2), _9=np.log(0.1)).read(drawing(1))
    assert (said.digit, said.script) == ("1", "latin")
    assert said.other == ("1", "persian", pytest.approx(0.2, abs=1e-6))
    assert said.probabilities["1"] == pytest.approx(0.9, abs=1e-6)
    assert said.confidence == pytest.approx(0.9, abs=1e-6)
    assert said.json()["other"] == {"digit": "1", "script": "persian", "probability": said.other.probability}


def test_the_other_reading_may_be_another_digit():
    """A ring: ۵, or a Latin 0."""
    said = of_both(_5=np.log(0.6), _10=np.log(0.4)).read(drawing(5))
    assert (said.digit, said.script, said.other) == ("5", "persian", ("0", "latin", pytest.approx(0.4, abs=1e-6)))
    assert said.confidence == pytest.approx(0.6, abs=1e-6)
    # Which digit it is is told by both scripts together, which of them by that digit.
    said = of_both(_5=np.log(0.4), _3=np.log(0.29), _13=np.log(0.31)).read(drawing(5))
    assert (said.digit, said.script, said.probabilities["3"]) == ("3", "latin", pytest.approx(0.6, abs=1e-6))
    assert said.other == ("5", "persian", pytest.approx(0.4, abs=1e-6))


@pytest.mark.parametrize(("share", "told"), [(0.006, True), (0.004, False)])
def test_another_reading_of_hardly_any_share_is_not_told(share, told):
    said = of_both(_11=np.log(1 - share), _1=np.log(share)).read(drawing(1))
    assert (said.other is not None) is told
    assert ("other" in said.json()) is told


@pytest.mark.parametrize(("script", "digit"), [("persian", "5"), ("latin", "0")])
def test_a_script_that_is_told_leaves_no_other_reading(script, digit):
    recognizer = of_both(_5=np.log(0.6), _10=np.log(0.35), _20=np.log(0.05))
    said = recognizer.read(drawing(5), script=script)
    assert (said.digit, said.script, said.other) == (digit, script, None)
    assert said.confidence == pytest.approx(0.95, abs=1e-6)  # a digit in either script is one
    digits, is_digit = recognizer.prepared(np.zeros((3, 2, 32, 32), np.float32), script)
    assert (digits.shape, digits.dtype, is_digit.shape) == ((3, 10), np.float64, (3,))
    np.testing.assert_allclose(digits[:, int(digit)] * is_digit, said.confidence)


def test_what_is_no_digit_has_no_script():
    said = of_both(_5=1, _20=9).read(drawing(5))
    assert (said.digit, said.script, said.other, said.sure) == (None, None, None, False)
    assert said.json()["script"] is None


def test_scripts_are_those_of_the_data():
    assert of_both().scripts == ("persian", "latin")
    assert saying().scripts == ("persian",)
    assert saying(_4=9).read(drawing(4)).script == "persian"
    latin = hwr.Recognizer("latin", Engine(10, _4=9), Preparation(), Calibration(), "mnist")
    assert latin.scripts == ("latin",)
    assert [latin.read(drawing(4), script=script).script for script in ("auto", "latin")] == ["latin", "latin"]


@pytest.mark.parametrize(
    ("recognizer", "script", "says"),
    [
        (saying(), "latin", "stub reads Persian digits only, not 'latin'; choose one of auto, persian"),
        (of_both(), "roman", "reads Persian and Latin digits only, not 'roman'; choose one of auto, persian, latin"),
        (of_both(), None, "both reads Persian and Latin digits only, not 'None'; choose one of auto, persian, latin"),
    ],
)  # fmt: skip
def test_a_script_that_it_does_not_read_is_told_in_a_sentence(recognizer, script, says):
    with pytest.raises(ValueError, match=says):
        recognizer.read(drawing(1), script=script)


@pytest.mark.parametrize(("level", "sure"), [(0.69, True), (0.71, False)])
def test_an_answer_is_sure_from_the_level_that_was_fitted(level, sure):
    recognizer = of_both(_3=np.log(0.7), _4=np.log(0.3))
    recognizer.calibration = Calibration(sure=level)
    said = recognizer.read(drawing(3))
    assert (said.sure, said.json()["sure"]) == (sure, sure)


def test_confidence_is_that_it_is_a_digit_and_this_one():
    said = saying(_4=2, _10=1).read(drawing(4))
    weights = np.exp([0] * 4 + [2] + [0] * 5 + [1])
    assert said.digit == "4"
    assert said.confidence == pytest.approx(weights[4] / weights.sum())
    assert said.probabilities["4"] == pytest.approx(weights[4] / weights[:10].sum())


def test_what_is_no_digit_is_refused_with_a_reason():
    said = saying(_4=2, _10=5).read(drawing(4))
    assert (said.digit, said.persian, said.is_digit) == (None, None, False)
    assert said.reason == NO_DIGIT
    assert said.stages.padded is not None
    assert max(said.probabilities, key=said.probabilities.get) == "4"
    assert sum(said.probabilities.values()) == pytest.approx(1)
    assert said.confidence < 0.1


@pytest.mark.parametrize("level", [0, 127, 255])
def test_blank_has_no_digit_and_no_preference(recognizer, level):
    said = recognizer.read(np.full((280, 280), level, np.uint8))
    assert (said.digit, said.is_digit, said.confidence) == (None, False, 0.0)
    assert said.reason == "nothing is written on this picture"
    assert said.probabilities == dict.fromkeys(DIGITS, 0.1)
    assert (said.stages.centered, said.stages.padded) == (None, None)


@pytest.mark.parametrize("side", [28, 48, 64, 100, 280])
@pytest.mark.parametrize("grain", [4, 12])
def test_the_grain_of_paper_is_no_digit(recognizer, side, grain):
    for seed in range(5):
        gray = np.clip(np.random.default_rng(seed).normal(180, grain, (side, side)), 0, 255).astype(np.uint8)
        assert recognizer.read(gray).digit is None


def test_the_resolution_reaches_the_network():
    recognizer = saying(_0=9)
    small = np.pad(np.zeros((12, 12), np.uint8), 10, constant_values=255)
    recognizer.read(small, dpi=200)
    np.testing.assert_allclose(recognizer.engine.given[0, 1], 12 / 200 * 25.4 / 4, rtol=1e-5)
    recognizer.read(small)
    assert not recognizer.engine.given[0, 1].any()


@pytest.mark.parametrize("dpi", [0, -200, float("nan"), float("inf"), "200"])
def test_a_resolution_that_can_not_be_is_told_in_a_sentence(dpi):
    with pytest.raises(ValueError, match=f"a resolution of {dpi!r} dpi can't be; give dots per inch, such as 200"):
        saying(_0=9).read(drawing(0), dpi)


@pytest.mark.parametrize("name", ["hoda-compact", hwr.DEFAULT])
def test_the_size_tells_a_zero_from_a_round_five(name):
    """A ring with a point on top: the smaller it was written, the likelier it is a zero and no five."""
    large = np.full((288, 256), 255, np.uint8)
    cv2.ellipse(large, (128, 144), (88, 104), 0, 0, 360, 0, 24)
    for foot in (88, 168):
        cv2.line(large, (foot, 80), (128, 0), 0, 24)
    scanned = cv2.resize(large, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    gray = np.where(scanned < 128, 0, 255).astype(np.uint8)
    recognizer = hwr.load(name)
    assert recognizer.read(gray, 120).digit == "5"  # 6 mm high
    zero = [recognizer.read(gray, dpi, "persian").probabilities["0"] for dpi in (120, 400, 600)]
    assert zero == sorted(zero)
    assert zero[2] > 20 * zero[0]  # 1 mm
    assert name != "hoda-compact" or recognizer.read(gray, 400).digit == "0"  # 2 mm


def test_a_bad_picture_is_a_picture_error(recognizer):
    with pytest.raises(hwr.PictureError):
        recognizer.read(b"no picture")
    assert recognizer.read(drawing(2)).digit == "2"


@pytest.mark.parametrize("form", ["array", "floats", "bytes", "path", "sketchpad"])
def test_a_picture_in_any_form_has_the_same_answer(recognizer, form, tmp_path):
    gray = drawing(6)
    (tmp_path / "6.png").write_bytes(encode(gray))
    forms = {
        "array": np.dstack([gray] * 3),
        "floats": gray / 255,
        "bytes": encode(gray),
        "path": tmp_path / "6.png",
        "sketchpad": {"background": None, "layers": [], "composite": np.dstack([gray] * 3 + [np.full_like(gray, 255)])},
    }
    assert recognizer.read(forms[form]).probabilities == recognizer.read(gray).probabilities


def test_eight_threads_get_the_answers_of_one(recognizer):
    pictures = [drawing(digit, pen=pen) for digit in range(10) for pen in (8, 16, 24)] * 4
    alone = [recognizer.read(picture).probabilities for picture in pictures]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda picture: recognizer.read(picture).probabilities, pictures))
    assert together == alone


SCRIPT = """
import sys
import hwr
print(hwr.load().read(sys.argv[1]).digit, "torch" in sys.modules, "matplotlib" in sys.modules)
"""


def test_three_lines_without_torch(tmp_path):
    (tmp_path / "5.png").write_bytes(encode(drawing(5)))
    environment = {"PYTHONPATH": str(Path(hwr.__file__).parent.parent), "PATH": ""}
    run = [sys.executable, "-c", SCRIPT, "5.png"]
    said = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert said.stdout.split() == ["5", "False", "False"], said.stderr


@pytest.mark.parametrize("share", [0.4, 0.5, 0.6])
@pytest.mark.parametrize("grain", [1, 2, 4])
@pytest.mark.parametrize("side", [100, 200, 400])
def test_noise_of_two_tones_is_no_digit(recognizer, side, grain, share):
    for seed in range(4):
        noise = np.random.default_rng(seed).random((side // grain, side // grain)) < share
        gray = np.where(np.kron(noise, np.ones((grain, grain))), 255, 0).astype(np.uint8)
        assert recognizer.read(gray).digit is None
