import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from pictures import mask

import hwr
from hwr import cli
from hwr.data import DataError, cdb
from hwr.evaluation import report, score
from hwr.evaluation.calibration import Calibration
from hwr.imaging.stages import Stages
from hwr.recognizer import NO_DIGIT, Alternative

ROOT = Path(__file__).parent.parent
BLANK = np.zeros((4, 4), np.uint8)


class Reader(hwr.Recognizer):
    """Stands in for one that has a network: a file that holds "5" shows a 5, an empty one nothing, any other is broken.

    Of both scripts, it says that a 5 is Persian, or else a Latin 0; half as sure where it is told the resolution.
    """

    def __init__(self, name: str = "stub", data: str = "hoda"):
        super().__init__(name, None, None, Calibration(), data)

    def read(self, path: str, dpi: float | None = None, script: str = "auto") -> hwr.Prediction:
        self.check_script(script)
        text = Path(path).read_text()
        if text == "wait":
            time.sleep(60)
        if text and text not in "0123456789":
            raise hwr.PictureError(f"this is no picture but {text!r}")
        probabilities = {str(digit): 0.99 if str(digit) == text else 0.01 / 9 for digit in range(10)}
        stages = Stages(BLANK, BLANK, None, None, 0.0)
        if not text:
            return hwr.Prediction(None, False, 0.0, probabilities, stages, self.name, "nothing is written")
        known = self.scripts[0] if script == "auto" else script
        other = Alternative("0", "latin", 0.034) if script == "auto" and len(self.scripts) > 1 else None
        confidence = 0.99 if dpi is None else 0.5
        return hwr.Prediction(
            text, True, confidence, probabilities, stages, self.name, None, known, other, confidence > 0.9
        )

    def read_number(self, path: str, dpi: float | None = None, script: str = "auto") -> hwr.Reading:
        """Digits with a dash after the second, where there are more; the last one is not sure."""
        text = Path(path).read_text()
        if text == "text":
            raise hwr.PictureError("this is no picture but 'text'")
        if not text:
            return hwr.Reading("", 0.0, (), self.name, None, "nothing is written")
        known = self.scripts[0] if script == "auto" else script
        stages = Stages(BLANK, BLANK, None, None, 0.0)
        digits = tuple(
            hwr.Prediction(
                digit,
                True,
                0.9,
                {},
                stages,
                self.name,
                None,
                known,
                sure=k < len(text) - 1,
                box=(10 * k, 0, 10 * k + 9, 20),
            )
            for k, digit in enumerate(text)
        )
        return hwr.Reading("-".join(filter(None, (text[:2], text[2:]))), 0.9, digits, self.name, known)


class Identifier:
    """Stands in for an Identifier: every page was written by 07, an empty file by nobody."""

    name, kind, data = "pages70", "page", "pages70"
    classes = tuple(f"{hand:02}" for hand in range(1, 71))

    def read(self, path: str) -> hwr.Writer:
        if not Path(path).read_text():
            return hwr.Writer(None, 0.0, [], self.name, "nothing is written")
        top = [("07", 0.91), ("12", 0.04), ("70", 0.02), ("01", 0.01), ("02", 0.005)]
        return hwr.Writer(*top[0], top, self.name)


def load(name: str) -> Reader | Identifier:
    if name == "pages70":
        return Identifier()
    models = {hwr.DEFAULT: "hoda+mnist", "hoda-compact": "hoda", "mnist-mlp": "mnist"}
    if name not in models:
        raise hwr.WeightsError(f"no model is called {name!r}; there are {hwr.DEFAULT}")
    return Reader(name, models[name])


@pytest.fixture(autouse=True)
def stub(monkeypatch):
    monkeypatch.setattr(hwr, "load", load)


