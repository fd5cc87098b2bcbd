import json

import numpy as np
import pytest
from pictures import drawing

from hwr.data import DataError, Samples
from hwr.evaluation import score as scoring
from hwr.evaluation.calibration import Calibration
from hwr.evaluation.score import Answers, answers, evaluate, inputs, logits, score, wilson
from hwr.imaging.preparation import Preparation
from hwr.recognizer import Recognizer
from hwr.writer import Identifier

BLANK = np.full((30, 40), 255, np.uint8)
PREPARATION = Preparation(size_plane=True)
DIGITS = tuple("0123456789")


def eleven(*rows: dict[int, float]) -> np.ndarray:
    """A row of eleven each, 0 but where told."""
    every = np.zeros((len(rows), 11), np.float32)
    for row, told in zip(every, rows, strict=True):
        for place, value in told.items():
            row[place] = value
    return every


def test_a_score_by_hand():
    said = Answers(np.array([3, 3, 5, -1, 0, 7]), np.array([1.0, 1.0, 0.5, 0.0, 1.0, 0.5]))
    scored = score(said, np.array([3, 3, 0, 8, 0, 7]), DIGITS)
    assert (scored.n, scored.correct, scored.accuracy, scored.refused) == (6, 4, 4 / 6, 1)
    expected = np.zeros((10, 11), int)
    expected[3, 3] = 2
    expected[0, 5] = expected[0, 0] = expected[7, 7] = expected[8, 10] = 1
    np.testing.assert_array_equal(scored.confusion, expected)
    # Three at 1.0, all right; two at 0.5, one right; one at 0, wrong: perfectly calibrated.
    assert scored.ece == pytest.approx(0)
    assert (scored.low, scored.high) == wilson(4, 6)
    told = json.loads(json.dumps(scored.json()))
    assert told == scored._asdict() | {"confusion": expected.tolist()}


@pytest.mark.parametrize(
    ("correct", "n", "low", "high"),
    [(116, 140, 0.758, 0.882), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (5, 10, 0.237, 0.763)],
)
def test_wilson(correct, n, low, high):
    assert wilson(correct, n) == pytest.approx((low, high), abs=6e-4)


def test_inputs_are_what_the_preparation_makes():
    samples = Samples([drawing(3), BLANK, drawing(7, 100)], np.array([3, 0, 7]), 2000.0)
    x = inputs(samples, PREPARATION)
    assert x.shape == (3, 2, 32, 32)
    np.testing.assert_array_equal(x[0], PREPARATION.array(drawing(3), 2000.0))
    np.testing.assert_array_equal(x[2], PREPARATION.array(drawing(7, 100), 2000.0))
    assert x[0, 1].min() > 0.1
    assert not x[1].any()
    unknown = inputs(samples, PREPARATION, scale_known=False)
    np.testing.assert_array_equal(unknown[:, 0], x[:, 0])
    assert not unknown[:, 1].any()


class Engine:
    """Answers a picture by the amount of its ink: always the same for the same. Keeps what it was given."""

    def logits(self, x: np.ndarray) -> np.ndarray:
        self.given = x
        places = (x[:, 0].sum(axis=(1, 2))[:, None] * np.arange(1, 12)) % 7
        return (places + 3 * x[:, 1, :1, 0]).astype(np.float32)


@pytest.mark.parametrize("least_digit", [0.01, 0.5, 0.9])
@pytest.mark.parametrize("scale_known", [True, False])
def test_scoring_follows_the_rule_of_the_recognizer(least_digit, scale_known):
    samples = Samples([*(drawing(d, 90 + 20 * d) for d in range(10)), BLANK], np.arange(11) % 10, 1200.0)
    calibration = Calibration(0.7, least_digit)
    recognizer = Recognizer("stub", Engine(), PREPARATION, calibration)
    read = [recognizer.read(gray, 1200.0 if scale_known else None) for gray in samples.images]
    said = answers(logits(Engine(), PREPARATION, samples, scale_known), calibration)
    assert said.read.tolist() == [-1 if each.digit is None else int(each.digit) for each in read]
    np.testing.assert_allclose(said.confidence, [each.confidence for each in read], atol=1e-6)


