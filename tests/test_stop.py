"""Trainings that are killed, stopped and gone on with; tests/trainings.py runs them in processes of their own."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
import torch
from made import write_mnist
from scans import write_hoda
from trainings import (
    ROOT,
    Training,
    be_one_of,
    free_port,
    kill_after,
    kill_in_write,
    save_often,
    sha256,
    signal_in_check,
    signal_in_export,
    two_phases,
)

from hwr.training.stop import AGAIN, Stop, Stopped

pytestmark = pytest.mark.timeout(600)  # s: each is many trainings

# Of each the averages, the schedules, the dropout and the choice of weights that the others lack.
LENET5 = ["persian-lenet5", "--data", "hoda", "--epochs", 8]
COMPACT = ["hoda-compact", "--smoke", "--epochs", 2, "--steps-per-epoch", 4, "--batch", 16]
DEEP = ["mnist-cnn-rmsprop", "--smoke", "--epochs", 3, "--steps-per-epoch", 3, "--batch", 16]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return write_mnist(write_hoda(tmp_path_factory.mktemp("data"), train=150, validation=41, test=31), 60, 20)


@pytest.fixture(scope="module")
def start(made, tmp_path_factory):
    """Starts a training with the data that was made."""

    def start(arguments, out, *patch, resume=False) -> Training:
        place = ["--data-dir", made, "--out", out]
        said = tmp_path_factory.mktemp("said") / "said"
        return Training(said, [*arguments, *place, *["--resume"] * resume], *patch)

    return start


@pytest.fixture(scope="module")
def undisturbed(start, tmp_path_factory):
    """sha256 of the weights of a training that nothing disturbs."""
    sums = {}

    def of(arguments) -> str:
        if str(arguments) not in sums:
            out = tmp_path_factory.mktemp("run")
            training = start(arguments, out)
            assert training.wait() == 0, training.said
            sums[str(arguments)] = sha256(out)
        return sums[str(arguments)]

    return of


def test_a_training_that_is_killed_again_and_again_ends_with_the_same_weights(start, undisturbed, tmp_path):
    assert start(LENET5, tmp_path, kill_in_write, "last.pt", 1).wait() == -signal.SIGKILL
    nothing = start(LENET5, tmp_path, resume=True)
    assert nothing.wait() == 2
    assert f"there is no {tmp_path / 'last.pt'} to resume from; start without --resume" in nothing.said
    moments = [("last.pt", 3), ("best.safetensors", 2), ("last.pt", 1), ("last.pt", 9), ("model.onnx", 1)]
    for k, moment in enumerate([*moments, ("report.json", 1)]):
        killed = start(LENET5, tmp_path, kill_in_write, *moment, resume=k > 0)
        assert killed.wait() == -signal.SIGKILL, (moment, killed.said)
        assert not (tmp_path / "report.json").exists()
    finished = start(LENET5, tmp_path, resume=True)
    assert finished.wait() == 0, finished.said
    assert sha256(tmp_path) == undisturbed(LENET5)


def test_a_training_goes_on_in_the_precision_in_which_it_began(start, tmp_path):
    assert start(LENET5, tmp_path, kill_in_write, "last.pt", 3).wait() == -signal.SIGKILL
    state = torch.load(tmp_path / "last.pt")
    assert state["precision"] == "fp32"
    torch.save(state | {"precision": "bf16"}, tmp_path / "last.pt")
    finished = start(LENET5, tmp_path, resume=True)
    assert finished.wait() == 0, finished.said
    assert json.loads((tmp_path / "report.json").read_text())["precision"] == "bf16"


@pytest.mark.parametrize(
    ("arguments", "moments"),
    [
        (COMPACT, [("last.pt", 3), ("last.pt", 3)]),
        (DEEP, [("best.safetensors", 1), ("last.pt", 6), ("last.pt", 4)]),
    ],
    ids=["averaging and one cycle", "plateau and best"],
)
def test_killed_and_gone_on_with_the_weights_are_the_same(start, undisturbed, tmp_path, arguments, moments):
    for k, moment in enumerate(moments):
        killed = start(arguments, tmp_path, kill_in_write, *moment, resume=k > 0)
        assert killed.wait() == -signal.SIGKILL, (moment, killed.said)
    finished = start(arguments, tmp_path, resume=True)
    assert finished.wait() == 0, finished.said
    assert sha256(tmp_path) == undisturbed(arguments)


def test_killed_between_two_phases_it_goes_on(start, tmp_path):
    expected = None
    for save in (None, 3, 4, 6):  # the first phase's end, the second's first epoch, its end
        out = tmp_path / f"{save}"
        if save:
            assert start(LENET5[:3], out, two_phases, save).wait() == -signal.SIGKILL
        finished = start(LENET5[:3], out, two_phases, resume=save is not None)
        assert finished.wait() == 0, finished.said
        expected = expected or sha256(out)
        assert sha256(out) == expected, save


def test_killed_from_outside_it_goes_on(start, undisturbed, tmp_path):
    training = start(LENET5, tmp_path, save_often)
    training.wait_for((tmp_path / "last.pt").exists)
    training.send(signal.SIGKILL)
    assert training.wait() == -signal.SIGKILL
    finished = start(LENET5, tmp_path, resume=True)
    assert finished.wait() == 0, finished.said
    assert sha256(tmp_path) == undisturbed(LENET5)


def test_killed_at_random_moments_it_goes_on(start, undisturbed, tmp_path):
    arguments = [*LENET5[:-1], 40]  # epochs of 4 steps, so that it is not through before the last kill
    rng = np.random.default_rng(0)
    for k in range(7):
        steps, seconds = int(rng.integers(1, 10)), rng.uniform(1e-4, 0.01)
        killed = start(arguments, tmp_path, kill_after, steps, seconds, resume=(tmp_path / "last.pt").exists())
        assert killed.wait() == -signal.SIGKILL, (k, killed.said)
    finished = start(arguments, tmp_path, resume=True)
    assert finished.wait() == 0, finished.said
    assert sha256(tmp_path) == undisturbed(arguments)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_and_the_command_that_is_told_goes_on(start, undisturbed, tmp_path, number, status):
    training = start(LENET5, tmp_path, save_often)
    training.wait_for((tmp_path / "last.pt").exists)
    began = time.monotonic()
    training.send(number, everyone=True)
    assert training.wait() == status
    assert time.monotonic() - began < 5
    assert "stopped and saved; go on with: python train.py persian-lenet5" in training.said
    assert "Traceback" not in training.said
    unasked = start(LENET5, tmp_path)
    assert unasked.wait() == 2
    assert "holds a training that was interrupted; go on with --resume" in unasked.said
    finished = Training(tmp_path / "said", training.told)
    assert finished.wait() == 0, finished.said
    assert sha256(tmp_path) == undisturbed(LENET5)


@pytest.mark.parametrize("told", [0, 1])
def test_one_process_that_is_told_to_end_ends_both(start, tmp_path, told):
    port = free_port()
    both = [start([*LENET5[:-1], 5_000], tmp_path, be_one_of, 2, rank, port) for rank in range(2)]
    both[0].wait_for((tmp_path / "last.pt").exists)
    both[told].send(signal.SIGTERM)
    assert [training.wait() for training in both] == [143, 143]
    assert "stopped and saved; go on with: accelerate launch --multi_gpu --num_processes 2" in both[0].said
    assert not any("Traceback" in training.said for training in both)
    assert "stopped" not in both[1].said


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_while_torch_is_imported_a_signal_has_no_traceback(made, tmp_path, number, status):
    command = [sys.executable, "train.py", "mnist-mlp", "--data-dir", made, "--out", tmp_path / "out"]
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, **told) as training:
        first = training.stdout.readline()
        time.sleep(0.3)
        os.killpg(training.pid, number)
        rest = training.stdout.read()
    assert training.returncode == status
    assert first + rest == (
        "mnist-mlp: reading the data and preparing it\nstopped before the first step; nothing was saved\n"
    )
    assert not (tmp_path / "out").exists()


def test_a_signal_does_not_wait_for_the_validation(start, undisturbed, tmp_path):
    training = start(LENET5, tmp_path, signal_in_check, signal.SIGINT)
    assert training.wait() == 130
    assert "epoch 1/8" not in training.said  # what was read does not count
    assert "Traceback" not in training.said
    finished = Training(tmp_path / "said", training.told)
    assert finished.wait() == 0, finished.said
    assert sha256(tmp_path) == undisturbed(LENET5)


def test_before_the_first_step_there_is_nothing_to_save(start, tmp_path):
    training = start(["hoda-compact", "--epochs", 8], tmp_path)
    makers = psutil.Process(training.pid).children
    training.wait_for(lambda: len(makers()) > 1)  # the two that make views; git, before them, is one
    training.send(signal.SIGINT, everyone=True)
    assert training.wait() == 130
    assert training.said.strip().endswith("stopped before the first step; nothing was saved")
    assert "Traceback" not in training.said
    assert not list(tmp_path.iterdir())
    gone = time.monotonic() + 10
    while time.monotonic() < gone:
        try:
            os.killpg(training.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.05)
    else:
        pytest.fail("processes are left")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_after_the_last_step_a_signal_ends_it_and_the_files_are_written_later(
    start, undisturbed, tmp_path, number, status
):
    training = start(LENET5, tmp_path, signal_in_export, number)
    assert training.wait() == status
    assert "Traceback" not in training.said
    assert not (tmp_path / "report.json").exists()
    finished = Training(tmp_path / "said", training.told)
    assert finished.wait() == 0, finished.said
    assert sha256(tmp_path) == undisturbed(LENET5)


def test_a_signal_is_noted_while_gently_and_raised_at_any_other_time():
    with Stop() as stop:
        stop.gently = True
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.asked == signal.SIGTERM
        stop.gently = False
    with Stop() as stop, pytest.raises(Stopped) as stopped:
        os.kill(os.getpid(), signal.SIGINT)
    assert stopped.value.status == 130


def test_a_second_signal_is_raised_even_while_gently_but_an_echo_of_the_first_is_not():
    with Stop() as stop:
        stop.gently = True
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)  # a launcher tells its processes what the terminal told them too
        assert stop.asked == signal.SIGINT
        time.sleep(AGAIN + 0.1)
        with pytest.raises(Stopped):
            os.kill(os.getpid(), signal.SIGINT)


def test_the_handlers_of_before_come_back():
    before = signal.getsignal(signal.SIGINT)
    with Stop():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before