@pytest.fixture
def pictures(tmp_path, monkeypatch) -> Path:
    """A folder with ten digits, a blank and a broken one, where we are."""
    for digit in range(10):
        (tmp_path / f"digit{digit + 1}.png").write_text(str(digit))
    (tmp_path / "blank").mkdir()
    (tmp_path / "blank" / "blank.png").touch()
    (tmp_path / "broken.txt").write_text("text")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys, *argv: str) -> tuple[int, list[str], str]:
    status = cli.main(list(argv))
    said = capsys.readouterr()
    return status, said.out.splitlines(), said.err


def start(*argv: str | bytes, **options) -> subprocess.Popen:
    """The command in a process of its own, with the reader from above."""
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(Path(__file__).parent)!r}]\n"
        "import hwr, hwr.cli, test_cli; hwr.load = test_cli.load; sys.exit(hwr.cli.main())"
    )
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen([sys.executable, "-c", code, *argv], **pipes)


def test_one_digit(pictures, capsys):
    assert run(capsys, "read", "digit6.png", "--model", "hoda-compact") == (0, ["digit6.png: ۵ 5  99.0%"], "")


def test_a_digit_that_could_be_of_the_other_script(pictures, capsys):
    """One answer, its script, and the other reading; none where the script is told."""
    assert run(capsys, "read", "digit6.png")[1] == ["digit6.png: ۵ 5  99.0%  (or Latin 0, 3.4%)"]
    assert run(capsys, "read", "digit6.png", "--script", "persian")[1] == ["digit6.png: ۵ 5  99.0%"]
    assert run(capsys, "read", "digit6.png", "--script", "latin")[1] == ["digit6.png: 5  99.0%"]


def test_what_is_no_digit_may_be_a_number():
    answer = {"path": "1.png", "is_digit": False, "reason": NO_DIGIT}
    assert cli._digit_line(answer) == f"1.png: no digit found: {NO_DIGIT}; --number reads several"


def test_a_persian_reading_beside_a_latin_one():
    answer = {"path": "1.png", "digit": "1", "is_digit": True, "confidence": 1.0, "script": "latin", "sure": True}
    other = {"digit": "1", "script": "persian", "probability": 0.08}
    assert cli._digit_line(answer | {"other": other}) == "1.png: 1  99.9%  (or Persian ۱ 1, 8.0%)"


@pytest.mark.parametrize(("sure", "told"), [(True, "91.0%"), (False, "91.0%  unsure")])
def test_a_number_may_be_unsure_though_its_digits_are_not(sure, told):
    answer = {"path": "1.png", "text": "7.5", "script": "latin", "confidence": 0.91, "sure": sure}
    assert cli._number_line(answer | {"digits": 2 * [{"sure": True}]}) == f"1.png: 7.5  {told}"


def test_one_digit_as_json(pictures, capsys):
    status, lines, _ = run(capsys, "read", "--json", "./digit6.png")
    (answer,) = map(json.loads, lines)
    probabilities = answer.pop("probabilities")
    assert answer == {
        "path": "./digit6.png",
        "digit": "5",
        "confidence": 0.99,
        "is_digit": True,
        "script": "persian",
        "sure": True,
        "model": hwr.DEFAULT,
        "other": {"digit": "0", "script": "latin", "probability": 0.034},
    }
    assert list(probabilities) == list("0123456789")
    assert sum(probabilities.values()) == pytest.approx(1)
    assert status == 0
    told = json.loads(run(capsys, "read", "--json", "--script", "latin", "digit6.png")[1][0])
    assert (told["script"], "other" in told) == ("latin", False)


def test_a_number(pictures, capsys):
    (pictures / "digit1.png").write_text("0512")
    (pictures / "digit2.png").write_text("7")
    status, lines, err = run(capsys, "read", "--number", "digit1.png", "digit2.png", "--script", "persian")
    assert lines == [
        "digit1.png: ۰۵-۱۲ 05-12  90.0%  1 of 4 digits unsure",
        "digit2.png: ۷ 7  90.0%  1 of 1 digits unsure",
    ]
    assert (status, err) == (0, "")
    _, lines, _ = run(capsys, "read", "--number", "digit1.png", "--script", "latin")
    assert lines == ["digit1.png: 05-12  90.0%  1 of 4 digits unsure"]


