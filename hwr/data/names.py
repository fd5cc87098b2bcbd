"""The order in which people count files: digit2 before digit10."""

import re


def natural(name: str) -> tuple:
    """A key to sort names by: digit2 before digit10, and ۲ before ۱۰."""
    parts = re.split(r"(\d+)", name)
    parts[1::2] = map(int, parts[1::2])
    return parts, name
