import json
import logging
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import ModelCard, constants
from made import latin, write_mnist
from standin import TOKEN, USER, Hub, Repo, point

import hwr
from hwr import weights
from hwr.hub import HubError, fetch, kept, push
from hwr.interface.shelf import served

ROOT = Path(__file__).parent.parent
RUN, NAME = "hoda-compact", f"{USER}/digits"
WEIGHTS = {"model.safetensors", "model.onnx", "config.json", "report.json", "README.md"}
PICTURES = {"curves.png", "confusion.png", "reliability.png"}


@pytest.fixture
def ours(hub, monkeypatch):
    """The stand-in, with somebody logged in, where we are in a checkout."""
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.chdir(ROOT)
    return hub


def command(*argv: str | Path, **more) -> subprocess.CompletedProcess:
    options = {"capture_output": True, "text": True, "cwd": ROOT, "timeout": 280}
    return subprocess.run([sys.executable, *map(str, argv)], **(options | more))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A training that pushed what it left: its folder, what it said, and the stand-in with it."""
    folder = tmp_path_factory.mktemp("trained")
    with Hub() as hub, pytest.MonkeyPatch.context() as patch:
        point(patch, hub.url, folder / "home")
        patch.setenv("HF_TOKEN", TOKEN)
        data = write_mnist(folder / "data", train=60, test=20)
        place = ("--data-dir", data, "--out", folder / "run")
        said = command("train.py", "mnist-mlp", "--smoke", *place, "--push-to-hub", NAME, "--private")
        yield folder / "run", said, hub


@pytest.mark.timeout(300)  # trains
def test_a_training_pushes_one_whole_commit(trained):
    run, said, hub = trained
    assert (said.returncode, said.stderr) == (0, ""), said.stderr
    (commit,) = hub.repos[NAME].commits
    assert set(commit.files) == WEIGHTS | PICTURES | {"worst.png"}  # MNIST's may be shown
    assert f"pushed: {hub.url}/{NAME}/commit/{commit.oid}" in said.stdout
    for name in ("model.safetensors", "model.onnx", "curves.png"):
        assert commit.files[name] == (run / name).read_bytes()


@pytest.mark.timeout(300)  # may be the one that trains
def test_no_place_of_this_machine_is_pushed(trained):
    run, _, hub = trained
    (commit,) = hub.repos[NAME].commits
    own, told = json.loads((run / "report.json").read_text()), json.loads(commit.files["report.json"])
    assert str(run) in own["command"]
    assert told == own | {
        "command": f"python train.py mnist-mlp --smoke --data-dir DIR --out DIR --push-to-hub {NAME} --private"
    }
    for name in ("report.json", "README.md", "config.json"):
        assert str(run.parent).encode() not in commit.files[name]
    assert hub.repos[NAME].private


def test_what_was_pushed_answers_to_the_bit_as_what_was_trained(trained, monkeypatch, tmp_path):
    run, _, hub = trained
    point(monkeypatch, hub.url, tmp_path)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    mine, fetched = hwr.load(str(run)), hwr.load(NAME)
    assert (fetched.name, fetched.data, fetched.scripts) == (NAME, "mnist", ("latin",))
    rng = np.random.default_rng(0)
    for digit in range(10):
        picture = 255 - latin(digit, rng)
        said, expected = fetched.read(picture), mine.read(picture)
        assert said.probabilities == expected.probabilities
        assert (said.digit, said.confidence) == (expected.digit, expected.confidence)


def test_the_config_tells_classes_libraries_and_sums(trained):
    run, _, hub = trained
    pushed = json.loads(hub.repos[NAME].commits[0].files["config.json"])
    assert pushed["id2label"] == {str(k): str(k) for k in range(10)}
    assert pushed["label2id"] == {str(k): k for k in range(10)}
    assert pushed["libraries"]["torch"]
    assert pushed["sha256"] == {name: kept.sha256((run / name).read_bytes()) for name in push.WEIGHTS}
    own = json.loads((run / "config.json").read_text())
    assert {name: pushed[name] for name in own} == own


def test_the_card_s_snippet_runs_as_printed_where_it_was_pushed(trained, monkeypatch, tmp_path):
    _, _, hub = trained
    point(monkeypatch, hub.url, tmp_path)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    card = ModelCard.load(NAME)
    card.validate()  # as the client asks the Hub to; it is the stand-in that answers, by the part of the rules it knows
    said = command("-c", re.search(r"```python\n(.*?)```", card.text, re.DOTALL)[1])
    assert re.fullmatch(r"(\d|None) 0\.\d+\n", said.stdout), said.stderr


def test_a_model_that_ships_is_pushed_by_its_name_without_pictures_of_hoda(ours):
    url = push.push(RUN, NAME)
    (commit,) = ours.repos[NAME].commits
    assert url == f"{ours.url}/{NAME}/commit/{commit.oid}"
    assert WEIGHTS | {"LICENSE.md"} < set(commit.files)
    assert {name for name in commit.files if name.endswith(".png")} == {
        path.name for path in (ROOT / "results" / RUN).glob("*.png")
    }
    assert not any(name.startswith("worst") for name in commit.files)
    assert hwr.load(NAME).data == "hoda"


def test_the_worst_errors_on_hoda_stay_here(tmp_path, monkeypatch):
    run = tmp_path / "run"
    run.mkdir()
    for name in ("config.json", "report.json", *push.WEIGHTS):
        (run / name).write_bytes(weights.read(RUN, name))
    for name in ("curves", "confusion", "worst", "worst-scale-known", "other"):
        (run / f"{name}.png").write_bytes(b"")
    assert {name for name in push.files(str(run), NAME) if name.endswith("png")} == {"curves.png", "confusion.png"}


def test_a_second_push_is_a_second_commit_and_what_is_loaded_then(ours):
    push.push(RUN, NAME)
    hwr.load(NAME)
    push.push(RUN, NAME)
    assert len(ours.repos[NAME].commits) == 2
    ours.requests.clear()
    hwr.load(NAME)
    assert any(ours.repos[NAME].commits[-1].oid in request for request in ours.requests)


def test_private(ours):
    for _ in range(2):  # the second goes where the first made room
        push.push(RUN, NAME, private=True)
        assert ours.repos[NAME].private
    assert len(ours.repos[NAME].commits) == 2


def test_what_should_be_private_is_not_pushed_where_all_can_see(ours):
    ours.repos[NAME] = Repo()
    with pytest.raises(HubError, match=r"user/digits is there and public, nothing was pushed; make it private at"):
        push.push(RUN, NAME, private=True)
    assert ours.repos[NAME].commits == []
    assert ours.large == {}


@pytest.mark.parametrize("repo", ["digits", "user/", "a/b/c", "user/digits@v1", "user/two--dashes"])
def test_a_name_that_can_not_be_is_told(ours, repo):
    with pytest.raises(HubError, match="is no name on the Hub; name it like user/repo"):
        push.push(RUN, repo)
    assert ours.repos == {}


def test_without_a_token_nothing_is_asked(hub):
    with pytest.raises(HubError, match="there is no token to push with; make one that may write at"):
        push.push(RUN, NAME)
    assert hub.requests == []


def test_a_bad_token(ours, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN[::-1])
    with pytest.raises(HubError, match="the Hub does not know this token, nothing was pushed; make one"):
        push.push(RUN, NAME)
    assert ours.repos == {}


@pytest.mark.parametrize("taken", [True, False])
def test_a_name_of_another(ours, taken):
    if taken:
        ours.repos["them/digits"] = Repo()
    with pytest.raises(HubError, match="this token may not write to them/digits, nothing was pushed; push"):
        push.push(RUN, "them/digits")
    assert not any(repo.commits for repo in ours.repos.values())


@pytest.mark.parametrize("what", ["upload", "commit"])
def test_a_push_that_is_cut_leaves_nothing_and_can_be_repeated(ours, monkeypatch, what):
    monkeypatch.setattr(time, "sleep", lambda _: None)
    ours.cut = what
    with pytest.raises(HubError, match=r"the push to user/digits was cut .*whole or not at all.* push again"):
        push.push(RUN, NAME)
    assert ours.repos[NAME].commits == []
    ours.cut = None
    push.push(RUN, NAME)
    assert len(ours.repos[NAME].commits) == 1


def test_an_upload_that_is_cut_once_goes_on(ours, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _: None)
    ours.cut, ours.times = "upload", 1
    push.push(RUN, NAME)
    assert len(ours.repos[NAME].commits) == 1


@pytest.mark.parametrize("away", ["refused", "silent", "offline"])
def test_a_push_while_the_hub_is_away(ours, monkeypatch, tmp_path, away):
    ours.silent = away == "silent"
    if away == "refused":
        point(monkeypatch, "http://127.0.0.1:1", tmp_path)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", away == "offline")
    monkeypatch.setattr(push, "SILENCE", 0.2)
    with pytest.raises(HubError, match="HF_HUB_OFFLINE is set, nothing" if away == "offline" else "was cut"):
        push.push(RUN, NAME)


def test_a_card_that_the_hub_refuses(ours, monkeypatch):
    monkeypatch.setattr(push.card, "write", lambda *_: "---\nlicense: other\n---\n")
    with pytest.raises(HubError, match=r'(?s)the Hub refuses the card, nothing was pushed: .*"license_name"'):
        push.push(RUN, NAME)
    assert ours.repos[NAME].commits == []


@pytest.mark.parametrize("wrong", ["{}\x01", "{}\x7f", "{} {}", "{}\u2019", "\u200b{}"])
def test_a_token_that_can_be_none_is_told_nowhere_and_not_sent(ours, monkeypatch, capfd, caplog, wrong):
    """The client prints the whole header where it is none: b'Bearer hf_…\\x01'."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("HF_TOKEN", wrong.format(TOKEN, TOKEN))
    for ask in (lambda: push.push(RUN, NAME), lambda: hwr.load("user/other"), lambda: fetch.listing(NAME, "main")):
        with pytest.raises(HubError, match="the token that is set here holds spaces or other characters") as refusal:
            ask()
        assert not isinstance(refusal.value, hwr.AwayError)
        assert TOKEN not in repr(refusal.value)
    recognizer, notice = served("user/other")
    assert (recognizer.name, TOKEN in notice.sentence) == (hwr.DEFAULT, False)
    assert TOKEN not in "".join([*capfd.readouterr(), caplog.text])
    assert ours.requests == []


