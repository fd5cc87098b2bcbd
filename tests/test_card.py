import dataclasses
import json
import re

import pytest
import yaml
from huggingface_hub import ModelCard, metadata_load
from standin import faults

import hwr
from hwr import weights
from hwr.hub import card
from hwr.imaging.decode import decode
from hwr.recipes import RECIPES

SHIPPED = json.loads(weights.read("hoda-compact", "report.json"))


def report(name: str, **more) -> dict:
    """A report as a training leaves it, of ten (or seventy) classes with one error."""
    recipe = dataclasses.asdict(RECIPES[name])
    classes = 70 if recipe["data"] == "pages70" else 10
    counts = [[2 * (row == column) for column in range(classes + 1)] for row in range(classes)]
    counts[0][:2] = 1, 1
    n, correct = 2 * classes, 2 * classes - 1
    score = {"n": n, "correct": correct, "accuracy": correct / n, "low": 0.8, "high": 0.99, "refused": 0, "ece": 0.01}
    score["confusion"] = counts
    told = {"recipe": recipe, "seed": 0, "commit": "c" * 40, "command": f"python train.py {name} --seed 0"}
    return told | {"parameters": 7, "scores": {"validation": score, "test": score}} | more


EVERY = [SHIPPED, *(report(name) for name in RECIPES)]
each = pytest.mark.parametrize("told", EVERY, ids=lambda told: told["recipe"]["name"])


@each
def test_the_metadata_is_what_the_hub_wants_and_survives_a_round_trip(told, tmp_path):
    text = card.write(told, "user/repo", ["curves.png"])
    (tmp_path / "README.md").write_text(text, encoding="utf-8")
    data = metadata_load(tmp_path / "README.md")
    assert faults(data) == []
    assert data == card.metadata(told).to_dict()
    loaded = ModelCard.load(tmp_path / "README.md")
    assert str(loaded) == text
    assert loaded.data.eval_results == card.metadata(told).eval_results
    assert (data["pipeline_tag"], data["library_name"]) == ("image-classification", "hwr")


@each
def test_the_results_are_the_report_s(told):
    results = card.metadata(told).eval_results
    scores = [score for name, score in told["scores"].items() if name.startswith("test")]
    assert [result.metric_value for result in results] == [score["accuracy"] for score in scores]
    assert {(result.task_type, result.dataset_split, result.metric_type) for result in results} == {
        ("image-classification", "test", "accuracy")
    }
    assert len({result.unique_identifier for result in results}) == len(results)


@each
def test_it_tells_what_for_under_which_terms_and_how(told):
    text, recipe = card.write(told, "user/repo", ["curves.png", "confusion.png"]), told["recipe"]
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert titles[:3] == ["Use it", "What it is for, and what not", "Data and terms"]
    assert {"Limits", "How it was made", "Where it differs from the published", "Make it again"} < set(titles)
    assert "](curves.png)" in text
    assert f"git checkout {told['commit']}\n" in text
    assert told["command"] in text.split("## Make it again")[1]
    hoda = "hoda" in recipe["data"]
    assert ("for research and other non-commercial use only" in text) == hoda
    assert ("license: other\n" in text) == (hoda or recipe["data"] == "gan-digits")
    assert ("**Writer identification: whose hand wrote a page, among 70.**" in text) == (recipe["data"] == "pages70")


def test_the_terms_of_each_dataset():
    names = ("hoda-resnet50", "mnist-mlp", "pages70-compact")
    licenses = {name: card.metadata(report(name)).to_dict() for name in names}
    assert [data["license"] for data in licenses.values()] == ["other", "mit", "mit"]
    assert licenses["hoda-resnet50"]["license_link"] == card.TERMS
    assert "license_name" not in licenses["mnist-mlp"]
    assert "non-commercial use only" in " ".join(card.LICENSE.split())


def test_what_was_trained_on_two_datasets_tells_both_under_the_stricter_terms():
    told = report("digits")
    test = told["scores"].pop("test")
    told["scores"] |= {"test, hoda, scale known": test, "test, hoda, scale unknown": test, "test, mnist": test}
    data = card.metadata(told).to_dict()
    assert (data["license"], data["license_link"]) == ("other", card.TERMS)
    assert data["datasets"] == ["hoda", "ylecun/mnist"]
    assert {"persian", "latin"} < set(data["tags"])
    results = card.metadata(told).eval_results
    assert [(each.dataset_type, each.dataset_name, each.dataset_config) for each in results] == [
        ("hoda", "Hoda, scale known", "scale-known"),
        ("hoda", "Hoda, scale unknown", "scale-unknown"),
        ("ylecun/mnist", "MNIST", None),
    ]
    text = card.write(told, "user/repo", [])
    assert "The weights are under the MIT license" not in text
    assert "For: to read one handwritten digit, Persian or Latin" in text


def test_a_training_that_nobody_can_repeat_says_so():
    dirty = card.write(report("mnist-mlp", commit="c" * 40 + "-dirty"), "user/repo", [])
    assert "git checkout" not in dirty
    assert "not one that others have" in dirty
    changed = card.write(report("mnist-mlp", changed={"epochs": [5, 1]}), "user/repo", [])
    assert "It was not trained as published" in changed


def test_it_tells_where_the_code_is_where_that_is_known():
    told = card.write(report("mnist-mlp"), "user/repo", [], "https://example.org/hwr")
    assert "In a checkout of [hwr](https://example.org/hwr), or after" in told
    assert "```\ngit clone https://example.org/hwr hwr && cd hwr\ngit checkout ccc" in told
    assert "In a checkout of hwr, or after" in card.write(report("mnist-mlp"), "user/repo", [])


def test_only_what_saw_clutter_is_said_to_refuse():
    assert "is refused mostly" in card.write(SHIPPED, "user/repo", [])
    assert "is refused mostly" in card.write(report("hoda-compact"), "user/repo", [])
    assert "whatever else is written gets a digit" in card.write(report("hoda-resnet50"), "user/repo", [])


def snippet(text: str) -> str:
    return re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]


@pytest.mark.parametrize("name", ["hoda-compact", "mnist-mlp"])
def test_the_snippet_for_digits_runs_as_printed(name, monkeypatch, recognizer, capsys):
    loaded = []
    monkeypatch.setattr(hwr, "load", lambda name: loaded.append(name) or recognizer)
    exec(snippet(card.write(report(name), "user/repo", [])), {})
    digit, confidence = capsys.readouterr().out.split()
    assert (digit, loaded) == ("1", ["user/repo"])
    assert float(confidence) > 0.9


def test_the_snippet_for_pages_runs_as_printed(monkeypatch, capsys):
    class Identifier:
        def read(self, picture):
            assert (decode(picture) < 128).sum() > 1000  # something is written
            return hwr.Writer("07", 0.5, [("07", 0.5)], "user/repo")

    monkeypatch.setattr(hwr, "load", lambda name: Identifier())
    exec(snippet(card.write(report("pages70-compact"), "user/repo", [])), {})
    assert capsys.readouterr().out == "07 0.5\n"


def test_names_in_the_metadata_can_not_break_out_of_it():
    told = report("mnist-mlp")
    told["recipe"]["name"] = 'a: "b"\n---\nc'
    assert yaml.safe_load(card.metadata(told).to_yaml())["model-index"][0]["name"] == told["recipe"]["name"]
