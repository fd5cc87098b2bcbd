"""Ctrl-C and SIGTERM: a training that runs ends its step and saves; anything else ends at once."""

import signal
import time

AGAIN = 1.0  # s: signals that come sooner are one: a terminal tells a launcher and its processes, which are told twice


class Stopped(BaseException):
    """The process was asked to stop; `status` is what a shell reports of it: 130 after Ctrl-C, 143 after SIGTERM."""

    def __init__(self, number: int):
        super().__init__(signal.Signals(number).name)
        self.status = 128 + number


class Stop:
    """Listens for both signals while it is entered.

    asked: the signal's number once one came, else 0. It is set, not raised, while `gently`: the loop looks at
    it between two steps. A second signal is raised at any time.
    saved: whether there is a state to go on from, of this training.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self):
        self.asked = 0
        self.gently = False
        self.saved = False

    def __enter__(self) -> "Stop":
        self._before = {number: signal.signal(number, self._hear) for number in self.SIGNALS}
        return self

    def __exit__(self, *_) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, _) -> None:
        again, now = bool(self.asked), time.monotonic()
        if again and now - self._heard < AGAIN:
            return
        self.asked, self._heard = number, now
        if again or not self.gently:
            raise Stopped(number)