def test_a_number_as_json(pictures, capsys):
    (pictures / "digit1.png").write_text("051")
    status, lines, _ = run(
        capsys, "read", "--number", "--json", "digit1.png", "broken.txt", "blank", "--model", "mnist-mlp"
    )
    said, broken, blank = map(json.loads, lines)
    digits = [
        {"digit": "0", "confidence": 0.9, "sure": True, "box": [0, 0, 9, 20]},
        {"digit": "5", "confidence": 0.9, "sure": True, "box": [10, 0, 19, 20]},
        {"digit": "1", "confidence": 0.9, "sure": False, "box": [20, 0, 29, 20]},
    ]
    known = {"path": "digit1.png", "text": "05-1", "confidence": 0.9, "sure": False, "digits": digits}
    assert said == known | {"script": "latin", "model": "mnist-mlp"}
    assert broken == {"path": "broken.txt", "error": "this is no picture but 'text'"}
    assert (blank["text"], blank["digits"], blank["reason"]) == ("", [], "nothing is written")
    assert status == 1
    assert run(capsys, "read", "--number", "blank")[1] == ["blank/blank.png: no number found: nothing is written"]


def test_nothing_written(pictures, capsys):
    status, lines, _ = run(capsys, "read", "blank/blank.png", "--json")
    answer = json.loads(lines[0])
    assert (answer["digit"], answer["is_digit"], answer["reason"]) == (None, False, "nothing is written")
    assert (answer["script"], answer["sure"], "other" in answer) == (None, False, False)
    assert 0 <= answer["confidence"] <= 1
    assert status == 0
    assert run(capsys, "read", "blank/blank.png")[1] == ["blank/blank.png: no digit found: nothing is written"]


def test_folder_is_read_whole_in_natural_order(pictures, capsys):
    (pictures / ".hidden").write_text("3")
    (pictures / "۲.png").write_text("2")
    (pictures / "۱۰.png").write_text("3")
    status, lines, _ = run(capsys, "read", ".", "--json")
    answers = list(map(json.loads, lines))
    digits = [f"./digit{number}.png" for number in range(1, 11)]
    assert [answer["path"] for answer in answers] == ["./۲.png", "./۱۰.png", "./broken.txt", *digits]
    assert [answer["digit"] for answer in answers[3:]] == list("0123456789")
    assert status == 1


def test_order_is_as_given_and_a_broken_picture_stops_nothing(pictures, capsys):
    paths = ["digit9.png", "broken.txt", "away.png", "blank", "digit1.png"]
    status, lines, err = run(capsys, "read", "--script", "persian", *paths)
    assert lines == [
        "digit9.png: ۸ 8  99.0%",
        "broken.txt: error: this is no picture but 'text'",
        "away.png: error: there is no such file or folder",
        "blank/blank.png: no digit found: nothing is written",
        "digit1.png: ۰ 0  99.0%",
    ]
    assert (status, err) == (1, "")


def test_error_as_json(pictures, capsys):
    status, lines, _ = run(capsys, "read", "--json", "broken.txt")
    assert json.loads(lines[0]) == {"path": "broken.txt", "error": "this is no picture but 'text'"}
    assert status == 1


def test_what_is_no_picture_is_told(pictures, capsys):
    (pictures / "empty").mkdir()
    os.mkfifo("pipe")
    paths = ["empty", "pipe", "/dev/zero", "n" * 300, ""]
    status, lines, _ = run(capsys, "read", "--json", *paths)
    answers = list(map(json.loads, lines))
    assert [answer["path"] for answer in answers] == paths
    assert [answer["error"] for answer in answers[:3]] == ["the folder holds no file", *[answers[2]["error"]] * 2]
    assert answers[2]["error"] == "it is neither a file nor a folder"
    assert all(answer["error"] for answer in answers)
    assert status == 1


