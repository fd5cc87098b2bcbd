"""The page: what is on it, and how it is served."""

import json

import gradio as gr
from starlette.middleware import Middleware

from hwr.interface import answer, draw, endpoint, heat, number, upload
from hwr.interface.asset import asset, attribute
from hwr.interface.door import MOST, BodyLimit, bounded, reader
from hwr.interface.shelf import Notice, Shelf, chooser
from hwr.interface.words import WORDS
from hwr.recognizer import Recognizer

# Fonts of the visitor's own machine: the page asks nothing of any other server.
FONTS = ("Vazirmatn", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Noto Sans Arabic", "sans-serif")
GROUND, GROUND_DARK = "#f5f4ef", "#0f1419"  # as --ground in style.css
LOOKS = ("style", "header", "wishes", "pad", "upload", "answer", "number", "picker", "stages")
SCRIPTS = ("page", "picker", "wishes", "number", "answer")
WAITING = 64  # questions of programs may wait for their turn; the next one is told to come again
FORGET = 600  # s: a file that a program uploaded and did not ask about is removed


def build(recognizer: Recognizer, notice: Notice | None = None) -> gr.Blocks:
    """The whole page, ready to launch with `launch_settings()`.

    recognizer: what is served to who has not chosen; notice: why it is not the one that was asked for.
    """
    shelf = Shelf(recognizer)
    ask = bounded(shelf)
    functions = [reader(ask, answer.read), reader(ask, number.number), reader(ask, heat.why), chooser(shelf)]
    models = list(shelf.models.values())
    with gr.Blocks(title=WORDS["en"]["title"], analytics_enabled=False, delete_cache=(FORGET, FORGET)) as demo:
        gr.HTML(html_template=header(notice), js_on_load=asset("header.js"), apply_default_css=False)
        with gr.Tabs():
            draw.tab(functions, models)
            upload.tab(functions, models)
        gr.HTML(html_template=asset("footer.html"), js_on_load="hwr.translate(element)", apply_default_css=False)
        endpoint.add(demo, ask)
    return demo.queue(max_size=WAITING)


def header(notice: Notice | None) -> str:
    """The page's head, with the notice where there is one."""
    return asset("header.html").replace("NOTICE", attribute(notice and notice._asdict()))


def launch_settings() -> dict:
    """What `gr.Blocks.launch` takes. Addresses and ports stay with GRADIO_SERVER_NAME and GRADIO_SERVER_PORT."""
    return {
        "theme": theme(),
        "head": head(),
        "app_kwargs": {"middleware": [Middleware(BodyLimit)]},
        "max_file_size": MOST,
        "run_history": False,  # drawings are not kept, not even in the visitor's browser
        "enable_monitoring": False,
        "footer_links": [],
        "ssr_mode": False,
    }


def theme() -> gr.themes.Base:
    """What Gradio's own parts look like: the tabs and the ground of the page."""
    return gr.themes.Base(primary_hue="teal", neutral_hue="stone", font=FONTS, font_mono=("monospace",)).set(
        body_background_fill=GROUND, body_background_fill_dark=GROUND_DARK
    )


def head() -> str:
    """What the tabs rely on: the looks, the words, and `hwr`, which puts words and answers on the page.

    The looks go here because Gradio rewrites the selectors of what `css` and `css_paths` bring.
    """
    words = json.dumps(WORDS, ensure_ascii=False).replace("<", "\\u003c")
    script = f"window.hwrWords = {words};\n" + "\n".join(asset(f"{name}.js") for name in SCRIPTS)
    looks = "\n".join(asset(f"{name}.css") for name in LOOKS)
    return f"<style>{looks}</style>\n<script>{script}</script>"
