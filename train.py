"""Trains one recipe: `python train.py` is the published fine-tuning of ResNet-50 on Hoda.

Ctrl-C ends it after the step that runs; --resume goes on from there to the same weights.
"""

import argparse
import dataclasses
import os
import shlex
import sys
from pathlib import Path

from hwr.recipes import RECIPES, Handwriting, Recipe
from hwr.training.stop import Stop, Stopped

DEFAULT = "hoda-resnet50"
SMOKE = {"epochs": 1, "steps": 3}  # what --smoke leaves of every phase
SMOKE_VIEWS = 2
LAST = "last.pt"  # as hwr.training.checkpoint names it, which imports torch


def main() -> int:
    """Train, score and report one recipe into a folder of its own."""
    args = _parser().parse_args()
    stop = Stop()
    try:
        recipe = _recipe(args)
        with stop:
            _train(recipe, args, args.out or Path("runs") / recipe.name, stop)
    except ValueError as error:  # every error of ours is one, and its sentence says what to do
        print(error, file=sys.stderr)
        return 2
    except Stopped as stopped:
        if os.environ.get("RANK", "0") == "0":
            print(_how_to_go_on(stop), file=sys.stderr)
        return stopped.status
    return 0


def _train(recipe: Recipe, args: argparse.Namespace, out: Path, stop: Stop) -> None:
    from hwr.hub import push

    if args.push_to_hub:
        push.check(args.push_to_hub)
    elif args.private:
        raise ValueError("--private is of a push; name where it goes with --push-to-hub USER/REPO")
    if args.resume and not (out / LAST).exists():  # known before torch is imported
        raise ValueError(f"there is no {out / LAST} to resume from; start without --resume")

    if os.environ.get("RANK", "0") == "0":
        print(f"{recipe.name}: reading the data and preparing it", flush=True)

    from hwr import weights  # torch takes seconds: not for --help, and no traceback where Ctrl-C comes meanwhile
    from hwr.training import export
    from hwr.training.origin import commit
    from hwr.training.run import run

    if args.ship:
        if args.smoke:
            raise ValueError("--smoke trains too little to ship; leave one of the two out")
        export.check_clean(commit())
    report = run(recipe, args.data_dir, args.seed, out, _command(), stop, args.resume)
    if report is None:  # another process writes
        return
    for name, score in report["scores"].items():
        print(f"{name:28} {score['accuracy']:.2%}  {score['n'] - score['correct']} of {score['n']:,} wrong")
    if args.ship:
        export.ship(out, weights.FOLDER)
    print(f"weights, report and pictures are in {out}")
    if args.push_to_hub:
        print(f"pushed: {push.push(str(out), args.push_to_hub, args.private)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.epilog = "recipes, and what was published of them:\n" + "\n".join(map(_told, RECIPES.values()))
    parser.add_argument("recipe", nargs="?", default=DEFAULT, choices=RECIPES, metavar="RECIPE", help="(%(default)s)")
    parser.add_argument("--data-dir", type=Path, help="where the data lies (default: $HWR_DATA, else downloaded)")
    parser.add_argument("--data", help="another dataset of the same kind: hoda for gan-digits, say")
    parser.add_argument("--epochs", type=_count, help="passes over the data, of each phase")
    parser.add_argument("--steps-per-epoch", type=_count, help="batches in each pass")
    parser.add_argument("--batch", type=_count, help="pictures a step, over all processes together")
    parser.add_argument("--lr", type=_rates, help="learning rate; of a recipe of two phases one for each: 0.001,0.0005")
    parser.add_argument("--schedule", choices=("constant", "linear", "one-cycle"), help="how the learning rate goes")
    parser.add_argument("--init", help="first weights: random, imagenet, or a file of them")
    parser.add_argument("--seed", type=_seed, default=0)
    parser.add_argument("--out", type=Path, help="folder for weights, report and pictures (default: runs/RECIPE)")
    parser.add_argument("--resume", action="store_true", help="go on from what an interrupted training saved in --out")
    parser.add_argument("--smoke", action="store_true", help="three steps from random weights, to see that all works")
    parser.add_argument("--ship", action="store_true", help="put the weights into the package, hwr/weights")
    parser.add_argument("--push-to-hub", metavar="USER/REPO", help="push all of it to the Hub, as `hwr push` does")
    parser.add_argument("--private", action="store_true", help="for nobody else to see there")
    return parser


def _told(recipe: Recipe) -> str:
    accuracy = "no figure" if recipe.claim.accuracy is None else f"{recipe.claim.accuracy:.2%}"
    return f"  {recipe.name:22} {accuracy:>9}  {recipe.claim.protocol}"


def _recipe(args: argparse.Namespace) -> Recipe:
    """The published recipe with what the command line changes."""
    recipe = RECIPES[args.recipe]
    given = {"data": args.data, "batch": args.batch, "init": args.init}
    by_phase = {"epochs": args.epochs, "steps": args.steps_per_epoch, "schedule": args.schedule}
    if args.smoke:
        given["init"] = args.init or "random"
        by_phase = SMOKE | _given(by_phase)
        if recipe.augment:
            fewer = {"fonts": ()} if isinstance(recipe.augment, Handwriting) else {}  # those that are there will do
            given["augment"] = dataclasses.replace(recipe.augment, views=SMOKE_VIEWS, **fewer)
    if args.schedule:
        by_phase["stop"] = 0  # a schedule runs to its end
    if args.lr and len(args.lr) != len(recipe.phases):
        raise ValueError(f"{recipe.name} has {len(recipe.phases)} phases; give --lr as many rates, with commas between")
    rates = args.lr or [phase.lr for phase in recipe.phases]
    phases = tuple(
        dataclasses.replace(phase, lr=lr, **_given(by_phase)) for phase, lr in zip(recipe.phases, rates, strict=True)
    )
    return dataclasses.replace(recipe, phases=phases, **_given(given))


def _given(options: dict) -> dict:
    return {name: value for name, value in options.items() if value is not None}


def _command() -> str:
    """The command that was typed, with the launcher of several processes where there is one."""
    processes = os.environ.get("WORLD_SIZE", "1")
    # Without --multi_gpu, Accelerate starts one process where there are no GPUs; with it, as many as were asked for.
    launcher = "python" if processes == "1" else f"accelerate launch --multi_gpu --num_processes {processes}"
    return f"{launcher} {shlex.join(sys.argv)}"


def _how_to_go_on(stop: Stop) -> str:
    if not stop.saved:
        return "stopped before the first step; nothing was saved"
    command = _command()
    return f"stopped and saved; go on with: {command if '--resume' in sys.argv else f'{command} --resume'}"


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text} is no number of them; give 1 or more")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no seed; give 0 or a larger whole number")
    return int(text)


def _rates(text: str) -> list[float]:
    try:
        rates = [float(rate) for rate in text.split(",")]
    except ValueError:
        rates = [0.0]
    if not all(0 < rate < 100 for rate in rates):
        raise argparse.ArgumentTypeError(f"{text} is no learning rate; give a number such as 0.001")
    return rates


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # at once: torch takes two seconds to be taken down, and Ctrl-C should not wait for that
