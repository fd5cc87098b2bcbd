"""The command line of train.py: what it says before anything is trained."""

import subprocess
import sys
from pathlib import Path

import pytest

import train
from hwr.training import checkpoint

ROOT = Path(__file__).parent.parent
TORCHLESS = "import runpy, sys; sys.modules['torch'] = None; runpy.run_path('train.py', run_name='__main__')"


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--resume", "there is no {out}/last.pt to resume from; start without --resume\n"),
        ("--private", "--private is of a push; name where it goes with --push-to-hub USER/REPO\n"),
    ],
)
def test_what_can_not_begin_says_so_before_torch_is_imported(option, told, tmp_path):
    argv = [sys.executable, "-c", TORCHLESS, "mnist-mlp", option, "--out", str(tmp_path)]
    said = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)
    assert (said.returncode, said.stdout, said.stderr) == (2, "", told.format(out=tmp_path))


def test_the_checkpoint_is_known_by_one_name():
    assert train.LAST == checkpoint.LAST
