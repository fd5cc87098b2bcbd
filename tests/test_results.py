import csv

import numpy as np
import pytest

from hwr.data import Samples
from hwr.evaluation.results import write_csv
from hwr.evaluation.score import Answers

SAID = Answers(np.array([1, -1, 0]), np.ones(3))
PICTURES = [np.zeros((2, 2), np.uint8)] * 3


def lines(path) -> list[list[str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return [*csv.reader(file)]


def test_a_line_a_picture(tmp_path):
    samples = Samples(PICTURES, np.array([1, 1, 1]), None, ("01", "02"), ('01 a, "b".png', "02.png", "۳.png"))
    write_csv(tmp_path / "said.csv", samples, SAID)
    assert lines(tmp_path / "said.csv") == [
        ["filename", "actual", "predicted"],
        ['01 a, "b".png', "02", "02"],
        ["02.png", "02", ""],
        ["۳.png", "02", "01"],
    ]


def test_pictures_without_a_file_are_told_by_their_place(tmp_path):
    write_csv(tmp_path / "said.csv", Samples(PICTURES, np.array([1, 5, 0])), SAID)
    assert lines(tmp_path / "said.csv")[1:] == [["0", "1", "1"], ["1", "5", ""], ["2", "0", "0"]]


def test_a_place_that_can_not_be_written(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        write_csv(tmp_path / "away" / "said.csv", Samples(PICTURES, np.zeros(3, int)), SAID)
