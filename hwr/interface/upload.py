"""The tab for pictures: dropped, pasted, chosen, taken with the camera, or one of ours."""

import base64
from collections.abc import Callable

import gradio as gr

from hwr.interface import answer
from hwr.interface.asset import FOLDER, asset
from hwr.interface.catalog import Model

EXAMPLE = '<button type="button" data-digit="{digit}" data-word-label="example"><img src="{url}" alt="" /></button>'


def tab(read: Callable[..., dict], choose: Callable[..., dict], models: list[Model]) -> None:
    """Build the tab. `read` answers a picture, `choose` sees to it that one of the `models` is there to read it."""
    with gr.Tab("Upload", elem_id="upload"):
        card = asset("upload.html").replace("EXAMPLES", examples())
        gr.HTML(
            html_template=f'<div class="hwr desk">{card}{answer.html(models)}</div>',
            js_on_load=asset("upload.js"),
            server_functions=[read, choose],
            apply_default_css=False,
        )


def examples() -> str:
    """A button for each picture in `examples/`, which is named after its digit."""
    pictures = sorted((FOLDER / "examples").glob("*.jpg"))
    return "".join(
        EXAMPLE.format(
            digit=picture.stem[0], url=f"data:image/jpeg;base64,{base64.b64encode(picture.read_bytes()).decode()}"
        )
        for picture in pictures
    )
