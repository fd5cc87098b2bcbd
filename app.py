"""Serves the page: run `python app.py` and open the address that it prints.

HWR_MODEL names the weights that it serves, as `hwr.load` takes them; without it, or without them, those that ship.
"""

import os

from hwr.interface import page, shelf

recognizer, notice = shelf.served(os.environ.get("HWR_MODEL"))
demo = page.build(recognizer, notice)

if __name__ == "__main__":
    if notice:
        print(notice.sentence, flush=True)
    demo.launch(**page.launch_settings())
