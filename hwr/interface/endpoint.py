"""The same answers for programs: the named endpoints /read and /read_number, a picture's file in, JSON out."""

from collections.abc import Callable
from pathlib import Path

import gradio as gr

from hwr import WeightsError
from hwr.imaging.decode import PictureError
from hwr.interface.door import AT_ONCE, check_size
from hwr.interface.shelf import BusyError
from hwr.recognizer import ScriptError

PATIENCE = 30.0  # s: so long a program waits for a model that is loaded for it; then it is told to come again


def add(demo: gr.Blocks, ask: Callable) -> None:
    """Add the endpoints to the page that is being built. `ask` is what `hwr.interface.door.bounded` gives."""

    def read(picture: str | None, model: str | None = None, script: str | None = None) -> dict:
        """Read one handwritten digit from a picture (PNG, JPEG, WebP, GIF, BMP or TIFF, up to 5 MB).

        model: the name of one that the page offers; without it, the one that the page serves answers.
        script: "persian" or "latin" where it is known what the digit is written in; without it, either may be.
        """
        return told("read", picture, model, script)

    def read_number(picture: str | None, model: str | None = None, script: str | None = None) -> dict:
        """Read a handwritten number of up to 40 digits from a picture of one of the same kinds.

        model: the name of one that the page offers; without it, the one that the page serves answers.
        script: "persian" or "latin" where it is known what the number is written in; without it, either may be.
        """
        return told("read_number", picture, model, script)

    def told(method: str, picture: str | None, model: str | None, script: str | None) -> dict:
        if picture is None:
            raise gr.Error("no picture came; send a file")
        try:
            return record(ask, method, Path(picture), model, script)
        except (PictureError, ScriptError, WeightsError, BusyError) as error:
            raise gr.Error(str(error)) from None
        except FileNotFoundError:
            raise gr.Error("the upload has expired; upload the picture again") from None

    picture = gr.File(visible=False, label="picture")
    take_uploads_only(picture)
    model = gr.Textbox(visible=False, label="model", value=None)
    script = gr.Textbox(visible=False, label="script", value=None)
    given, answer = [picture, model, script], gr.JSON(visible=False, label="answer")
    for function in (read, read_number):
        gr.on([], function, given, answer, concurrency_limit=AT_ONCE, concurrency_id="files", show_progress="hidden")
    fill_in(demo)


def record(ask: Callable, method: str, path: Path, model: str | None = None, script: str | None = None) -> dict:
    """What one picture says, ready for JSON. Raises what `ask` does, and FileNotFoundError where it is gone.

    method: of a Recognizer, "read" or "read_number".
    It has no "path", as the command's answers do: Gradio's clients would take it for a file to download.
    """
    check_size(path.stat().st_size)
    return ask(lambda recognizer: getattr(recognizer, method)(path, script=script or "auto"), model, PATIENCE).json()


def fill_in(demo: gr.Blocks) -> None:
    """Let whoever calls without a client leave the last arguments out: Gradio's clients fill them in."""
    preprocess = demo.preprocess_data

    async def preprocess_filled(function, inputs: list, *rest, **named) -> list:
        missing = len(function.inputs) - len(inputs)
        return await preprocess(function, [*inputs, *[None] * missing] if inputs else inputs, *rest, **named)

    demo.preprocess_data = preprocess_filled


def take_uploads_only(file: gr.File) -> None:
    """Keep a component from fetching addresses that a stranger names, as Gradio otherwise does.

    It is done to the one object: Gradio writes a .pyi file beside every module that subclasses a component.
    """
    move = file.async_move_resource_to_block_cache

    async def move_upload(path: str | Path | None) -> str | None:
        if "://" in str(path):
            raise gr.Error("upload the picture itself; addresses are not fetched")
        return await move(path)

    file.async_move_resource_to_block_cache = move_upload
