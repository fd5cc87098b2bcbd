"""The tab for pictures: dropped, pasted, chosen, taken with the camera, or one of ours."""

import base64
from collections.abc import Callable

import gradio as gr

from hwr.imaging.decode import MOST_PIXELS, MOST_SIDE
from hwr.interface import answer
from hwr.interface.asset import FOLDER, asset, attribute
from hwr.interface.catalog import Model
from hwr.interface.door import MOST

EXAMPLE = '<button type="button" data-digit="{digit}" data-word-label="example"><img src="{url}" alt="" /></button>'


def tab(functions: list[Callable[..., dict]], models: list[Model]) -> None:
    """Build the tab. functions: what its script calls, each by its name; models: to choose from."""
    with gr.Tab("Upload", elem_id="upload"):
        most = attribute({"bytes": MOST, "pixels": MOST_PIXELS, "side": MOST_SIDE})
        card = asset("upload.html").replace("MOST", most).replace("EXAMPLES", examples())
        gr.HTML(
            html_template=answer.desk(card, models),
            js_on_load=asset("upload.js"),
            server_functions=functions,
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
