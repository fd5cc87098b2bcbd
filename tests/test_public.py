import subprocess

import pytest

from hwr import weights
from hwr.hub import public


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("python train.py mnist-mlp --seed 0", "python train.py mnist-mlp --seed 0"),
        ("python /home/me/hwr/train.py --data-dir '/home/me/my data'", "python train.py --data-dir DIR"),
        ("python train.py --data-dir=/a --out=../me/b --lr=2", "python train.py --data-dir=DIR --out=DIR --lr=2"),
        ("python train.py --o /a --in me.pth --data-d /b", "python train.py --o DIR --in FILE --data-d DIR"),
        ("python train.py --init random --data hoda", "python train.py --init random --data hoda"),
        ("python train.py --init=imagenet --init=/me.pth", "python train.py --init=imagenet --init=FILE"),
        (
            "accelerate launch --multi_gpu --num_processes 2 ./train.py --push-to-hub user/repo",
            "accelerate launch --multi_gpu --num_processes 2 train.py --push-to-hub user/repo",
        ),
    ],
)  # fmt: skip
def test_a_command_tells_no_place_of_this_machine(typed, told):
    assert public.command(typed) == told


def test_a_report_tells_no_place_of_this_machine():
    init = "/home/me/weights/first.pth"
    held = {
        "recipe": {"name": "mnist-mlp", "init": init},
        "changed": {"init": ["imagenet", init], "batch": [1, 2]},
        "command": f"python train.py --init {init} --out /home/me/run",
        "init": init,
        "seed": 7,
    }
    told = public.report(held)
    assert "/home" not in str(told)
    assert told["changed"] == {"init": ["imagenet", "first.pth"], "batch": [1, 2]}
    assert (told["init"], told["recipe"]["init"], told["seed"]) == ("first.pth", "first.pth", 7)
    assert "/home" in str(held), "it is a copy"
    old = {"recipe": {"name": "hoda-compact"}, "scores": {}}
    assert public.report(old) == old


@pytest.fixture
def checkout(monkeypatch, tmp_path):
    """A checkout that holds the weights, and `git` for it."""

    def git(*argv: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), *argv], check=True, capture_output=True)

    git("init")
    (tmp_path / "index.json").touch()
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    return git


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        ("https://example.org/hwr.git", "https://example.org/hwr.git"),
        ("https://me:secret@example.org:8443/hwr", "https://example.org:8443/hwr"),
        ("git@example.org:me/hwr.git", None),
        ("/home/me/hwr", None),
        ("file:///home/me/hwr", None),
        ("https://[", None),
        ("", None),
    ],
)
def test_the_address_of_the_code_is_the_checkout_s_where_others_can_reach_it(checkout, origin, told):
    checkout("config", "remote.origin.url", origin)
    assert public.code() is None, "the weights are in another's checkout"
    checkout("add", "index.json")
    assert public.code() == told
