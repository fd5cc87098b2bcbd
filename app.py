"""Serves the page: run `python app.py` and open the address that it prints. It takes no options; the environment sets

HWR_MODEL            the weights that it serves, as `hwr.load` takes their name: of some that ship, a folder, or
                     user/repo on the Hub; without it, or without them, those that ship
GRADIO_SERVER_NAME   0.0.0.0 lets other machines in (127.0.0.1)
GRADIO_SERVER_PORT   the first port to try (7860)
HF_TOKEN             for a model on the Hub that is private
HF_HOME              where models from the Hub are kept (~/.cache/huggingface)
"""

import argparse
import os

if __name__ == "__main__":  # before what takes seconds to import
    argparse.ArgumentParser(
        "app.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()

from hwr.interface import page, shelf

recognizer, notice = shelf.served(os.environ.get("HWR_MODEL"))
demo = page.build(recognizer, notice)

if __name__ == "__main__":
    if notice:
        print(notice.sentence, flush=True)
    demo.launch(**page.launch_settings())
