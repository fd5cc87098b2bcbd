"""The models that answer: the one that is served to everyone, and those that visitors chose, loaded when first asked.

A few of them are kept. A load runs beside the answers, and one that failed is told to whoever asked for it.
"""

import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

import hwr
from hwr import WeightsError, weights
from hwr.interface import catalog
from hwr.recognizer import Recognizer

KEPT = 3  # models beside the one that is served: of the largest, each takes some 100 MB
AGAIN = 10.0  # s: before that, a load that failed is not tried again
MOMENT = 0.3  # s: what is loaded within needs no word about it
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
        recognizer, sentence = hwr.load_or_shipped(name)
        if sentence is None:
            check_digits(recognizer)
    except WeightsError as error:
        recognizer = hwr.load()
        told = f"{recognizer.name}, which ships with hwr, answers in place of {name}: {error}"
        return recognizer, Notice(told, recognizer.name, name, False)
    return recognizer, sentence and Notice(sentence, recognizer.name, name, True)


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
        except WeightsError as error:
            self.error = str(error).replace(f"{weights.FOLDER}/", "")  # strangers need not know where it lies
        except Exception as error:  # whatever it is, somebody waits for it
            traceback.print_exc()
            self.error = f"{name} can't be loaded ({type(error).__name__}); choose another model"
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
        self._loads: OrderedDict[str, Load] = OrderedDict()  # the last that was asked for comes last
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
            load = self._loads.pop(name, None)
            if load is None or load.is_stale:
                load = Load(name)
            self._loads[name] = load
            ended = [each for each, load in self._loads.items() if load.ended.is_set()]
            for each in ended[:-KEPT]:
                del self._loads[each]
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