def test_answers_refuse_what_is_no_digit():
    said = answers(eleven({4: 9}, {4: 9, 10: 12}, {10: 12, 6: 11}), Calibration(1.0, 0.1))
    assert said.read.tolist() == [4, -1, 6]
    assert said.confidence[1] < 0.1 < said.confidence[2] < 0.5 < said.confidence[0]


def test_logits_come_in_batches_and_a_blank_has_none(monkeypatch):
    samples = Samples([*(drawing(d, 90) for d in range(10)), BLANK], np.arange(11) % 10)
    whole = logits(Engine(), PREPARATION, samples)
    monkeypatch.setattr(scoring, "BATCH", 3)
    np.testing.assert_array_equal(logits(Engine(), PREPARATION, samples), whole)
    assert (whole.shape, whole.dtype) == ((11, 11), np.float32)
    np.testing.assert_array_equal(np.isnan(whole).all(axis=1), [False] * 10 + [True])
    np.testing.assert_array_equal(whole[:10], Engine().logits(inputs(samples, PREPARATION)[:10]))


@pytest.mark.parametrize("classes", [10, 11])
def test_a_blank_is_refused_whether_or_not_the_network_knows_no_digit(classes):
    rows = np.full((2, classes), np.nan, np.float32)
    rows[0] = np.arange(classes) == 4
    said = answers(rows, Calibration(0.1, 0.5))
    assert said.read.tolist() == [4, -1]
    assert said.confidence[0] > 0.9
    assert said.confidence[1] == 0


def test_a_network_that_has_no_numbers_to_say_is_told():
    class Diverged(Engine):
        def logits(self, x: np.ndarray) -> np.ndarray:
            return np.full((len(x), 11), np.nan)

    with pytest.raises(ValueError, match="the network answers with no finite numbers"):
        logits(Diverged(), PREPARATION, Samples([drawing(3)], np.array([3])))


class Pages:
    """A PagePreparation in small: two patches a page, the mean of their log-probabilities."""

    def patches(self, gray: np.ndarray) -> np.ndarray:
        return np.stack([gray[:2, :2], gray[-2:, -2:]])[:, None].astype(np.float32)

    def pool(self, logits: np.ndarray) -> np.ndarray:
        return logits.astype(np.float64).mean(axis=0)


def test_pages_are_answered_by_their_pooled_patches():
    class Hands:
        def logits(self, x: np.ndarray) -> np.ndarray:
            return np.tile(x.mean(axis=(1, 2, 3))[:, None], 70) * np.arange(70)

    written = np.pad(np.full((20, 20), 5, np.uint8), 20, constant_values=205)
    written[:2, :2], written[-2:, -2:] = 0, 10
    other = written.copy()
    other[:2, :2], other[-2:, -2:] = 10, 20
    pages = [written, other, np.full((60, 60), 200, np.uint8)]
    samples = Samples(pages, np.array([0, 69, 5]), None, tuple(f"{hand:02}" for hand in range(1, 71)))
    rows = logits(Hands(), Pages(), samples)
    assert (rows.shape, rows.dtype) == ((3, 70), np.float32)
    np.testing.assert_array_equal(rows, [5 * np.arange(70), 15 * np.arange(70), np.full(70, np.nan)])
    said = answers(rows, Calibration(1.0))
    scored = score(said, samples.labels, samples.classes)
    assert (scored.n, scored.correct, scored.refused, scored.confusion.shape) == (3, 1, 1, (70, 71))
    assert scored.confusion[0, 69] == scored.confusion[69, 69] == scored.confusion[5, 70] == 1


