"""The architectures by name."""

from hwr.models.compact import Compact

BUILDERS = {"compact": Compact}


def build(name: str):
    """A freshly initialized network by the name of its architecture; raises ValueError listing the known ones."""
    if name not in BUILDERS:
        raise ValueError(f"no architecture is called {name!r}; there are {', '.join(sorted(BUILDERS))}")
    return BUILDERS[name]()
