import json
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pytest

import hwr
from hwr import data, weights
from hwr.engines import EngineError, OpenCVEngine, TorchEngine
from hwr.evaluation.score import answers, inputs, score

SCALES = ("known", "unknown")
NAME = hwr.DEFAULT
MODEL = json.loads(weights.read(NAME, "config.json"))["model"]


@pytest.fixture(scope="module")
def engine() -> OpenCVEngine:
    return OpenCVEngine(weights.read(NAME, "model.onnx"))


def noise(count: int) -> np.ndarray:
    return np.random.default_rng(0).random((count, 2, 32, 32)).astype(np.float32)


def test_the_engine_tells_what_it_takes_and_gives(engine):
    assert (engine.shape, engine.classes) == ((2, 32, 32), 21)


@pytest.mark.parametrize("data", [b"", b"no network", weights.read(NAME, "model.onnx")[:5000]])
def test_what_is_no_network_is_told(data):
    with pytest.raises(EngineError, match="this is no ONNX network from one picture to its classes"):
        OpenCVEngine(data)


def test_each_picture_is_answered_by_itself(engine):
    x = noise(6)
    together = engine.logits(x)
    assert (together.shape, together.dtype) == ((6, 21), np.float32)
    np.testing.assert_array_equal(together[::-1], engine.logits(x[::-1]))
    np.testing.assert_array_equal(together, np.concatenate([engine.logits(one[None]) for one in x]))
    assert len(np.unique(together, axis=0)) == 6


def test_an_answer_is_not_overwritten_by_the_next(engine):
    first = engine.logits(noise(1))
    kept = first.copy()
    engine.logits(1 - noise(1))
    np.testing.assert_array_equal(first, kept)


def test_threads_do_not_mix_their_pictures(engine):
    x = noise(64)
    expected = engine.logits(x)
    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(lambda one: engine.logits(one[None])[0], x))
    np.testing.assert_array_equal(said, expected)


class Asked(NamedTuple):
    """Hoda's test set as the network sees it, with the scale known and unknown, and what OpenCV answers."""

    labels: np.ndarray
    x: dict[str, np.ndarray]
    logits: dict[str, np.ndarray]


@pytest.fixture(scope="module")
def hoda(data_dir, recognizer) -> Asked:
    samples = data.read("hoda", "test", data_dir)
    x = {scale: inputs(samples, recognizer.preparation, scale == "known") for scale in SCALES}
    return Asked(samples.labels, x, {scale: recognizer.engine.logits(x[scale]) for scale in SCALES})


@pytest.mark.data
@pytest.mark.timeout(300)
@pytest.mark.parametrize("scale", SCALES)
def test_torch_agrees_with_opencv_on_all_of_hoda(hoda, recognizer, scale):
    assert len(hoda.labels) == 20_000
    torch = TorchEngine(MODEL, weights.read(NAME, "model.safetensors"))
    parts = np.array_split(hoda.x[scale], 40)
    logits = np.concatenate([torch.logits(part) for part in parts])
    probabilities = recognizer.calibration.probabilities
    for said, expected in zip(probabilities(hoda.logits[scale]), probabilities(logits), strict=True):
        # With 16 bits a weight each file rounds its own: torch's before a batch norm is folded in, OpenCV's after.
        assert np.abs(said - expected).max() < 5e-3
        assert np.abs(said - expected).mean() < 1e-5
    given, again = (answers(each, recognizer.calibration) for each in (hoda.logits[scale], logits))
    other = given.read != again.read  # but for what either file finds as likely as another digit
    first, second = np.sort(probabilities(logits[other])[0], axis=1)[:, [-1, -2]].T
    assert other.sum() <= 1
    assert (first - second < 5e-3).all()


@pytest.mark.data
@pytest.mark.timeout(300)
@pytest.mark.parametrize("scale", SCALES)
def test_accuracy_on_hoda_is_what_the_index_says(hoda, recognizer, scale):
    told = weights.index()[NAME]["figures"][f"test, hoda, scale {scale}"]
    said = answers(hoda.logits[scale], recognizer.calibration, "persian")
    scored = score(said, hoda.labels, recognizer.classes)
    assert scored.n == told["n"]
    assert abs(scored.correct - told["correct"]) <= 1  # as above
    assert scored.ece == pytest.approx(told["ece"], abs=1e-4)  # a rounded confidence may fall into the next bin


@pytest.mark.data
@pytest.mark.timeout(300)
def test_at_most_60_of_hoda_s_20_000_are_wrong(hoda, recognizer):
    said = answers(hoda.logits["known"], recognizer.calibration, "persian")
    scored = score(said, hoda.labels, recognizer.classes)
    assert scored.n - scored.correct <= 60
    assert scored.accuracy >= 0.9970
    assert scored.ece < 0.01
