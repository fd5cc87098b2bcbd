"""The command `hwr`: read pictures, evaluate a model, list the recipes, report what was trained, push it to the Hub.

Exit status: 0, or 1 where a picture could not be read, or 2 where the command could not be carried
out (a mistake in its arguments, no such model, no data).
"""

import argparse
import dataclasses
import json
import math
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hwr
from hwr import weights
from hwr.data.names import natural
from hwr.recognizer import DIGITS, NO_DIGIT, PERSIAN

INTERRUPTED, BROKEN_PIPE = 128 + 2, 128 + 13  # as a shell reports an end by SIGINT and by SIGPIPE
TABLE = 20  # classes: the confusion of more is told by its largest errors, as no terminal is wide enough
JOINERS = "\u200c\u200d"  # invisible, but part of Persian words and of emoji


def main(argv: list[str] | None = None) -> int:
    """Run one command: its arguments, those of the process by default -> its exit status."""
    arguments, unknown = _parser().parse_known_args(argv)
    if unknown:
        arguments.command.error(_printable(f"unrecognized arguments: {' '.join(unknown)}"))
    try:
        status = arguments.run(arguments)
        sys.stdout.flush()
    except ValueError as error:  # every error of ours is one, and its sentence says what to do
        print(f"hwr: {_printable(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if error.filename is None:  # no file is to blame: what we print can't be written
            # Python tries once more at its exit: let it write into nothing.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # the reader has left, as `head` does
            return BROKEN_PIPE
        print(f"hwr: {_printable(str(error))}", file=sys.stderr)
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hwr", description="Recognizes handwritten digits, and whose hand wrote a page."
    )
    parser.add_argument("--version", action="version", version=f"hwr {hwr.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    read = commands.add_parser("read", help="read the digit on each picture, or tell whose hand wrote each page")
    read.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="a picture, or a folder, whose files are read in natural order (not hidden ones, not its folders)",
    )
    read.add_argument("--model", default=hwr.DEFAULT, metavar="NAME", help="weights to read with (%(default)s)")
    read.add_argument(
        "--script", choices=("auto", "persian", "latin"), default="auto", help="what the digits are written in"
    )
    read.add_argument("--number", action="store_true", help="each picture is of a number, of up to some twenty digits")
    read.add_argument("--dpi", type=_dpi, help="resolution of a scan in dots per inch, where it is known")
    read.set_defaults(run=_read)

    evaluate = commands.add_parser("evaluate", help="score a model on a dataset")
    evaluate.add_argument("model", metavar="NAME", help="weights to score")
    evaluate.add_argument("--dataset", help="dataset to score on (the one that the model was trained on)")
    evaluate.add_argument("--split", default="test", help="train, validation, test, or unseen of pages70 (%(default)s)")
    evaluate.add_argument("--data-dir", metavar="DIR", help="folder of the data (HWR_DATA, or a download)")
    evaluate.add_argument("--unknown-scale", action="store_true", help="do not tell the model the scan's resolution")
    evaluate.add_argument("--unknown-script", action="store_true", help="do not tell the model the digits' script")
    evaluate.add_argument("--csv", metavar="FILE", help="write filename, actual, predicted of every picture there")
    evaluate.set_defaults(run=_evaluate)

    recipes = commands.add_parser("recipes", help="list what can be trained, and the figures beside the published")
    recipes.set_defaults(run=_recipes)

    report = commands.add_parser("report", help="write results/ and the README's tables from what was trained")
    report.add_argument("runs", nargs="*", metavar="RUN", type=Path, help="a folder that a training left, to take in")
    report.set_defaults(run=_report)

    push = commands.add_parser("push", help="push a model to the Hub, with a card that tells what it is worth")
    push.add_argument("model", metavar="RUN", help="a folder that a training left, or the name of weights at hand")
    push.add_argument("repo", metavar="USER/REPO", help="where it goes on the Hub; made if need be")
    push.add_argument("--private", action="store_true", help="for nobody else to see, where it is made")
    push.set_defaults(run=_push)

    for command in (read, evaluate, recipes):
        command.add_argument("--json", action="store_true", help="print JSON, one object a line")
    for command in (read, evaluate, recipes, report, push):
        command.set_defaults(command=command)
    return parser


def _dpi(text: str) -> float:
    try:
        dpi = float(text)
    except ValueError:
        dpi = math.nan
    if not 0 < dpi < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is no resolution; it is a number such as 200, of dots per inch")
    return dpi