@pytest.mark.parametrize(("dpi", "known"), [(2000.0, True), (2000.0, False), (None, True)])
def test_evaluate_tells_what_was_scored(dpi, known, monkeypatch, tmp_path):
    asked = []

    def read(*arguments):
        asked.append(arguments)
        return Samples([drawing(1), drawing(2)], np.array([1, 2]), dpi)

    monkeypatch.setattr(scoring.data, "read", read)
    recognizer = Recognizer("stub", Engine(), PREPARATION, Calibration())
    told = evaluate(recognizer, "hoda", "validation", tmp_path, scale_known=known)
    assert asked == [("hoda", "validation", tmp_path)]
    assert told["scale_known"] is (known and dpi is not None) is recognizer.engine.given[:, 1].any().item()
    assert (told["model"], told["dataset"], told["split"], told["n"]) == ("stub", "hoda", "validation", 2)
    assert told["accuracy"] == told["correct"] / 2
    assert {"ece", "low", "high", "refused", "confusion"} < set(told)
    assert told["script_known"] is True
    json.dumps(told)


class Both:
    """Says of every picture that it is a ۴, or more likely a Latin 9, or less likely no digit."""

    def logits(self, x: np.ndarray) -> np.ndarray:
        rows = np.full((len(x), 21), -9, np.float32)
        rows[:, [4, 19, 20]] = 2, 3, 1
        return rows


@pytest.mark.parametrize(("script", "known", "read"), [("persian", 4, 9), ("latin", 9, 9)])
def test_a_script_that_is_known_is_told_to_a_network_of_both(script, known, read, monkeypatch):
    """MNIST's digits are Latin, Hoda's are Persian: that is the samples' word, not the caller's."""
    labels = np.array([4, 9])
    samples = Samples([drawing(4), drawing(9)], labels, None, script=script)
    monkeypatch.setattr(scoring.data, "read", lambda *_: samples)
    recognizer = Recognizer("both", Both(), PREPARATION, Calibration(), "hoda+mnist")
    for told, answer in ((True, known), (False, read)):
        scored = evaluate(recognizer, "hoda", script_known=told)
        assert scored["script_known"] is told
        assert np.array(scored["confusion"])[labels, answer].tolist() == [1, 1]
        each = recognizer.read(drawing(4), script=script if told else "auto")
        assert each.digit == str(answer)


def test_evaluate_of_an_unknown_dataset_lists_the_known():
    with pytest.raises(DataError, match="no dataset is called 'hdoa'; there are hoda, "):
        evaluate(Recognizer("stub", Engine(), PREPARATION, Calibration()), "hdoa")


HANDS = tuple(f"{hand:02}" for hand in range(1, 71))


@pytest.mark.parametrize("dataset", ["hoda", "drawings"])
def test_a_page_model_scores_no_digits(dataset):
    identifier = Identifier("pages", Engine(), Pages(), Calibration(), HANDS)
    with pytest.raises(
        ValueError, match=f"pages tells whose hand .* 70 writers, {dataset} is no set of these; score it"
    ):
        evaluate(identifier, dataset)


def test_a_digit_model_scores_no_pages(monkeypatch):
    monkeypatch.setitem(scoring.data.READERS, "pages70", None)
    recognizer = Recognizer("stub", Engine(), PREPARATION, Calibration())
    with pytest.raises(ValueError, match="stub reads digits, pages70 is no set of these; score it on hoda, "):
        evaluate(recognizer, "pages70")


def test_other_writers_than_those_it_knows_are_told(monkeypatch):
    samples = Samples([BLANK], np.array([0]), None, ("A", "B"))
    monkeypatch.setattr(scoring.data, "read", lambda *_: samples)
    with pytest.raises(ValueError, match="pages70 has the classes A, B, pages was trained on 01, 02, 03, …, 70"):
        evaluate(Identifier("pages", Engine(), Pages(), Calibration(), HANDS), "pages70")


def test_evaluate_writes_what_was_said_of_every_picture(monkeypatch, tmp_path):
    samples = Samples([drawing(1), BLANK], np.array([1, 2]), None, names=("a.png", "b.png"), script="latin")
    monkeypatch.setattr(scoring.data, "read", lambda *_: samples)
    recognizer = Recognizer("stub", Engine(), PREPARATION, Calibration(0.01))
    evaluate(recognizer, "hoda", csv=tmp_path / "said.csv")
    said = (tmp_path / "said.csv").read_text().splitlines()
    assert said == ["filename,actual,predicted", f"a.png,1,{recognizer.read(drawing(1)).digit or ''}", "b.png,2,"]
