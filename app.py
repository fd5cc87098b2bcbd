"""Serves the page: run `python app.py` and open the address that it prints."""

import hwr
from hwr.interface import page

demo = page.build(hwr.load())

if __name__ == "__main__":
    demo.launch(**page.launch_settings())
