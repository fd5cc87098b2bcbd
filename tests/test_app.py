"""The command line of app.py."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_help_tells_what_can_be_set_and_starts_nothing():
    said = subprocess.run([sys.executable, "app.py", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (said.returncode, said.stderr) == (0, "")
    for name in ("HWR_MODEL", "GRADIO_SERVER_NAME", "GRADIO_SERVER_PORT", "HF_TOKEN", "HF_HOME"):
        assert name in said.stdout


def test_an_option_that_it_does_not_have_is_refused():
    said = subprocess.run([sys.executable, "app.py", "--port"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (said.returncode, said.stdout) == (2, "")
    assert "unrecognized arguments: --port" in said.stderr
