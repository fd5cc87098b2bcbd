"""Which state of the code trains."""

import subprocess
from pathlib import Path


def commit(folder: Path = Path(__file__).parent) -> str:
    """The commit of this code, with "-dirty" behind it where files differ from it; "unknown" outside git."""
    asked = ["git", "--no-optional-locks", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True)
    except FileNotFoundError:  # no git here
        return "unknown"
    return told.stdout.strip() or "unknown"