def test_file_that_can_not_be_read(pictures, capsys, monkeypatch):
    def denied(*_, **__):
        raise PermissionError(13, "Permission denied", "digit1.png")

    monkeypatch.setattr(Reader, "read", denied)
    assert run(capsys, "read", "digit1.png")[:2] == (1, ["digit1.png: error: it can't be read (Permission denied)"])


def test_dpi_reaches_the_recognizer_and_what_is_unsure_says_so(pictures, capsys):
    argv = ["read", "digit6.png", "--dpi", "300"]
    assert run(capsys, *argv, "--model", "hoda-compact")[1] == ["digit6.png: ۵ 5  50.0%  unsure"]
    assert run(capsys, *argv)[1] == ["digit6.png: ۵ 5  50.0%  unsure  (or Latin 0, 3.4%)"]
    assert json.loads(run(capsys, *argv, "--json")[1][0])["sure"] is False


@pytest.mark.parametrize("dpi", ["0", "-1", "nan", "inf", "high"])
def test_senseless_dpi_is_told(dpi, capsys):
    with pytest.raises(SystemExit) as raised:
        cli.main(["read", "a.png", "--dpi", dpi])
    assert raised.value.code == 2
    assert f"{dpi} is no resolution" in capsys.readouterr().err


def test_unknown_model_lists_the_known(pictures, capsys):
    status, lines, err = run(capsys, "read", "digit1.png", "--model", "huda")
    assert (status, lines, err) == (2, [], "hwr: no model is called 'huda'; there are digits\n")


def test_whose_hand(pictures, capsys):
    status, lines, _ = run(capsys, "read", "--model", "pages70", "digit6.png", "away.png", "blank")
    assert lines == [
        "digit6.png: written by 07  91.0 % (whose hand, among 70; then 12 4 %, 70 2 %, 01 1 %, 02 0 %)",
        "away.png: error: there is no such file or folder",
        "blank/blank.png: no writing found: nothing is written",
    ]
    assert status == 1


def test_whose_hand_as_json(pictures, capsys):
    status, lines, _ = run(capsys, "read", "--json", "--model", "pages70", "digit6.png", "blank")
    said, blank = map(json.loads, lines)
    top = [["07", 0.91], ["12", 0.04], ["70", 0.02], ["01", 0.01], ["02", 0.005]]
    assert said == {"path": "digit6.png", "label": "07", "confidence": 0.91, "top": top, "model": "pages70"}
    assert blank == {
        "path": "blank/blank.png",
        "label": None,
        "confidence": 0.0,
        "top": [],
        "model": "pages70",
        "reason": "nothing is written",
    }
    assert status == 0


def test_latin_digits_are_shown_as_they_are(pictures, capsys):
    assert run(capsys, "read", "--model", "mnist-mlp", "digit6.png", "blank")[1] == [
        "digit6.png: 5  99.0%",
        "blank/blank.png: no digit found: nothing is written",
    ]


@pytest.mark.parametrize("script", ["auto", "persian", "latin"])
@pytest.mark.parametrize(
    ("model", "reads"), [(hwr.DEFAULT, ["persian", "latin"]), ("hoda-compact", ["persian"]), ("mnist-mlp", ["latin"])]
)
def test_a_script_is_told_to_a_model_that_reads_it(pictures, capsys, model, reads, script):
    status, lines, err = run(capsys, "read", "digit6.png", "--model", model, "--script", script)
    if script in ("auto", *reads):
        assert (status, len(lines), err) == (0, 1, "")
        assert ("۵" in lines[0]) == ((reads[0] if script == "auto" else script) == "persian")
    else:
        (one,) = reads
        told = f"hwr: {model} reads {one.capitalize()} digits only, not {script!r}; choose one of auto, {one}\n"
        assert (status, lines, err) == (2, [], told)


