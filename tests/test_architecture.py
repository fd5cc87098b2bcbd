"""How the house hangs together: which way imports flow, and which room alone opens which package."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = sorted((ROOT / "hwr").rglob("*.py"))
EVERY = sorted({*PACKAGE, *ROOT.glob("*.py"), *ROOT.glob("tests/*.py"), *ROOT.glob("benchmarks/*.py")})

# A room imports from itself and from the levels above its own in this list, never from its neighbors.
LEVELS = [
    {"imaging", "weights", "files"},
    {"models", "data"},
    {"recipes", "engines", "attribution"},
    {"evaluation"},
    {"training", "hub"},
    {"rows"},
    {"glyphs", "dates"},
    {"way", "likeness"},
    {"reading"},
    {"recognizer", "writer"},
    {"hwr"},  # hwr/__init__.py, what `import hwr` offers
    {"cli", "interface"},
    {"__main__"},
]
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}

ONLY_IN = {
    "gradio": {"hwr/interface", "app.py"},
    "huggingface_hub": {"hwr/hub"},
    "accelerate": {"hwr/training"},
}

DISTRIBUTIONS = {
    "yaml": "pyyaml",
    "cv2": "opencv-python-headless",
    "PIL": "pillow",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
}
# What gradio and huggingface_hub are built on and what speaks to them, as they ask for it.
ALONG = {"starlette", "gradio_client", "httpx2"}
OURS = {"hwr", "app", "train", "benchmarks", "conftest", *(path.stem for path in ROOT.glob("tests/*.py"))}


def imports(path: Path) -> Iterator[str]:
    """The dotted names that a file imports, wherever in it: `from hwr import data` is hwr.data."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_of(dotted: str) -> str:
    """hwr.data.hoda -> data; hwr and hwr.load -> hwr."""
    room = (dotted + ".").split(".")[1]
    return room if room in LEVEL else "hwr"


def packages(path: Path) -> set[str]:
    """The third-party packages that a file imports."""
    tops = {name.split(".")[0] for name in imports(path)}
    return tops - set(sys.stdlib_module_names) - OURS


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PACKAGE, ids=name)
def test_imports_flow_one_way(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    room = rooms_of(".".join(parts).removesuffix(".__init__"))
    for dotted in imports(path):
        if dotted.split(".")[0] == "hwr" and rooms_of(dotted) != room:
            assert LEVEL[rooms_of(dotted)] < LEVEL[room], f"{room} must not know of {dotted}"


def test_every_room_has_its_level():
    assert {path.name for path in (ROOT / "hwr").iterdir() if list(path.glob("*.py"))} <= set(LEVEL)
    assert {path.stem for path in (ROOT / "hwr").glob("*.py")} - {"__init__"} <= set(LEVEL)


@pytest.mark.parametrize("package", ONLY_IN)
def test_opened_in_one_room_alone(package):
    users = {name(path) for path in [*PACKAGE, *ROOT.glob("*.py")] if package in packages(path)}
    assert {user for user in users if not user.startswith(tuple(ONLY_IN[package]))} == set()


def test_imaging_is_numpy_opencv_and_pillow():
    found = {name(path): packages(path) - {"numpy", "cv2", "PIL"} for path in (ROOT / "hwr/imaging").glob("*.py")}
    # What is done to pictures while training may use more: it is not on the way to an answer.
    assert found.pop("hwr/imaging/augment.py") <= {"skimage"}
    assert not any(found.values()), found


def test_every_import_is_pinned():
    lines = [line for file in ROOT.glob("requirements*.txt") for line in file.read_text().splitlines()]
    pinned = {line.split("==")[0] for line in lines if re.fullmatch(r"[a-z_-]+==[\d.]+", line)}
    assert [line for line in lines if line and line[0] not in "#-" and line.split("==")[0] not in pinned] == []
    used = {DISTRIBUTIONS.get(package, package): name(path) for path in EVERY for package in packages(path) - ALONG}
    assert {package: user for package, user in used.items() if package not in pinned} == {}


ANSWER = """
import sys
before = set(sys.modules)
import hwr, numpy
hwr.load().read(numpy.pad(numpy.zeros((40, 4), numpy.uint8), 20, constant_values=255))
print(*{name.split(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names))
"""


def test_an_answer_needs_no_torch():
    said = subprocess.run([sys.executable, "-c", ANSWER], cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    # What Cython shares between the modules of numpy.random has names of its own.
    found = {package for package in said.stdout.split() if not re.fullmatch(r"_cython_[\d_]+|cython_runtime", package)}
    assert found == {"hwr", "numpy", "cv2", "PIL"}
