"""What comes in over HTTP: bounded, and believed in nothing."""

import base64
import binascii
import contextlib
import re
import threading
from collections.abc import Callable
from typing import TypeVar

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hwr import WeightsError
from hwr.imaging.decode import PictureError
from hwr.interface.shelf import BusyError, Shelf
from hwr.recognizer import Recognizer, ScriptError

MOST = 5_000_000  # bytes of a picture over HTTP
BODY = MOST * 4 // 3 + 100_000  # bytes of a request: a picture in base64, and what is around it
AT_ONCE = 4  # pictures are decoded at the same time: four of 20 megapixels fit into any memory
PATIENCE = 2.0  # s: longer than this nobody waits for a place
BUSY = "too many pictures are being read just now; try again"

T = TypeVar("T")

DATA_URL = re.compile(r"data:[\w.+/-]*(?:;[\w.+=-]+)*;base64,", re.ASCII)


def picture(url) -> bytes:
    """The bytes that a data: URL carries. `url` is whatever a stranger sent; raises PictureError."""
    if not isinstance(url, str):
        raise PictureError(f"a picture comes as a data: URL in a string, this is {type(url).__name__}")
    head = DATA_URL.match(url[:200])
    if head is None:
        raise PictureError("a picture comes as a data: URL in base64; addresses and paths are never opened")
    check_size((len(url) - head.end()) * 3 // 4 - 2)  # before it is decoded: two may be padding
    try:
        data = base64.b64decode(url[head.end() :], validate=True)
    except (binascii.Error, ValueError):
        raise PictureError("the data: URL is no valid base64; send the picture again") from None
    check_size(len(data))
    return data


def check_size(length: int) -> None:
    """Raise PictureError for a picture of more than 5 MB."""
    if length > MOST:
        raise PictureError(f"the picture has more than {MOST // 1_000_000} MB; make it smaller")


def bounded(shelf: Shelf) -> Callable:
    """Lets whoever comes over HTTP ask a model, AT_ONCE at a time.

    The function takes what to ask it, a function of a Recognizer; the model's name, None for the one that is served;
    and the seconds to wait for one that is not loaded yet. It raises what `Shelf.find` and the question do, and
    BusyError after PATIENCE.
    """
    places = threading.BoundedSemaphore(AT_ONCE)

    def ask(question: Callable[[Recognizer], T], model: str | None = None, patience: float = PATIENCE) -> T:
        recognizer = shelf.find(model, patience)  # a load takes no place: others are answered meanwhile
        if not places.acquire(timeout=PATIENCE):
            raise BusyError(BUSY)
        try:
            return question(recognizer)
        finally:
            places.release()

    return ask


def reader(ask: Callable, say: Callable[[Recognizer, bytes, str], dict]) -> Callable[..., dict]:
    """A function that the page calls: {"url": a data: URL, "model": a name, "script": a script} -> what is said.

    A data: URL alone will do. ask: what `bounded` gives; say: what a recognizer says of a picture, in a script; the
    function has its name. Where nothing can be said: {"error": why}, with "busy" where another try will do.
    """

    def read(asked=None) -> dict:
        wish = asked if isinstance(asked, dict) else {"url": asked}
        try:
            image = picture(wish.get("url"))
            return ask(lambda recognizer: say(recognizer, image, wish.get("script") or "auto"), wish.get("model"))
        except (PictureError, ScriptError, WeightsError) as error:
            return {"error": str(error)}
        except BusyError as error:
            return {"error": str(error), "busy": True}

    read.__name__ = say.__name__
    return read


class BodyError(Exception):
    """A request went on after its limit."""


class BodyLimit:
    """Refuses a request whose body is larger than `most` bytes, whatever its headers say: 413."""

    def __init__(self, app: ASGIApp, most: int = BODY):
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = PlainTextResponse(f"The request has more than {self.most:,} bytes.\n", status_code=413)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self.most:
            await refusal(scope, receive, send)
            return
        left = self.most
        started = False

        async def count() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise BodyError
            return message

        async def answer_within(message: Message) -> None:
            nonlocal started
            if left >= 0 or started:
                started = True
                await send(message)

        with contextlib.suppress(BodyError):
            await self.app(scope, count, answer_within)
        if left < 0 and not started:
            await refusal(scope, receive, send)