def _read(arguments: argparse.Namespace) -> int:
    recognizer, instead = hwr.load_or_shipped(arguments.model)
    if instead:
        print(f"hwr: {_printable(instead)}", file=sys.stderr)
    reads = recognizer.read
    if recognizer.kind == "digit":
        recognizer.check_script(arguments.script)
        line, known = _digit_line, {"dpi": arguments.dpi, "script": arguments.script}
        if arguments.number:
            reads, line = recognizer.read_number, _number_line
    else:
        line, known = _writer_line(len(recognizer.classes)), {}
        if arguments.script != "auto" or arguments.dpi is not None or arguments.number:
            raise ValueError(f"{recognizer.name} tells whose hand wrote a page; leave --script, --dpi, --number out")
    status = 0
    for path, error in _pictures(arguments.paths):
        answer = {"path": path, "error": error} if error else _answer(reads, path, known)
        status |= "error" in answer
        if arguments.json:
            _print(_json(answer))
        else:
            _print(_printable(f"{path}: error: {answer['error']}" if "error" in answer else line(answer)))
    return status


def _pictures(paths: list[str]) -> Iterator[tuple[str, str | None]]:
    """Every picture that is asked for, in order: (path, None), or (path, what is wrong with it)."""
    for path in paths:
        try:
            if os.path.isdir(path):
                names = sorted((entry.name for entry in os.scandir(path) if _is_picture(entry)), key=natural)
                yield from ((os.path.join(path, name), None) for name in names)
                if not names:
                    yield path, "the folder holds no file"
            elif os.path.isfile(path):
                yield path, None
            elif os.path.lexists(path):
                yield path, "it is neither a file nor a folder"  # a pipe or a device could go on forever
            else:
                yield path, "there is no such file or folder"
        except OSError as error:
            yield path, f"it can't be read ({error.strerror or error})"


def _is_picture(entry: os.DirEntry) -> bool:
    """Whatever lies in a folder openly is meant to be one; what is none gets its line, not silence."""
    return entry.is_file() and not entry.name.startswith(".")


def _answer(reads: Callable, path: str, known: dict) -> dict:
    """What one picture's line says, as JSON has it. reads: a recognizer's or an identifier's method."""
    try:
        return {"path": path} | reads(path, **known).json()
    except hwr.PictureError as error:
        return {"path": path, "error": str(error)}
    except OSError as error:
        return {"path": path, "error": f"it can't be read ({error.strerror or error})"}


def _digit_line(answer: dict) -> str:
    """A digit for people, a Persian one as it is written beside its Latin form, and what else it could be."""
    if not answer["is_digit"]:
        several = "; --number reads several" if answer["reason"] == NO_DIGIT else ""
        return f"{answer['path']}: no digit found: {answer['reason']}{several}"
    told = f"{_written(answer)}  {min(answer['confidence'], 0.999):.1%}{'' if answer['sure'] else '  unsure'}"
    if other := answer.get("other"):
        told += f"  (or {other['script'].capitalize()} {_written(other)}, {other['probability']:.1%})"
    return f"{answer['path']}: {told}"


def _number_line(answer: dict) -> str:
    """A number for people, a Persian one as it is written beside its Latin form."""
    if not answer["text"]:
        return f"{answer['path']}: no number found: {answer['reason']}"
    text = answer["text"]
    if answer["script"] == "persian":
        text = "".join(PERSIAN[int(sign)] if sign in DIGITS else sign for sign in text) + " " + text
    unsure = sum(not digit["sure"] for digit in answer["digits"])
    told = "" if answer["sure"] else "  unsure"
    if unsure:
        told = f"  {unsure} of {len(answer['digits'])} digits unsure"
    return f"{answer['path']}: {text}  {min(answer['confidence'], 0.999):.1%}{told}"


def _written(said: dict) -> str:
    return f"{PERSIAN[int(said['digit'])]} {said['digit']}" if said["script"] == "persian" else said["digit"]


def _writer_line(hands: int) -> Callable[[dict], str]:
    """The line for people of a model that tells so many hands apart."""

    def line(answer: dict) -> str:
        if answer["label"] is None:
            return f"{answer['path']}: no writing found: {answer['reason']}"
        (label, share), *others = answer["top"]
        then = ", ".join(f"{other} {100 * less:.0f} %" for other, less in others)
        told = f"{answer['path']}: written by {label}  {100 * min(share, 0.999):.1f} %"
        return f"{told} (whose hand, among {hands}; then {then})"

    return line


