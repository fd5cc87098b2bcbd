import numpy as np
import pytest
import torch

from hwr.training.losses import loss

SMOOTHING = 0.1


def drawn(classes: int, labels: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(classes)
    return torch.from_numpy(rng.normal(0, 2, (len(labels), classes))), torch.tensor(labels)


def by_hand(logits: np.ndarray, label: int, smoothing: float) -> float:
    """Cross-entropy of one picture: what is smoothed away from its label is shared by all classes alike."""
    told = logits - np.log(np.exp(logits).sum())
    return -(1 - smoothing) * told[label] - smoothing * told.mean()


@pytest.mark.parametrize("smoothing", [0, SMOOTHING])
@pytest.mark.parametrize("classes", [10, 11, 70])
def test_a_network_of_one_script_is_asked_once(classes, smoothing):
    logits, labels = drawn(classes, [0, 3, 9, 9, classes - 1])
    each = [by_hand(row, label, smoothing) for row, label in zip(logits.numpy(), labels.tolist(), strict=True)]
    assert loss(logits, labels, smoothing).item() == pytest.approx(np.mean(each))


@pytest.mark.parametrize("smoothing", [0, SMOOTHING])
def test_a_network_of_two_scripts_is_asked_twice_and_both_count_the_same(smoothing):
    logits, labels = drawn(21, [3, 0, 17, 20, 9, 10])
    rows = logits.numpy()
    every = [by_hand(row, label, smoothing) for row, label in zip(rows, labels.tolist(), strict=True)]
    # Persian: the first ten and "no digit", of the 3, the 0, the 9 and the picture without a digit.
    persian = [by_hand(rows[k][[*range(10), 20]], label, smoothing) for k, label in [(0, 3), (1, 0), (3, 10), (4, 9)]]
    # Latin: the second ten and "no digit", of the 7, the 0 and, again, the picture without a digit.
    latin = [by_hand(rows[k][10:], label, smoothing) for k, label in [(2, 7), (3, 10), (5, 0)]]
    expected = np.mean(every) / 2 + np.mean(persian) / 4 + np.mean(latin) / 4
    assert loss(logits, labels, smoothing).item() == pytest.approx(expected)


def test_a_batch_without_one_of_the_scripts_has_a_loss():
    logits, labels = drawn(21, [3, 4])
    rows = logits.numpy()
    every = [by_hand(row, label, 0) for row, label in zip(rows, (3, 4), strict=True)]
    persian = [by_hand(row[[*range(10), 20]], label, 0) for row, label in zip(rows, (3, 4), strict=True)]
    assert loss(logits, labels, 0).item() == pytest.approx(np.mean(every) / 2 + np.mean(persian) / 4)


def test_one_shape_of_both_scripts_pulls_less_where_its_script_is_told():
    """A network that is sure of a 1, and can't tell of which script, errs by ln 2 among all, by nothing else."""
    logits = torch.full((2, 21), -40.0)
    logits[:, [1, 11]] = 0
    assert loss(logits, torch.tensor([1, 11]), 0).item() == pytest.approx(np.log(2) / 2, abs=1e-5)


def test_every_class_is_learned_from():
    logits = torch.zeros(21, 21, requires_grad=True)
    loss(logits, torch.arange(21), SMOOTHING).backward()
    assert (logits.grad.diagonal() < 0).all()
    assert (logits.grad.sum(1).abs() < 1e-6).all()
