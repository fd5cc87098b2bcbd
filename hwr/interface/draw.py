"""The tab to draw in: our own pad, whose answer follows the pen."""

from collections.abc import Callable

import gradio as gr

from hwr.interface import answer
from hwr.interface.asset import asset
from hwr.interface.catalog import Model


def tab(functions: list[Callable[..., dict]], models: list[Model]) -> None:
    """Build the tab. functions: what its script calls, each by its name; models: to choose from."""
    with gr.Tab("Draw", elem_id="draw"):
        gr.HTML(
            html_template=answer.desk(asset("pad.html"), models),
            js_on_load=asset("pad.js"),
            server_functions=functions,
            apply_default_css=False,
        )
