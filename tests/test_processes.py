"""Trainings on two processes on this machine, started as README says: the same steps as of one."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from scans import write_hoda
from trainings import ROOT, Training, be_one_of, free_port

pytestmark = pytest.mark.timeout(400)  # s: each start of processes imports torch three times

ARGUMENTS = ["persian-lenet5", "--data", "hoda", "--epochs", 3, "--schedule", "one-cycle"]
VALIDATION, TEST = 101, 91  # pictures: none of them even


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    return write_hoda(tmp_path_factory.mktemp("data"), train=200, validation=VALIDATION, test=TEST)


def launch(*arguments) -> subprocess.Popen:
    """train.py on two processes, which find each other at a free port."""
    launcher = ["-m", "accelerate.commands.accelerate_cli", "launch", "--multi_gpu", "--num_processes", "2"]
    return subprocess.Popen(
        [sys.executable, *launcher, "--main_process_port", str(free_port()), "train.py", *map(str, arguments)],
        cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"}, start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def finish(launched: subprocess.Popen) -> str:
    """What it has written, once it has ended; all of its processes end with it."""
    try:
        return launched.communicate(timeout=180)[0]
    finally:
        if launched.poll() is None:
            os.killpg(launched.pid, signal.SIGKILL)


def table(path: Path) -> np.ndarray:
    """A CSV of numbers, without its first line."""
    with open(path, newline="") as file:
        return np.array(list(csv.reader(file))[1:], float)


@pytest.fixture(scope="module")
def folders(made, tmp_path_factory) -> tuple[Path, Path]:
    """What one process left, and what two did."""
    one, two = (tmp_path_factory.mktemp(name) / "out" for name in ("one", "two"))
    launched = launch(*ARGUMENTS, "--data-dir", made, "--out", two)
    alone = Training(one.parent / "said", [*ARGUMENTS, "--data-dir", made, "--out", one])
    assert alone.wait() == 0, alone.said
    said = finish(launched)
    assert launched.returncode == 0, said
    assert said.count("weights, report and pictures are in") == 1  # one of the two speaks
    return one, two


def reports(folders) -> list[dict]:
    return [json.loads((folder / "report.json").read_text()) for folder in folders]


def test_two_processes_take_the_steps_of_one(folders):
    one, two = (table(folder / "loss.csv") for folder in folders)
    assert one.shape == two.shape == (3 * (200 // 32), 2)
    np.testing.assert_allclose(two, one, rtol=1e-3)  # the rate follows one cycle too, a step for each of both


def test_every_picture_is_counted_once(folders):
    one, two = (table(folder / "accuracy.csv") for folder in folders)
    right = two[:, 2] * VALIDATION
    np.testing.assert_allclose(right, np.round(right), atol=1e-6)
    np.testing.assert_allclose(two[:, 2], one[:, 2], atol=1.5 / VALIDATION)
    np.testing.assert_allclose(two[:, 1], one[:, 1], atol=1.5 / 192)
    for report in reports(folders):
        assert [score["n"] for score in report["scores"].values()] == [VALIDATION, TEST]


def test_the_report_tells_how_many_there_were(folders):
    one, two = reports(folders)
    assert (one["processes"], two["processes"]) == (1, 2)
    assert one["steps"] == two["steps"]
    assert one["command"].startswith("python train.py persian-lenet5 ")
    assert two["command"].startswith("accelerate launch --multi_gpu --num_processes 2 train.py persian-lenet5 ")


def test_a_batch_that_two_can_not_share_is_refused(made, tmp_path):
    out = tmp_path / "out"
    arguments = ["persian-lenet5", "--data", "hoda", "--batch", 33, "--data-dir", made, "--out", out]
    port = free_port()
    both = [Training(tmp_path / f"{rank}", arguments, be_one_of, 2, rank, port) for rank in range(2)]
    for training in both:
        assert training.wait() == 2
        assert "a global batch of 33 can't be shared among 2 processes; give a --batch that 2 divides" in training.said
        assert "Traceback" not in training.said
    assert not out.exists()


def test_a_signal_to_the_launcher_stops_both_and_saves(made, tmp_path):
    launched = launch(*ARGUMENTS[:3], "--epochs", 5_000, "--data-dir", made, "--out", tmp_path)
    end = time.monotonic() + 120
    while not (tmp_path / "last.pt").exists() and time.monotonic() < end:
        time.sleep(0.1)
    assert (tmp_path / "last.pt").exists()
    launched.send_signal(signal.SIGTERM)
    said = finish(launched)
    assert launched.returncode != 0
    told = "stopped and saved; go on with: accelerate launch --multi_gpu --num_processes 2 train.py persian-lenet5"
    assert said.count(told) == 1
    assert "loop.py" not in said
    alone = Training(
        tmp_path / "said", [*ARGUMENTS[:3], "--epochs", 5_000, "--data-dir", made, "--out", tmp_path, "--resume"]
    )
    assert alone.wait() == 2
    assert "was trained with processes 2, not 1" in alone.said
    with pytest.raises(ProcessLookupError):
        os.killpg(launched.pid, 0)  # none is left
