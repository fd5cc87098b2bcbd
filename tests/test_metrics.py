import sys

import numpy as np
import pytest

from hwr.evaluation.metrics import by_class


def test_by_class_by_hand():
    #                     read as 0, 1, 2, refused
    told = by_class(np.array([[8, 2, 0, 0], [0, 5, 0, 5], [0, 0, 0, 4]]))
    assert told.precision.tolist() == pytest.approx([1, 5 / 7, 0])
    assert told.recall.tolist() == pytest.approx([0.8, 0.5, 0])
    assert told.f1.tolist() == pytest.approx([1.6 / 1.8, 2 * 5 / 17, 0])


def test_seventy_classes_that_are_all_right():
    told = by_class(np.eye(70, 71, dtype=np.int64) * 2)
    assert all((figure == 1).all() and figure.shape == (70,) for figure in told)


def test_a_report_s_lists_will_do():
    assert by_class([[3, 1, 0], [0, 4, 0]]).recall.tolist() == [0.75, 1]


def test_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.metrics", None)
    with pytest.raises(ValueError, match=r"scikit-learn is not installed; pip install -r requirements-train\.txt"):
        by_class([[1, 0]])
