"""The tab for pictures: dropped, pasted, chosen, taken with the camera, or one of ours."""

import base64
from collections.abc import Callable

import gradio as gr

from hwr.imaging.decode import MOST_PIXELS, MOST_SIDE
from hwr.interface import answer
from hwr.interface.asset import FOLDER, asset, attribute
from hwr.interface.catalog import Model
from hwr.interface.door import MOST

EXAMPLE = """<button type="button" class="of-{kind}" data-written="{written}" data-word-label="example-{kind}">
<img src="{url}" alt="" /></button>"""


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
    """A button for each picture in `examples/`: "1-digit-5.jpg", "7-number-27416.jpg"."""
    buttons = []
    for picture in sorted((FOLDER / "examples").glob("*.jpg")):
        _, kind, written = picture.stem.split("-")
        url = f"data:image/jpeg;base64,{base64.b64encode(picture.read_bytes()).decode()}"
        buttons.append(EXAMPLE.format(kind=kind, written=written, url=url))
    return "".join(buttons)
