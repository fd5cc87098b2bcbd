"""The Space: its header in the README, and the workflow that tests and uploads."""

import re
from pathlib import Path

import pytest
import yaml

from hwr.hub.published import PUBLISHED

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").iterdir())
HEADER = yaml.safe_load((ROOT / "README.md").read_text(encoding="utf-8").split("---")[1])
PINS = dict(line.split("==") for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line)

each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def load(path: Path) -> dict:
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # which does not take "on" for true


def steps(path: Path) -> list[dict]:
    return [step for job in load(path)["jobs"].values() for step in job["steps"]]


def test_the_header_is_complete():
    assert (HEADER["sdk"], HEADER["sdk_version"], HEADER["python_version"]) == ("gradio", PINS["gradio"], "3.11")
    assert HEADER["suggested_hardware"] == "cpu-basic"
    assert HEADER["models"] == HEADER["preload_from_hub"] == [published.repo for published in PUBLISHED.values()]
    assert {"title", "emoji", "colorFrom", "colorTo", "app_file", "license", "license_name"} <= HEADER.keys()
    assert (ROOT / HEADER["license_link"]).is_file()


@each_workflow
def test_every_action_is_pinned_by_its_commit(path):
    used = [step["uses"] for step in steps(path) if "uses" in step]
    assert used
    assert [name for name in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name)] == []


@each_workflow
def test_a_workflow_may_only_read(path):
    workflow = load(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert [name for name, job in workflow["jobs"].items() if "permissions" in job] == []
    assert "pull_request_target" not in workflow["on"]
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] == "false" for step in checkouts)


@each_workflow
def test_commands_take_nothing_from_outside_but_through_the_environment(path):
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []


def test_what_passes_on_main_goes_to_the_space():
    jobs = load(ROOT / ".github" / "workflows" / "space.yml")["jobs"]
    assert ".ci/run" in [step.get("run") for step in jobs["test"]["steps"]]
    sync = jobs["sync"]
    assert sync["needs"] == "test"
    assert "github.ref == 'refs/heads/main'" in sync["if"]
    assert "vars.HF_SPACE != ''" in sync["if"]
    assert all(step["if"] == "env.HAS_TOKEN == 'true'" for step in sync["steps"])
    *_, install, upload = sync["steps"]
    assert install["run"] == f"pip install huggingface_hub=={PINS['huggingface_hub']}"
    assert upload["run"].startswith('hf upload "$HF_SPACE" . . --type space')


def test_only_the_upload_sees_the_token():
    jobs = load(ROOT / ".github" / "workflows" / "space.yml")["jobs"]
    told = [step for job in jobs.values() for step in job["steps"] if "secrets.HF_TOKEN" in str(step)]
    assert [step["name"] for step in told] == ["Make the Space what main is"]
    assert jobs["sync"]["env"] == {"HAS_TOKEN": "${{ secrets.HF_TOKEN != '' }}"}
    assert "env" not in jobs["test"]
