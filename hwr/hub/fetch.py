"""Fetches files of the Hub's repositories, and answers from the cache from then on.

What was fetched once is taken without a call: each of its bytes is checked against the sha256 that it first had.
"""

import errno
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from huggingface_hub import constants

from hwr.hub import AwayError, HubError, kept, settings, tensors, token

CONFIG, TENSORS, ONNX, REPORT = "config.json", "model.safetensors", "model.onnx", "report.json"
# s for the Hub's first word, of a commit and then of a file: who asked waits for both. $HF_HUB_ETAG_TIMEOUT gives more.
PATIENCE = 0.9
SILENCE = 5.0  # s within a download; the client itself takes one before it tries again
CHUNK = 2**14  # bytes: of a file's first silence the client would tell after 10 MB only
LARGEST = 2_000_000_000  # bytes of a file
OFTEN = 3  # times a file's length, and its download is given up: the client itself would begin again for ever


class MissingError(HubError):
    """A file that a repository does not have."""


def model(repo: str, revision: str) -> dict[str, bytes]:
    """A model's files by name: config.json, model.safetensors and, where there are such, model.onnx and report.json.

    Raises HubError, and AwayError where the Hub can't be reached and the cache lacks them.
    """
    came = files(repo, revision, (CONFIG, TENSORS), (ONNX, REPORT))
    settings.check(came[CONFIG], f"{repo}: {CONFIG}")
    tensors.check(came[TENSORS], f"{repo}: {TENSORS}")
    for name, sum_ in _sums(came[CONFIG]).items():
        if name in came and kept.sha256(came[name]) != sum_:
            raise HubError(f"{repo}: {name} is not the one that its config.json was pushed with; push the model again")
    return came


def _sums(config: bytes) -> dict[str, str]:
    """The sha256 of the weights beside a config.json, where it tells them; it is read in earnest by who asked."""
    try:
        return dict(json.loads(config)["sha256"])
    except (ValueError, KeyError, TypeError):
        return {}


def files(repo: str, revision: str, needed: tuple[str, ...], wanted: tuple[str, ...] = ()) -> dict[str, bytes]:
    """The bytes of the files `needed`, and of those `wanted` that the repository has. Raises HubError, AwayError."""
    known = kept.look(repo, revision)
    if not set(needed) <= known.keys():
        commit, paths = _bring(repo, revision, needed, wanted)
        known = kept.record(repo, revision, commit, {name: _whole(repo, name, commit, paths[name]) for name in paths})
    return {name: _read(repo, name, known[name]) for name in (*needed, *wanted) if name in known}


def listing(repo: str, revision: str) -> dict[str, int]:
    """The files of a repository with their lengths in bytes. Raises HubError."""
    from huggingface_hub import HfApi

    # Not list_repo_tree, which tries again for half a minute, and takes the connections of others down with its own.
    wait = _patience()
    with _told(repo, revision, "the listing"):
        info = _within(wait, lambda: HfApi().model_info(repo, revision=revision, files_metadata=True, timeout=wait))
    return {file.rfilename: file.size for file in info.siblings or ()}


def _read(repo: str, name: str, file: kept.File) -> bytes:
    """The bytes that first came; fetched again, once, where the cache no longer holds them."""
    data = kept.read(file)
    if data is None:
        _commit(repo, file.commit, name)
        _download(repo, name, file.commit, again=True)
        data = kept.read(file)
    if data is None:
        raise HubError(
            f"{repo}: {name} is not what it was when it first came (its sha256 began with {file.sha256[:12]}), and "
            f"fetching it again did not help; if you trust the Hub's file, delete {kept.folder(repo)} and try again"
        )
    return data


def _whole(repo: str, name: str, commit: str, path: Path) -> Path:
    """The path of a file that the Hub would know, or HubError: what lay in the cache before may be damaged."""
    if kept.is_whole(path):
        return path
    path = _download(repo, name, commit, again=True)
    if kept.is_whole(path):
        return path
    raise HubError(f"{repo}: {name} came damaged, twice; delete {kept.folder(repo)} and try again")


