"""The tab to draw in: our own pad, whose answer follows the pen."""

from collections.abc import Callable

import gradio as gr

from hwr.interface import answer
from hwr.interface.asset import asset
from hwr.interface.catalog import Model


def tab(read: Callable[..., dict], choose: Callable[..., dict], models: list[Model]) -> None:
    """Build the tab. `read` answers a picture, `choose` sees to it that one of the `models` is there to read it."""
    with gr.Tab("Draw", elem_id="draw"):
        gr.HTML(
            html_template=f'<div class="hwr desk">{asset("pad.html")}{answer.html(models)}</div>',
            js_on_load=asset("pad.js"),
            server_functions=[read, choose],
            apply_default_css=False,
        )
