"""Which samples make up each step: the same for one process as for many, and from any step on."""

from collections.abc import Iterator

import numpy as np


class Share:
    """One process's part of every global batch."""

    def __init__(self, batch: int, rank: int = 0, processes: int = 1):
        if batch % processes:
            raise ValueError(
                f"a global batch of {batch} can't be shared among {processes} processes; "
                f"give a --batch that {processes} divides"
            )
        self.batch = batch
        self._part = slice(rank * batch // processes, (rank + 1) * batch // processes)

    def batches(self, n: int, steps: int, seed: int, epoch: int, start: int = 0) -> Iterator[list[int]]:
        """The indices of each step of an epoch from step `start` on: lists of batch / processes indices below n.

        A fresh permutation an epoch, and another behind it where `steps` ask for more than one pass. All that
        decides is in the arguments: an interrupted epoch goes on as if it had not been.
        """
        rng = np.random.default_rng((seed, epoch))
        passes = -(-steps * self.batch // n)
        order = np.concatenate([rng.permutation(n) for _ in range(passes)])
        for step in range(start, steps):
            yield order[step * self.batch : (step + 1) * self.batch][self._part].tolist()