def _evaluate(arguments: argparse.Namespace) -> int:
    from hwr import data
    from hwr.evaluation.score import evaluate

    recognizer = hwr.load(arguments.model)
    score = evaluate(
        recognizer,
        arguments.dataset or data.sets(recognizer.data)[0],
        arguments.split,
        arguments.data_dir,
        scale_known=not arguments.unknown_scale,
        script_known=not arguments.unknown_script,
        csv=arguments.csv,
    )
    if arguments.json:
        _print(_json(score))
        return 0
    known = ", scale known" if score["scale_known"] else ", scale unknown" if arguments.unknown_scale else ""
    known += ", script unknown" if arguments.unknown_script else ""
    _print(f"{score['model']} on {score['dataset']}, {score['split']}{known}")
    if recognizer.kind == "page":
        _print(f"writer identification: whose hand, among {len(recognizer.classes)}")
    _print(f"accuracy {score['accuracy']:.2%}: {score['correct']:,} of {score['n']:,}")
    _print(f"95 % interval {score['low']:.2%} to {score['high']:.2%}")
    _print(f"calibration error {score['ece']:.2%}")
    for line in _confusion(score["confusion"], recognizer.classes):
        _print(line)
    if arguments.csv:
        _print(_printable(f"what was said of every picture is in {arguments.csv}"))
    return 0


def _confusion(counts: list[list[int]], classes: tuple[str, ...]) -> Iterator[str]:
    """A confusion matrix for people: whole where a terminal has the room, else its largest errors."""
    heads = [*classes, "-"]
    if len(classes) > TABLE:
        errors = [
            (-count, written, read)
            for written, row in enumerate(counts)
            for read, count in enumerate(row)
            if count and read != written
        ]
        yield f"the most frequent of {len(errors)} confusions:" if errors else "no errors"
        for count, written, read in sorted(errors)[:TABLE]:
            yield f"  {heads[written]} read as {heads[read]}, {-count} times"
        return
    yield "confusion (rows are the truth, the last column is refused as no digit):"
    width = len(str(sum(map(sum, counts))))
    yield "  ".join([" ", *(f"{head:>{width}}" for head in heads)])
    for head, row in zip(classes, counts, strict=True):
        yield "  ".join([head, *(f"{count or '.':>{width}}" for count in row)])


def _recipes(arguments: argparse.Namespace) -> int:
    from hwr.evaluation import report, tables
    from hwr.recipes import RECIPES

    for name, recipe in RECIPES.items():
        listed = {
            "recipe": name,
            "data": recipe.data,
            "tells": tables.tells(recipe.data),
            "model": recipe.model,
            "epochs": recipe.epochs,
            "batch": recipe.batch,
            "claim": dataclasses.asdict(recipe.claim),
            "differs": list(recipe.differs),
            "figures": report.figures(name),
            "ships": name in weights.index(),
        }
        if arguments.json:
            _print(_json(listed))
            continue
        claim, published = recipe.claim, tables.published(dataclasses.asdict(recipe), {})
        _print(f"{name}: {recipe.model} on {recipe.data}, {recipe.epochs} epochs, batch {recipe.batch}")
        _print(f"  tells: {listed['tells']}")
        _print(f"  published: {published} ({claim.protocol}; {claim.source})")
        for sentence in recipe.differs:
            _print(f"  differs: {sentence}")
        for protocol, score in (listed["figures"] or {}).items():
            _print(f"  measured: {score['accuracy']:.2%} ({protocol}; {score['correct']:,} of {score['n']:,})")
        if not listed["figures"]:
            _print("  measured: nothing, no weights are at hand")
        _print("  weights: come with hwr" if listed["ships"] else "  weights: do not come with hwr")
    return 0


def _report(arguments: argparse.Namespace) -> int:
    from hwr.evaluation import report

    for path in report.write(Path.cwd(), arguments.runs):
        _print(_printable(f"wrote {path}"))
    return 0


def _push(arguments: argparse.Namespace) -> int:
    from hwr.hub.push import push

    hwr.load(arguments.model)  # what can't answer is not pushed
    _print(_printable(f"pushed: {push(arguments.model, arguments.repo, arguments.private)}"))
    return 0


def _json(value: dict) -> str:
    """One line of JSON in the letters of its language where the terminal has them, else escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return text if _encodes(text) else json.dumps(value)


def _encodes(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _printable(text: str) -> str:
    """Escape what would break a line or command a terminal: a file's name can hold any character."""
    return "".join(c if c.isprintable() or c in JOINERS else c.encode("unicode_escape").decode() for c in text)


def _print(line: str) -> None:
    """Print where the terminal's encoding lacks some letters, too."""
    encoding = sys.stdout.encoding or "utf-8"
    print(line.encode(encoding, "backslashreplace").decode(encoding))
