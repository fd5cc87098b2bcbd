"""A stand-in for the Hub on loopback, which speaks to the real client: repositories, commits, large files, faults."""

import base64
import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from huggingface_hub import constants

TOKEN, USER = "hf_aTokenThatNobodyMaySeeAnywhere00", "user"
LARGE = (".safetensors", ".onnx", ".pth", ".png")  # names of files that go through LFS


@dataclass
class Commit:
    """One state of a repository: its files by name."""

    oid: str
    files: dict[str, bytes]


@dataclass
class Repo:
    """A repository, its newest commit last."""

    private: bool = False
    commits: list[Commit] = field(default_factory=list)

    def at(self, revision: str) -> Commit | None:
        """The commit that a revision names: main, or a commit's oid."""
        if revision == "main":
            return self.commits[-1] if self.commits else None
        return next((commit for commit in self.commits if commit.oid == revision), None)

    def commit(self, files: dict[str, bytes]) -> Commit:
        """Add files to those that are there."""
        known = self.commits[-1].files if self.commits else {}
        sums = [hashlib.sha256(data).hexdigest() for data in files.values()]
        oid = hashlib.sha1(f"{len(self.commits)}{[*files]}{sums}".encode()).hexdigest()
        self.commits.append(Commit(oid, known | files))
        return self.commits[-1]


