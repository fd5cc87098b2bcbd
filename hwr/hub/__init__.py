"""Models on the Hub: fetched by name, pushed with a card. The only user of huggingface_hub."""

import re
from typing import NamedTuple

from hwr.weights import RUNS, WeightsError

MAIN = "main"
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


class HubError(WeightsError):
    """A model of the Hub that can't be had or used; the sentence says why and what to do."""


class AwayError(HubError):
    """The Hub can't be reached, and what was asked of it is not in the cache."""


class Address(NamedTuple):
    """A repository of the Hub, "user/repo", and a revision of it: a branch, a tag or a commit."""

    repo: str
    revision: str = MAIN


def address(name: str) -> Address | None:
    """The address that a model's name is: "user/repo" or "user/repo@revision"; None for any other name."""
    repo, _, revision = name.partition("@")
    if not _NAME.fullmatch(repo) or repo.startswith(f"{RUNS}/"):  # what trained here is a folder, found or missing
        return None
    return Address(repo, revision or MAIN)


def find(name: str) -> dict[str, bytes] | None:
    """The files of a model that the Hub has, by its name there, or by a recipe's whose weights others published.

    config.json, model.safetensors and, where there are such, model.onnx and report.json; None for a name that is
    neither. Those of the second kind may have a revision behind an @, too. Raises HubError, and AwayError where the
    Hub can't be reached and the cache lacks them.
    """
    from hwr.hub import fetch, published

    recipe, _, revision = name.partition("@")
    if recipe in published.PUBLISHED:
        return published.model(recipe, revision=revision or None)
    asked = address(name)
    return asked and fetch.model(*asked)


def at_hand(name: str) -> dict[str, bytes]:
    """The files of a model by its name on the Hub, as far as they lie here since they were fetched; without a call."""
    from hwr.hub import kept

    asked = address(name)
    found = {file: kept.read(held) for file, held in kept.look(*asked).items()} if asked else {}
    return {file: data for file, data in found.items() if data is not None}