@pytest.mark.parametrize("argv", [["--script", "persian"], ["--dpi", "200"], ["--number"]])
def test_a_page_has_neither_script_nor_size(pictures, capsys, argv):
    told = "hwr: pages70 tells whose hand wrote a page; leave --script, --dpi, --number out\n"
    assert run(capsys, "read", "digit6.png", "--model", "pages70", *argv) == (2, [], told)


@pytest.mark.parametrize("argv", [[], ["read"], ["write"], ["read", "a.png", "--numbers"], ["evaluate"]])
def test_misuse(argv, capsys):
    with pytest.raises(SystemExit) as raised:
        cli.main(argv)
    assert raised.value.code == 2
    command = f" {argv[0]}" if argv and argv != ["write"] else ""
    assert f"usage: hwr{command} [-h]" in capsys.readouterr().err


NAMES = ["۵.png", "رقم‌ها.png", "🖊️.png", "a\nb.png", "\x1b[31mred.png", "\u202egnp.png", "x" * 250 + ".png"]


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_names_of_all_kinds(pictures, encoding):
    for name in NAMES:
        (pictures / name).write_text("5")
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    for argv in (["read", *NAMES], ["read", "--json", *NAMES]):
        out, err = start(*argv, env=environment).communicate(timeout=20)
        lines = out.decode(encoding).splitlines()
        assert (len(lines), err) == (len(NAMES), b"")
        assert not any(character in line for line in lines for character in "\x1b\u202e" if argv[1] != "--json")
    answers = list(map(json.loads, lines))
    assert [(answer["path"], answer["digit"]) for answer in answers] == [(name, "5") for name in NAMES]


def test_name_that_is_no_text(pictures):
    name = b"\xff\xfe5.png"
    Path(os.fsdecode(name)).write_text("5")
    out, _ = start(b"read", b"--json", name).communicate(timeout=20)
    assert os.fsencode(json.loads(out)["path"]) == name
    out, err = start(b"read", b"--script", b"persian", name).communicate(timeout=20)
    assert (out.decode(), err) == ("\\udcff\\udcfe5.png: ۵ 5  99.0%\n", b"")


def test_reader_that_leaves(pictures):
    process = start("read", "--script", "persian", *["digit1.png"] * 5000)
    assert process.stdout.readline() == "digit1.png: ۰ 0  99.0%\n".encode()
    process.stdout.close()
    assert process.wait(timeout=20) == 141
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_output_that_is_full(pictures):
    with open("/dev/full", "wb") as full:
        process = start("read", "digit1.png", stdout=full)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert err.startswith(b"hwr: ")
    assert err.count(b"\n") == 1


def test_interrupt(pictures):
    (pictures / "wait.png").write_text("wait")
    # A process started in the background of a script ignores SIGINT, and its children too.
    heed = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    process = start("read", *["digit1.png"] * 2000, "wait.png", **heed)
    assert process.stdout.readline()  # it is at work
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, b"")


SCORE = {
    "model": "hoda-compact",
    "dataset": "hoda",
    "split": "test",
    "n": 20000,
    "correct": 19950,
    "accuracy": 0.9975,
    "low": 0.9967,
    "high": 0.9981,
    "ece": 0.0012,
    "confusion": [[2000 if row == column else 0 for column in range(11)] for row in range(10)],
}


KNOWN = {"scale_known": True, "script_known": True}


@pytest.fixture
def asked(monkeypatch) -> list:
    """What the command asks of `evaluate`, which answers with SCORE."""
    calls = []

    def evaluate(recognizer, *arguments, **options) -> dict:
        calls.append((arguments, options))
        return SCORE | {name: options[name] for name in ("scale_known", "script_known")}

    monkeypatch.setattr(score, "evaluate", evaluate)
    return calls


