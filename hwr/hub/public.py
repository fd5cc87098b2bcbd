"""What of a training may leave this machine: no paths of it."""

import shlex
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from hwr import weights

PLACES = {"--data-dir": "DIR", "--out": "DIR", "--init": "FILE"}  # options of train.py that name a place here
NAMED = ("random", "imagenet")  # first weights that are no file


def report(held: dict) -> dict:
    """A training's report with placeholders and bare names where it tells paths of this machine."""
    told = dict(held)
    if "command" in held:
        told["command"] = command(held["command"])
    if held.get("init"):
        told["init"] = _bare(held["init"])
    if held["recipe"].get("init"):
        told["recipe"] = held["recipe"] | {"init": _bare(held["recipe"]["init"])}
    if "init" in held.get("changed", {}):
        told["changed"] = held["changed"] | {"init": [value and _bare(value) for value in held["changed"]["init"]]}
    return told


def command(line: str) -> str:
    """A command line of train.py, whose options' paths are DIR or FILE."""
    words, told = shlex.split(line), []
    placeholder = None  # for the next word
    for word in words:
        name, equals, value = word.partition("=")
        if placeholder:
            told.append(word if word in NAMED else placeholder)
            placeholder = None
        elif option := _option(name):
            placeholder = None if equals else PLACES[option]
            told.append(f"{name}={value if value in NAMED else PLACES[option]}" if equals else word)
        else:
            told.append(Path(word).name if word.endswith(".py") else word)
    return shlex.join(told)


def code() -> str | None:
    """Where others find the code that runs here: the address that this checkout came from, None where it tells none."""
    git = ["git", "-C", str(weights.FOLDER)]
    try:
        subprocess.run([*git, "ls-files", "--error-unmatch", "index.json"], capture_output=True, check=True)
        origin = subprocess.run([*git, "config", "--get", "remote.origin.url"], capture_output=True, text=True).stdout
        address = urlsplit(origin.strip())
        port = f":{address.port}" if address.port else ""
    except (OSError, ValueError, subprocess.CalledProcessError):  # no git, or this is installed in another's checkout
        return None
    if address.scheme not in ("https", "http") or not address.hostname:  # a folder of this machine, or an account's
        return None
    return f"{address.scheme}://{address.hostname}{port}{address.path}"  # without a name and password


def _option(word: str) -> str | None:
    """The option that a word is; argparse takes the first letters of one, too, unless they are another's."""
    if len(word) < 3 or "--data".startswith(word):
        return None
    return next((option for option in PLACES if option.startswith(word)), None)


def _bare(init: str) -> str:
    return init if init in NAMED else Path(init).name