def _bring(repo: str, revision: str, needed: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[str, dict[str, Path]]:
    """Fetch files into the cache, all of one commit: -> the commit, and their paths by name."""
    try:
        commit = _commit(repo, revision, needed[0])
    except AwayError:
        lying = _lying(repo, revision, (*needed, *wanted))
        if set(needed) <= lying.keys():  # put there by others, as a Space preloads them
            return kept.commit_of(repo, lying[needed[0]]), lying
        raise
    paths = {name: _download(repo, name, commit) for name in needed}
    for name in wanted:
        try:
            paths[name] = _download(repo, name, commit)
        except MissingError:
            continue
    return commit, paths


def _commit(repo: str, revision: str, file: str) -> str:
    """The commit that a revision is now."""
    from huggingface_hub import HfApi, get_session, hf_hub_url

    api = HfApi()
    get_session()  # reads the certificates of the world, which is not the Hub's time
    with _told(repo, revision, file):
        url = hf_hub_url(repo, file, revision=revision, endpoint=api.endpoint)
        found = _within(_patience(), lambda: api.get_hf_file_metadata(url=url, timeout=_patience()))
    if found.commit_hash is None:
        raise _no_hub()
    return found.commit_hash


def _lying(repo: str, revision: str, names: tuple[str, ...]) -> dict[str, Path]:
    """Files that the Hub's cache holds of a revision, by name."""
    from huggingface_hub import try_to_load_from_cache

    paths = {name: try_to_load_from_cache(repo, name, revision=revision) for name in names}
    return {name: Path(path) for name, path in paths.items() if isinstance(path, str)}


def _download(repo: str, name: str, commit: str, again: bool = False) -> Path:
    """Fetch one file of a commit whole into the cache, or find it there: -> its path."""
    from huggingface_hub import HfApi

    heard = threading.Event()
    bar = _bounded(heard)
    constants.DOWNLOAD_CHUNK_SIZE = CHUNK
    with _told(repo, commit, name):
        path = _within(
            _patience(),
            lambda: HfApi().hf_hub_download(repo, name, revision=commit, force_download=again, tqdm_class=bar),
            heard,
        )
    return Path(path)


def _patience() -> float:
    asked = constants.HF_HUB_ETAG_TIMEOUT
    return PATIENCE if asked == constants.DEFAULT_ETAG_TIMEOUT else asked


def _within(seconds: float, call: Callable, heard: threading.Event | None = None):
    """What a call returns or raises; TimeoutError where nothing was heard of it for so long.

    heard: set from within the call whenever the Hub has sent something, and then there are SILENCE seconds for more;
    without it the whole call has to end in time. The client's own limits are six times ten seconds, and looking up a
    name has none. What is given up goes on by itself: a file that comes too late is in the cache for who asks next.
    """
    heard = heard or threading.Event()
    ended = []

    def run() -> None:
        try:
            ended.append((call(), None))
        except Exception as error:
            ended.append((None, error))
        heard.set()

    threading.Thread(target=run, daemon=True).start()
    while heard.wait(seconds):
        heard.clear()
        if ended:
            break
        seconds = max(seconds, SILENCE)
    else:
        raise TimeoutError(f"no answer within {seconds:g} s")
    value, error = ended[0]
    if error:
        raise error
    return value


def _bounded(heard: threading.Event) -> type:
    """The client's progress bar, which ends a download that is cut again and again: the client never would.

    heard: set when there is a bar, which the client makes once the Hub has answered, and whenever bytes came.
    """
    from huggingface_hub.utils import tqdm

    class Bar(tqdm):
        came = 0

        def __init__(self, *args, **named):
            heard.set()
            super().__init__(*args, **named)

        def update(self, n: float | None = 1) -> bool | None:
            heard.set()
            self.came += max(n or 0, 0)
            if self.total and self.total > LARGEST:
                raise HubError(f"the file has {self.total:,} bytes, more than any weights that hwr runs")
            if self.total and self.came > OFTEN * self.total:
                raise ConnectionError("the connection is cut again and again")
            return super().update(n)

    return Bar


@contextmanager
def _told(repo: str, revision: str, file: str) -> Iterator[None]:
    """Turn what the client raises into a HubError that says what to do."""
    import httpx2
    from huggingface_hub import errors

    at = f"{repo}@{revision}"
    token.read()  # the client would send it whatever it holds
    try:
        yield
    except HubError:
        raise
    except errors.GatedRepoError:
        raise HubError(f"{repo} is given on request: ask at {constants.ENDPOINT}/{repo}, then log in here") from None
    except errors.RepositoryNotFoundError:
        raise HubError(
            f"there is no model {repo!r}, neither a folder here nor on the Hub, or it is private; "
            "check its name, or log in with: hf auth login"
        ) from None
    except errors.RevisionNotFoundError:
        raise HubError(f"{repo} has no revision {revision!r}; name a branch, a tag or a commit of it") from None
    except errors.RemoteEntryNotFoundError:
        raise MissingError(f"{at} has no {file}; it is no model that hwr pushed, name another") from None
    except errors.HFValidationError:
        raise HubError(f"{repo!r} is no name of a model on the Hub; name it like user/repo") from None
    except (errors.HfHubHTTPError, errors.XetDownloadError, httpx2.HTTPError, OSError, RuntimeError) as error:
        raise _failed(error, f"{file} of {at}") from None
    except json.JSONDecodeError:
        raise _no_hub() from None
    except ValueError as error:
        if isinstance(error.__cause__, httpx2.HTTPError | OSError):  # the client's, of a call that failed
            raise _failed(error.__cause__, f"{file} of {at}") from None
        told = token.line(error)
        raise HubError(f"{file} of {at} can't be had, and not for want of the Hub: {told}; name another") from None


def _failed(error: Exception, what: str) -> HubError:
    """What a call that failed on the way means."""
    from huggingface_hub.errors import OfflineModeIsEnabled

    status = getattr(getattr(error, "response", None), "status_code", None)
    if status == 404:  # the Hub's own say what it is that is missing, and were told above
        return _no_hub()
    if status in (401, 403):
        return HubError(f"the Hub does not give {what} to this token ({status}); log in with: hf auth login")
    if status is not None and status < 500 and status not in (408, 429):
        return HubError(f"the Hub does not give {what} (status {status}); check the name and try again")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EACCES, errno.EPERM, errno.EROFS):
        return HubError(f"{what} can't be kept in {constants.HF_HUB_CACHE} ({error.strerror}); make room there")
    told = token.line(error)
    if OfflineModeIsEnabled in (type(error), type(error.__cause__)):
        told = "HF_HUB_OFFLINE is set"
    return AwayError(f"{what} can't be fetched from the Hub ({told}); try again later")


def _no_hub() -> AwayError:
    return AwayError(f"what answers at {constants.ENDPOINT} is not the Hub; check the network, or HF_ENDPOINT")
