import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hwr.training import curves
from hwr.training.loop import History

HISTORY = History(
    losses=[2.5, 1.25, 0.5, 0.125],
    training=[0.5, 0.75],
    validation={"validation, scale known": [0.6, 0.8], "validation, scale unknown": [0.4, 0.7]},
)


def rows(path: Path) -> list[list[str]]:
    with open(path, newline="") as file:
        return list(csv.reader(file))


def picture(path: Path) -> np.ndarray:
    with Image.open(path) as opened:
        opened.load()
        assert (opened.format, opened.size) == ("PNG", (1050, 900))
        return np.asarray(opened.convert("L"))


def test_numbers_and_a_picture(tmp_path):
    curves.write(HISTORY, "made, seed 0", tmp_path / "run")
    assert {path.name for path in (tmp_path / "run").iterdir()} == set(curves.NAMES.values())
    assert rows(tmp_path / "run" / "loss.csv") == [
        ["step", "loss"], ["1", "2.5"], ["2", "1.25"], ["3", "0.5"], ["4", "0.125"],
    ]  # fmt: skip
    assert rows(tmp_path / "run" / "accuracy.csv") == [
        ["epoch", "training", "validation, scale known", "validation, scale unknown"],
        ["1", "0.5", "0.6", "0.4"],
        ["2", "0.75", "0.8", "0.7"],
    ]
    assert b"\r" not in (tmp_path / "run" / "loss.csv").read_bytes()
    assert len(np.unique(picture(tmp_path / "run" / "curves.png"))) > 20


def test_numbers_come_back_as_they_were(tmp_path):
    losses = np.random.default_rng(0).random(20).tolist()
    curves.write(History(losses, [1 / 3], {"validation": [2 / 3]}), "made", tmp_path)
    assert [float(loss) for _, loss in rows(tmp_path / "loss.csv")[1:]] == losses
    assert [float(value) for value in rows(tmp_path / "accuracy.csv")[1]] == [1, 1 / 3, 2 / 3]


@pytest.mark.parametrize(
    "history",
    [
        History([2.0], [0.5], {"validation": [0.5]}),  # one step
        History([0.5] * 200, [1.0] * 4, {"validation": [1.0] * 4}),  # no error, whose logarithm is none
        History(np.geomspace(10, 1e-7, 300).tolist(), [0.1, 0.99999], {"validation": [0.2, 0.9999]}),  # eight decades
        History([1.0, float("inf"), float("nan")], [0.1], {"validation": [0.1]}),  # one that went astray
    ],
    ids=["short", "perfect", "wide", "astray"],
)
@pytest.mark.filterwarnings("ignore:Data has no positive values")
def test_every_history_can_be_drawn(tmp_path, history):
    curves.plot(history, "made", tmp_path / "curves.png")
    assert (picture(tmp_path / "curves.png") < 128).mean() > 0.001


def test_a_mean_is_drawn_where_steps_are_many(tmp_path):
    rng = np.random.default_rng(0)
    for count in (curves.SMOOTH - 1, curves.SMOOTH + 1):
        history = History(rng.uniform(0.5, 1, count).tolist(), [0.5], {"validation": [0.5]})
        curves.plot(history, "", tmp_path / f"{count}.png")
    few, many = (picture(tmp_path / f"{curves.SMOOTH + k}.png") for k in (-1, 1))
    assert not np.array_equal(few, many)