FAULTS = [{"token": TOKEN[::-1]}, {"repo": "them/digits"}, {"cut": "commit"}, {}]


def test_the_token_is_told_nowhere(ours, monkeypatch, capfd, caplog):
    monkeypatch.setattr(time, "sleep", lambda _: None)
    caplog.set_level(logging.DEBUG)
    told = []
    for fault in FAULTS:
        monkeypatch.setenv("HF_TOKEN", fault.get("token", TOKEN))
        ours.cut = fault.get("cut")
        try:
            told.append(push.push(RUN, fault.get("repo", NAME)))
        except HubError as error:
            told += [repr(error), repr(error.__cause__)]
    told += [*capfd.readouterr(), caplog.text]
    kept_here = [path.read_bytes() for path in Path(os.environ["HF_HOME"]).rglob("*") if path.is_file()]
    pushed = [data for commit in ours.repos[NAME].commits for data in commit.files.values()]
    assert len(pushed) > len(WEIGHTS)
    for secret in (TOKEN, TOKEN[::-1]):
        assert secret not in "".join(told)
        assert secret.encode() not in b"".join([*kept_here, *pushed])


def test_the_command_pushes_and_reads(ours, tmp_path):
    said = command("-m", "hwr", "push", RUN, NAME, "--private")
    assert (said.returncode, said.stderr) == (0, ""), said.stderr
    assert said.stdout == f"pushed: {ours.url}/{NAME}/commit/{ours.repos[NAME].commits[0].oid}\n"
    example = next((ROOT / "hwr/interface/examples").glob("*digit-5.jpg"))
    said = command("-m", "hwr", "read", example, "--model", NAME, "--json")
    answer = json.loads(said.stdout)
    assert (answer["digit"], answer["model"], said.stderr) == ("5", NAME, "")


def test_the_command_tells_what_went_wrong(hub):
    said = command("-m", "hwr", "push", RUN, NAME)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("hwr: there is no token to push with; ")
    said = command("train.py", "mnist-mlp", "--smoke", "--push-to-hub", NAME)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("there is no token to push with; ")


def test_the_command_reads_with_what_ships_where_the_hub_is_away(hub, monkeypatch, tmp_path):
    point(monkeypatch, "http://127.0.0.1:1", tmp_path)
    example = next((ROOT / "hwr/interface/examples").glob("*digit-5.jpg"))
    said = command("-m", "hwr", "read", example, "--model", "user/away", "--json")
    assert (said.returncode, json.loads(said.stdout)["model"]) == (0, hwr.DEFAULT)
    assert said.stderr.startswith("hwr: digits, which ships with hwr, answers in place of user/away: ")
    said = command("-m", "hwr", "evaluate", "user/away", "--dataset", "drawings")  # of itself or of nothing
    assert (said.returncode, said.stdout) == (2, "")