def test_evaluate_as_json(capsys, asked):
    status, lines, _ = run(capsys, "evaluate", "hoda-compact", "--json")
    assert (status, [json.loads(line) for line in lines]) == (0, [SCORE | KNOWN])
    assert asked == [(("hoda", "test", None), KNOWN | {"csv": None})]


def test_evaluate_for_people(capsys, asked):
    argv = ["--dataset", "drawings", "--split", "validation", "--data-dir", "d", "--unknown-scale", "--csv", "a.csv"]
    _, lines, _ = run(capsys, "evaluate", "hoda-compact", *argv)
    assert asked == [(("drawings", "validation", "d"), KNOWN | {"scale_known": False, "csv": "a.csv"})]
    assert lines[0] == "hoda-compact on hoda, test, scale unknown"
    assert lines[1] == "accuracy 99.75%: 19,950 of 20,000"
    assert lines[2] == "95 % interval 99.67% to 99.81%"
    assert len(lines) == 17
    assert lines[5].split() == [*"0123456789", "-"]
    assert lines[6].split() == ["0", "2000", *["."] * 10]
    assert lines[-1] == "what was said of every picture is in a.csv"


def test_evaluate_without_the_script(capsys, asked):
    _, lines, _ = run(capsys, "evaluate", hwr.DEFAULT, "--unknown-script", "--dataset", "mnist")
    assert asked == [(("mnist", "test", None), KNOWN | {"script_known": False, "csv": None})]
    assert lines[0] == "hoda-compact on hoda, test, scale known, script unknown"
    _, lines, _ = run(capsys, "evaluate", hwr.DEFAULT, "--unknown-script", "--unknown-scale")
    assert lines[0] == "hoda-compact on hoda, test, scale unknown, script unknown"


@pytest.mark.parametrize(
    ("model", "dataset"),
    [("mnist-mlp", "mnist"), ("pages70", "pages70"), (hwr.DEFAULT, "hoda")],  # the first of two
)
def test_evaluate_scores_on_the_model_s_own_data(capsys, asked, model, dataset):
    run(capsys, "evaluate", model, "--json")
    assert asked[0][0] == (dataset, "test", None)


def test_seventy_hands_are_told_by_their_largest_errors(capsys, monkeypatch):
    confusion = [[2 if row == column else 0 for column in range(71)] for row in range(70)]
    confusion[11][6], confusion[3][70] = 2, 1
    scored = SCORE | {"model": "pages70", "dataset": "pages70", "scale_known": False, "confusion": confusion}
    monkeypatch.setattr(score, "evaluate", lambda *_, **__: scored)
    _, lines, _ = run(capsys, "evaluate", "pages70")
    assert lines[:2] == ["pages70 on pages70, test", "writer identification: whose hand, among 70"]
    assert lines[5:] == [
        "the most frequent of 2 confusions:",
        "  12 read as 07, 2 times",
        "  04 read as -, 1 times",
    ]
    confusion[11][6] = confusion[3][70] = 0
    assert run(capsys, "evaluate", "pages70")[1][5:] == ["no errors"]


def test_evaluate_without_data(capsys, monkeypatch):
    def evaluate(*_, **__):
        raise DataError("there is no hoda/Test_20000.cdb in d; put it there")

    monkeypatch.setattr(score, "evaluate", evaluate)
    assert run(capsys, "evaluate", "hoda-compact") == (
        2,
        [],
        "hwr: there is no hoda/Test_20000.cdb in d; put it there\n",
    )


