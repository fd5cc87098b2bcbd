"""Trainings in processes of their own, as `python train.py …` runs them, but for the seconds torch takes to import.

They are forked from a server that has imported everything, each into a session of its own: a terminal's Ctrl-C is
a signal to its whole group.
"""

import dataclasses
import hashlib
import itertools
import multiprocessing
import os
import shlex
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
PATIENCE = 250  # s

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(["hwr.training.run", "torch._dynamo", "onnxscript.optimizer", "sklearn.metrics"])


class Training:
    """One that runs: `train.py` with these arguments, after `patch(*patched)` in its process."""

    def __init__(self, said: Path, arguments: list, patch: Callable | None = None, *patched):
        self._said = said
        told = (said, [str(argument) for argument in arguments], patch, patched)
        self._process = _server.Process(target=_run, args=told)
        before = Path.cwd()
        os.chdir(ROOT)  # where the server looks for what it imports
        try:
            self._process.start()
        finally:
            os.chdir(before)

    @property
    def pid(self) -> int:
        """Of the process, and of its group."""
        return self._process.pid

    def wait(self) -> int:
        """The exit status; -9 where it was killed."""
        self._process.join(PATIENCE)
        if self._process.is_alive():
            self.send(signal.SIGKILL, everyone=True)
            raise AssertionError(f"still running after {PATIENCE} s: {self.said}")
        return self._process.exitcode

    def wait_for(self, happened: Callable[[], bool]) -> None:
        """Until something has happened, while it runs."""
        end = time.monotonic() + PATIENCE
        while not happened():
            assert self._process.is_alive(), f"it ended early: {self.said}"
            assert time.monotonic() < end, f"nothing after {PATIENCE} s: {self.said}"
            time.sleep(0.01)

    def send(self, number: signal.Signals, everyone: bool = False) -> None:
        """A signal to the process, or to all of its group."""
        (os.killpg if everyone else os.kill)(self.pid, number)

    @property
    def said(self) -> str:
        """What it has written so far, to its output and to its errors."""
        return self._said.read_text() if self._said.exists() else ""

    @property
    def told(self) -> list[str]:
        """The arguments of the command that it says goes on with it."""
        line = next(line for line in self.said.splitlines() if "go on with: " in line)
        python, script, *arguments = shlex.split(line.partition("go on with: ")[2])
        assert (python, script) == ("python", "train.py")
        return arguments


def sha256(folder: Path) -> str:
    """Of the weights that a training left."""
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def save_often() -> None:
    """A patch: the state is saved after each step, as if each took two minutes."""
    from hwr.training import loop

    loop.SAVE_EVERY = 0.0


def kill_in_write(name: str, n: int, often: bool = True) -> None:
    """A patch: SIGKILL when the file of this name is written for the n-th time, but has not its name yet."""
    if often:
        save_often()
    times, replace = itertools.count(1), os.replace

    def die(draft, path):
        if Path(path).name == name and next(times) == n:
            os.kill(os.getpid(), signal.SIGKILL)
        replace(draft, path)

    os.replace = die


def kill_after(steps: int, seconds: float) -> None:
    """A patch: the state is saved after each step, and SIGKILL comes so long after the n-th began, wherever it is."""
    save_often()
    from hwr.training import loop

    times, train_step = itertools.count(1), loop._Training._train_step

    def step(self, *batch):
        if next(times) == steps:
            signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
            signal.setitimer(signal.ITIMER_REAL, seconds)
        train_step(self, *batch)

    loop._Training._train_step = step


def free_port() -> int:
    """Of this machine, for processes to find each other at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def be_one_of(processes: int, rank: int, port: int) -> None:
    """A patch: the process is one of several, as a launcher starts them."""
    save_often()
    os.environ |= {"RANK": f"{rank}", "LOCAL_RANK": f"{rank}", "WORLD_SIZE": f"{processes}"}
    os.environ |= {"LOCAL_WORLD_SIZE": f"{processes}", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": f"{port}"}


def two_phases(kill: int = 0) -> None:
    """A patch: persian-lenet5 trains its head for two epochs, then the whole for two.

    kill: SIGKILL in the save of this number; there is one after each epoch and one at the end of each phase.
    """
    from hwr.recipes import RECIPES, Phase

    head = Phase(epochs=2, optimizer="adam", lr=0.01, trains="head", schedule="plateau")
    whole = Phase(epochs=2, optimizer="adam", lr=0.001, schedule="one-cycle")
    RECIPES["persian-lenet5"] = dataclasses.replace(RECIPES["persian-lenet5"], phases=(head, whole), keep="best")
    if kill:
        kill_in_write("last.pt", kill, often=False)


def signal_in_check(number: int) -> None:
    """A patch: the signal comes when an epoch's steps are done and the validation pictures are being read."""
    from hwr.training import loop

    check = loop._Training._check

    def interrupted(self):
        os.kill(os.getpid(), number)
        return check(self)

    loop._Training._check = interrupted


def signal_in_export(number: int) -> None:
    """A patch: the signal comes when the training is done and its files are being written."""
    from hwr.training import export

    onnx_of = export.onnx_of

    def interrupted(*arguments):
        os.kill(os.getpid(), number)
        return onnx_of(*arguments)

    export.onnx_of = interrupted


def _run(said: Path, arguments: list[str], patch: Callable | None, patched: tuple) -> None:
    os.setsid()
    multiprocessing.set_start_method("fork", force=True)  # as ever for those that it starts, not from a server again
    with open(said, "wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    sys.argv = ["train.py", *arguments]
    if patch:
        patch(*patched)
    import train

    sys.exit(train.main())
