"""Pushes what a training left to the Hub: weights, settings, figures, pictures and a card, in one commit."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huggingface_hub import CommitOperationAdd, HfApi, constants, errors
from huggingface_hub.utils import get_session

from hwr import weights
from hwr.evaluation.report import RESULTS, SHOWN
from hwr.hub import MAIN, HubError, address, card, kept, public, token

WEIGHTS = ("model.safetensors", "model.onnx")
PICTURES = ("curves", "confusion", "reliability")
SILENCE = 60.0  # s without a word of the Hub, and the push is given up
SETTINGS = "https://huggingface.co/settings/tokens"


def check(repo: str) -> str:
    """The token that a push to a repository would use; raises HubError where there is no good one, or no such name."""
    if address(repo) != (repo, MAIN):
        raise HubError(f"{repo!r} is no name on the Hub; name it like user/repo")
    found = token.read()
    if found is None:
        raise HubError(f"there is no token to push with; make one that may write at {SETTINGS}, then: hf auth login")
    return found


def push(run: str, repo: str, private: bool = False) -> str:
    """Push a model to the Hub, whole or not at all: -> the commit's address.

    run: a folder that a training left, its name in runs/, or the name of weights that ship; repo: "user/repo", made
    if need be; private: for nobody else to see, refused where the repository is public. The token is taken from
    $HF_TOKEN or from where `hf auth login` keeps it, and told nowhere. Raises HubError, whose sentence says what to do.
    """
    api = HfApi(token=check(repo))
    held = files(run, repo)
    with _told(repo):
        get_session().timeout = SILENCE  # the client itself would wait for ever
        api.create_repo(repo, private=private or None, exist_ok=True)
        if private and not api.repo_info(repo).private:  # it was there before, and stays as it is
            raise HubError(
                f"{repo} is there and public, nothing was pushed; make it private at "
                f"{constants.ENDPOINT}/{repo}/settings, or push under another name"
            )
        operations = [CommitOperationAdd(name, data) for name, data in held.items()]
        made = api.create_commit(repo, operations, commit_message=f"{json.loads(held['config.json'])['recipe']} by hwr")
    kept.forget(repo, MAIN)  # what was fetched before is no longer the newest
    return made.commit_url


def files(run: str, repo: str) -> dict[str, bytes]:
    """What is pushed of a run, by name, the card and the terms of its data included. Raises WeightsError, OSError."""
    report = public.report(json.loads(weights.read(run, "report.json")))
    data = report["recipe"]["data"]
    if json.loads(weights.read(run, "config.json")).get("kind") == "row":
        raise HubError(f"{run} tells apart the digits of a row and reads none by itself; push a network that does")
    held = {name: weights.read(run, name) for name in WEIGHTS}
    held["report.json"] = (json.dumps(report, indent=2) + "\n").encode()
    held["config.json"] = _config(run, report, held)
    held |= {path.name: path.read_bytes() for path in _pictures(run, report["recipe"])}
    if card.terms(data).license_link == card.TERMS:
        held[card.TERMS] = card.LICENSE.encode()
    pictures = [name for name in held if name.endswith(".png")]
    held["README.md"] = card.write(report, repo, pictures, public.code()).encode()
    return held


def _config(run: str, report: dict, held: dict[str, bytes]) -> bytes:
    """The run's config.json with what the Hub reads, the libraries, and the sha256 of the weights beside it."""
    earlier = {"kind": "digit", "data": report["recipe"]["data"], "classes": [*"0123456789"]}  # did not store these
    config = earlier | json.loads(weights.read(run, "config.json"))
    config["id2label"] = {str(k): name for k, name in enumerate(config["classes"])}
    config["label2id"] = {name: k for k, name in enumerate(config["classes"])}
    config["libraries"] = report.get("libraries", {})
    config["sha256"] = {name: hashlib.sha256(held[name]).hexdigest() for name in WEIGHTS}
    return (json.dumps(config, indent=2) + "\n").encode()


def _pictures(run: str, recipe: dict) -> list[Path]:
    """The run's pictures that may be shown: the worst errors are pictures of the data, and Hoda's may not be copied."""
    kinds = (*PICTURES, "worst") if recipe["data"] in SHOWN else PICTURES
    folder = RESULTS / recipe["name"] if run in weights.index() else weights.folder(run)
    return [path for kind in kinds for path in sorted(folder.glob(f"{kind}*.png"))]


@contextmanager
def _told(repo: str) -> Iterator[None]:
    """Turn what the client raises into a HubError that says what to do, and never the token."""
    import httpx2

    try:
        yield
    except HubError:
        raise
    except errors.HFValidationError:
        raise HubError(f"{repo!r} is no name on the Hub; name it like user/repo") from None
    except (errors.HfHubHTTPError, httpx2.HTTPError, OSError, ValueError, RuntimeError) as error:
        raise HubError(token.hide(_sentence(error, repo))) from None


def _sentence(error: Exception, repo: str) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    owner = repo.partition("/")[0]
    if status == 401:
        return f"the Hub does not know this token, nothing was pushed; make one at {SETTINGS}, then: hf auth login"
    if status == 403:
        return (
            f"this token may not write to {repo}, nothing was pushed; push under a name of your own, or use a "
            f"token of {owner} that may write, from {SETTINGS}"
        )
    if isinstance(error, ValueError) and "README.md" in str(error):
        return f"the Hub refuses the card, nothing was pushed: {error}"
    if status is not None and status < 500 and status not in (408, 429):
        return f"the Hub refuses the push to {repo} (status {status}: {getattr(error, 'server_message', '')})"
    if isinstance(error, errors.OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE is set, nothing was pushed; unset it to push"
    return (
        f"the push to {repo} was cut ({token.line(error)}); a commit is there whole or not at all: "
        f"see {constants.ENDPOINT}/{repo}/commits/{MAIN}, and push again"
    )