def test_recipes(capsys, monkeypatch):
    figures = {"test, scale known": {"n": 20000, "correct": 19950, "accuracy": 0.9975, "ece": 0.001}}
    monkeypatch.setattr(hwr.weights, "index", lambda: {"hoda-compact": {"figures": figures}})
    status, lines, _ = run(capsys, "recipes", "--json")
    listed = {recipe["recipe"]: recipe for recipe in map(json.loads, lines)}
    compact = listed["hoda-compact"]
    assert (status, compact["data"], compact["figures"]) == (0, "hoda", figures)
    assert set(compact["claim"]) == {"accuracy", "protocol", "source"}
    assert 0.9 < compact["claim"]["accuracy"] < 1
    _, lines, _ = run(capsys, "recipes")
    assert lines[0].startswith("digits: compact-both on hoda+mnist, ")
    assert lines[1] == "  tells: Persian and Latin digits"
    assert any(line.startswith("hoda-compact: compact on hoda, ") for line in lines)
    assert "  measured: 99.75% (test, scale known; 19,950 of 20,000)" in lines
    assert {name for name, recipe in listed.items() if recipe["ships"]} == {"hoda-compact"}
    assert lines.count("  weights: come with hwr") == 1


def test_recipes_without_weights(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hwr.weights, "FOLDER", tmp_path)
    monkeypatch.setattr(hwr.weights, "index", dict)
    assert json.loads(run(capsys, "recipes", "--json")[1][0])["figures"] is None
    assert any("no weights are at hand" in line for line in run(capsys, "recipes")[1])


def test_recipes_tell_what_a_report_measured(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    scored = {"n": 10000, "correct": 9800, "accuracy": 0.98, "ece": 0.01}
    left = {"recipe": {"name": "hoda-resnet50", "data": "hoda"}, "scores": {"test": scored | {"confusion": []}}}
    (tmp_path / "results" / "hoda-resnet50").mkdir(parents=True)
    (tmp_path / "results" / "hoda-resnet50" / "report.json").write_text(json.dumps(left))
    listed = {recipe["recipe"]: recipe for recipe in map(json.loads, run(capsys, "recipes", "--json")[1])}
    assert listed["hoda-resnet50"]["figures"] == {"test": scored}
    assert listed["hoda-resnet50"]["claim"]["accuracy"] == 0.9927
    assert all(type(sentence) is str for sentence in listed["hoda-resnet50"]["differs"])
    lines = run(capsys, "recipes")[1]
    assert "  measured: 98.00% (test; 9,800 of 10,000)" in lines
    assert any(line.startswith("  differs: ") for line in lines)
    assert any(line.startswith("  published: 99.27 % (") for line in lines)


def test_report_writes_where_we_are(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    asked = []
    monkeypatch.setattr(report, "write", lambda root, runs: asked.append((root, runs)) or [Path("results/README.md")])
    assert run(capsys, "report", "runs/a", "runs/b") == (0, ["wrote results/README.md"], "")
    assert asked == [(tmp_path, [Path("runs/a"), Path("runs/b")])]


def test_evaluate_by_an_unknown_model(capsys):
    assert run(capsys, "evaluate", "huda") == (2, [], "hwr: no model is called 'huda'; there are digits\n")


def test_evaluate_from_end_to_end(tmp_path):
    scans = [np.where(mask(digit, side=40, pen=20) > 127, 0, 255).astype(np.uint8) for digit in range(10)]
    (tmp_path / "Test_20000.cdb").write_bytes(cdb.write(scans, range(10)))
    command = [sys.executable, "-m", "hwr", "evaluate", hwr.DEFAULT, "--json", "--data-dir", str(tmp_path)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    scored = json.loads(said.stdout)
    assert (scored["model"], scored["dataset"], scored["split"], scored["n"]) == (hwr.DEFAULT, "hoda", "test", 10)
    assert scored["correct"] == round(10 * scored["accuracy"]) >= 9
    assert [sum(row) for row in scored["confusion"]] == [1] * 10
    assert 0 <= scored["ece"] <= 1


def test_module_is_the_command():
    shown = subprocess.run([sys.executable, "-m", "hwr", "--version"], cwd=ROOT, capture_output=True, text=True)
    assert shown.stdout == f"hwr {hwr.__version__}\n"
