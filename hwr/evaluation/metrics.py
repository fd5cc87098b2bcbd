"""What a confusion matrix says of every class. Needs scikit-learn, which comes with requirements-train.txt."""

from typing import NamedTuple

import numpy as np


class ByClass(NamedTuple):
    """Precision, recall and F1 of each of K classes: (K,) float64, 0 to 1; 0 where nothing was read as a class."""

    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray


def by_class(confusion: np.ndarray) -> ByClass:
    """(K, K + 1) counts, rows the truth, the last column refused -> ByClass. A refusal lowers the recall.

    Raises ValueError where scikit-learn is not installed.
    """
    try:
        from sklearn.metrics import precision_recall_fscore_support
    except ImportError:
        raise ValueError("scikit-learn is not installed; pip install -r requirements-train.txt") from None

    confusion = np.asarray(confusion)
    written, read = np.indices(confusion.shape)
    precision, recall, f1, _ = precision_recall_fscore_support(
        written.ravel(),
        read.ravel(),
        labels=np.arange(len(confusion)),
        sample_weight=confusion.ravel(),
        zero_division=0,
    )
    return ByClass(precision, recall, f1)
