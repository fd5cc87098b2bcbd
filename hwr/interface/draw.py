"""The tab to draw in: our own pad, whose answer follows the pen."""

from collections.abc import Callable

import gradio as gr

from hwr.interface import answer
from hwr.interface.asset import asset


def tab(read: Callable[..., dict], side: int) -> None:
    """Build the tab. `read` answers a data: URL; the network sees `side` × `side` pixels."""
    with gr.Tab("Draw", elem_id="draw"):
        gr.HTML(
            html_template=f'<div class="hwr desk">{asset("pad.html")}{answer.html(side)}</div>',
            js_on_load=asset("pad.js"),
            server_functions=[read],
            apply_default_css=False,
        )
