"""Trains one recipe: `python train.py hoda-compact --data-dir DATA`."""

import argparse
import dataclasses
import shlex
import sys
from pathlib import Path

from hwr.recipes import RECIPES


def main() -> int:
    """Train, score and report one recipe into a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.epilog = "recipes:\n" + "\n".join(f"  {r.name}: {r.claim.protocol}" for r in RECIPES.values())
    parser.add_argument("recipe", choices=RECIPES, metavar="RECIPE")
    parser.add_argument("--data-dir", type=Path, help="where the data lies (default: $HWR_DATA, else downloaded)")
    parser.add_argument("--epochs", type=_count, help="passes over the data (default: the recipe's)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="folder for weights, report and pictures (default: runs/RECIPE)")
    parser.add_argument("--ship", action="store_true", help="put the weights into the package, hwr/weights")
    args = parser.parse_args()
    recipe = RECIPES[args.recipe]
    if args.epochs:
        recipe = dataclasses.replace(recipe, epochs=args.epochs)
    out = args.out or Path("runs") / recipe.name

    from hwr import weights
    from hwr.training import export
    from hwr.training.run import commit, run

    try:
        if args.ship:
            export.check_clean(commit())
        report = run(recipe, args.data_dir, args.seed, out, shlex.join(["python", *sys.argv]))
    except ValueError as error:  # every error of ours is one, and its sentence says what to do
        print(error, file=sys.stderr)
        return 2
    for name, score in report["scores"].items():
        print(f"{name:28} {score['accuracy']:.2%}  {score['n'] - score['correct']} of {score['n']:,} wrong")
    if args.ship:
        export.ship(out, weights.FOLDER)
    print(f"weights, report and pictures are in {out}")
    return 0


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text} is no number of epochs; give 1 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