class Hub(ThreadingHTTPServer):
    """`with Hub() as hub:` serves at hub.url, in threads of its own.

    requests: "METHOD /path" of every call; repos: by "user/repo".
    cut: what is cut in its middle: "download", "upload" or "commit"; or "silence", for a download that stops there and
    is not hung up; times: how often, -1 for ever.
    silent: whether calls are taken and never answered; stalled: whether those are that ask for a file's bytes or a
    listing, while all others are answered; broken: whether calls are answered with status 503;
    nameless: whether it forgets to say what it is, as a proxy that answers in the Hub's place.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.repos: dict[str, Repo] = {}
        self.requests: list[str] = []
        self.large: dict[str, bytes] = {}
        self.cut, self.times = None, -1
        self.silent = self.stalled = self.broken = self.nameless = False
        self.ended = threading.Event()

    def __enter__(self) -> "Hub":
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.ended.set()
        self.shutdown()
        self.server_close()

    def cuts(self, what: str) -> bool:
        """Whether this call is one that is cut."""
        if self.cut != what or self.times == 0:
            return False
        self.times -= 1
        return True

    def publish(self, repo: str, files: dict[str, bytes]) -> Commit:
        """Put files into a repository, as if they had been pushed."""
        return self.repos.setdefault(repo, Repo()).commit(files)

    def handle_error(self, request, client_address) -> None:
        """Clients that leave are part of the test."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Hub

    def handle_one_request(self) -> None:
        self.body_read = False
        super().handle_one_request()

    def log_message(self, *_) -> None:
        """Keep the tests' output clean."""

    def do_HEAD(self) -> None:
        self._route()

    do_GET = do_POST = do_PUT = do_HEAD  # noqa: N815

    def _route(self) -> None:
        self.path = unquote(urlsplit(self.path).path)
        self.server.requests.append(f"{self.command} {self.path}")
        if self.server.silent or (self.server.stalled and self.command == "GET"):
            self.server.ended.wait()
            self.close_connection = True
            return
        if self.server.broken:
            self._json(503, {"error": "out of order"})
            return
        for method, pattern, action in ROUTES:
            found = re.fullmatch(pattern, self.path)
            if found and self.command in method:
                action(self, *found.groups())
                return
        self._json(404, {"error": f"the stand-in does not know {self.command} {self.path}"})

    # what the Hub does

    def _create(self) -> None:
        if not self._known():
            return
        asked = json.loads(self._body())
        owner, name = asked["organization"] or USER, asked["name"]
        repo = f"{owner}/{name}"
        answer = {"url": f"{self.server.url}/{repo}", "name": repo}
        if repo in self.server.repos:
            self._json(409, answer | {"error": "You already created this model repo"})
        elif owner != USER:
            told = f'You don\'t have the rights to create a model under the namespace "{owner}"'
            self._json(403, {"error": told}, {"X-Error-Message": told})
        else:
            self.server.repos[repo] = Repo(asked.get("visibility") == "private" or bool(asked.get("private")))
            self._json(200, answer)

    def _validate(self) -> None:
        content = json.loads(self._body())["content"]
        found = re.match(r"---\n(.*?)\n---\n", content, re.DOTALL)
        try:
            data = yaml.safe_load(found[1])
            wrong = faults(data)
        except (TypeError, yaml.YAMLError) as error:
            wrong = [f"no metadata: {error}"]
        answer = {"errors": [{"message": each} for each in wrong], "warnings": []}
        self._json(400 if wrong else 200, answer)

    def _preupload(self, repo: str, revision: str) -> None:
        if not self._known() or not self._may_write(repo):
            return
        asked = json.loads(self._body())["files"]
        files = [
            {
                "path": each["path"],
                "uploadMode": "lfs" if each["path"].endswith(LARGE) else "regular",
                "shouldIgnore": False,
                "oid": None,
            }
            for each in asked
        ]
        self._json(200, {"files": files})

    def _batch(self, repo: str) -> None:
        if not self._known() or not self._may_write(repo):
            return
        objects = json.loads(self._body())["objects"]
        for each in objects:
            if each["oid"] not in self.server.large:
                each["actions"] = {"upload": {"href": f"{self.server.url}/lfs/{each['oid']}"}}
        self._json(200, {"transfer": "basic", "objects": objects})

    def _store(self, oid: str) -> None:
        if self.server.cuts("upload"):
            self.rfile.read(int(self.headers["Content-Length"]) // 2)
            self._hang_up()
            return
        data = self._body()
        if hashlib.sha256(data).hexdigest() != oid:
            self._json(400, {"error": "these are other bytes"})
            return
        self.server.large[oid] = data
        self._json(200, {})

    def _commit(self, repo: str, revision: str) -> None:
        if not self._known() or not self._may_write(repo):
            return
        lines = [json.loads(line) for line in self._body().splitlines()]
        if self.server.cuts("commit"):
            self._hang_up()
            return
        files = {}
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.server.large[value["oid"]]
        made = self.server.repos[repo].commit(files)
        url = f"{self.server.url}/{repo}/commit/{made.oid}"
        self._json(200, {"success": True, "commitUrl": url, "commitOid": made.oid})

    def _info(self, repo: str) -> None:
        known = self.server.repos.get(repo)
        if known is None or (known.private and self.headers.get("Authorization") != f"Bearer {TOKEN}"):
            self._json(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
        else:
            self._json(200, {"id": repo, "private": known.private})

    def _revision(self, repo: str, revision: str) -> None:
        if commit := self._found(repo, revision):
            siblings = [{"rfilename": name, "size": len(data)} for name, data in commit.files.items()]
            self._json(200, {"id": repo, "modelId": repo, "sha": commit.oid, "siblings": siblings})

    def _tree(self, repo: str, revision: str) -> None:
        if commit := self._found(repo, revision):
            self._json(
                200,
                [
                    {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}
                    for name, data in commit.files.items()
                ],
            )

    def _resolve(self, repo: str, revision: str, name: str) -> None:
        commit = self._found(repo, revision)
        if commit is None:
            return
        told = {} if self.server.nameless else {"X-Repo-Commit": commit.oid}
        if name not in commit.files:
            self._json(404, {"error": "Entry not found"}, told | {"X-Error-Code": "EntryNotFound"})
            return
        data = commit.files[name]
        told |= {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "Content-Length": str(len(data))}
        self.send_response(200)
        for header in told.items():
            self.send_header(*header)
        self.end_headers()
        if self.command == "GET":
            if self.server.cuts("download"):
                self.wfile.write(data[: len(data) // 2])
                self._hang_up()
                return
            if self.server.cuts("silence"):
                self.wfile.write(data[: len(data) // 2])
                self.wfile.flush()
                self.server.ended.wait()
                return
            self.wfile.write(data)

    # what its answers are made of

    def _known(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {TOKEN}":
            return True
        self._json(401, {"error": "Invalid username or password."})
        return False

    def _may_write(self, repo: str) -> bool:
        if repo not in self.server.repos:
            self._json(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
            return False
        if repo.split("/")[0] != USER:
            told = "You don't have the rights to write to this repository"
            self._json(403, {"error": told}, {"X-Error-Message": told})
            return False
        return True

    def _found(self, repo: str, revision: str) -> Commit | None:
        known = self.server.repos.get(repo)
        if known is None and self.server.nameless:
            self._json(404, {})
            return None
        if known is None or (known.private and self.headers.get("Authorization") != f"Bearer {TOKEN}"):
            self._json(401, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
            return None
        commit = known.at(revision)
        if commit is None:
            self._json(404, {"error": "Revision not found"}, {"X-Error-Code": "RevisionNotFound"})
        return commit

    def _body(self) -> bytes:
        self.body_read = True
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _json(self, status: int, value: dict | list, headers: dict[str, str] | None = None) -> None:
        if not self.body_read:
            self._body()
        data = json.dumps(value).encode()
        self.send_response(status)
        for header in (
            {"Content-Type": "application/json", "Content-Length": str(len(data))} | (headers or {})
        ).items():
            self.send_header(*header)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.close_connection = True


NAME = r"([^/]+/[^/]+)"
ROUTES = [
    ("POST", r"/api/repos/create", Handler._create),
    ("POST", r"/api/validate-yaml", Handler._validate),
    ("POST", rf"/api/models/{NAME}/preupload/(.+)", Handler._preupload),
    ("POST", rf"/api/models/{NAME}/commit/(.+)", Handler._commit),
    ("GET", rf"/api/models/{NAME}", Handler._info),
    ("GET", rf"/api/models/{NAME}/revision/(.+)", Handler._revision),
    ("GET", rf"/api/models/{NAME}/tree/(.+)", Handler._tree),
    ("POST", rf"/{NAME}\.git/info/lfs/objects/batch", Handler._batch),
    ("PUT", r"/lfs/(\w{64})", Handler._store),
    (("GET", "HEAD"), rf"/{NAME}/resolve/([^/]+)/(.+)", Handler._resolve),
]


def faults(card: dict) -> list[str]:
    """What the Hub finds wrong in a card's metadata: a part of its rules."""
    wrong = []
    if card.get("license") == "other" and not (card.get("license_name") and card.get("license_link")):
        wrong.append('"license_name" and "license_link" are required where "license" is other')
    if not re.fullmatch(r"[a-z-]+", str(card.get("pipeline_tag", "x"))):
        wrong.append('"pipeline_tag" is no task')
    for name in ("datasets", "metrics", "tags"):
        value = card.get(name, [])
        if not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
            wrong.append(f'"{name}" must be a list of strings')
    for model in card.get("model-index", []):
        for result in model["results"]:
            if not (result.get("task", {}).get("type") and result.get("dataset", {}).get("name")):
                wrong.append('"model-index" lacks a task or a dataset')
            if not all({"type", "value"} <= metric.keys() for metric in result["metrics"]):
                wrong.append('"model-index" has a metric without type or value')
    return wrong


def point(monkeypatch, url: str, home: Path) -> None:
    """Let the client believe that the Hub is at an address, and that its folder is another, with nobody logged in."""
    cache = home / "hub"
    for name, value in {
        "ENDPOINT": url,
        "HUGGINGFACE_CO_URL_TEMPLATE": url + "/{repo_id}/resolve/{revision}/{filename}",
        "HF_HUB_CACHE": str(cache),
        "HF_TOKEN_PATH": str(home / "token"),
        "HF_STORED_TOKENS_PATH": str(home / "stored_tokens"),
        "HF_HUB_DISABLE_XET": True,
        "HF_HUB_OFFLINE": False,
        "HF_HUB_ETAG_TIMEOUT": 30,  # s; a busy machine is no reason to give up, unless that is tested
        "HF_HUB_DISABLE_PROGRESS_BARS": True,
    }.items():
        monkeypatch.setattr(constants, name, value)
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_CACHE", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "HF_ENDPOINT": url,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }.items():
        monkeypatch.setenv(name, value)
