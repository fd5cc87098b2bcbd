"""What a training makes small."""

import torch
from torch.nn.functional import cross_entropy

from hwr.data.samples import SCRIPTS
from hwr.evaluation.calibration import BOTH, ONE
from hwr.models.rows import SIGNS


def loss(logits: torch.Tensor, labels: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Mean cross-entropy: (N, K) logits, (N,) labels, label smoothing of 0 to 1 -> a scalar. Or (N, K, …) and (N, …).

    A network of two scripts (K = 21, or 25 with marks) is asked twice, and both count the same: what a picture is,
    among all; and what it is where the script is known, among that script's digits, "no digit" and marks. Else ۱ and
    1, one shape, would pull at the features without end.
    """
    every = cross_entropy(logits, labels, label_smoothing=smoothing)
    if logits.shape[1] not in (BOTH + 1, SIGNS):
        return every
    told = []
    for k in range(len(SCRIPTS)):
        own = labels // ONE == k
        here = own | (labels >= BOTH)  # what is no digit is none in either script
        columns = torch.cat([logits[:, k * ONE : (k + 1) * ONE], logits[:, BOTH:]], dim=1)
        within = torch.where(own, labels - k * ONE, ONE + (labels - BOTH).clamp(min=0))
        each = cross_entropy(columns, within, label_smoothing=smoothing, reduction="none")
        told.append((each * here).sum() / here.sum().clamp(min=1))
    return (every + sum(told) / len(SCRIPTS)) / 2
