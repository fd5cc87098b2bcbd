"""The models that answer: the one that is served to everyone, and those that visitors chose, loaded when first asked.

A load runs beside the answers, and one that failed is told to whoever asked for it. What is loaded stays: the models on
offer are a handful that is settled when the page starts, a few MB each and one of 100, while a shelf that drops some
lets two visitors who disagree load for ever.
"""

import os
import re
import threading
import time
import traceback
from collections.abc import Callable
from typing import NamedTuple

import hwr
from hwr import AwayError, WeightsError, weights
from hwr.interface import catalog
from hwr.recognizer import Recognizer

AGAIN = 10.0  # s: before that, a load that failed is not tried again
MOMENT = 0.3  # s: what is loaded within needs no word about it
PLACE = re.compile(r"(?<![\w:/.~-])[.~]{0,2}/(?:[^\s/:;,'\"()]+/)+")  # a path but for its last part, and no address
LOADING = "this model is being loaded; ask again in a moment"


class BusyError(Exception):
    """An answer that has to wait; the sentence says for what."""


class UnknownModelError(WeightsError):
    """A name that is none of the models offered here."""


class Notice(NamedTuple):
    """Why other weights are served than those that were asked for.

    sentence: says it; model: what answers; wanted: what does not; away: whether it is the Hub that can't be reached.
    """

    sentence: str
    model: str
    wanted: str
    away: bool


def served(name: str | None) -> tuple[Recognizer, Notice | None]:
    """What everyone is served: the model of that name; or the default that ships, and why.

    name: as `hwr.load` takes it; None or "" for the default.
    """
    if not name:
        return hwr.load(), None
    try:
        recognizer = hwr.load(name)
        check_digits(recognizer)
    except Exception as error:  # whatever it is, the page starts
        recognizer = hwr.load()
        told = f"{recognizer.name}, which ships with hwr, answers in place of {name}: {reason(error, name)}"
        return recognizer, Notice(public(told), recognizer.name, public(name), isinstance(error, AwayError))
    return recognizer, None


def reason(error: Exception, name: str) -> str:
    """Why a model could not be loaded: a sentence for whoever asked for it; what is no fault of ours is printed."""
    if isinstance(error, WeightsError):
        return str(error)
    traceback.print_exception(error)
    return f"{name} can't be loaded ({type(error).__name__}); choose another model"


def public(text: str) -> str:
    """A text for strangers: of the places of this machine that it names, only the last part stays."""
    for root in (weights.FOLDER, os.path.expanduser("~")):  # they may hold blanks
        text = text.replace(f"{root}/", "")
    return PLACE.sub("", text)


def check_digits(model) -> None:
    """Raise WeightsError for a model that reads no digits."""
    if model.kind != "digit":
        raise WeightsError(f"{model.name} tells whose hand wrote a page, and no digits; name a model that reads them")


class Load:
    """A model on its way: `ended` is set when `recognizer` is there, or `error`, a sentence."""

    def __init__(self, name: str):
        self.ended = threading.Event()
        self.recognizer: Recognizer | None = None
        self.error: str | None = None
        self.until = 0.0
        threading.Thread(target=self._run, args=(name,), daemon=True).start()

    def _run(self, name: str) -> None:
        try:
            recognizer = hwr.load(name)
            check_digits(recognizer)
            self.recognizer = recognizer
        except Exception as error:  # whatever it is, somebody waits for it
            self.error = public(reason(error, name))
        finally:
            self.until = time.monotonic() + AGAIN
            self.ended.set()

    @property
    def is_stale(self) -> bool:
        """Whether it failed, and long enough ago to be tried again."""
        return self.error is not None and time.monotonic() > self.until


class Shelf:
    """The models of a page. Safe to ask from several threads.

    recognizer: the one that is served to everyone, always kept.
    """

    def __init__(self, recognizer: Recognizer):
        self.models = catalog.offered(recognizer)
        self._served = recognizer
        self._loads: dict[str, Load] = {}
        self._lock = threading.Lock()

    def find(self, name: str | None, patience: float) -> Recognizer:
        """The model of that name, None for the one that is served; its load begins if need be.

        Raises UnknownModelError for a name that is not in `models`, whatever a stranger sent; BusyError where the load
        takes longer than `patience` seconds and goes on; WeightsError where it failed.
        """
        if name is None or name == self._served.name:
            return self._served
        if not isinstance(name, str) or name not in self.models:
            raise UnknownModelError(f"no model is called {str(name)[:80]!r} here; there are {', '.join(self.models)}")
        if lacking := self.models[name].lacking:
            raise WeightsError(f"{name} needs {lacking}, which is not installed here; choose another model")
        load = self._ask(name)
        if not load.ended.wait(patience):
            raise BusyError(LOADING)
        if load.error:
            raise WeightsError(load.error)
        return load.recognizer

    def _ask(self, name: str) -> Load:
        with self._lock:
            load = self._loads.get(name)
            if load is None or load.is_stale:
                load = self._loads[name] = Load(name)
        return load


def chooser(shelf: Shelf) -> Callable[..., dict]:
    """The function that the page calls until a model is there: its name -> {"side"}, {"loading"} or {"error"}."""

    def choose(name=None) -> dict:
        try:
            return {"side": shelf.find(name, MOMENT).preparation.side}
        except BusyError:
            return {"loading": True}
        except WeightsError as error:
            return {"error": str(error)}

    return choose
